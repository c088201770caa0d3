"""The kinds of evidence for the datum of a layer of zones."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.imports.datum_evidence import FEW, MOST, City, Evidence, Layout, Scores, in_own_areas, plain, sampled
from geo.model import Level

KNOWN_ZONES = (
    "{rows} zones are there already, and overlap with themselves by {here} % under {own}, {there} % under {other}"
)
PARENT_ZONES = "{rows} zones have a parent, which covers {here} % of them under {own}, {there} % under {other}"
ROSTER_ZONES = "{rows} checkpoints name one of the zones, and {here} % lie in it under {own}, {there} % under {other}"
BORDERS = "{rows} places on the borders lie {here} m from a street under {own} and {there} m under {other}"

_BORDER_M = 10.0  # how near a border is to the middle of its street
_STEP_M = 100.0
_ENOUGH = 30  # places on borders below which they say nothing
_SHARP = 8  # only a zone that lies on itself counts: half of it is shared at any shift of a few hundred metres
_PATHS = frozenset(("footway", "path", "steps", "cycleway", "bridleway", "corridor", "track"))


def zone_evidence(zones: gpd.GeoDataFrame, city: City, crs: Any) -> list[Evidence]:  # noqa: ANN401 - whatever pyproj takes
    """Gather what a layer of zones says about its own place; layouts hold the zones' centres."""
    shapes = zones.geometry.to_crs(crs)
    centres = np.column_stack((shapes.centroid.x, shapes.centroid.y))
    outlines = shapes.to_numpy()
    found: list[Evidence | None] = []
    if city.streets is not None and len(city.streets):
        found.append(_borders(outlines, centres, city.streets.to_crs(crs)))
    if city.zones is not None and len(city.zones):
        known = city.zones.to_crs(crs)
        found += [_known_zones(zones, outlines, centres, known), _parents(zones, outlines, centres, known)]
    if city.checkpoints is not None and len(city.checkpoints):
        found.append(_roster(zones, outlines, centres, city.checkpoints.to_crs(crs)))
    return [evidence for evidence in found if evidence is not None]


def _moved(outlines: npt.NDArray[np.object_], by: Layout) -> npt.NDArray[np.object_]:
    coordinates, owner = shapely.get_coordinates(outlines, return_index=True)
    return np.asarray(shapely.set_coordinates(outlines.copy(), coordinates + by[owner]))


def _shared(
    rows: npt.NDArray[np.int64], outlines: npt.NDArray[np.object_], centres: Layout, others: npt.NDArray[np.object_]
) -> Callable[[Layout, bool], Scores]:
    """Return the share of each zone that lies in a shape of its own; of both together when ``jointly``."""

    def share(xy: Layout, jointly: bool) -> Scores:  # noqa: FBT001 - a closure of this module
        mine = _moved(outlines[rows], (xy - centres)[rows])
        common = shapely.area(shapely.intersection(mine, others))
        whole = shapely.area(mine)
        return np.asarray(common / (whole + shapely.area(others) - common if jointly else whole))

    return share


def _borders(outlines: npt.NDArray[np.object_], centres: Layout, streets: gpd.GeoDataFrame) -> Evidence | None:
    """See how near the borders run to streets, along the middle of which most of them are drawn."""
    kept = streets.geometry[~streets["highway"].isin(_PATHS)].to_numpy()
    rims = shapely.boundary(outlines)
    count = np.maximum(1, (shapely.length(rims) / _STEP_M).astype(np.int64))
    zone = np.repeat(np.arange(len(rims)), count)
    along = (np.arange(len(zone)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[zone]
    spots = shapely.get_coordinates(shapely.line_interpolate_point(rims[zone], along, normalized=True))
    chosen = sampled(
        np.flatnonzero(shapely.dwithin(shapely.points(spots), shapely.box(*shapely.total_bounds(kept)), 0))
    )
    if len(chosen) < _ENOUGH or not len(kept):
        return None
    tree = shapely.STRtree(kept)

    def distance(xy: Layout) -> Scores:
        places = shapely.points(spots[chosen] + (xy - centres)[zone[chosen]])
        return np.asarray(shapely.distance(places, tree.geometries[tree.nearest(places)]))

    def score(xy: Layout) -> Scores:
        return np.asarray(np.exp(-distance(xy) / _BORDER_M))

    independent = len(np.unique(zone[chosen]))
    return Evidence(BORDERS, len(chosen), 4 * independent, score, lambda xy: float(np.median(distance(xy))))


def _known_zones(
    zones: gpd.GeoDataFrame, outlines: npt.NDArray[np.object_], centres: Layout, known: gpd.GeoDataFrame
) -> Evidence | None:
    """Match zones with themselves as they were imported before, by code, else by level and name."""
    by_name = {(level, name): at for at, (level, name) in enumerate(zip(known["level"], known["name"], strict=True))}
    by_code = {code: at for at, code in enumerate(known.index)}
    pairs = [
        (row, at)
        for row, (code, level, name) in enumerate(zip(zones.index, zones["level"], zones["name"], strict=True))
        if (at := by_code.get(code, by_name.get((level, name)))) is not None
    ]
    if not pairs:
        return None
    rows, at = np.array(pairs[:MOST], np.int64).T
    share = _shared(rows, outlines, centres, known.geometry.to_numpy()[at])
    return Evidence(
        KNOWN_ZONES,
        len(rows),
        4 * len(rows),
        lambda xy: share(xy, True) ** _SHARP,
        lambda xy: 100 * float(share(xy, True).mean()),
    )


def _parents(
    zones: gpd.GeoDataFrame, outlines: npt.NDArray[np.object_], centres: Layout, known: gpd.GeoDataFrame
) -> Evidence | None:
    """See how much of each zone its parent covers."""
    rows = np.flatnonzero(zones["parent"].isin(known.index).to_numpy())[:MOST]
    if not len(rows):
        return None
    share = _shared(rows, outlines, centres, known.geometry.loc[zones["parent"].iloc[rows]].to_numpy())
    return Evidence(
        PARENT_ZONES, len(rows), len(rows), lambda xy: share(xy, False), lambda xy: 100 * float(share(xy, False).mean())
    )


def _roster(
    zones: gpd.GeoDataFrame, outlines: npt.NDArray[np.object_], centres: Layout, checkpoints: gpd.GeoDataFrame
) -> Evidence | None:
    """See how many checkpoints that name one of the zones lie in it."""
    number = {
        (level, plain(name)): at for at, (level, name) in enumerate(zip(zones["level"], zones["name"], strict=True))
    }
    pairs = [
        (point, number[key])
        for level in (Level.STREET, Level.COMMUNITY)
        for point, name in enumerate(checkpoints[str(level)])
        if (key := (str(level), plain(name))) in number
    ]
    if len(pairs) < FEW:
        return None
    point, zone = np.array(pairs, np.int64)[sampled(np.arange(len(pairs)))].T
    places = np.column_stack((checkpoints.geometry.x, checkpoints.geometry.y))[point]
    return in_own_areas(outlines[zone], ROSTER_ZONES, lambda xy, at: places - (xy - centres)[zone[at]])
