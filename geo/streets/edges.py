"""Streets: raw OSM or an edge list to the street edges on which everything travels; the only importer of osmnx."""

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely
from pyproj import Geod

from geo.errors import InputError
from geo.frames import STREETS, TURN_BANS, WGS84, check
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers.chosen_file import ChosenFile
from geo.streets import edgefile, notes, osm, turns
from geo.streets.access import ALONG, flip
from geo.streets.by_hour import ByHour, street_hours
from geo.streets.edge_layers import NO_LAYERS
from geo.streets.snapping import FAR_M, Positions, reachable, snap, stranded

__all__ = [
    "FAR_M",
    "Positions",
    "StreetSource",
    "file_sha256",
    "length_m",
    "reachable",
    "read_streets",
    "snap",
    "stranded",
]

_GEOD = Geod(ellps="WGS84")
_MODES = ("walk", "ebike", "car")
_JOINT = 2  # pieces at a node that is no junction
_SAME = ("name", "highway", "bridge", "tunnel", "hours")


@dataclass(frozen=True, slots=True)
class StreetSource:
    """The streets of one file."""

    edges: gpd.GeoDataFrame  # STREETS
    turn_bans: pd.DataFrame  # TURN_BANS
    notes: tuple[Note, ...]  # what was left out and what stands apart
    sha256: str  # of the file
    by_hour: ByHour = field(default_factory=ByHour)  # what holds at some hours only


def file_sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file, to see whether it changed."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_streets(given: ChosenFile | str | Path, *, progress: Progress = silent) -> StreetSource:
    """Read the streets of a file, and join what is one street between two junctions.

    Parameters
    ----------
    given
        OSM XML or PBF (``.osm .osm.gz .osm.bz2 .pbf``); or edges with columns ``u v highway`` as GeoPackage, Parquet,
        GeoJSON, Shapefile or FlatGeobuf, in any CRS that the file names; perhaps some layers of it.
    progress
        Told of four stages.

    Returns
    -------
    StreetSource
        Streets that nobody may use are not in it. Ferries are no streets; bridges and tunnels are.

    Raises
    ------
    InputError
        When the file can't be taken; it says what is missing and what to do.
    """
    chosen = ChosenFile.of(given)
    path = chosen.path
    if not path.is_file():
        raise InputError("file is {value!r}: there is no such file", field="file", value=str(path))
    name = path.name.lower()
    if name.endswith(osm.SUFFIXES):
        if chosen.parts:
            raise InputError(NO_LAYERS, field="layer", value=", ".join(chosen.parts), file=path.name)
        pieces = osm.read_osm(path, progress=progress)
    elif name.endswith(edgefile.SUFFIXES):
        progress("edges", 0, 1)
        pieces = edgefile.read_edges(chosen)
    else:
        raise InputError(
            "file is {value!r}: streets come as {known}",
            field="file",
            value=path.name,
            known=" ".join((*osm.SUFFIXES, *edgefile.SUFFIXES)),
        )
    progress("junctions", 0, 1)
    with _no_collection():
        edges, ends, by_hour = _joined(pieces)
    progress("junctions", 1, 1)
    bans, unclear = turns.bans_of(pieces.restrictions, ends)
    always = bans[bans.hours == ""].drop(columns="hours").reset_index(drop=True).rename_axis("id")
    return StreetSource(
        check(edges, STREETS),
        check(always, TURN_BANS),
        (*pieces.notes, *notes.noted(notes.UNCLEAR_BANS, unclear), *_islands(edges)),
        file_sha256(path),
        ByHour(by_hour, bans[bans.hours != ""].reset_index(drop=True).rename_axis("id")),
    )


def _joined(pieces: osm.Pieces) -> tuple[gpd.GeoDataFrame, pd.DataFrame, pd.DataFrame]:
    """Join pieces over nodes that are no junction.

    Returns
    -------
    The STREETS frame, the ends that turn bans refer to, and the STREET_HOURS frame.
    """
    frame = pieces.frame
    keep = _differing(frame) | {turn.via for turn in pieces.restrictions}
    chains = _chains(frame, keep)
    piece = np.fromiter((at for chain in chains for at, _ in chain), np.int64)
    backwards = np.fromiter((back for chain in chains for _, back in chain), bool)
    edge = np.repeat(np.arange(len(chains)), [len(chain) for chain in chains])
    starts = np.flatnonzero(np.diff(edge, prepend=-1))
    stops = np.append(starts[1:], len(edge)) - 1
    lines = _strung(frame.geometry.to_numpy()[piece], backwards, edge)
    data = frame[[*_SAME, *_MODES]].iloc[piece[starts]].reset_index(drop=True)
    u, v = frame.u.to_numpy()[piece], frame.v.to_numpy()[piece]
    data["u"] = np.where(backwards, v, u)[starts]
    data["v"] = np.where(backwards, u, v)[stops]
    data["length_m"] = length_m(lines)
    data["part"] = _parts(data)
    data.index.name = "edge"
    edges = gpd.GeoDataFrame(data[list(STREETS.columns)], geometry=lines, crs=WGS84)
    ways = frame.way.to_numpy()[piece]
    hours = frame.hours.to_numpy()[piece[starts]]
    return edges, _ends(edges, ways[starts], ways[stops]), street_hours(hours, pieces.by_hour)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking a graph of millions of dictionaries again and again: half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _differing(frame: gpd.GeoDataFrame) -> set[int]:
    """Find nodes between exactly two pieces that are not one street: name, class, mask, bridge or tunnel differ.

    Streets with masks of some hours stay as they are: those masks have a direction, too.
    """
    here = frame[[*_SAME, *_MODES]].assign(node=frame.u)
    there = frame[[*_SAME, *_MODES]].assign(node=frame.v)
    for mode in _MODES:
        here[mode] = here[mode].map(flip)
    ends = pd.concat([here, there], ignore_index=True)
    joints = ends.groupby("node").node.transform("size") == _JOINT
    ends = ends[joints].sort_values("node", kind="stable")
    first, second = ends.iloc[::2].reset_index(drop=True), ends.iloc[1::2].reset_index(drop=True)
    for mode in _MODES:
        second[mode] = second[mode].map(flip)
    same = (first[[*_SAME, *_MODES]] == second[[*_SAME, *_MODES]]).all(axis=1) & (first.hours == 0)
    return set(first.node[~same].tolist())


def _chains(frame: gpd.GeoDataFrame, keep: set[int]) -> list[list[tuple[int, bool]]]:
    """Let osmnx join the pieces; give for each edge its pieces in order, and which of them run backwards.

    The graph has every piece both ways: its topology is the streets' own, not that of the driving directions.
    """
    import networkx as nx  # noqa: PLC0415 - with osmnx it takes 3 s to import, and only a new file needs them
    from osmnx.simplification import simplify_graph  # noqa: PLC0415

    graph = nx.MultiDiGraph(crs=WGS84)
    u, v = frame.u.tolist(), frame.v.tolist()
    graph.add_edges_from((a, b, at, {"pieces": at}) for at, (a, b) in enumerate(zip(u, v, strict=True)))
    graph.add_edges_from((b, a, at, {"pieces": at}) for at, (a, b) in enumerate(zip(u, v, strict=True)))
    nx.set_node_attributes(graph, 0.0, "x")  # osmnx wants coordinates; the lines are strung together here instead
    nx.set_node_attributes(graph, 0.0, "y")
    nx.set_node_attributes(graph, dict.fromkeys(keep & set(graph.nodes), True), "keep")
    graph = simplify_graph(graph, node_attrs_include=["keep"], remove_rings=False, edge_attr_aggs={"pieces": list})
    chains = {}
    for start, _, joined in graph.edges(data="pieces"):
        order = joined if isinstance(joined, list) else [joined]
        if order[0] > order[-1] or min(order[0], order[-1]) in chains:
            continue
        directed, node = [], start
        for at in order:
            back = u[at] != node
            directed.append((at, back))
            node = u[at] if back else v[at]
        chains[order[0]] = directed if not directed[0][1] else [(at, not back) for at, back in reversed(directed)]
    return [chains[first] for first in sorted(chains)]


def _strung(lines: np.ndarray, backwards: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Join each edge's lines, without the points that two of them share."""
    lines = np.where(backwards, shapely.reverse(lines), lines)
    points, line = shapely.get_coordinates(lines, return_index=True)
    first_of_line = np.diff(line, prepend=-1) != 0
    joint = first_of_line & (np.diff(edge[line], prepend=-1) == 0)
    return np.asarray(shapely.linestrings(points[~joint], indices=edge[line][~joint]))


def length_m(lines: np.ndarray) -> np.ndarray:
    """Measure lines in EPSG:4326 along the WGS-84 ellipsoid, in metres."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    within = line[1:] == line[:-1]
    steps = _GEOD.inv(*points[:-1].T, *points[1:].T)[2]
    return np.bincount(line[1:][within], np.asarray(steps)[within], minlength=len(lines))


def _parts(edges: pd.DataFrame) -> np.ndarray:
    """Return the connected part of each edge in the union of all modes, numbered from the one with most nodes."""
    nodes, at = np.unique(edges[["u", "v"]].to_numpy(), return_inverse=True)
    at = at.reshape(-1, 2)
    graph = sp.coo_array((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(nodes), len(nodes)))
    _, part = sp.csgraph.connected_components(graph, directed=False)
    rank = np.empty(part.max() + 1, np.int64)
    rank[np.argsort(-np.bincount(part), kind="stable")] = np.arange(len(rank))
    return np.asarray(rank[part[at[:, 0]]])


def _ends(edges: gpd.GeoDataFrame, first_way: np.ndarray, last_way: np.ndarray) -> pd.DataFrame:
    """List the ends of the edges for the turn bans: at u one leaves along the edge, at v one arrives."""
    car = edges.car.to_numpy()
    along, against = (car & ALONG) > 0, (car & ~ALONG) > 0
    at_u = pd.DataFrame({"node": edges.u, "way": first_way, "edge": edges.index, "arrive": against, "leave": along})
    at_v = pd.DataFrame({"node": edges.v, "way": last_way, "edge": edges.index, "arrive": along, "leave": against})
    return pd.concat([at_u, at_v], ignore_index=True)


def _islands(edges: gpd.GeoDataFrame) -> list[Note]:
    islands = edges[edges.part > 0]
    if islands.empty:
        return []
    length_km = round(float(islands.length_m.sum() / 1000), 1)
    return [Note(notes.ISLANDS, {"count": islands.part.nunique(), "streets": len(islands), "km": length_km})]
