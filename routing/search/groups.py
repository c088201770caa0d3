"""Team days that are searched together: neighbours, and other ones each time."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

import numpy as np

from routing.problem import UNREACHABLE_S, RoutingProblem, Seconds, Slot
from routing.search.drafts import Drafts
from routing.search.menus import Menus

GROUP_SLOTS = 20  # team days searched together
GROUP_STOPS = 500  # stops searched together: a step copies them all
LEAST_SLOTS = 4  # team days of a group, so that stops can change between routes

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


def group_count(stops: int, slots: int) -> int:
    """Return into how many groups so many stops and team days are parted."""
    wanted = max(round(stops / GROUP_STOPS), round(slots / GROUP_SLOTS))
    return max(1, min(wanted, slots // LEAST_SLOTS, stops))


def territories(problem: RoutingProblem, part: Group, count: int, random: Random) -> list[Group]:
    """Part stops that have no routes yet into territories, each with its share of the team days: its own halves again.

    The halves are those nearer to one or the other of two stops far apart; a team day goes where its base is nearer.
    """
    stops, slots = part
    if count <= 1:
        return [part]
    travel = problem.matrix(slots[0][0])
    some, every = random.choice(stops), np.array(stops)
    west = every[_farthest(travel[some, every])]
    east = every[_farthest(travel[west, every])]
    sides = travel[west] - travel[east]
    ranked = every[np.argsort(sides[every], kind="stable")].tolist()
    shuffled = random.sample(slots, len(slots))
    teams = sorted(shuffled, key=lambda slot: int(sides[problem.teams[slot[0]].base]))
    left = count // 2
    at, cut = round(len(ranked) * left / count), round(len(teams) * left / count)
    halves = [(ranked[:at], teams[:cut]), (ranked[at:], teams[cut:])]
    return [
        group
        for half, parts in zip(halves, (left, count - left), strict=True)
        for group in territories(problem, half, parts, random)
    ]


def _farthest(travel_s: Seconds) -> int:
    return int(np.where(travel_s < UNREACHABLE_S, travel_s, 0).argmax())


def groups_of(problem: RoutingProblem, part: Group, tours: Drafts, random: Random) -> list[Group]:
    """Part team days into groups of neighbours; every group gets some of the days and stops that are still free."""
    stops, slots = part
    used = [slot for slot in slots if slot in tours]
    idle = [slot for slot in slots if slot not in tours]
    random.shuffle(idle)
    count = group_count(len(stops), len(used))
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
    """Return how far two tours are apart: the mean way from a stop to the nearest of the other tour."""
    if not some or not others:
        return float(UNREACHABLE_S)
    travel = problem.matrix(0)[np.ix_(some, others)]
    return float(travel.min(axis=0).mean() + travel.min(axis=1).mean())
