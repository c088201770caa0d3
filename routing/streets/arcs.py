"""Street edges as a directed graph: one arc per direction that some mode may use, turn bans built in.

A turn ban does not need a graph of turns for the whole city. Only the junctions that have one are opened up: an arc
that may not be left in every direction ends at a node of its own, which has copies of the arcs out of the junction.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.model import Mode
from geo.streets.access import AGAINST, ALONG

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arcs:
    """The arcs, rows of one array each."""

    tail: Ints  # node numbers from 0
    head: Ints
    edge: Ints  # row of the STREETS frame
    along: npt.NDArray[np.bool_]  # from u to v
    banned: npt.NDArray[np.bool_]  # a copy that no car may take
    originals: int  # arcs before the copies
    nodes: int
    first: Ints  # arcs of edge row e are by_edge[first[e]:first[e + 1]], the original of a direction before its copies
    by_edge: Ints

    def of(self, edge: int) -> Ints:
        """List the arcs of an edge row, copies included."""
        return self.by_edge[self.first[edge] : self.first[edge + 1]]


def build_arcs(edges: gpd.GeoDataFrame, turn_bans: pd.DataFrame | None) -> tuple[Arcs, Ints]:
    """Build the arcs of a STREETS frame and a TURN_BANS frame.

    Returns
    -------
    arcs : Arcs
    origin : ndarray of int, shape (nodes,)
        For every node the row in ``np.unique`` of the frame's node ids; a junction's own nodes share its row.
    """
    mask = np.bitwise_or.reduce([edges[mode.value].to_numpy(np.int64) for mode in Mode])
    ids, at = np.unique(edges[["u", "v"]].to_numpy(np.int64), return_inverse=True)
    at = at.reshape(-1, 2)
    forth, back = np.flatnonzero(mask & ALONG), np.flatnonzero(mask & AGAINST)
    tail = np.concatenate([at[forth, 0], at[back, 1]])
    head = np.concatenate([at[forth, 1], at[back, 0]])
    edge = np.concatenate([forth, back])
    along = np.arange(len(edge)) < len(forth)
    originals = len(edge)
    origin = np.arange(len(ids))
    banned = np.zeros(len(edge), bool)
    if turn_bans is not None and len(turn_bans):
        row = pd.Series(np.arange(len(edges)), index=edges.index)
        bans = np.column_stack(
            [
                row.reindex(turn_bans.from_edge).to_numpy(float),
                pd.Series(np.arange(len(ids)), index=ids).reindex(turn_bans.via).to_numpy(float),
                row.reindex(turn_bans.to_edge).to_numpy(float),
            ]
        )
        bans = bans[~np.isnan(bans).any(axis=1)].astype(np.int64)  # a ban on streets that are not here binds nobody
        head, copied, copy_tail, copy_banned, vias = _opened_up(tail, head, edge, bans, len(ids))
        origin = np.concatenate([origin, vias])
        tail = np.concatenate([tail, copy_tail])
        head = np.concatenate([head, head[copied]])
        edge, along = np.concatenate([edge, edge[copied]]), np.concatenate([along, along[copied]])
        banned = np.concatenate([banned, copy_banned])
    by_edge = np.argsort(edge, kind="stable")
    first = np.searchsorted(edge[by_edge], np.arange(len(edges) + 1))
    return Arcs(tail, head, edge, along, banned, originals, len(origin), first, by_edge), origin


def _opened_up(
    tail: Ints, head: Ints, edge: Ints, bans: Ints, nodes: int
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.bool_], Ints]:
    """Open up the junctions with bans.

    Returns
    -------
    The heads with the ends of concerned arcs moved; the arcs copied; the copies' tails and whether they are banned; the
    junction of each new node.
    """
    head = head.copy()
    forbidden: dict[int, set[int]] = {}
    junction: dict[int, int] = {}
    for origin, via, goal in bans.tolist():
        out = np.flatnonzero((tail == via) & (edge == goal))
        for arc in np.flatnonzero((head == via) & (edge == origin)).tolist():
            forbidden.setdefault(arc, set()).update(out.tolist())
            junction[arc] = via
    copied: list[int] = []
    copy_tail: list[int] = []
    copy_banned: list[bool] = []
    for number, (arc, shut) in enumerate(forbidden.items()):
        head[arc] = nodes + number
        for leaving in np.flatnonzero(tail == junction[arc]).tolist():
            copied.append(leaving)
            copy_tail.append(nodes + number)
            copy_banned.append(leaving in shut)
    vias = np.fromiter(junction.values(), np.int64, len(junction))
    return head, np.array(copied, np.int64), np.array(copy_tail, np.int64), np.array(copy_banned, bool), vias
