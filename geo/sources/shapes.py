"""Which shapes a row may have: one rule each for points, areas and lines, and what is as good as the right shape."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.frames import WGS84
from geo.sources import messages
from geo.sources.findings import Findings, Mask
from geo.sources.georeference import Located, Source, Vertices, locate

Shapes = npt.NDArray[np.object_]
_DEEPEST = 4  # collections inside collections
_LAST_SINGLE = 3  # type ids above it are collections
_KINDS = "Point LineString LinearRing Polygon MultiPoint MultiLineString MultiPolygon GeometryCollection"
_NAMES = np.array([*_KINDS.split(), None], dtype=object)  # by type id, -1 is a missing one


@dataclass(frozen=True, slots=True)
class ShapeRule:
    """What the rows of one kind of file may be."""

    kinds: tuple[str, ...]
    other: str  # what is said of any other kind
    missing: str  # what is said of a row without a shape; empty where a row may have none


POINT = ShapeRule(("Point",), messages.SHAPE, "")
AREA = ShapeRule(("Polygon", "MultiPolygon"), messages.NOT_AREA, messages.NO_SHAPE)
LINE = ShapeRule(("LineString",), messages.NOT_LINE, messages.NO_LINE)


def place(shapes: gpd.GeoSeries, rule: ShapeRule, source: Source) -> tuple[gpd.GeoSeries, Located]:
    """Bring shapes to the kind of the rule and to WGS-84; rows with a fault have none.

    Raises
    ------
    InputError
        When the numbers of the file contradict the CRS that it names.
    DatumError
        When the datum does not exist where the file lies, or the file's CRS has another one.
    """
    found = Findings(len(shapes))
    fitted = fit(shapes.to_numpy(object), rule, found)
    points, row = shapely.get_coordinates(fitted, return_index=True)
    located = locate(Vertices(points[:, 0].copy(), points[:, 1].copy(), row, len(shapes)), source)
    located.found.faults[:0] = found.faults
    located.found.notes[:0] = found.notes
    located.found.bad |= found.bad
    fitted[located.found.bad] = None
    kept = ~located.found.bad[row]
    moved = shapely.set_coordinates(fitted, np.column_stack((located.lon, located.lat))[kept])
    return gpd.GeoSeries(moved, index=shapes.index, crs=WGS84), located


def fit(shapes: Shapes, rule: ShapeRule, found: Findings) -> Shapes:
    """Return shapes of the kinds of a rule, two-dimensional, None where a row has none; the others are refused.

    As good as the right shape are: a collection of one part, areas in a collection, parts of a line that meet, and a
    closed line where an area is asked for. Empty parts are no parts.
    """
    out = np.asarray(shapely.force_2d(_singled(shapes)))
    kinds = _kinds(out)
    if rule is LINE:
        _join(out, kinds == "MultiLineString", found)
    elif rule is AREA:
        _gather(out, kinds == "GeometryCollection")
        _close(out, np.isin(kinds, ["LineString", "LinearRing"]), found)
    missing = np.asarray(shapely.is_missing(out) | shapely.is_empty(out))
    out[missing] = None
    kinds = _kinds(out)
    if rule.missing:
        found.refuse(missing, "geometry", rule.missing)
    odd = ~missing & ~np.isin(kinds, rule.kinds)
    found.refuse(odd, "geometry", rule.other, kind=kinds)
    out[odd] = None
    return out


def _kinds(shapes: Shapes) -> npt.NDArray[np.object_]:
    return np.asarray(_NAMES[shapely.get_type_id(shapes)], dtype=object)


def _singled(shapes: Shapes) -> Shapes:
    """Return the one part of collections that have only one; anything else as it is."""
    out = shapes.copy()
    for at in np.flatnonzero(shapely.get_type_id(out) > _LAST_SINGLE):
        shape = out[at]
        for _ in range(_DEEPEST):
            parts = [part for part in getattr(shape, "geoms", ()) if not part.is_empty]
            if len(parts) != 1:
                break
            shape = parts[0]
        out[at] = shape
    return out


def _join(out: Shapes, where: Mask, found: Findings) -> None:
    """Join the parts of lines that meet end to end."""
    merged = shapely.line_merge(out[where])
    joined = where.copy()
    joined[where] = _kinds(merged) == "LineString"
    out[where] = merged
    found.say(joined, messages.JOINED)


def _gather(out: Shapes, where: Mask) -> None:
    """Make collections that hold areas only one area of several parts."""
    for at in np.flatnonzero(where):
        parts = [part for part in shapely.get_parts(shapely.get_parts([out[at]])) if not part.is_empty]
        if parts and all(part.geom_type == "Polygon" for part in parts):
            out[at] = shapely.MultiPolygon(parts)


def _close(out: Shapes, where: Mask, found: Findings) -> None:
    """Take closed lines as the outlines of areas."""
    closed = where & np.asarray(shapely.is_closed(out)) & np.asarray(shapely.get_num_points(out) > 3)  # noqa: PLR2004 - a triangle
    out[closed] = [shapely.Polygon(line.coords) for line in out[closed]]
    found.say(closed, messages.RING)
