"""What the solver is asked, in integer seconds, and what it answers. Plain arrays: no city is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TypeAlias

import numpy.typing as npt

from geo.errors import InputError
from geo.model import Mode
from routing.arrays import (
    DAY_S,
    UNREACHABLE_S,
    DayWindows,
    PerStop,
    Seconds,
    Window,
    Windows,
    matrices,
    per_stop,
    stops_of,
    whole,
    windows_of,
)

__all__ = [
    "DAY_S",
    "HOUR_S",
    "MUST_S",
    "REASONS",
    "UNREACHABLE_S",
    "Plan",
    "PlannedRoute",
    "Reason",
    "RoutingProblem",
    "RoutingTeam",
    "Seconds",
    "Shift",
    "Slot",
    "Window",
]

HOUR_S = 3600
Slot: TypeAlias = tuple[int, int]  # team, day
MUST_S = 100_000  # what a visit is worth at least that must be made


@dataclass(frozen=True, slots=True)
class Shift:
    """A team's working day on the real clock, in seconds from midnight.

    Parameters
    ----------
    start_s, end_s
        When the team leaves its base at the earliest, and is back at the latest.
    lunch_from_s, lunch_until_s
        Between these the whole lunch lies.
    lunch_s
        How long lunch takes; 0: no lunch. A shift too short to hold it within the lunch hours has none either.
    """

    start_s: int = 8 * HOUR_S + HOUR_S // 2
    end_s: int = 17 * HOUR_S + HOUR_S // 2
    lunch_from_s: int = 11 * HOUR_S
    lunch_until_s: int = 14 * HOUR_S
    lunch_s: int = HOUR_S

    def __post_init__(self) -> None:
        if self.end_s <= self.start_s:
            raise InputError(
                "end_s is {value!r}: a shift ends after it starts at {start!r}", value=self.end_s, start=self.start_s
            )
        if self.lunch_s < 0 or (self.lunch_s and self.lunch_until_s - self.lunch_from_s < self.lunch_s):
            raise InputError(
                "lunch_s is {value!r}: lunch fits between {begin!r} and {until!r}, and is 0 when there is none",
                value=self.lunch_s,
                begin=self.lunch_from_s,
                until=self.lunch_until_s,
            )

    @property
    def lunch_starts(self) -> Window | None:
        """Earliest and latest start of lunch inside the shift, or None when the shift has no lunch."""
        first = max(self.lunch_from_s, self.start_s)
        last = min(self.lunch_until_s, self.end_s) - self.lunch_s
        return (first, last) if self.lunch_s and first <= last else None


@dataclass(frozen=True, slots=True)
class RoutingTeam:
    """A team as the solver sees it.

    Parameters
    ----------
    base
        Row of the matrix where the day starts.
    shift, mode
        Its working day and how it travels.
    end
        Row of the matrix where the day ends; None: at ``base``.
    open_end
        The day ends at the last stop, wherever that is.
    avoids
        Stops that the team must not get (回避).
    days
        Days that the team works; None: all.
    """

    base: int
    shift: Shift = field(default_factory=Shift)
    mode: str = Mode.CAR
    end: int | None = None
    open_end: bool = False
    avoids: frozenset[int] = frozenset()
    days: frozenset[int] | None = None

    @property
    def end_base(self) -> int | None:
        """Row of the matrix where the day ends, or None when it ends at the last stop."""
        if self.open_end:
            return None
        return self.base if self.end is None else self.end


class Reason(StrEnum):
    """Why a stop is not served, as a code; :data:`REASONS` says it."""

    NO_WAY = "no_way"
    CLOSED = "closed"
    AVOIDED = "avoided"
    FULL = "shift_full"
    NOT_WORTH = "not_worth"


REASONS: Mapping[Reason, str] = {
    Reason.NO_WAY: "no way there",
    Reason.CLOSED: "window never open on its day",
    Reason.AVOIDED: "every team must avoid it",
    Reason.FULL: "shift full",
    Reason.NOT_WORTH: "its prize is below its cost",
}
"""Reasons in English; the texts are the keys of their translations."""


@dataclass(frozen=True, slots=True, eq=False, init=False)
class RoutingProblem:
    """What is asked: which team visits which stop on which day, and when, with the least travel.

    Parameters
    ----------
    travel_s
        Travel seconds between the rows: stops and bases together, ``(n, n)``; or one such matrix for each mode. From
        ``UNREACHABLE_S`` on there is no way.
    dwell_s
        Seconds at each stop. As long as the matrix (then every row that is no team's base is a stop), or shorter (then
        the first rows are the stops, and no base may be among them unless ``stops`` says what they are).
    teams
        The teams; a route names its team by its place in this list.
    days
        How many days there are; they count from 0.
    windows
        ``windows[stop][day]`` is a list of ``(open_s, close_s)`` in seconds from midnight; the whole dwell lies inside
        one of them. None (for all, or for one stop): always open. An empty list: closed that day.
    day_of
        The day of each stop, by its draw; None or -1 for a stop that may go on any day; None: all may.
    prizes
        What a visit is worth in travel seconds; None for a stop that must be visited; None: all must.
    stops
        Rows that are stops, where ``dwell_s`` does not say it.
    balance
        How far a team's load (travel and visits of all its days) may be from its fair share, as a part of the share,
        when it can be; None: any load will do.

    Raises
    ------
    InputError
        Naming the first array of the wrong shape or range.
    """

    travel_s: Mapping[str, Seconds]  # of each mode
    dwell_s: Seconds
    teams: tuple[RoutingTeam, ...]
    days: int
    windows: Mapping[int, DayWindows]  # of each stop
    day_of: Mapping[int, int | None]  # of each stop
    prizes: Mapping[int, int | None]  # of each stop
    stops: tuple[int, ...]
    balance: float | None
    must_s: int = field(init=False)  # what a visit that must be made is worth: more than all others and any detour

    def __init__(  # noqa: PLR0913, PLR0917 - the fields of the record, as they come
        self,
        travel_s: npt.ArrayLike | Mapping[str, npt.ArrayLike],
        dwell_s: npt.ArrayLike,
        teams: Sequence[RoutingTeam],
        days: int = 1,
        windows: Windows | None = None,
        day_of: PerStop | None = None,
        prizes: PerStop | None = None,
        stops: npt.ArrayLike | None = None,
        balance: float | None = 0.15,
    ) -> None:
        put = partial(object.__setattr__, self)  # the record is frozen
        put("teams", tuple(teams))
        put("days", days)
        put("balance", balance)
        put("travel_s", matrices(travel_s, dict.fromkeys(team.mode for team in teams)))
        put("dwell_s", whole(dwell_s, "dwell_s"))
        bases = {row for team in teams for row in (team.base, team.end)}
        put("stops", stops_of(stops, self.size, self.dwell_s, bases))
        put("day_of", per_stop(day_of, self.stops, "day_of"))
        put("prizes", per_stop(prizes, self.stops, "prizes"))
        put("windows", windows_of(windows, self.stops, days))
        put("must_s", max(MUST_S, 2 * sum(prize or 0 for prize in self.prizes.values())))
        self._check_ranges()

    def _check_ranges(self) -> None:
        for number, team in enumerate(self.teams):
            for row in (team.base, team.end):
                if row is not None and not 0 <= row < self.size:
                    raise InputError(
                        "team {team} has base {value!r}: the matrix has rows 0 to {last}",
                        team=number,
                        value=row,
                        last=self.size - 1,
                    )
        for stop, day in self.day_of.items():
            if day is not None and not 0 <= day < self.days:
                raise InputError(
                    "day_of[{stop}] is {value!r}: days count from 0 to {last}", stop=stop, value=day, last=self.days - 1
                )

    @property
    def size(self) -> int:
        """Rows of the matrix: stops and bases."""
        return int(next(iter(self.travel_s.values())).shape[0])

    def matrix(self, team: int) -> Seconds:
        """Return the travel seconds of a team's mode."""
        return self.travel_s[self.teams[team].mode]

    def worth_s(self, stop: int) -> int:
        """Return what a visit is worth in travel seconds."""
        prize = self.prizes[stop]
        return self.must_s if prize is None else prize

    def open_on(self, stop: int, day: int) -> Sequence[Window]:
        """Return the windows of a stop on a day, ``(open_s, close_s)`` in order; none when it is not its day."""
        drawn = self.day_of[stop]
        if drawn is not None and drawn != day:
            return ()
        return self.windows[stop][day]

    def slots(self) -> list[tuple[int, int]]:
        """List every ``(team, day)`` that can have a route."""
        return [
            (number, day)
            for day in range(self.days)
            for number, team in enumerate(self.teams)
            if team.days is None or day in team.days
        ]


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """One team's day.

    ``arrive_s`` is when the visit at a stop begins (a team that would come too early waits at the place before), and
    ``depart_s`` when its dwell is over. Seconds from midnight on the real clock.
    """

    team: int
    day: int
    stops: tuple[int, ...]
    arrive_s: tuple[int, ...]
    depart_s: tuple[int, ...]
    leave_s: int  # from the base
    back_s: int  # at the end base; the last departure where the end is open
    lunch_s: int | None  # when lunch starts; None where the shift has no lunch
    lunch_at: int | None  # row of the matrix where it is taken
    travel_s: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is answered. Every stop of the problem is in a route or in ``unserved``."""

    routes: tuple[PlannedRoute, ...]
    unserved: Mapping[int, Reason]

    @property
    def travel_s(self) -> int:
        """Travel seconds of all routes."""
        return sum(route.travel_s for route in self.routes)
