"""Invented names for the demo's streets: the source has none, and directions are no use without them."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from data.demo import names

Ints = npt.NDArray[np.int64]
_STRAIGHT_DEG = 50.0  # one street goes on where the bend is less
_AHEAD_M = 20.0  # a bearing is taken over this length
_APART_M = 45.0  # between the carriageways of one street
_ALONG_DEG = 20.0
_SAMPLE_M = 60.0
_SHORTEST_M = 60.0  # a shorter lane has no name
_CLASSES = ("trunk", "primary", "secondary", "tertiary", "minor")
_SUFFIXES = {
    "trunk": ("大道", "大道", "快速路"),
    "primary": ("大道", "路", "大街"),
    "secondary": ("路", "路", "街"),
    "tertiary": ("路", "街", "街"),
    "residential": ("路", "街", "巷", "巷"),
    "living_street": ("里", "巷", "坊"),
    "pedestrian": ("步行街",),
    "unclassified": ("路", "巷"),
}


def street_names(edges: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.Series:
    """Name the streets.

    Edges make one street where they run on straight in the same class (a stroke), and where they are the two
    carriageways of one road; ramps are named after the road they serve; lanes below 60 m have no name.

    Parameters
    ----------
    edges
        STREETS frame in a metric CRS.
    rng
        What chooses the names.

    Returns
    -------
    Series
        ``name`` by edge, empty where there is none.
    """
    kind = _kinds(edges)
    stroke = _strokes(edges, kind)
    stroke = _carriageways(edges, kind, stroke)
    street = pd.Series(stroke, edges.index)
    length = edges["length_m"].groupby(street).sum().sort_values(ascending=False, kind="stable")
    widest = edges["highway"].groupby(street).agg(lambda classes: classes.mode().iloc[0])
    ramp = kind == len(_CLASSES)
    stem = names.stems(rng)
    called = {}
    for number in length.index:
        suffixes = _SUFFIXES.get(str(widest[number]))
        if suffixes and length[number] >= _SHORTEST_M:
            called[number] = next(stem) + str(rng.choice(suffixes))
    named = street.map(called).fillna("").astype("str").mask(ramp, "").rename("name")
    return _ramps(edges, named, ramp)


def _kinds(edges: gpd.GeoDataFrame) -> Ints:
    """Return the place of each edge's class in :data:`_CLASSES`; one beyond it for ramps."""
    rank = {name: i for i, name in enumerate(_CLASSES)}
    kind = np.array(edges["highway"].map(rank).fillna(rank["minor"]), np.int64)
    kind[edges["highway"].str.endswith("_link")] = len(_CLASSES)
    return kind


def _strokes(edges: gpd.GeoDataFrame, kind: Ints) -> Ints:
    """Chain edges of a class over every node, the straightest pairs first."""
    edge, node, bearing = _stubs(edges)
    order = np.argsort(node, kind="stable")
    cuts = np.flatnonzero(np.diff(node[order])) + 1
    joined = []
    for stubs in np.split(order, cuts):
        pairs = [
            (abs(abs(bearing[a] - bearing[b]) % 360 - 180), a, b)
            for a, b in combinations(stubs.tolist(), 2)
            if kind[edge[a]] == kind[edge[b]] and edge[a] != edge[b]
        ]
        used: set[int] = set()
        for bend, a, b in sorted(pairs):
            if bend < _STRAIGHT_DEG and not used & {a, b}:
                used |= {a, b}
                joined.append((edge[a], edge[b]))
    return _components(joined, len(edges))


def _stubs(edges: gpd.GeoDataFrame) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Return both ends of every edge: edge, node, and the bearing (degrees) in which the edge leaves the node."""
    lines = edges.geometry.to_numpy()
    ahead = np.minimum(_AHEAD_M, shapely.length(lines))
    bearings = []
    for at, to in ((0.0 * ahead, ahead), (shapely.length(lines), shapely.length(lines) - ahead)):
        start, end = (shapely.get_coordinates(shapely.line_interpolate_point(lines, m)) for m in (at, to))
        bearings.append(np.degrees(np.arctan2(*(end - start).T)))
    count = np.arange(len(edges))
    return np.tile(count, 2), np.concatenate((edges["u"], edges["v"])), np.concatenate(bearings)


def _components(pairs: list[tuple[int, int]] | Ints, count: int) -> Ints:
    left, right = np.asarray(pairs, np.int64).reshape(-1, 2).T
    links = coo_array((np.ones(len(left)), (left, right)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], np.int64)


def _carriageways(edges: gpd.GeoDataFrame, kind: Ints, stroke: Ints) -> Ints:
    """Merge strokes that run along a longer one of their class into the longer one."""
    wide = np.flatnonzero(kind <= _CLASSES.index("secondary"))
    lines = edges.geometry.to_numpy()[wide]
    count = np.maximum(1, np.round(shapely.length(lines) / _SAMPLE_M)).astype(int)
    line = np.repeat(np.arange(len(wide)), count)
    step = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    points = shapely.line_interpolate_point(lines[line], (step + 0.5) / count[line], normalized=True)
    bearing = _chord(lines)
    point, other = shapely.STRtree(lines).query(points, predicate="dwithin", distance=_APART_M)
    own = line[point]
    turn = np.abs(bearing[own] - bearing[other]) % 180
    near = pd.DataFrame({"point": point, "from": stroke[wide[own]], "to": stroke[wide[other]]})
    alike = (np.minimum(turn, 180 - turn) < _ALONG_DEG) & (kind[wide[own]] == kind[wide[other]])
    votes = near[alike & (near["from"] != near["to"])].drop_duplicates().groupby(["from", "to"]).size()
    samples = pd.Series(stroke[wide[line]]).value_counts()
    length = edges["length_m"].groupby(stroke).sum()
    found = votes.reset_index(name="votes")
    longer = found["to"].map(length).to_numpy() > found["from"].map(length).to_numpy()
    half = found["votes"].to_numpy() >= 0.5 * found["from"].map(samples).to_numpy()
    merged = _components(found.loc[longer & half, ["from", "to"]].to_numpy(), int(stroke.max()) + 1)
    return np.asarray(merged[stroke])


def _chord(lines: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    start, end = (shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1))
    return np.asarray(np.degrees(np.arctan2(*(end - start).T)))


def _ramps(edges: gpd.GeoDataFrame, named: pd.Series, ramp: npt.NDArray[np.bool_]) -> pd.Series:
    """Name each chain of ramps after the road of the highest class that it meets."""
    links = edges[ramp]
    if links.empty:
        return named
    main = pd.DataFrame({"name": named[~ramp], "rank": _kinds(edges)[~ramp]})
    ends = pd.concat([main.assign(node=edges.loc[main.index, end]) for end in ("u", "v")])
    best = ends[ends["name"] != ""].sort_values(["rank", "name"]).drop_duplicates("node").set_index("node")
    nodes, at = np.unique(np.concatenate((links["u"], links["v"])), return_inverse=True)
    chain = _components(at.reshape(2, -1).T, len(nodes))
    met = best.reindex(nodes).assign(chain=chain).dropna().sort_values(["rank", "name"])
    names_by_chain = met.drop_duplicates("chain").set_index("chain")["name"] + "匝道"
    called = pd.Series(chain[at[: len(links)]], links.index).map(names_by_chain).fillna("")
    both: pd.Series = pd.concat([named[~ramp], called]).reindex(edges.index).astype("str").rename("name")
    return both
