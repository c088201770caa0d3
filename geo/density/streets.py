"""Kernel density along streets, for what belongs to streets."""

from typing import NamedTuple

import geopandas as gpd
import numba as nb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from shapely import ops

from geo.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class _Events(NamedTuple):
    """Where events are, for compiled code."""

    edge: Ints
    fraction: Floats  # of the edge's length, from u
    weight: Floats


class _Meetings(NamedTuple):
    """The ends of each edge, and the edges that meet at each node: a loop twice."""

    ends: Ints  # shape (edges, 2)
    starts: Ints  # of each node's part of ``incident``
    incident: Ints  # edge * 2 + end


class _Pieces(NamedTuple):
    """The pieces into which edges are cut, and the density on each."""

    length: Floats  # of each edge, in metres
    first: Ints  # of each edge's pieces
    density: Floats


def street_kernel(
    edges: gpd.GeoDataFrame,
    positions: tuple[ArrayLike, ArrayLike],
    weights: ArrayLike | None,
    bandwidth_m: float,
    *,
    step_m: float = 25.0,
) -> gpd.GeoDataFrame:
    """Return the weight per metre of street, spread from each event along the streets.

    The equal-split discontinuous Epanechnikov kernel of Okabe and Sugihara (2012, Spatial Analysis along Networks,
    section 9.3.2): where n streets meet, what arrives on one is split evenly over the n - 1 others, so that a crossing
    makes nothing hot; what arrives at a dead end is lost beyond it.

    Parameters
    ----------
    edges
        A frame of schema ``streets``; every street is open both ways here.
    positions
        The edge label and the fraction of its length from ``u``, 0 to 1, of each event, as
        :func:`geo.streets.edges.snap` gives them.
    weights
        Shape (n,); None for 1 each.
    bandwidth_m
        How far an event reaches along the streets.
    step_m
        The density is given at the middle of pieces at most this long.

    Returns
    -------
    GeoDataFrame
        One row a piece that any event reaches: ``edge``, ``start`` and ``end`` as fractions, ``density`` per metre,
        and the piece's line in the CRS of the edges.

    Raises
    ------
    InputError
        When a position is on no edge, or a length is none.
    """
    for name, value in (("bandwidth_m", bandwidth_m), ("step_m", step_m)):
        if not (np.isfinite(value) and value > 0):
            raise InputError("{field} is {value}: give a length in metres", field=name, value=value)
    at = np.asarray(edges.index.get_indexer(np.asarray(positions[0])), np.int64)
    fraction = np.asarray(positions[1], np.float64)
    if (at < 0).any() or not ((fraction >= 0) & (fraction <= 1)).all():
        raise InputError("positions hold a place on no edge: snap the events to these streets", field="positions")
    weight = np.ones(at.size) if weights is None else np.asarray(weights, np.float64)
    length = np.maximum(edges["length_m"].to_numpy(np.float64), 1e-6)
    pieces = np.maximum(np.ceil(length / step_m).astype(np.int64), 1)
    first = np.concatenate([[0], np.cumsum(pieces)])
    density = np.zeros(first[-1])
    events = _Events(at, fraction, weight)
    _spread(events, _meetings(edges), _Pieces(length, first, density), float(bandwidth_m))
    return _lines(edges, first, density)


def _meetings(edges: gpd.GeoDataFrame) -> _Meetings:
    codes = pd.factorize(np.concatenate([edges["u"].to_numpy(), edges["v"].to_numpy()]))[0].astype(np.int64)
    ends = codes.reshape(2, -1).T.copy()
    order = np.argsort(ends.ravel(), kind="stable")
    count = np.bincount(ends.ravel(), minlength=int(codes.max(initial=-1)) + 1)
    return _Meetings(ends, np.concatenate([[0], np.cumsum(count)]).astype(np.int64), order.astype(np.int64))


@nb.njit(nogil=True, cache=True)
def _spread(events: _Events, graph: _Meetings, pieces: _Pieces, bandwidth: float) -> None:
    """Walk every way out of each event that does not turn back, up to the bandwidth."""
    ends, starts, length = graph.ends, graph.starts, pieces.length
    for k in range(events.edge.size):
        e, weight = events.edge[k], events.weight[k]
        x = events.fraction[k] * length[e]
        _on_edge(pieces, e, x, weight, bandwidth)
        walks = [(ends[e, 0], e * 2, x, weight), (ends[e, 1], e * 2 + 1, length[e] - x, weight)]
        while len(walks) > 0:
            node, came, far, share = walks.pop()
            degree = starts[node + 1] - starts[node]
            if far >= bandwidth or degree < 2:  # noqa: PLR2004 - a dead end
                continue
            share /= degree - 1.0
            for i in range(starts[node], starts[node + 1]):
                way = graph.incident[i]
                if way == came:
                    continue
                edge, end = way // 2, way % 2
                _along(pieces, way, far, share, bandwidth)
                walks.append((ends[edge, 1 - end], edge * 2 + 1 - end, far + length[edge], share))


@nb.njit(nogil=True, inline="always")
def _value(distance: float, bandwidth: float) -> float:
    u = distance / bandwidth
    return 0.75 / bandwidth * (1.0 - u * u) if u < 1.0 else 0.0


@nb.njit(nogil=True)
def _on_edge(pieces: _Pieces, edge: int, x: float, weight: float, bandwidth: float) -> None:
    length, first, density = pieces.length, pieces.first, pieces.density
    n = first[edge + 1] - first[edge]
    for i in range(n):
        density[first[edge] + i] += weight * _value(abs((i + 0.5) / n * length[edge] - x), bandwidth)


@nb.njit(nogil=True)
def _along(pieces: _Pieces, way: int, far: float, share: float, bandwidth: float) -> None:
    """Add to the pieces of an edge entered at its end ``way % 2``."""
    length, first, density = pieces.length, pieces.first, pieces.density
    edge, end = way // 2, way % 2
    n = first[edge + 1] - first[edge]
    step = length[edge] / n
    for i in range(n):
        distance = far + (i + 0.5) * step
        if distance >= bandwidth:
            break
        density[first[edge] + (i if end == 0 else n - 1 - i)] += share * _value(distance, bandwidth)


def _lines(edges: gpd.GeoDataFrame, first: Ints, density: Floats) -> gpd.GeoDataFrame:
    reached = np.flatnonzero(density > 0)
    edge = np.searchsorted(first, reached, side="right") - 1
    n = first[edge + 1] - first[edge]
    start, end = (reached - first[edge]) / n, (reached - first[edge] + 1) / n
    whole = edges.geometry.array[edge]
    lines = [
        line if a == 0 and b == 1 else ops.substring(line, a, b, normalized=True)
        for line, a, b in zip(whole, start, end, strict=True)
    ]
    columns = {"edge": edges.index.to_numpy()[edge], "start": start, "end": end, "density": density[reached]}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(lines, crs=edges.crs), crs=edges.crs)
