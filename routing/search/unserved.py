"""Why a stop is not served."""

from collections.abc import Sequence

from routing.problem import UNREACHABLE_S, Reason, RoutingProblem, Slot
from routing.search.drafts import holds, shift_s, work_s
from routing.search.places import InsertionPlaces


def reason_of(places: InsertionPlaces, stop: int) -> Reason:
    """Return the reason of a stop that no route visits: avoidance, no way, hours, its prize, and else no room."""
    problem = places.problem
    slots = [slot for slot in problem.slots() if problem.day_of[stop] in (None, slot[1])]
    willing = [slot for slot in slots if stop not in problem.teams[slot[0]].avoids]
    if slots and not willing:
        return Reason.AVOIDED
    if willing and not any(_way(problem, team, stop) for team, _ in willing):
        return Reason.NO_WAY
    if slots and not any(holds(problem, slot, [stop]) for slot in willing):
        return Reason.CLOSED if _hours_hinder(problem, willing, stop) else Reason.FULL
    if problem.prizes[stop] is not None and places.cheapest(stop):
        return Reason.NOT_WORTH
    return Reason.FULL


def _hours_hinder(problem: RoutingProblem, slots: Sequence[Slot], stop: int) -> bool:
    """Say whether longer hours would let a team visit the stop, or it is shut; else it is too far for every shift."""
    shut = not any(problem.open_on(stop, day) for _, day in slots)
    return shut or any(work_s(problem, slot, [stop]) <= shift_s(problem, slot[0]) for slot in slots)


def _way(problem: RoutingProblem, number: int, stop: int) -> bool:
    team, travel = problem.teams[number], problem.matrix(number)
    home_s = 0 if team.end_base is None else int(travel[stop, team.end_base])
    return max(int(travel[team.base, stop]), home_s) < UNREACHABLE_S
