"""The tree of zones as a whole: who belongs to whom, where siblings overlap and where children leave a gap."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

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
