"""Whose turn it is: the sets of teams that may go to a street on each of its days, no team twice in a row.

A street asks of every day's set that each of the day's points has a team in it that may inspect it, and of two days
in a row that their sets have no team in common. A split of the teams into two halves by the key, one for the odd
and one for the even days, does that for most streets. Where no such split is found, every sequence of sets is searched.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
SPLITS = 64  # of the key, tried before the search
_MOST = 12  # teams that the search holds: it looks at pairs of their subsets


@dataclass(frozen=True, slots=True)
class TeamTurns:
    """The teams of a street, day by day."""

    teams: tuple[frozenset[int], ...]
    repeats: tuple[tuple[int, int], ...] = ()  # place of the day, team: it had the street on the day before
    proof: str = ""  # why there are any


def take_turns(
    asked: Sequence[Collection[frozenset[int]]], teams: int, before: Collection[int], coins: Ints
) -> TeamTurns:
    """Choose the sets with the fewest repeats.

    Parameters
    ----------
    asked
        For each of the street's days, the teams that may inspect each of its points; none is empty.
    teams
        How many there are.
    before
        Teams that had the street last before the first day.
    coins
        Shape ``(splits, teams)``, 0 or 1: the key's splits, the first that will do is taken.
    """
    days = [_masks(points) for points in asked]
    had = _mask(before)
    everyone = (1 << teams) - 1
    for row in coins[:SPLITS]:
        half = _mask(np.flatnonzero(row).tolist())
        sets = [half if day % 2 else everyone & ~half for day in range(len(days))]
        sets[0] &= ~had
        if all(_covers(chosen, points) for chosen, points in zip(sets, days, strict=True)):
            return TeamTurns(
                tuple(_members(chosen & _anyone(points)) for chosen, points in zip(sets, days, strict=True))
            )
    return _searched(days, teams, had, _mask(np.flatnonzero(coins[0]).tolist()))


def _searched(days: Sequence[Sequence[int]], teams: int, had: int, half: int) -> TeamTurns:
    """Search all sequences of sets of the teams that matter; the others keep the key's halves."""
    tight = sorted({mask for points in days for mask in points}, key=lambda mask: (mask.bit_count(), mask))
    matter = 0
    for mask in tight:
        if (matter | mask).bit_count() <= _MOST:
            matter |= mask
    names = _members(matter)
    order = sorted(names)
    small = [[_narrow(mask, order) for mask in points if not mask & ~matter] for points in days]
    chosen, repeats = _fewest(small, len(order), _narrow(had, order))
    sets = []
    for day, mask in enumerate(chosen):
        rest = (half if day % 2 else ~half) & ((1 << teams) - 1) & ~matter & ~(had if day == 0 else 0)
        sets.append(_mask([order[at] for at in _members(mask)]) | rest)
    for day, points in enumerate(days):  # a point that neither the search nor the halves serve: everyone who may
        for mask in points:
            if not mask & sets[day]:
                sets[day] |= mask
        sets[day] &= _anyone(points)
    found = [
        (day, team)
        for day, now in enumerate(sets)
        for team in sorted(_members(now & (had if day == 0 else sets[day - 1])))
    ]
    exact = matter == (1 << teams) - 1 or all(not mask & ~matter for points in days for mask in points)
    proof = _proof(days, had, repeats, exact=exact) if found else ""
    return TeamTurns(tuple(map(_members, sets)), tuple(found), proof)


def _fewest(days: Sequence[Sequence[int]], teams: int, had: int) -> tuple[list[int], int]:
    """Find the sets, day by day, that cover their points with the fewest repeats: dynamic programming over subsets."""
    subsets = np.arange(1 << teams, dtype=np.int64)
    bits = np.array([int(one).bit_count() for one in subsets])
    covering = [subsets[_covering(subsets, points)] for points in days]
    cost = bits[covering[0] & had]
    back: list[Ints] = []
    for last, now in pairwise(covering):
        best, way = np.full(len(now), np.iinfo(np.int64).max), np.zeros(len(now), np.int64)
        for at, mask in enumerate(last):
            total = cost[at] + bits[now & mask]
            better = total < best
            best[better], way[better] = total[better], at
        cost = best
        back.append(way)
    # of the cheapest the one with the most teams, so that a planner has room
    at = int(np.lexsort((-bits[covering[-1]], cost))[0])
    fewest, chosen = int(cost[at]), [int(covering[-1][at])]
    for day in range(len(days) - 2, -1, -1):
        at = int(back[day][at])
        chosen.append(int(covering[day][at]))
    return chosen[::-1], fewest


def _covering(subsets: Ints, points: Sequence[int]) -> npt.NDArray[np.bool_]:
    fine = np.ones(len(subsets), bool)
    for mask in points:
        fine &= (subsets & mask) != 0
    return fine


def _proof(days: Sequence[Sequence[int]], had: int, repeats: int, *, exact: bool) -> str:
    """List the tightest demands of each day: from these alone anyone sees that fewer repeats are impossible."""
    parts = []
    for day, points in enumerate(days, 1):
        least = [mask for mask in points if not any(other != mask and other & mask == other for other in points)]
        parts.append(f"turn {day} needs {' and '.join(_named(mask) for mask in sorted(least))}")
    before = f"{_named(had)} had it last; " if had else ""
    end = f"every choice repeats at least {repeats} times" if exact else "no way without a repeat was found"
    return f"{before}{'; '.join(parts)}: {end}"


def _named(mask: int) -> str:
    return "team " + " or ".join(str(team + 1) for team in sorted(_members(mask)))


def _masks(points: Collection[frozenset[int]]) -> list[int]:
    return sorted({_mask(teams) for teams in points})


def _mask(teams: Collection[int]) -> int:
    return sum(1 << int(team) for team in set(teams))


def _members(mask: int) -> frozenset[int]:
    return frozenset(at for at in range(mask.bit_length()) if mask >> at & 1)


def _anyone(points: Sequence[int]) -> int:
    return _mask([team for mask in points for team in _members(mask)])


def _narrow(mask: int, order: Sequence[int]) -> int:
    return _mask([at for at, team in enumerate(order) if mask >> team & 1])


def _covers(chosen: int, points: Sequence[int]) -> bool:
    return all(mask & chosen for mask in points)
