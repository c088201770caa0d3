"""Two engines for shortest ways on the arcs: customisable contraction hierarchies, and scipy where these can't be had.

Both take places as entries ``(node, offset_ms)``: a place on a street is left over the ends of its edge and reached
over them, each at its own cost. Both give the same milliseconds.

J. Dibbelt, B. Strasser, D. Wagner, Customizable Contraction Hierarchies, https://doi.org/10.1145/2886843.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from routing.streets.arcs import Arcs

try:
    import routingkit_cch as rk
except ImportError:  # no wheel for this machine: the same results, slower
    rk = None  # type: ignore[assignment]

HAS_CCH = rk is not None

Ints = npt.NDArray[np.int64]
CLOSED_MS = 2**31 - 1
"""Weight of an arc that is closed; it is RoutingKit's infinity, so that no way leads over it."""
FAR_MS = 2**40
"""No way there."""
_THREADS = min(os.cpu_count() or 1, 8)
_CHUNK = 64  # sources that one task sweeps


@dataclass(frozen=True, slots=True)
class Entries:
    """How places are left, or how they are reached."""

    place: Ints  # ascending; a place may have none
    node: Ints
    offset_ms: Ints
    arc: Ints  # of the place's own edge, over which it is left or reached
    places: int

    def arc_over(self, place: int, node: int) -> int:
        """Return the arc by which a place is left or reached at the least cost over one node."""
        at = np.flatnonzero((self.place == place) & (self.node == node))
        return int(self.arc[at[self.offset_ms[at].argmin()]])

    def pairs(self, place: int) -> list[tuple[int, int]]:
        """Return the (node, offset) pairs of one place."""
        low, high = np.searchsorted(self.place, [place, place + 1])
        return list(zip(self.node[low:high].tolist(), self.offset_ms[low:high].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Path:
    """A shortest way over whole arcs."""

    ms: int  # with the offsets at both ends
    arcs: Ints
    start: int  # node
    end: int  # node


class Metric(Protocol):
    """Shortest ways under one weight per arc."""

    weights: Ints

    def many(self, sources: Entries, targets: Entries) -> Ints:
        """Return the milliseconds from every source to every target, :data:`FAR_MS` where there is no way."""

    def path(self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]) -> Path | None:
        """Return the shortest way from one place to another."""


class Engine(Protocol):
    """What makes metrics for one set of arcs."""

    def metric(self, weights: Ints) -> Metric:
        """Take weights in milliseconds, :data:`CLOSED_MS` for closed arcs."""


def _gathered(swept: Ints, targets: Entries, column: Ints) -> Ints:
    """From milliseconds to nodes, shape (rows, columns), to milliseconds to places."""
    out = np.full((len(swept), targets.places), FAR_MS, np.int64)
    if len(targets.place):
        total = swept[:, column] + targets.offset_ms
        starts = np.flatnonzero(np.diff(targets.place, prepend=-1))
        out[:, targets.place[starts]] = np.minimum.reduceat(total, starts, axis=1)
    return np.minimum(out, FAR_MS, out=out)


class CchEngine:
    """Customisable contraction hierarchies by RoutingKit.

    Parameters
    ----------
    arcs
        The graph.
    order
        Rank order of the nodes, from :func:`cch_order`; it depends on the streets only, so it can be kept.
    """

    def __init__(self, arcs: Arcs, order: Ints) -> None:
        self._cch = rk.CCH(order.tolist(), arcs.tail.tolist(), arcs.head.tolist(), False)

    def metric(self, weights: Ints) -> "CchMetric":
        """Customise: some 10 ms for a large city."""
        return CchMetric(self._cch, weights)


def cch_order(arcs: Arcs, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Ints:
    """Order the nodes by nested dissection along inertial cuts of their coordinates (metres, or any even scale)."""
    order = rk.compute_order_inertial(arcs.nodes, arcs.tail.tolist(), arcs.head.tolist(), y.tolist(), x.tolist())
    return np.array(order, np.int64)


class CchMetric:
    """A customised hierarchy.

    RoutingKit's queries belong to the thread that made them, and must be gone before their metric changes; so a query
    lives inside one call, and a metric never changes. The sweeps release the interpreter, so threads use all cores.
    """

    def __init__(self, cch: "rk.CCH", weights: Ints) -> None:
        self.weights = weights
        self._metric = rk.CCHMetric(cch, weights.tolist())

    def many(self, sources: Entries, targets: Entries) -> Ints:
        """Sweep once per source over all target nodes."""
        nodes, column = np.unique(targets.node, return_inverse=True)
        out = np.full((sources.places, targets.places), FAR_MS, np.int64)
        if not len(nodes):
            return out
        pinned = nodes.tolist()

        def sweep(start: int) -> None:
            query = rk.CCHOneToMany(self._metric, pinned)
            stop = min(start + _CHUNK, sources.places)
            swept = np.full((stop - start, len(pinned)), FAR_MS, np.int64)
            for place in range(start, stop):
                entries = sources.pairs(place)
                if entries:
                    swept[place - start] = _ints(query.distances_from_multi(entries))
            out[start:stop] = _gathered(swept, targets, column)

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(sweep, range(0, sources.places, _CHUNK)))
        return out

    def path(self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]) -> Path | None:
        """Run one query with all ways out and in."""
        if not sources or not targets:
            return None
        query = rk.CCHQuery(self._metric)
        result = query.run_multi(sources, targets)
        ms, arcs, nodes = result.distance, result.arc_path, result.node_path
        del result, query  # in this order: a query that goes before its result panics
        return None if ms is None else Path(ms, np.array(arcs, np.int64), nodes[0], nodes[-1])


def _ints(distances: list[int | None]) -> Ints:
    try:
        return np.fromiter(distances, np.int64, len(distances))
    except TypeError:  # some node can't be reached
        found = np.array(distances, np.float64)
        return np.where(np.isnan(found), FAR_MS, np.nan_to_num(found)).astype(np.int64)


class ScipyEngine:
    """Dijkstra's algorithm by ``scipy.sparse.csgraph``."""

    def __init__(self, arcs: Arcs) -> None:
        self._arcs = arcs

    def metric(self, weights: Ints) -> "ScipyMetric":
        """Build the sparse matrix."""
        return ScipyMetric(self._arcs, weights)


class ScipyMetric:
    """A sparse matrix of the open arcs; of parallel ones the fastest."""

    def __init__(self, arcs: Arcs, weights: Ints) -> None:
        self.weights = weights
        self._nodes = arcs.nodes
        open_arcs = np.flatnonzero(weights < CLOSED_MS)
        tail, head, ms = arcs.tail[open_arcs], arcs.head[open_arcs], weights[open_arcs]
        order = np.lexsort((ms, head, tail))
        fastest = order[np.flatnonzero(np.diff(tail[order] * arcs.nodes + head[order], prepend=-1))]
        self._tail, self._head, self._ms = tail[fastest], head[fastest], ms[fastest]
        self._arc = open_arcs[fastest]
        self._keys = self._tail * arcs.nodes + self._head

    def _graph(self, places: Ints, nodes: Ints, offset_ms: Ints, count: int) -> sp.csr_array:
        """Return the graph with ``count`` more nodes, from which places are left (scipy keeps zeros as arcs)."""
        size = self._nodes + count
        tail = np.concatenate([self._tail, self._nodes + places])
        head = np.concatenate([self._head, nodes])
        order = np.lexsort((head, tail))
        indptr = np.searchsorted(tail[order], np.arange(size + 1))
        data = np.concatenate([self._ms, offset_ms]).astype(np.float64)[order]
        return sp.csr_array((data, head[order].astype(np.int32), indptr.astype(np.int32)), shape=(size, size))

    def many(self, sources: Entries, targets: Entries) -> Ints:
        """Run Dijkstra's algorithm from every source."""
        nodes, column = np.unique(targets.node, return_inverse=True)
        out = np.full((sources.places, targets.places), FAR_MS, np.int64)
        graph = self._graph(sources.place, sources.node, sources.offset_ms, sources.places)
        for start in range(0, sources.places, _CHUNK):
            stop = min(start + _CHUNK, sources.places)
            swept = sp.csgraph.dijkstra(graph, indices=self._nodes + np.arange(start, stop))[:, nodes]
            swept = np.where(np.isinf(swept), FAR_MS, np.nan_to_num(swept, posinf=0)).astype(np.int64)
            out[start:stop] = _gathered(swept, targets, column)
        return out

    def path(self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]) -> Path | None:
        """Run Dijkstra's algorithm once and walk back."""
        if not sources or not targets:
            return None
        nodes, offsets = (np.array(values, np.int64) for values in zip(*sources, strict=True))
        graph = self._graph(np.zeros(len(nodes), np.int64), nodes, offsets, 1)
        swept, before = sp.csgraph.dijkstra(graph, indices=self._nodes, return_predecessors=True)
        total, end = min((swept[node] + offset, node) for node, offset in targets)
        if np.isinf(total):
            return None
        chain = [end]
        while before[chain[-1]] != self._nodes:
            chain.append(int(before[chain[-1]]))
        chain.reverse()
        keys = np.array(chain[:-1], np.int64) * self._nodes + np.array(chain[1:], np.int64)
        return Path(int(total), self._arc[np.searchsorted(self._keys, keys)], chain[0], end)
