"""Opening windows -> seconds in the shift, and the clock with the lunch hour cut out.

The solver knows no breaks. It works on a clock from which one lunch is cut out, from ``cut`` to ``cut + lunch``: a time
before the cut keeps its number, a later one is earlier by the lunch, one inside becomes the cut. A route that holds on
this clock holds on the real one when the team eats at the place where the cut finds it: a visit that the cut falls
into is finished first (or begun after lunch), and so is a leg. This moves lunch by less than that visit or leg is long,
so it stays within the lunch hours whenever none is longer than the room on either side. The timetable finds the place,
and the checker proves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.errors import InputError
from geo.model import NO_LUNCH, Round, Team
from geo.openings import Openings, one_span
from routing.problem import HOUR_S, Shift, Window


@dataclass(frozen=True, slots=True)
class Clock:
    """The real clock with lunch cut out."""

    cut_s: int
    lunch_s: int  # 0: nothing is cut out

    @classmethod
    def of(cls, shift: Shift, share: float = 0.5) -> "Clock":
        """Cut lunch out of a shift, at ``share`` of the way from its earliest to its latest start."""
        if shift.lunch_starts is None:
            return cls(shift.end_s, 0)
        first, last = shift.lunch_starts
        return cls(first + round(share * (last - first)), shift.lunch_s)

    def cut(self, real_s: int) -> int:
        """Return the time on the cut clock."""
        if real_s <= self.cut_s:
            return real_s
        return max(self.cut_s, real_s - self.lunch_s)

    def starts(self, windows: Sequence[Window], dwell_s: int) -> tuple[Window, ...]:
        """Return the earliest and latest start of a visit for each window that can hold it, on the cut clock.

        Windows that touch on the cut clock stay apart: a visit across their seam would be cut in two by a closed door.
        """
        cut = ((self.cut(open_s), self.cut(close_s) - dwell_s) for open_s, close_s in windows)
        return tuple((first, last) for first, last in cut if first <= last)


def windows_by_day(openings: Openings, of: Round) -> tuple[tuple[Window, ...], ...]:
    """Return the windows of each day of a round, day 0 first, in local seconds from midnight."""
    return tuple(tuple(openings.windows(of.date(day).weekday())) for day in range(1, of.days + 1))


def shift_of(text: str) -> Shift:
    """Read a shift, as ``08:30-17:30``; lunch stays within its usual hours.

    Raises
    ------
    InputError
        When the text is not one span of a day.
    """
    span = one_span(text)
    if span is None:
        raise InputError("{field} is {value!r}: write one span, as 08:30-17:30", field="shift", value=text)
    return Shift(*span)


def own_shift(team: Team, terms: Shift) -> Shift:
    """Return a team's working day: what it says of its hours, and for the rest the terms of the plan.

    An hour of lunch is what a team has that names its lunch hours where the plan has none.
    """
    start_s, end_s = team.shift_s or (terms.start_s, terms.end_s)
    if team.lunch_within_s is None:
        return replace(terms, start_s=start_s, end_s=end_s)
    if team.lunch_within_s == NO_LUNCH:
        return replace(terms, start_s=start_s, end_s=end_s, lunch_s=0)
    return Shift(start_s, end_s, *team.lunch_within_s, lunch_s=terms.lunch_s or HOUR_S)
