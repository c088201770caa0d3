"""Where the coordinates of a file are: every rule about datum, CRS and numbers, alike for points, areas and lines.

The numbers of a row are its vertices; a point has one. What the file says of its CRS, what whoever imports it says, and
what the numbers themselves say have to go together, or the row is refused.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo import crs as datums
from geo.crs import Datum
from geo.errors import DatumError, InputError
from geo.sources import messages, surveys
from geo.sources.findings import Array, Findings, Mask, Rows

FAR_KM = 500.0  # the widest city, Chongqing, measures 470 km
_ENOUGH = 10  # rows from which a middle can be told
_NO_DEGREES = 1000.0
_FULL_CIRCLE = 360.0
_NORTHING_M = (1.8e6, 6.0e6)  # of China
_EASTING_M = (1e5, 9e5)  # without prefix
_MERCATOR_ZONES = (13, 14)  # prefixes that an x of the Web Mercator map over eastern China looks like
_SAME_PLACE_DEG = 1e-6


@dataclass(frozen=True, slots=True)
class Source:
    """What is said of the coordinates of a file."""

    file: str
    datum: Datum  # of its degrees, as the import names it
    stated: CRS | None = None  # by the file itself
    named: CRS | None = None  # by the import
    shaped: bool = False  # a layer of shapes, not a table


@dataclass(slots=True)
class Vertices:
    """The coordinates of all rows, one after the other."""

    x: Array
    y: Array
    row: Rows  # of each vertex, ascending
    count: int  # of rows

    def any(self, where: Mask) -> Mask:
        """Tell which rows have a vertex in ``where``."""
        return np.bincount(self.row[where], minlength=self.count) > 0

    def all(self, where: Mask) -> Mask:
        """Tell which rows have vertices, and all of them in ``where``."""
        return self.any(where) & ~self.any(~where)

    def first(self, values: Array) -> Array:
        """Return the value of the first vertex of every row, NaN where it has none."""
        out = np.full(self.count, np.nan)
        rows, at = np.unique(self.row, return_index=True)
        out[rows] = values[at]
        return out

    def widest(self, values: Array) -> Array:
        """Return the value farthest from 0 of every row, NaN where it has none."""
        order = np.lexsort((-np.abs(values), self.row))
        out = np.full(self.count, np.nan)
        rows, at = np.unique(self.row[order], return_index=True)
        out[rows] = values[order][at]
        return out

    def middle(self, values: Array) -> Array:
        """Return the middle of the range of every row, NaN where it has none."""
        out = np.full(self.count, np.nan)
        rows, at = np.unique(self.row, return_index=True)
        if len(rows):
            out[rows] = (np.minimum.reduceat(values, at) + np.maximum.reduceat(values, at)) / 2
        return out


@dataclass(slots=True)
class Located:
    """WGS-84 degrees of all vertices, and what was found on the way."""

    lon: Array  # NaN where the row has a fault
    lat: Array
    degrees: Mask  # rows that were degrees
    found: Findings
    vertices: Vertices  # as the file has them


@dataclass(slots=True)
class _Work:
    """Vertices on their way into degrees."""

    vertices: Vertices
    source: Source
    found: Findings
    lon: Array = field(init=False)
    lat: Array = field(init=False)
    shifted: Mask = field(init=False)  # rows in degrees of the datum that the import names

    def __post_init__(self) -> None:
        self.lon = np.full(len(self.vertices.x), np.nan)
        self.lat = self.lon.copy()
        self.shifted = np.zeros(self.vertices.count, bool)

    def live(self, where: Mask) -> Mask:
        """Return the rows of ``where`` without a fault."""
        return where & ~self.found.bad

    def at(self, rows: Mask) -> Mask:
        """Return the vertices of rows."""
        return np.asarray(rows[self.vertices.row])

    def first(self) -> dict[str, Array]:
        """Return the first pair of numbers of every row, for a sentence about it."""
        return {"x": self.vertices.first(self.vertices.x), "y": self.vertices.first(self.vertices.y)}


def parse_crs(crs: Any) -> CRS | None:  # noqa: ANN401 - whatever pyproj takes
    """Read the CRS that an import names.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    if crs is None or crs == "":
        return None
    try:
        return CRS.from_user_input(int(crs) if str(crs).isdigit() else crs)
    except CRSError as error:
        raise InputError(messages.BAD_CRS, value=str(crs)) from error


def locate(vertices: Vertices, source: Source) -> Located:
    """Turn the vertices of all rows into WGS-84 degrees.

    Raises
    ------
    InputError
        When the numbers of the file contradict the CRS that it names.
    DatumError
        When the datum does not exist where the file lies, or the file's CRS has another one.
    """
    work = _Work(vertices, source, Findings(vertices.count))
    stated, named = _flat(work, source.stated), _flat(work, source.named)
    work.source = replace(source, stated=stated, named=named)
    geographic = next((crs for crs in (named, stated) if crs is not None and crs.is_geographic), None)
    projected = next((crs for crs in (named, stated) if crs is not None and crs.is_projected), None)
    _refuse_null_island(work)
    size = np.maximum(np.abs(vertices.x), np.abs(vertices.y))
    metres = vertices.any(size > (_FULL_CIRCLE if stated is not None and stated.is_projected else _NO_DEGREES))
    degrees = vertices.any(size >= 0) & ~metres
    if stated is not None and stated.is_geographic and projected is None:
        _refuse_crs(work, work.live(metres), messages.METRES_AS_DEGREES, stated)
    elif stated is not None and stated.is_projected and geographic is None:
        _refuse_crs(work, work.live(degrees), messages.DEGREES_AS_METRES, stated)
    _read_metres(work, work.live(metres), projected)
    _read_degrees(work, work.live(degrees), geographic)
    _say_chosen(work, metres, degrees)
    _shift(work)
    _refuse_far(work)
    bad = work.at(work.found.bad)
    work.lon[bad] = work.lat[bad] = np.nan
    return Located(work.lon, work.lat, work.live(degrees), work.found, vertices)


def _flat(work: _Work, crs: CRS | None) -> CRS | None:
    """Return the horizontal part of a CRS, None where it has no place on the earth and says nothing."""
    if crs is None:
        return None
    source, flat = work.source, surveys.horizontal(crs)
    if flat is None and crs is source.named:
        raise InputError(messages.BAD_CRS, value=surveys.name(crs))
    every = np.ones(work.vertices.count, bool)
    if flat is None:
        if not crs.name.casefold().startswith(("undefined", "unknown")) and source.named is None:
            raise InputError(messages.LOCAL_CRS, file=source.file, crs=crs.name)
        work.found.say(every, messages.UNKNOWN_CRS, file=source.file, crs=crs.name)
    elif len(crs.axis_info) > len(flat.axis_info):
        work.found.say(every, messages.HEIGHTS, file=source.file, crs=surveys.name(crs))
    return flat


def _say_chosen(work: _Work, metres: Mask, degrees: Mask) -> None:
    """Say which CRS was used where the file names one and the import another."""
    stated, named = work.source.stated, work.source.named
    if stated is None or named is None or stated == named:
        return
    names = {"file": work.source.file, "stated": surveys.name(stated), "named": surveys.name(named)}
    used = degrees if named.is_geographic else metres
    work.found.say(used, messages.NAMED_CRS, **names)
    work.found.say((degrees | metres) & ~used, messages.STATED_CRS, **names)


def _refuse_null_island(work: _Work) -> None:
    """Refuse rows at (0, 0), and shapes of which one corner is there while the others are not."""
    vertices = work.vertices
    null = (np.abs(vertices.x) < _SAME_PLACE_DEG) & (np.abs(vertices.y) < _SAME_PLACE_DEG)
    if null.any():
        away = vertices.any(np.maximum(np.abs(vertices.x), np.abs(vertices.y)) > 5)  # noqa: PLR2004 - no shape of a city
        work.found.refuse(vertices.all(null) | (vertices.any(null) & away), "lon", messages.NULL_ISLAND)


def _refuse_crs(work: _Work, wrong: Mask, template: str, crs: CRS, **values: Array) -> None:
    """Refuse rows that contradict a CRS; the whole file where none agrees and the file itself names it."""
    if not wrong.any():
        return
    values = {**work.first(), **values}
    there = work.vertices.any(np.isfinite(work.vertices.x))
    if work.source.stated is not None and not (work.live(there) & ~wrong).any():
        at = int(np.flatnonzero(wrong)[0])
        x, y = float(values["x"][at]), float(values["y"][at])
        raise InputError(messages.CONTRADICTED, file=work.source.file, crs=surveys.name(crs), found=f"({x:g}, {y:g})")
    work.found.refuse(wrong, "lon", template, crs=surveys.name(crs), **values)


# --- metres


def _read_metres(work: _Work, where: Mask, crs: CRS | None) -> None:
    if not where.any():
        return
    if crs is not None and surveys.gauss_kruger(crs) is None:
        if work.source.datum in (Datum.GCJ02, Datum.BD09) and not surveys.is_web_mercator(crs):
            _refuse_datum(work, where)
            return
        _unproject(work, where, crs, work.vertices.x)
        work.shifted |= where & surveys.is_web_mercator(crs)
        if work.source.stated is None:
            work.found.say(where, messages.METRES_READ, crs=crs.to_string())
        return
    if work.source.datum in (Datum.GCJ02, Datum.BD09):
        _refuse_datum(work, where)
        return
    _turn_northings(work, where)
    x, y = work.vertices.x, work.vertices.y
    wrong = where & work.vertices.any(~(_is_easting(x) & _is_northing(y)))
    work.found.refuse(wrong, "lon", messages.NOT_METRES, **work.first())
    zone = _zones(work, work.live(where), crs)
    for number in np.unique(zone[work.live(where)]):
        _read_zone(work, work.live(where) & (zone == number), int(number), crs)


def _refuse_datum(work: _Work, where: Mask) -> None:
    work.found.refuse(where, "lon", messages.PROJECTED_DATUM, datum=str(work.source.datum), **work.first())


def _turn_northings(work: _Work, where: Mask) -> None:
    """Exchange the two numbers of rows that have the northing first."""
    vertices = work.vertices
    turned = where & vertices.all(_is_northing(vertices.x) & _is_easting(vertices.y))
    if turned.any():
        at = work.at(turned)
        vertices.x[at], vertices.y[at] = vertices.y[at], vertices.x[at].copy()
        work.found.say(turned, messages.NORTHING_FIRST)


def _zones(work: _Work, where: Mask, crs: CRS | None) -> Rows:
    """Return the zone that the eastings of each row carry in front; refuse rows that leave it open or are of two."""
    prefix = np.asarray(datums.prefix_zone(work.vertices.x))
    led = work.vertices.first(prefix.astype(float))
    zone: Rows = np.where(np.isfinite(led), led, 0).astype(np.int64)
    first = work.first()
    mixed = where & work.vertices.any(prefix != zone[work.vertices.row])
    work.found.refuse(mixed, "lon", messages.NOT_METRES, **first)
    if crs is None:
        bare = where & (zone == 0) & ~mixed
        rows = len(np.unique(work.vertices.row))
        if work.source.shaped and bare.any() and bare.sum() == rows:
            raise InputError(messages.NO_CRS, file=work.source.file)
        work.found.refuse(bare, "lon", messages.NO_ZONE, x=first["x"])
        either = where & np.isin(zone, _MERCATOR_ZONES)
        work.found.refuse(either, "lon", messages.TWO_MEANINGS, zone=zone, **first)
    return zone


def _read_zone(work: _Work, where: Mask, number: int, crs: CRS | None) -> None:
    """Unproject rows of one zone number, 0 for eastings without one."""
    kept = work.vertices.x
    if crs is None:
        crs = datums.prefixed_crs(number)
        zone = surveys.GaussKruger(0.0, surveys.FALSE_EASTING_M + number * 1e6)
    else:
        zone = surveys.gauss_kruger(crs) or surveys.GaussKruger(0.0, surveys.FALSE_EASTING_M)
        if number not in {0, zone.prefix, *zone.numbers}:
            named, x = work.source.named or work.source.stated or crs, work.first()["x"]
            work.found.refuse(where, "lon", messages.OTHER_ZONE, zone=number, crs=named.to_string(), x=x)
            return
    x = kept - number * 1e6 + zone.false_easting_m - surveys.FALSE_EASTING_M
    plain = crs if number else datums.without_prefix(crs)
    _unproject(work, where, crs, x)
    if number and number != (0 if work.source.stated is None else zone.prefix):
        work.found.say(where, messages.PREFIX_READ, zone=number, crs=crs.to_string())
    elif work.source.stated is None or (zone.prefix and not number):
        work.found.say(where, messages.METRES_READ, crs=plain.to_string())


def _unproject(work: _Work, where: Mask, crs: CRS, x: Array) -> None:
    """Turn the vertices of rows into degrees, and refuse those that come to lie where the CRS is not used."""
    _transform(work, where, crs, (x, work.vertices.y))
    at = work.at(where)
    bounds = surveys.reach(crs) or (-180.0, -90.0, 180.0, 90.0)
    west, south, east, north = bounds
    inside = (work.lon >= west) & (work.lon <= east) & (work.lat >= south) & (work.lat <= north)
    wrong = where & work.vertices.any(at & ~inside)
    place = {"lon": work.vertices.first(work.lon).round(4), "lat": work.vertices.first(work.lat).round(4)}
    _refuse_crs(work, wrong, messages.OUTSIDE_CRS, crs, **place)


def _transform(work: _Work, where: Mask, crs: CRS, xy: tuple[Array, Array]) -> None:
    """Turn vertices into WGS-84 degrees by the best way there is, and say how good it is."""
    at = work.at(where)
    x, y = xy[0][at], xy[1][at]
    if surveys.is_modern(crs):
        work.lon[at], work.lat[at] = datums.unproject_xy(x, y, crs)
        return
    if work.source.datum in (Datum.GCJ02, Datum.BD09):
        raise DatumError(
            messages.DATUM_OF_CRS, file=work.source.file, crs=surveys.name(crs), datum=str(work.source.datum)
        )
    way = surveys.operation(crs, float(np.median(x)), float(np.median(y)))
    work.lon[at], work.lat[at] = way.transformer.transform(x, y)
    named = surveys.name(crs)
    if way.accuracy_m is None:
        work.found.say(where, messages.BALLPARK, crs=named)
    elif way.name:
        work.found.say(where, messages.TRANSFORMED, crs=named, operation=way.name, accuracy_m=way.accuracy_m)
    else:
        work.found.say(where, messages.OWN_PARAMETERS, crs=named)


def _is_northing(values: Array) -> Mask:
    return np.asarray((values > _NORTHING_M[0]) & (values < _NORTHING_M[1]))


def _is_easting(values: Array) -> Mask:
    return np.asarray(((values > _EASTING_M[0]) & (values < _EASTING_M[1])) | (datums.prefix_zone(values) > 0))


# --- degrees


def _read_degrees(work: _Work, where: Mask, crs: CRS | None) -> None:
    if not where.any():
        return
    x, y = work.vertices.x, work.vertices.y
    first = work.first()
    chinese = datums.in_china(y, x) & ~datums.in_china(x, y)
    swapped = where & work.vertices.all(((np.abs(y) > 90) & (np.abs(x) <= 90)) | chinese)  # noqa: PLR2004 - degrees
    work.found.refuse(swapped, "lon", messages.SWAPPED, lon=first["x"], lat=first["y"])
    rest = where & ~swapped
    far_x, far_y = work.vertices.any(np.abs(x) > 180), work.vertices.any(np.abs(y) > 90)  # noqa: PLR2004 - degrees
    work.found.refuse(rest & far_x, "lon", messages.LON_RANGE, value=work.vertices.widest(x))
    work.found.refuse(rest & far_y, "lat", messages.LAT_RANGE, value=work.vertices.widest(y))
    where = work.live(where)
    if crs is not None and not surveys.is_modern(crs):
        _unproject(work, where, crs, x)
        return
    at = work.at(where)
    work.lon[at], work.lat[at] = x[at], y[at]
    work.shifted |= where


def _shift(work: _Work) -> None:
    """Move degrees of GCJ-02 and BD-09; refuse all datums of China elsewhere."""
    datum = work.source.datum
    where = work.live(work.shifted if datum in (Datum.GCJ02, Datum.BD09) else np.ones(work.vertices.count, bool))
    lon, lat = work.vertices.middle(work.lon), work.vertices.middle(work.lat)
    where &= np.isfinite(lon)
    if datum is Datum.WGS84 or not where.any():
        return
    outside = where & ~datums.in_china(lon, lat)
    if outside.sum() == where.sum():
        middle = {"lon": float(np.median(lon[where])), "lat": float(np.median(lat[where]))}
        raise DatumError(messages.CITY_OUTSIDE_CHINA, file=work.source.file, datum=str(datum), **middle)
    if datum is Datum.CGCS2000:
        return
    work.found.refuse(outside, "lon", messages.OUTSIDE_CHINA, lon=lon, lat=lat, datum=str(datum))
    at = work.at(work.live(where))
    work.lon[at], work.lat[at] = datums.to_wgs84(work.lon[at], work.lat[at], datum)


def _refuse_far(work: _Work) -> None:
    """Refuse rows whose digits must be wrong, since no city is that wide."""
    lon, lat = work.vertices.middle(work.lon), work.vertices.middle(work.lat)
    there = work.live(np.isfinite(lon) & np.isfinite(lat))
    if there.sum() < _ENOUGH:
        return
    east, north = np.median(lon[there]), np.median(lat[there])
    km = np.hypot((lon - east) * 111.32 * np.cos(np.radians(north)), (lat - north) * 111.32)
    far = there & (km > FAR_KM)
    work.found.refuse(far, "lon", messages.FAR_OFF, lon=lon.round(5), lat=lat.round(5), km=km.round())
