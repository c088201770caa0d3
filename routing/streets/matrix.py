"""Travel seconds between positions on the streets."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from geo.model import Mode
from geo.streets.edges import Positions
from routing.streets.engines import FAR_MS, Metric
from routing.streets.network import StreetNetwork
from routing.streets.places import along_one_edge, ways_in, ways_out
from routing.streets.speeds import TimeSlice
from routing.streets.ways import Way, way

__all__ = ["UNREACHABLE_S", "Way", "matrix_ms", "travel_matrix", "way"]

UNREACHABLE_S = 100_000_000
"""Travel seconds where there is no way."""


def travel_matrix(
    network: StreetNetwork,
    positions: Positions,
    *,
    mode: Mode,
    time_slice: TimeSlice = TimeSlice.DAY,
    closures: Iterable[int] = (),
) -> npt.NDArray[np.int64]:
    """Return the travel time between all positions, bases included as the caller puts them in.

    Milliseconds are rounded up to seconds, so that a way over a third position is never shorter than the way itself
    (a turn ban aside, which a stop in between may lift).

    Parameters
    ----------
    network
        The streets.
    positions
        From :func:`geo.streets.edges.snap`.
    mode, time_slice
        Whose speeds.
    closures
        Labels of edges closed for now.

    Returns
    -------
    ndarray of int64, shape (n, n)
        Seconds from row to column, 0 on the diagonal, :data:`UNREACHABLE_S` where there is no way.
    """
    ms = matrix_ms(network, positions, network.metric(mode, time_slice, closures=closures))
    return np.where(ms >= FAR_MS, UNREACHABLE_S, -(-ms // 1000))


def matrix_ms(network: StreetNetwork, positions: Positions, metric: Metric) -> npt.NDArray[np.int64]:
    """Return the travel time in milliseconds, :data:`routing.streets.engines.FAR_MS` where there is no way."""
    weights = metric.weights
    ms = metric.many(ways_out(network, positions, weights), ways_in(network, positions, weights))
    row = network.rows(positions)
    order = np.argsort(row, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(row[order])) + 1):
        if len(group) > 1:
            block = np.ix_(group, group)
            direct = along_one_edge(network, positions.take(group), weights, int(row[group[0]]))
            ms[block] = np.minimum(ms[block], direct)
    np.fill_diagonal(ms, 0)
    return ms
