"""Team days that are searched together: neighbours, and other ones each time."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

import numpy as np

from routing.menus import Menus
from routing.problem import UNREACHABLE_S, RoutingProblem, Slot
from routing.settle import Drafts

GROUP_SLOTS = 20  # team days searched together

Group = tuple[list[int], list[Slot]]  # stops, team days


def independent(problem: RoutingProblem, menus: Menus) -> Iterator[Group]:
    """Part a problem into stops and team days that have nothing to do with each other."""
    slots = problem.slots()
    offered = {stop for slot in slots for stop in menus.of(slot)}
    if any(problem.day_of[stop] is None for stop in offered):
        yield sorted(offered), slots
        return
    for day in range(problem.days):
        stops = sorted(stop for stop in offered if problem.day_of[stop] == day)
        if stops:
            yield stops, [slot for slot in slots if slot[1] == day]


def groups_of(problem: RoutingProblem, part: Group, tours: Drafts, random: Random) -> list[Group]:
    """Part team days into groups of neighbours; every group gets some of the days and stops that are still free."""
    stops, slots = part
    used = [slot for slot in slots if slot in tours]
    idle = [slot for slot in slots if slot not in tours]
    random.shuffle(idle)
    count = max(1, round(len(used) / GROUP_SLOTS))
    groups = _neighbours(problem, used, tours, count, random)
    for number, slot in enumerate(idle):
        groups[number % count].append(slot)
    homes = [[stop for slot in group for stop in tours.get(slot, ())] for group in groups]
    members = [list(own) for own in homes]
    for stop in sorted(set(stops).difference(*homes)):
        near = sorted(range(count), key=lambda n: _between(problem, [stop], homes[n]))
        members[random.choice(near[:2])].append(stop)
    return list(zip(members, groups, strict=True))


def _neighbours(
    problem: RoutingProblem, slots: Iterable[Slot], tours: Drafts, count: int, random: Random
) -> list[list[Slot]]:
    """Take the team day farthest from a random one with its neighbours, and so on with what is left."""
    left = list(slots)
    groups = []
    for remaining in range(count, 0, -1):
        start = tours[random.choice(left)]
        far = {slot: _between(problem, start, tours[slot]) for slot in left}
        corner = tours[max(left, key=lambda slot: far[slot])]
        close = {slot: _between(problem, corner, tours[slot]) for slot in left}
        group = sorted(left, key=lambda slot: close[slot])[: round(len(left) / remaining)]
        left = [slot for slot in left if slot not in group]
        groups.append(group)
    return groups


def _between(problem: RoutingProblem, some: Sequence[int], others: Sequence[int]) -> float:
    """Give how far two tours are apart: the mean way from a stop to the nearest of the other tour."""
    if not some or not others:
        return float(UNREACHABLE_S)
    travel = problem.matrix(0)[np.ix_(some, others)]
    return float(travel.min(axis=0).mean() + travel.min(axis=1).mean())
