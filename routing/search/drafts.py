"""From the solver's tours to a plan on the real clock: nothing late, nothing lost."""

from collections.abc import Mapping, Sequence

from routing.problem import PlannedRoute, RoutingProblem, Slot
from routing.search.timetable import TimetableDay, earliest_back, timetable

Drafts = dict[Slot, tuple[int, ...]]


def rows_of(problem: RoutingProblem, slot: Slot, stops: Sequence[int]) -> list[int]:
    """List the rows of the matrix that a tour passes, bases included."""
    team = problem.teams[slot[0]]
    return [team.base, *stops] + ([] if team.end_base is None else [team.end_base])


def tour_s(problem: RoutingProblem, slot: Slot, stops: Sequence[int]) -> int:
    """Return the travel seconds of one tour."""
    rows = rows_of(problem, slot, stops)
    return int(problem.matrix(slot[0])[rows[:-1], rows[1:]].sum())


def work_s(problem: RoutingProblem, slot: Slot, stops: Sequence[int]) -> int:
    """Return the seconds that a tour keeps its team at work: travel and visits."""
    return tour_s(problem, slot, stops) + int(problem.dwell_s[list(stops)].sum())


def shift_s(problem: RoutingProblem, team: int) -> int:
    """Return the seconds of a team's day without lunch."""
    shift = problem.teams[team].shift
    return shift.end_s - shift.start_s - (shift.lunch_s if shift.lunch_starts else 0)


def holds(problem: RoutingProblem, slot: Slot, stops: Sequence[int]) -> bool:
    """Say whether a team's day can be kept on the real clock."""
    day = TimetableDay.of(problem, *slot)
    return earliest_back(day, stops) <= day.shift.end_s


def keep(problem: RoutingProblem, slot: Slot, stops: Sequence[int]) -> tuple[int, ...]:
    """Take away as few stops as it needs until the day can be kept on the real clock."""
    left = list(stops)
    while left and not holds(problem, slot, left):
        day = TimetableDay.of(problem, *slot)
        shorter = [left[:place] + left[place + 1 :] for place in range(len(left))]
        left = min(shorter, key=lambda rest: earliest_back(day, rest))
    return tuple(left)


def detour_s(problem: RoutingProblem, slot: Slot, stops: Sequence[int], place: int, stop: int) -> int:
    """Return the travel seconds that ``stop`` adds at ``place``."""
    team, travel = problem.teams[slot[0]], problem.matrix(slot[0])
    before = stops[place - 1] if place else team.base
    after = stops[place] if place < len(stops) else team.end_base
    added = int(travel[before, stop])
    if after is not None:
        added += int(travel[stop, after]) - (int(travel[before, after]) if stops or not team.open_end else 0)
    return added


def routes_of(problem: RoutingProblem, drafts: Mapping[Slot, Sequence[int]]) -> tuple[PlannedRoute, ...]:
    """Set the times of every draft; the drafts hold on the real clock."""
    routes = (
        timetable(problem, *slot, stops) for slot, stops in sorted(drafts.items(), key=lambda item: item[0][::-1])
    )
    return tuple(route for route in routes if route is not None)
