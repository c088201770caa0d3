"""Every place between two stops of the drafts, and whether another stop fits there, exactly and all at once.

A place knows when the team can leave what lies before it at the earliest, and until when it must have come to what
lies after it for the rest of the day to hold, each with lunch still to come and with lunch taken. Earliest times only
grow with what comes before, so a stop fits if and only if it joins the two: no day has to be walked again
(Savelsbergh's push-forward, doi:10.1287/ijoc.4.2.146, with several windows and a movable lunch).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from routing.problem import UNREACHABLE_S, RoutingProblem, Slot
from routing.search.timetable import NEVER_S, TimetableDay, onward

if TYPE_CHECKING:
    from routing.search.drafts import Drafts

Ints = NDArray[np.int64]
_TOO_LATE_S = -1  # no arrival is early enough


@dataclass(slots=True)
class _Row:
    """The places of one team's day: (stops + 1,) each."""

    before: Ints  # rows of the matrix
    after: Ints  # -1 where the day ends with its last stop
    leave_s: Ints  # (2, places): lunch to come, lunch taken
    reach_s: Ints  # (2, places), at the latest


class InsertionPlaces:
    """The places of all drafts.

    Parameters
    ----------
    problem
        What is asked.
    drafts
        Days that hold on the real clock.
    """

    def __init__(self, problem: RoutingProblem, drafts: Mapping[Slot, Sequence[int]]) -> None:
        self.problem = problem
        self.drafts: Drafts = {slot: tuple(stops) for slot, stops in drafts.items()}
        self._slots = sorted(problem.slots())
        self._modes = np.asarray([problem.teams[team].mode for team, _ in self._slots])
        shifts = [problem.teams[team].shift for team, _ in self._slots]
        lunch = [(*(shift.lunch_starts or (NEVER_S, _TOO_LATE_S)), shift.lunch_s) for shift in shifts]
        self._lunch = np.asarray(lunch).reshape(-1, 3).T
        self._rows = [self._row(slot) for slot in self._slots]
        self._joined: tuple[Ints, _Row] | None = None

    def cheapest(self, stop: int, most_s: int = UNREACHABLE_S, *, any_day: bool = False) -> tuple[Slot, int] | None:
        """Find the team's day and place where a stop fits on the real clock at the least travel.

        Parameters
        ----------
        stop
            A stop that is in no draft.
        most_s
            Travel that it may add is below this.
        any_day
            Visit it on other days than its own, too.
        """
        windows = self._windows(stop, any_day=any_day)
        if not any(map(len, windows)):
            return None
        slot_of, row = self._join()
        there_s, back_s, along_s = self._legs(slot_of, row, stop)
        added_s = there_s + back_s - along_s
        fits = self._fits(slot_of, row, (there_s, back_s), windows, int(self.problem.dwell_s[stop]))
        fits &= added_s < min(UNREACHABLE_S, most_s)
        if not fits.any():
            return None
        best = int(np.where(fits, added_s, NEVER_S).argmin())
        number = int(slot_of[best])
        return self._slots[number], best - int(np.searchsorted(slot_of, number))

    def put(self, slot: Slot, place: int, stop: int) -> None:
        """Put a stop where it fits."""
        stops = self.drafts.get(slot, ())
        self.drafts[slot] = (*stops[:place], stop, *stops[place:])
        self._rows[self._slots.index(slot)] = self._row(slot)
        self._joined = None

    def insert(self, missing: Iterable[int]) -> list[int]:
        """Put stops where they fit at the least travel; give those that fit nowhere.

        A stop whose prize is below its detour stays out.
        """
        out = []
        for stop in sorted(missing):
            best = self.cheapest(stop, self.problem.worth_s(stop))
            if best is None:
                out.append(stop)
            else:
                self.put(*best, stop)
        return out

    def _row(self, slot: Slot) -> _Row:
        day, team = TimetableDay.of(self.problem, *slot), self.problem.teams[slot[0]]
        stops = self.drafts.get(slot, ())
        leave = [(day.shift.start_s, NEVER_S) if day.starts else (NEVER_S, day.shift.start_s)]
        for here, stop in zip([team.base, *stops], stops, strict=False):
            leave.append(onward(day, *leave[-1], int(day.travel[here, stop]), stop))
        reach = [(_TOO_LATE_S, day.shift.end_s)]
        follows = [*stops[1:], team.end_base]
        for stop, after in zip(reversed(stops), reversed(follows), strict=False):
            leg_s = 0 if after is None else int(day.travel[stop, after])
            reach.append(_reach(day, stop, leg_s, reach[-1]))
        end = -1 if team.end_base is None else team.end_base
        return _Row(
            np.asarray([team.base, *stops]),
            np.asarray([*stops, end]),
            np.asarray(leave).T,
            np.asarray(reach[::-1]).T,
        )

    def _join(self) -> tuple[Ints, _Row]:
        if self._joined is None:
            rows = self._rows
            slot_of = np.repeat(np.arange(len(rows)), [len(row.before) for row in rows])
            self._joined = (
                slot_of,
                _Row(
                    np.concatenate([row.before for row in rows]),
                    np.concatenate([row.after for row in rows]),
                    np.concatenate([row.leave_s for row in rows], axis=1),
                    np.concatenate([row.reach_s for row in rows], axis=1),
                ),
            )
        return self._joined

    def _legs(self, slot_of: Ints, row: _Row, stop: int) -> tuple[Ints, Ints, Ints]:
        """Return the travel to the stop, from it, and past it, for every place."""
        legs = np.empty((3, len(slot_of)), dtype="int64")
        modes = self._modes[slot_of]
        for mode in np.unique(modes):
            at = modes == mode
            travel, before, after = self.problem.travel_s[mode], row.before[at], row.after[at]
            bound = after >= 0
            legs[:, at] = travel[before, stop], travel[stop, after] * bound, travel[before, after] * bound
        return legs[0], legs[1], legs[2]

    def _windows(self, stop: int, *, any_day: bool) -> list[Sequence[tuple[int, int]]]:
        """Return the stop's windows for every slot; none where it may not be visited."""
        problem = self.problem
        days = [problem.windows[stop][day] if any_day else problem.open_on(stop, day) for day in range(problem.days)]
        return [() if stop in problem.teams[team].avoids else days[day] for team, day in self._slots]

    def _fits(
        self, slot_of: Ints, row: _Row, legs: tuple[Ints, Ints], windows: list[Sequence[tuple[int, int]]], dwell_s: int
    ) -> NDArray[np.bool_]:
        most = max(map(len, windows))
        spans = np.full((most, 2, len(self._slots)), [[NEVER_S], [_TOO_LATE_S]], dtype="int64")
        for number, own in enumerate(windows):
            if len(own):
                spans[: len(own), :, number] = own
        lunch = self._lunch[:, slot_of]
        begin = [_begin(spans[:, :, slot_of], ready_s, dwell_s) for ready_s in _arrive(row.leave_s, legs[0], lunch)]
        reached = _arrive(np.minimum(np.asarray(begin) + dwell_s, NEVER_S), legs[1], lunch)
        fits: NDArray[np.bool_] = (reached[0] <= row.reach_s[0]) | (reached[1] <= row.reach_s[1])
        return fits


def _arrive(leave_s: Ints, leg_s: Ints, lunch: Ints) -> tuple[Ints, Ints]:
    """As :meth:`Day.lunch_then`: go on without lunch, and with it taken before, at either end of the leg."""
    first, last, lunch_s = lunch
    before, after = np.maximum(leave_s[0], first), np.maximum(leave_s[0] + leg_s, first)
    eaten = np.minimum(
        np.where(before <= last, before + lunch_s + leg_s, NEVER_S), np.where(after <= last, after + lunch_s, NEVER_S)
    )
    return leave_s[0] + leg_s, np.minimum(leave_s[1] + leg_s, eaten)


def _begin(spans: Ints, ready_s: Ints, dwell_s: int) -> Ints:
    """As :meth:`Day.begin`, for all places; spans: (windows, 2, places)."""
    start_s = np.maximum(spans[:, 0], ready_s)
    begun: Ints = np.where(start_s + dwell_s <= spans[:, 1], start_s, NEVER_S).min(axis=0)
    return begun


def _reach(day: TimetableDay, stop: int, leg_s: int, then: tuple[int, int]) -> tuple[int, int]:
    """Return until when a team must come to a stop, from until when to what follows; lunch to come, lunch taken."""
    fasting, fed = then[0] - leg_s, then[1] - leg_s
    if day.starts:
        first, last = day.starts
        before = min(last, fed - day.shift.lunch_s)
        after = min(last, then[1] - day.shift.lunch_s)
        fasting = max(
            fasting, before if before >= first else _TOO_LATE_S, after - leg_s if after >= first else _TOO_LATE_S
        )
    return _latest(day, stop, fasting), _latest(day, stop, fed)


def _latest(day: TimetableDay, stop: int, leave_s: int) -> int:
    """Return the latest begin of a visit that is over at ``leave_s``, or ``_TOO_LATE_S``."""
    dwell_s = int(day.problem.dwell_s[stop])
    starts = (
        min(leave_s, close_s) - dwell_s
        for open_s, close_s in day.problem.open_on(stop, day.day)
        if open_s <= min(leave_s, close_s) - dwell_s
    )
    return max(starts, default=_TOO_LATE_S)
