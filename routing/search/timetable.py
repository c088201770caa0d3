"""When a team is where: the exact earliest times of an ordered day on the real clock, with lunch where it fits best.

A place is left as soon as its dwell is over, waiting is always allowed, and travel times do not depend on the hour, so
the earliest time at each place decides everything after it: carrying two times along the route, one with lunch still to
come and one with lunch taken, is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.problem import PlannedRoute, RoutingProblem, Seconds, Shift, Window

NEVER_S = 1 << 60


@dataclass(frozen=True, slots=True)
class TimetableDay:
    """One team's day as the timetable needs it, looked up once."""

    problem: RoutingProblem
    team: int
    day: int
    travel: Seconds
    shift: Shift
    starts: Window | None  # earliest and latest start of lunch

    @classmethod
    def of(cls, problem: RoutingProblem, team: int, day: int) -> "TimetableDay":
        """Look a team's day up."""
        shift = problem.teams[team].shift
        return cls(problem, team, day, problem.matrix(team), shift, shift.lunch_starts)

    def begin(self, stop: int, ready_s: int) -> int:
        """Return the earliest second from ``ready_s`` on at which the whole dwell fits a window, or ``NEVER_S``."""
        dwell_s = self.problem.dwell_s[stop]
        for open_s, close_s in self.problem.open_on(stop, self.day):
            start_s = max(open_s, ready_s)
            if start_s + dwell_s <= close_s:
                return int(start_s)
        return NEVER_S

    def lunch_then(self, free_s: int, leg_s: int) -> int:
        """Return the earliest arrival over a leg with lunch at either end of it, or ``NEVER_S``."""
        if self.starts is None:
            return NEVER_S
        first, last = self.starts
        before = max(free_s, first)
        after = max(free_s + leg_s, first)
        return min(
            before + self.shift.lunch_s + leg_s if before <= last else NEVER_S,
            after + self.shift.lunch_s if after <= last else NEVER_S,
        )


def earliest_back(day: TimetableDay, stops: Sequence[int]) -> int:
    """Return the earliest second at which a team can be done with ``stops`` in this order, or ``NEVER_S``.

    Done means back at the end base with lunch taken. It is not compared with the end of the shift.
    """
    team = day.problem.teams[day.team]
    fasting, fed = (day.shift.start_s, NEVER_S) if day.starts else (NEVER_S, day.shift.start_s)
    here = team.base
    for stop in stops:
        fasting, fed = onward(day, fasting, fed, int(day.travel[here, stop]), stop)
        if fasting >= NEVER_S and fed >= NEVER_S:
            return NEVER_S
        here = stop
    leg_s = 0 if team.end_base is None else int(day.travel[here, team.end_base])
    return min(fed + leg_s, day.lunch_then(fasting, leg_s), NEVER_S)


def onward(day: TimetableDay, fasting_s: int, fed_s: int, leg_s: int, stop: int) -> tuple[int, int]:
    """Return when a team is free after a stop, with lunch to come and with lunch taken, from when it was before it."""
    ready_fed = min(fed_s + leg_s, day.lunch_then(fasting_s, leg_s))
    dwell_s = int(day.problem.dwell_s[stop])
    return (
        min(day.begin(stop, fasting_s + leg_s) + dwell_s, NEVER_S),
        min(day.begin(stop, ready_fed) + dwell_s, NEVER_S),
    )


def timetable(problem: RoutingProblem, team: int, day: int, stops: Sequence[int]) -> PlannedRoute | None:
    """Set the times of a route on the real clock, or give None when it cannot be kept.

    Among all places for lunch the one is taken that brings the team back first, and of equals the one nearest to the
    middle of the lunch hours.

    Returns
    -------
    PlannedRoute or None
        None when there are no stops, or a stop would be outside its windows, lunch outside its hours, or the team back
        after its shift.
    """
    frame = TimetableDay.of(problem, team, day)
    if not stops or earliest_back(frame, stops) > frame.shift.end_s:
        return None
    best: tuple[tuple[int, int], PlannedRoute] | None = None
    for leg in range(len(stops) + 1) if frame.starts else [-1]:
        for on_arrival in (False, True) if frame.starts else [False]:
            route = _with_lunch(frame, stops, leg, on_arrival=on_arrival)
            if route is None or route.back_s > frame.shift.end_s:
                continue
            rank = (max(route.back_s, (route.lunch_s or 0) + frame.shift.lunch_s), _off_middle(frame, route))
            if best is None or rank < best[0]:
                best = (rank, route)
    return best[1] if best else None


def _off_middle(frame: TimetableDay, route: PlannedRoute) -> int:
    if frame.starts is None or route.lunch_s is None:
        return 0
    return abs(2 * route.lunch_s - sum(frame.starts))


def _with_lunch(frame: TimetableDay, stops: Sequence[int], leg: int, *, on_arrival: bool) -> PlannedRoute | None:
    """Walk a route that has stops once, with lunch on one leg, before setting out on it or on arrival."""
    problem, team = frame.problem, frame.problem.teams[frame.team]
    free_s, here, travel_s = frame.shift.start_s, team.base, 0
    lunch_s = lunch_at = None
    arrive: list[int] = []
    depart: list[int] = []
    for number, place in enumerate([*stops, team.end_base]):
        leg_s = 0 if place is None else int(frame.travel[here, place])
        travel_s += leg_s
        ready_s = free_s + leg_s
        if number == leg and frame.starts:
            lunch_s = max(ready_s if on_arrival else free_s, frame.starts[0])
            if lunch_s > frame.starts[1]:
                return None
            lunch_at = place if on_arrival and place is not None else here
            ready_s = lunch_s + frame.shift.lunch_s + (0 if on_arrival else leg_s)
        if number == len(stops):
            break
        begin_s = frame.begin(stops[number], ready_s)
        if begin_s >= NEVER_S:
            return None
        if number == leg and frame.starts and lunch_s is not None:  # where there is time to wait, eat nearer to noon
            lunch_s = max(lunch_s, min(lunch_s + begin_s - ready_s, sum(frame.starts) // 2))
        free_s, here = begin_s + int(problem.dwell_s[stops[number]]), stops[number]
        arrive.append(begin_s)
        depart.append(free_s)
    back_s = free_s + leg_s if on_arrival and leg == len(stops) else ready_s  # lunch after the day's work is no delay
    first_s = lunch_s if lunch_s is not None and on_arrival and leg == 0 else arrive[0]
    leave_s = first_s - int(frame.travel[team.base, stops[0]])  # just in time
    return PlannedRoute(
        frame.team, frame.day, tuple(stops), tuple(arrive), tuple(depart), leave_s, back_s, lunch_s, lunch_at, travel_s
    )
