"""The two trees of a draw: nested cells of the city, and nested cells of each category, as parents and leaves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.draw.rounding import D, Edges
from routing.draw.stream import words

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """A forest link per node (a parent has the lower number; the root's is -1) and the node that holds each unit."""

    parent: Ints
    leaf: Ints


def flat(group: Ints | None, units: int) -> Tree:
    """Make a root with one child per group; without groups the root holds every unit."""
    if group is None:
        return Tree(np.full(1, -1), np.zeros(units, np.int64))
    groups = int(group.max(initial=-1)) + 1
    return Tree(np.r_[-1, np.zeros(groups, np.int64)].astype(np.int64), group + 1)


def grow(tree: Tree, units: Ints, place: tuple[Ints, Ints], value: Ints, key: bytes, label: str) -> Tree:
    """Split the cells that hold ``units`` until each expects at most one and a half of them.

    A cell is cut across its longer side, at a whole number of expected points where it expects two or more. All cells
    of one depth are cut at once; the coins are read in the order of the cells' numbers.

    Parameters
    ----------
    tree
        What to start from; units that aren't named stay where they are.
    units
        Ascending numbers of the units that move down.
    place
        The two integer coordinates of every unit.
    value
        Expectation of every unit, in units of 1/D.
    key, label
        The stream of the coins.
    """
    parents, leaf = [tree.parent], tree.leaf.copy()
    ranks = [_ranks(axis) for axis in place]
    coins = words(key, label, len(units) + 1)
    nodes, read, live = len(tree.parent), 0, units
    while True:
        live, cell = _open_cells(live, leaf, value)
        if not live.size:
            return Tree(np.concatenate(parents), leaf)
        starts = np.flatnonzero(np.r_[True, np.diff(cell) > 0])
        order = _order(live, starts, place, ranks)
        live = live[order]
        cut = _cuts(value[live], starts, coins[read : read + len(starts)])
        which = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(live)]))
        parents.append(np.repeat(cell[starts], 2))
        leaf[live] = nodes + 2 * which + (np.arange(len(live)) >= cut[which])
        nodes += 2 * len(starts)
        read += len(starts)


def _ranks(axis: Ints) -> Ints:
    rank = np.empty(len(axis), np.int64)
    rank[np.argsort(axis, kind="stable")] = np.arange(len(axis))
    return rank


def _open_cells(live: Ints, leaf: Ints, value: Ints) -> tuple[Ints, Ints]:
    """Keep the units of cells that are still to be cut, ordered by cell, and the cell of each."""
    live = live[np.argsort(leaf[live], kind="stable")]
    cell = leaf[live]
    _, which, count = np.unique(cell, return_inverse=True, return_counts=True)
    mass = np.zeros(len(count), np.int64)
    np.add.at(mass, which, value[live])
    keep = ((count > 1) & (2 * mass > 3 * D))[which]
    return live[keep], cell[keep]


def _order(live: Ints, starts: Ints, place: tuple[Ints, Ints], ranks: list[Ints]) -> Ints:
    """Order the units of each cell along the cell's longer side; the cells stay in their order."""
    wide = [np.maximum.reduceat(axis[live], starts) - np.minimum.reduceat(axis[live], starts) for axis in place]
    count = np.diff(np.r_[starts, len(live)])
    which = np.repeat(np.arange(len(starts)), count)
    rank = np.where((wide[0] >= wide[1])[which], ranks[0][live], ranks[1][live])
    return np.argsort(which * (len(ranks[0]) + 1) + rank, kind="stable")


def _cuts(value: Ints, starts: Ints, coins: Ints) -> Ints:
    """Say at which place of the ordered units each cell is cut."""
    ends = np.r_[starts[1:], len(value)]
    total = np.r_[0, np.cumsum(value)]
    base = total[starts]
    mass = total[ends] - base
    whole, rest = mass // D, mass % D
    target = np.where(whole > 1, (whole + coins % 2) // 2 * D + coins // 2 % 2 * rest, mass // 2)
    cut = np.searchsorted(total, base + target)  # first place with at least the target on its left
    over, under = total[cut] - base - target, base + target - total[np.maximum(cut - 1, 0)]
    cut = np.where(over > under, cut - 1, cut)
    clipped: Ints = np.clip(cut, starts + 1, ends - 1)
    return clipped


def network(value: Ints, units: Ints, city: Tree, kinds: Tree) -> tuple[Edges, int]:
    """List the edges and the number of nodes: units first, then tree links, deepest first."""
    shift = len(city.parent)
    parts = [Edges(city.leaf[units], shift + kinds.leaf[units], value[units])]
    for tree, down in ((city, True), (kinds, False)):
        child = np.arange(len(tree.parent) - 1, 0, -1)
        low, high = child, tree.parent[child]
        tail, head = (high, low) if down else (low + shift, high + shift)
        parts.append(Edges(tail, head, _masses(tree, value)[child]))
    return Edges(*(np.concatenate(part).astype(np.int64) for part in zip(*parts, strict=True))), shift + len(
        kinds.parent
    )


def _masses(tree: Tree, value: Ints) -> Ints:
    """Sum the units below each node."""
    mass = np.zeros(len(tree.parent), np.int64)
    np.add.at(mass, tree.leaf, value)
    parent, total = tree.parent.tolist(), mass.tolist()
    for node in range(len(parent) - 1, 0, -1):
        total[parent[node]] += total[node]
    return np.array(total, np.int64)
