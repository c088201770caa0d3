"""Overlaps and gaps in the tree of zones: siblings that share ground, parents that their children do not cover."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import frame_metric_crs
from geo.frames import WGS84
from geo.model import Level

_LEVELS = (Level.CITY, Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID)


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
