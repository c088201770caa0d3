"""Dependent rounding on a network: push along cycles of fractional edges until every edge is whole.

After Gandhi, Khuller, Parthasarathy and Srinivasan (2006), doi:10.1145/1147954.1147956, with integers and a fixed order
of cycles in place of floats and an arbitrary one. The kernel and ``redraw.settle`` do the same steps in one order.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from routing.draw.stream import WORD, words

D = 1 << 30  # common denominator of all probabilities
Ints = npt.NDArray[np.int64]


class Edges(NamedTuple):
    """Tail node, head node and amount of each edge; the number of an edge is its priority. Numba reads it."""

    tail: Ints
    head: Ints
    amount: Ints


class FractionalEdges(NamedTuple):
    """The fractional edges at each node: ``edge[first[n] : first[n] + degree[n]]``, ascending. Numba reads it."""

    edge: Ints
    first: Ints
    degree: Ints


def settle(edges: Edges, nodes: int, key: bytes, label: str, *, flat: bool) -> Ints:
    """Round the amounts of the edges, in units of 1/D, to multiples of D.

    Parameters
    ----------
    edges
        Amounts may be of any size; at every node of a network that isn't flat the fractional parts of what comes in
        and what goes out agree.
    nodes
        Number of nodes.
    key, label
        The stream of random words.
    flat
        Pick cycles at random, and leave what lies on no cycle fractional.

    Returns
    -------
    The amounts afterwards: each the floor or the ceiling of what it was, with its expectation kept.
    """
    count = (6 if flat else 2) * len(edges.tail) + 64
    while True:
        settled = edges.amount.copy()
        if _settle(Edges(edges.tail, edges.head, settled), nodes, words(key, label, count), flat):
            return settled
        count *= 2  # the stream ran dry: once more from the start, with more of it


@njit(cache=True)
def _drop(lists: FractionalEdges, node: int, edge: int) -> None:
    """Take an edge out of the ordered list of a node's fractional edges."""
    alive, first, count = lists
    at = first[node]
    while alive[at] != edge:
        at += 1
    last = first[node] + count[node] - 1
    while at < last:
        alive[at] = alive[at + 1]
        at += 1
    count[node] -= 1


@njit(cache=True)
def _below(stream: Ints, at: int, bound: int) -> tuple[int, int]:
    """Read the next unbiased integer below ``bound``; the place comes back as -1 when the stream is dry."""
    limit = WORD - WORD % bound
    while at < stream.size:
        if stream[at] < limit:
            return stream[at] % bound, at + 1
        at += 1
    return 0, -1


@njit(cache=True)
def _lists(edges: Edges, nodes: int) -> FractionalEdges:
    """List the fractional edges at each node in order of their numbers."""
    tail, head, amount = edges
    count = np.zeros(nodes, np.int64)
    for edge in range(tail.size):
        if amount[edge] % D != 0:
            count[tail[edge]] += 1
            count[head[edge]] += 1
    first = np.zeros(nodes, np.int64)
    for node in range(1, nodes):
        first[node] = first[node - 1] + count[node - 1]
    alive = np.empty(count.sum(), np.int64)
    count[:] = 0
    for edge in range(tail.size):
        if amount[edge] % D != 0:
            for node in (tail[edge], head[edge]):
                alive[first[node] + count[node]] = edge
                count[node] += 1
    return FractionalEdges(alive, first, count)


@njit(cache=True)
def _room(tail: Ints, amount: Ints, path: Ints, via: Ints, back: int, top: int) -> tuple[int, int]:
    """Tell how far the cycle from ``path[back]`` over ``path[top]`` can go up and down."""
    up, down = D, D
    for at in range(back, top + 1):
        edge = via[at + 1]
        part = amount[edge] % D
        if tail[edge] == path[at]:
            up, down = min(up, D - part), min(down, part)
        else:
            up, down = min(up, part), min(down, D - part)
    return up, down


@njit(cache=True)
def _leave(lists: FractionalEdges, node: int, came: int, stream: Ints, read: int) -> tuple[int, int]:
    """Pick at random the edge by which a flat network's node is left, not that by which it was entered (-1: none)."""
    alive, first, count = lists
    pick, read = _below(stream, read, count[node] - (1 if came >= 0 else 0))
    if read < 0:
        return -1, -1
    edge = alive[first[node] + pick]
    return (alive[first[node] + pick + 1] if 0 <= came <= edge else edge), read


@njit(cache=True)
def _push(edges: Edges, lists: FractionalEdges, path: Ints, via: Ints, step: int) -> None:
    """Move a cycle, ``path[t]`` to ``path[t + 1]`` over ``via[t + 1]``, by ``step``."""
    tail, head, amount = edges
    for at in range(path.size):
        edge = via[at + 1]
        amount[edge] += step if tail[edge] == path[at] else -step
        if amount[edge] % D == 0:
            _drop(lists, tail[edge], edge)
            _drop(lists, head[edge], edge)


@njit(cache=True)
def _settle(edges: Edges, nodes: int, stream: Ints, flat: bool) -> bool:  # noqa: FBT001 - one loop; numba takes no keyword-only arguments
    """Do :func:`settle` in place; False when the stream was too short."""
    tail, head, amount = edges
    alive, first, count = lists = _lists(edges, nodes)
    place = np.full(nodes, -1, np.int64)
    path, via = np.empty(nodes + 2, np.int64), np.empty(nodes + 2, np.int64)  # via[t] leads from path[t - 1] to path[t]
    read = 0
    for start in range(nodes - 1, -1, -1):
        top = 0
        path[0], place[start], via[0] = start, 0, -1
        while count[start] > 0:
            node, came = path[top], via[top]
            if top > 0 and count[node] == 1:  # a dead end, in a flat network only: set the edge aside
                _drop(lists, tail[came], came)
                _drop(lists, head[came], came)
                place[node] = -1
                top -= 1
                continue
            edge = alive[first[node]]
            if flat:
                edge, read = _leave(lists, node, came, stream, read)
                if read < 0:
                    return False
            elif edge == came:
                edge = alive[first[node] + 1]
            other = tail[edge] + head[edge] - node
            via[top + 1] = edge
            if place[other] < 0:
                top += 1
                path[top], place[other] = other, top
                continue
            back = place[other]
            up, down = _room(tail, amount, path, via, back, top)
            pick, read = _below(stream, read, up + down)
            if read < 0:
                return False
            _push(edges, lists, path[back : top + 1], via[back:], up if pick < down else -down)
            keep = 0 if flat else back
            place[path[keep + 1 : top + 1]] = -1
            top = keep
        place[start] = -1
    return True
