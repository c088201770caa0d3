"""The tree of zones as a whole: who belongs to whom, where siblings overlap and where children leave a gap."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import frame_metric_crs
from geo.frames import WGS84
from geo.model import Level
from geo.zones import codes as zone_codes

_LEVELS = (Level.CITY, Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID)


def with_parents(zones: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
    """Fill in the parents that a file does not name.

    A parent's code or name in the file counts first, then the digits of the zone's own code, then the geometry: the
    zone of the next level above that covers more than half of it.

    Parameters
    ----------
    zones
        Columns ``code, name, level, parent`` and ``in_city`` ... (names of the zones above, may be missing), in
        EPSG:4326.
    known
        ZONES frame of what the city has already.

    Returns
    -------
    GeoDataFrame
        With ``parent`` filled in where one was found, and ``path``, the names above joined by slashes.
    """
    upper = _candidates(zones, known)
    names_above = [f"in_{level}" for level in _LEVELS if f"in_{level}" in zones.columns]
    path = pd.Series("", index=zones.index, dtype="str")
    for column in names_above:
        path = path.where(zones[column] == "", path + zones[column] + "/")
    parents = zones["parent"].to_numpy(object).copy()
    by_code, by_name = set(upper["code"]), upper.groupby(["level", "name"])["code"].agg(list).to_dict()
    open_ = []
    for at in range(len(zones)):
        level, code = Level(zones["level"].iloc[at]), zones["code"].iloc[at]
        if level in (Level.CITY, Level.SPECIAL):
            continue
        parents[at] = _named_parent(parents[at], level, by_code, by_name) or _coded_parent(code, level, by_code)
        if not parents[at]:
            above = [zones[column].iloc[at] for column in names_above]
            parents[at] = _named_parent(next((name for name in reversed(above) if name), ""), level, by_code, by_name)
        if not parents[at]:
            open_.append(at)
    _covering_parents(zones, upper, np.array(open_, int), parents)
    return zones.assign(parent=pd.array(parents, dtype="str"), path=path)


def _candidates(zones: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    own = zones.loc[zones["code"] != "", ["code", "name", "level", "geometry"]]
    if known is None or not len(known):
        return own
    before = known.reset_index()[["code", "name", "level", "geometry"]]
    before = before[~before["code"].isin(own["code"])]
    return gpd.GeoDataFrame(pd.concat([own, before], ignore_index=True), crs=WGS84)


def _named_parent(said: str, level: Level, by_code: set[str], by_name: dict[tuple[str, str], list[str]]) -> str:
    """Find the zone that a file names as parent, by code or by name on the nearest level above."""
    if not said:
        return ""
    if zone_codes.pad(said) in by_code:
        return zone_codes.pad(said)
    for above in reversed(_LEVELS[: _LEVELS.index(level)]):
        hits = by_name.get((str(above), said), [])
        if len(hits) == 1:
            return hits[0]
    return ""


def _coded_parent(code: str, level: Level, by_code: set[str]) -> str:
    """Read the parent off a code; a level that is not there is skipped."""
    at = _LEVELS.index(level)
    for above in reversed(_LEVELS[:at]):
        prefix = zone_codes.parent_prefix(code, _LEVELS[_LEVELS.index(above) + 1])
        if prefix and zone_codes.pad(prefix) in by_code:
            return zone_codes.pad(prefix)
    return ""


def _covering_parents(zones: gpd.GeoDataFrame, upper: gpd.GeoDataFrame, open_: np.ndarray, parents: np.ndarray) -> None:
    """Return each open zone the one above that covers most of it, if that is more than half."""
    if not len(open_) or not len(upper):
        return
    levels = zones["level"].to_numpy(object)
    for level in _LEVELS[1:]:
        mine = open_[levels[open_] == level]
        for above in reversed(_LEVELS[: _LEVELS.index(level)]):
            over = upper[upper["level"] == above]
            if not len(mine) or not len(over):
                continue
            shapes, roofs = zones.geometry.to_numpy()[mine], over.geometry.to_numpy()
            child, roof = shapely.STRtree(roofs).query(shapes, predicate="intersects")
            share = shapely.area(shapely.intersection(shapes[child], roofs[roof])) / shapely.area(shapes[child])
            order = np.lexsort((-share, child))
            first, at = np.unique(child[order], return_index=True)
            sure = share[order][at] > 0.5  # noqa: PLR2004 - more than half
            parents[mine[first[sure]]] = over["code"].to_numpy(object)[roof[order][at][sure]]
            mine = mine[parents[mine] == ""]


@dataclass(frozen=True, slots=True)
class TreeReport:
    """What is wrong with a tree of zones, measured."""

    overlaps: gpd.GeoDataFrame  # siblings: one, other, level, area_m2
    gaps: gpd.GeoDataFrame  # parts of a parent that no child covers: parent, level (of the children), area_m2
    outside: gpd.GeoDataFrame  # parts of a child beyond its parent: code, parent, area_m2
    orphans: tuple[str, ...]  # codes whose parent is not there

    @property
    def clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return not (len(self.overlaps) or len(self.gaps) or len(self.outside) or self.orphans)


def check_tree(zones: gpd.GeoDataFrame, *, min_m2: float = 1.0) -> TreeReport:
    """Find overlaps of siblings, gaps in parents and what sticks out of them.

    Special zones overlap on purpose and are left out.

    Parameters
    ----------
    zones
        A ZONES frame.
    min_m2
        Smaller areas are rounding and not reported.

    Returns
    -------
    TreeReport
        Geometries in EPSG:4326, areas in m2.
    """
    tree = zones[zones["level"] != Level.SPECIAL].to_crs(WGS84)
    parents = tree["parent"].to_numpy(object)
    orphans = tuple(
        code for code, parent in zip(tree.index, parents, strict=True) if parent and parent not in zones.index
    )
    gaps, outside = _gaps(tree, min_m2)
    return TreeReport(_overlaps(tree, min_m2), gaps, outside, orphans)


def _measured(columns: dict[str, list[str]], shapes: list[shapely.Geometry], min_m2: float) -> gpd.GeoDataFrame:
    """Measure what the overlay found.

    The overlay itself is made in degrees, as stored: on a plane, a long border that two zones share would bend away
    from the corners that a third one has on it.
    """
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=WGS84), crs=WGS84)
    area_m2 = frame.geometry.to_crs(frame_metric_crs(frame)).area.to_numpy(float)
    frame.insert(len(columns), "area_m2", area_m2)
    return frame[frame["area_m2"] >= min_m2].reset_index(drop=True)


def _areal(shapes: np.ndarray) -> np.ndarray:
    """Keep the areas of intersections, which may hold lines and points too."""
    mixed = shapely.get_type_id(shapes) == 7  # noqa: PLR2004 - a geometry collection
    for at in np.flatnonzero(mixed):
        shapes[at] = shapely.union_all([part for part in shapely.get_parts(shapes[at]) if part.area > 0])
    return shapes


def _overlaps(tree: gpd.GeoDataFrame, min_m2: float) -> gpd.GeoDataFrame:
    """Intersect zones of the same level, which must not overlap whether or not they share their parent."""
    columns: dict[str, list[str]] = {"one": [], "other": [], "level": []}
    shapes: list[shapely.Geometry] = []
    for level, members in tree.groupby("level"):
        members = members.sort_index()  # noqa: PLW2901 - the same zones in order
        outlines = members.geometry.to_numpy()
        one, other = shapely.STRtree(outlines).query(outlines, predicate="intersects")
        one, other = one[one < other], other[one < other]
        codes = members.index.to_numpy(object)
        columns["one"] += list(codes[one])
        columns["other"] += list(codes[other])
        columns["level"] += [str(level)] * len(one)
        shapes += list(_areal(shapely.intersection(outlines[one], outlines[other])))
    return _measured(columns, shapes, min_m2)


def _gaps(tree: gpd.GeoDataFrame, min_m2: float) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Subtract the children from each parent, and the parent from each child."""
    gaps: dict[str, list[str]] = {"parent": [], "level": []}
    gap_shapes: list[shapely.Geometry] = []
    outside: dict[str, list[str]] = {"code": [], "parent": []}
    outside_shapes: list[shapely.Geometry] = []
    for parent, children in tree[tree["parent"].isin(tree.index)].groupby("parent"):
        whole = tree.geometry.loc[parent]
        outlines = children.geometry.to_numpy()
        gaps["parent"].append(str(parent))
        gaps["level"].append(str(children["level"].iloc[0]))
        gap_shapes.append(shapely.difference(whole, shapely.union_all(outlines)))
        outside["code"] += [str(code) for code in children.index]
        outside["parent"] += [str(parent)] * len(children)
        outside_shapes += list(shapely.difference(outlines, whole))
    return _measured(gaps, gap_shapes, min_m2), _measured(outside, outside_shapes, min_m2)
