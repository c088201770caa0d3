"""Partition inspectors into teams exactly, and show why a partition that was wanted cannot be."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

Team = tuple[str, ...]  # names of its inspectors, in order
Pair = tuple[str, str]  # two names, in order


_STEPS = 20_000  # of the search by hand, before the integer program takes over


def search(names: list[str], sizes: dict[int, int], barred: set[Pair]) -> list[Team] | None:
    """Partition names, in the order given, into teams without a barred pair; None when a while of trying finds none."""
    left, steps = dict(sizes), 0

    def fill(rest: list[str]) -> list[Team] | None:
        nonlocal steps
        if not rest:
            return []
        for size in [size for size, number in left.items() if number]:
            left[size] -= 1
            for others in combinations(rest[1:], size - 1):
                steps += 1
                if steps > _STEPS:
                    return None
                team = tuple(sorted((rest[0], *others)))
                if barred.isdisjoint(combinations(team, 2)):
                    more = fill([name for name in rest if name not in team])
                    if more is not None:
                        return [team, *more]
            left[size] += 1
        return None

    return fill(names)


def partition(names: list[str], sizes: dict[int, int], never: set[Pair], recent: set[Pair]) -> list[Team] | None:
    """Partition names into teams with no pair of ``never`` and the fewest of ``recent``; None when there is no way.

    The names come in an order of the key's making, which decides among the ways.
    """
    found = search(names, sizes, never | recent)
    if found is not None:
        return found
    teams = (tuple(sorted(team)) for size in sizes for team in combinations(names, size))
    candidates = [team for team in teams if never.isdisjoint(combinations(team, 2))]
    if not candidates:
        return None
    row = {name: at for at, name in enumerate(names)}
    entries = [(row[name], at) for at, team in enumerate(candidates) for name in team]
    entries += [(len(names) + list(sizes).index(len(team)), at) for at, team in enumerate(candidates)]
    rows, columns = zip(*entries, strict=True)
    matrix = csc_array((np.ones(len(rows)), (rows, columns)), shape=(len(names) + len(sizes), len(candidates)))
    exactly = np.array([1] * len(names) + list(sizes.values()))
    solved = milp(
        np.array([sum(pair in recent for pair in combinations(team, 2)) for team in candidates], float),
        constraints=[LinearConstraint(matrix, exactly, exactly)],
        integrality=np.ones(len(candidates)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    return None if solved.x is None else [candidates[at] for at in np.flatnonzero(np.round(solved.x))]


def stuck(names: list[str], sizes: dict[int, int], barred: set[Pair], why: str) -> str:
    """Say why no partition avoids the barred pairs: by a set of names that anyone can check, or by the search."""
    free = {name: {n for n in names if n != name and (min(n, name), max(n, name)) not in barred} for name in names}
    lonely = sorted(name for name in names if not free[name])
    if lonely:
        return f"{', '.join(lonely)} and every other inspector {why}"
    if set(sizes) == {2}:
        barrier = _barrier(names, free)
        if barrier is not None:
            outside, groups = barrier
            listed = "; ".join(", ".join(group) for group in groups)
            rest = f"the rest falls into {len(groups)} groups of odd size, whose members {why} with everyone outside"
            need = f"their group, so each group needs one of those {len(outside)}"
            return f"take out {', '.join(outside) or 'nobody'}: {rest} {need}: {listed}"
    return "the integer program has no solution without them (HiGHS, gap 0)"


def _barrier(names: list[str], free: Mapping[str, set[str]]) -> tuple[list[str], list[list[str]]] | None:
    """Find a set whose removal leaves more odd groups than it has members (Tutte 1947, doi:10.1112/jlms/s1-22.2.107).

    It is the A of the Gallai-Edmonds decomposition: neighbours of those whom some largest matching misses.
    """
    whole = _matching_size(names, free)
    missed = {name for name in names if _matching_size([n for n in names if n != name], free) == whole}
    outside = sorted({other for name in missed for other in free[name]} - missed)
    groups = [group for group in _groups([n for n in names if n not in outside], free) if len(group) % 2]
    return (outside, groups) if len(groups) > len(outside) else None


def _matching_size(names: list[str], free: Mapping[str, set[str]]) -> int:
    """Return the size of a largest matching among the names."""
    inside = set(names)
    edges = [(a, b) for a in names for b in free[a] & inside if a < b]
    if not edges:
        return 0
    row = {name: at for at, name in enumerate(names)}
    rows, columns = zip(*((row[end], at) for at, edge in enumerate(edges) for end in edge), strict=True)
    matrix = csc_array((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(edges)))
    found = milp(
        -np.ones(len(edges)),
        constraints=[LinearConstraint(matrix, -np.inf, 1)],
        integrality=np.ones(len(edges)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    size: int = round(float(-found.fun))
    return size


def _groups(names: list[str], free: Mapping[str, set[str]]) -> list[list[str]]:
    """Split names into groups that are connected by free pairs."""
    left, found = set(names), []
    while left:
        group, edge = set(), {min(left)}
        while edge:
            group |= edge
            edge = {other for name in edge for other in free[name] & left} - group
        left -= group
        found.append(sorted(group))
    return found
