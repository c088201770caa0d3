"""The independent checker. It shares no code with the solver, believes no total, and replays every team's day."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geo.errors import PlanError
from routing.problem import Plan, PlannedRoute, RoutingProblem

NO_WAY_S = 100_000_000
ENDLESS_S = 10 * 24 * 3600
Slice = tuple[int, npt.NDArray[np.int64]]
"""Until when, in seconds from midnight, and the travel seconds until then, shape (n, n)."""
_ROUNDED_S = 2  # seconds are rounded in each slice by itself


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that a plan does and must not."""

    rule: str  # in a word, to count by
    text: str
    team: int | None = None
    day: int | None = None


def violations(
    problem: RoutingProblem, plan: Plan, *, slices: Mapping[str, Sequence[Slice]] | None = None
) -> list[Violation]:
    """List everything in ``plan`` that breaks a rule of ``problem``; an empty list is a sound plan.

    Parameters
    ----------
    problem, plan
        What was asked, and the answer.
    slices
        Travel of each mode by the time of day, from midnight on; None: the problem's own holds all day.
    """
    found = list(_accounting(problem, plan))
    for route in plan.routes:
        faults = [*_shape(problem, route)]
        faults += [] if faults else [*_rules(problem, route), *_clock(problem, route, slices)]
        found += [Violation(rule, text, route.team, route.day) for rule, text in faults]
    return found


def ensure(problem: RoutingProblem, plan: Plan, *, slices: Mapping[str, Sequence[Slice]] | None = None) -> Plan:
    """Return ``plan`` unchanged, or raise.

    Raises
    ------
    PlanError
        Naming the number of violations and the first three.
    """
    found = violations(problem, plan, slices=slices)
    if found:
        raise PlanError(
            "the plan breaks {count} rules: {faults}; it was not saved, report this with the city's file",
            count=len(found),
            faults="; ".join(violation.text for violation in found[:3]),
        )
    return plan


def _accounting(problem: RoutingProblem, plan: Plan) -> Iterator[Violation]:
    visits = Counter(stop for route in plan.routes for stop in route.stops)
    for stop in problem.stops:
        times = visits.pop(stop, 0)
        listed = stop in plan.unserved
        if times > 1:
            yield Violation("once", f"stop {stop} is visited {times} times")
        if not times and not listed:
            yield Violation("once", f"stop {stop} is neither visited nor listed as unserved")
        if times and listed:
            yield Violation("once", f"stop {stop} is visited and listed as unserved")
        if listed and not str(plan.unserved[stop]):
            yield Violation("reason", f"stop {stop} is unserved without a reason")
    for stop in [*visits, *(stop for stop in plan.unserved if stop not in problem.stops)]:
        yield Violation("once", f"{stop} is no stop of the problem")
    for (team, day), times in Counter((route.team, route.day) for route in plan.routes).items():
        if times > 1:
            yield Violation("slot", f"team {team} has {times} routes on day {day}", team, day)


def _shape(problem: RoutingProblem, route: PlannedRoute) -> Iterator[tuple[str, str]]:
    if not 0 <= route.team < len(problem.teams) or not 0 <= route.day < problem.days:
        yield "slot", f"there is no team {route.team} on day {route.day}"
    if not route.stops or not len(route.stops) == len(route.arrive_s) == len(route.depart_s):
        yield "shape", f"{len(route.stops)} stops with {len(route.arrive_s)} arrivals, {len(route.depart_s)} departures"


def _rules(problem: RoutingProblem, route: PlannedRoute) -> Iterator[tuple[str, str]]:
    """Check what holds for each stop by itself."""
    team = problem.teams[route.team]
    if team.days is not None and route.day not in team.days:
        yield "slot", f"team {route.team} does not work on day {route.day}"
    for stop, arrive_s, depart_s in zip(route.stops, route.arrive_s, route.depart_s, strict=True):
        if stop in team.avoids:
            yield "avoid", f"team {route.team} must avoid stop {stop}"
        if problem.day_of[stop] not in (None, route.day):
            yield "day", f"stop {stop} belongs to day {problem.day_of[stop]}, not {route.day}"
        if depart_s - arrive_s != problem.dwell_s[stop]:
            yield "dwell", f"stop {stop} gets {depart_s - arrive_s} s of its {problem.dwell_s[stop]} s"
        hours = problem.windows[stop][route.day]
        if not any(open_s <= arrive_s and depart_s <= close_s for open_s, close_s in hours):
            yield "window", f"stop {stop} is visited from {arrive_s} to {depart_s}, it is open {list(hours)}"


def _clock(
    problem: RoutingProblem, route: PlannedRoute, slices: Mapping[str, Sequence[Slice]] | None
) -> Iterator[tuple[str, str]]:
    """Replay the day second by second: in one place at a time, every leg travelled whole, lunch taken, back in time."""
    team = problem.teams[route.team]
    shift = team.shift
    places = [team.base, *route.stops]
    free_at = [route.leave_s, *route.depart_s]
    due_at = [*route.arrive_s, route.back_s]
    if not team.open_end:
        places.append(team.base if team.end is None else team.end)
    matrix = problem.travel_s[team.mode]
    travel_s = 0
    lunch = None if route.lunch_s is None else (route.lunch_s, route.lunch_s + shift.lunch_s)
    by_hour = None if slices is None else slices[team.mode]
    for number, (here, there) in enumerate(pairwise(places)):
        leg_s = int(matrix[here, there])
        travel_s += leg_s
        if leg_s >= NO_WAY_S:
            yield "way", f"there is no way from {here} to {there}"
        elif not _fits(free_at[number], due_at[number], _legs(here, there, leg_s, by_hour), lunch):
            yield (
                "travel",
                f"{here} to {there} takes {leg_s} s, not {due_at[number] - free_at[number]} s with any lunch",
            )
    if travel_s != route.travel_s:
        yield "travel", f"the legs take {travel_s} s, the route says {route.travel_s} s"
    for begin_s, end_s in zip(route.arrive_s, route.depart_s, strict=True):
        if lunch and begin_s < lunch[1] and lunch[0] < end_s:
            yield "lunch", f"lunch at {lunch[0]} falls into the visit at {begin_s}"
    yield from _lunch_rules(problem, route)
    if route.leave_s < shift.start_s or max(route.back_s, route.depart_s[-1]) > shift.end_s:
        yield "shift", f"out from {route.leave_s} to {route.back_s}, the shift is {shift.start_s} to {shift.end_s}"


def _legs(here: int, there: int, leg_s: int, slices: Sequence[Slice] | None) -> Callable[[int], float]:
    """Return how long a leg takes by when it begins."""
    if slices is None:
        return lambda _: leg_s
    return lambda from_s: travelled_s(slices, here, there, from_s) - _ROUNDED_S


def travelled_s(slices: Sequence[Slice], here: int, there: int, from_s: float) -> float:
    """Return the seconds of a leg that begins at ``from_s``; where it meets another slice it goes on at its speed."""
    now_s, left = float(from_s), 1.0
    for until_s, travel_s in slices:
        whole_s = int(travel_s[here, there])
        if now_s + left * whole_s <= until_s:
            return now_s + left * whole_s - from_s
        if until_s > now_s:
            left -= (until_s - now_s) / whole_s
            now_s = until_s
    return now_s + left * whole_s - from_s


def _fits(free_s: int, due_s: int, leg_s: Callable[[int], float], lunch: tuple[int, int] | None) -> bool:
    """Say whether the leg is travelled in one piece between two visits, with lunch before or after it if it is then."""
    if lunch is None or lunch[1] <= free_s or lunch[0] >= due_s:
        return free_s + leg_s(free_s) <= due_s
    if lunch[0] < free_s or lunch[1] > due_s:
        return False
    return lunch[1] + leg_s(lunch[1]) <= due_s or free_s + leg_s(free_s) <= lunch[0]


def _lunch_rules(problem: RoutingProblem, route: PlannedRoute) -> Iterator[tuple[str, str]]:
    shift = problem.teams[route.team].shift
    first = max(shift.start_s, shift.lunch_from_s)
    last = min(shift.end_s, shift.lunch_until_s)
    if shift.lunch_s == 0 or last - first < shift.lunch_s:
        if route.lunch_s is not None:
            yield "lunch", f"lunch at {route.lunch_s} in a shift without lunch"
    elif route.lunch_s is None:
        yield "lunch", "no lunch"
    elif not first <= route.lunch_s <= route.lunch_s + shift.lunch_s <= last:
        yield "lunch", f"lunch at {route.lunch_s} is outside {first} to {last}"
