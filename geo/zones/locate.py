"""The five-level tree of responsibility zones: which zones a point lies in, and what is wrong with the tree."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import InputError
from geo.frames import WGS84
from geo.model import Level

TREE_LEVELS = (Level.CITY, Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID)


def locate(points: gpd.GeoDataFrame | gpd.GeoSeries, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the zone of every point on every level.

    A point on a border goes to the lower code, and in doubt stays inside the zone found one level up; none is lost.

    Parameters
    ----------
    points
        Points in EPSG:4326; missing or empty geometries are outside.
    zones
        A ZONES frame. Special zones overlap the tree and are left out.

    Returns
    -------
    DataFrame
        Index of ``points``; columns ``city, district, street, community, grid`` hold zone codes, empty outside.

    Raises
    ------
    InputError
        When one of the two is not in EPSG:4326.
    """
    for name, frame in (("points", points), ("zones", zones)):
        if frame.crs is None or frame.crs != WGS84:
            raise InputError(
                "the CRS of the {name} is {crs}: reproject them to EPSG:4326 first", name=name, crs=str(frame.crs)
            )
    found = pd.DataFrame("", index=points.index, columns=[str(level) for level in TREE_LEVELS], dtype="str")
    tree = shapely.STRtree(points.geometry.to_numpy())
    above = np.full(len(points), "", dtype=object)
    for level in TREE_LEVELS:
        members = zones[zones["level"] == level].sort_index()
        if len(members):
            above = _locate_level(tree, members, above)
            found[str(level)] = pd.array(above, dtype="str")
    return found


def _locate_level(tree: shapely.STRtree, members: gpd.GeoDataFrame, above: np.ndarray) -> np.ndarray:
    """Choose one of ``members`` (in order of code) for every point; ``above`` holds the choice one level up."""
    zone, point = tree.query(members.geometry.to_numpy(), predicate="intersects")
    strange = members["parent"].to_numpy(object)[zone] != above[point]
    order = np.lexsort((zone, strange, point))
    first, at = np.unique(point[order], return_index=True)
    codes = np.full(len(above), "", dtype=object)
    codes[first] = members.index.to_numpy(object)[zone[order][at]]
    return codes
