"""Positions on street edges as the engines want them: over which nodes they are left and reached, and at what cost."""

import numpy as np
import numpy.typing as npt

from geo.streets.edges import Positions
from routing.streets.engines import CLOSED_MS, FAR_MS, Entries
from routing.streets.network import StreetNetwork

Ints = npt.NDArray[np.int64]


def ways_out(network: StreetNetwork, positions: Positions, weights: Ints) -> Entries:
    """Tell how positions are left: over the head of each open arc of their edge."""
    place, arc = _open_arcs(network, positions, weights)
    original = arc < network.arcs.originals  # a copy has its original's head
    place, arc = place[original], arc[original]
    offset = weights[arc] - offset_ms(network, arc, positions.fraction[place], weights)
    return Entries(place, network.arcs.head[arc], offset, arc, len(positions))


def ways_in(network: StreetNetwork, positions: Positions, weights: Ints) -> Entries:
    """Tell how positions are reached: over the tail of each open arc of their edge, copies at turn bans included."""
    place, arc = _open_arcs(network, positions, weights)
    offset = offset_ms(network, arc, positions.fraction[place], weights)
    return Entries(place, network.arcs.tail[arc], offset, arc, len(positions))


def _open_arcs(network: StreetNetwork, positions: Positions, weights: Ints) -> tuple[Ints, Ints]:
    """List (place, arc) over the open arcs under each position, place by place."""
    arcs, row = network.arcs, network.rows(positions)
    count = arcs.first[row + 1] - arcs.first[row]
    place = np.repeat(np.arange(len(row)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    arc = arcs.by_edge[arcs.first[row][place] + within]
    is_open = weights[arc] < CLOSED_MS
    return place[is_open], arc[is_open]


def offset_ms(network: StreetNetwork, arc: Ints, fraction: npt.NDArray[np.float64], weights: Ints) -> Ints:
    """Return the milliseconds from an arc's tail to the position at ``fraction`` of its edge."""
    from_u = np.rint(np.clip(fraction, 0.0, 1.0) * weights[arc]).astype(np.int64)
    return np.where(network.arcs.along[arc], from_u, weights[arc] - from_u)


def along_one_edge(network: StreetNetwork, positions: Positions, weights: Ints, edge: int) -> Ints:
    """Return the milliseconds between positions on one edge without leaving it, shape (n, n).

    Parameters
    ----------
    network, positions, weights
        As elsewhere; all positions lie on the edge.
    edge
        Its row.
    """
    out = np.full((len(positions), len(positions)), FAR_MS, np.int64)
    for arc in network.arcs.of(edge):
        if weights[arc] < CLOSED_MS:
            at = offset_ms(network, np.full(len(positions), arc), positions.fraction, weights)
            ahead = at[None, :] - at[:, None]
            out = np.minimum(out, np.where(ahead >= 0, ahead, FAR_MS))
    return out
