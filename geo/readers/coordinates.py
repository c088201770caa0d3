"""Two columns of numbers, as surveyors and phones give them, to WGS-84 degrees; or the reason why a row cannot be."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo import crs as datums
from geo.crs import Datum
from geo.errors import DatumError, InputError
from geo.readers import messages, values
from geo.readers.faults import FaultLog
from geo.readers.tables import Note, Table

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FAR_KM = 500.0  # the widest city, Chongqing, measures 470 km
_ENOUGH = 10  # rows from which a middle can be told
_COARSE = 3  # decimals: 0.001 degrees are 100 m
_NORTHING_M = (1.8e6, 6.0e6)  # of China
_EASTING_M = (1e5, 9e5)  # without prefix
_DMS = re.compile(
    r"(?P<name>东经|北纬|西经|南纬|[EWNS])?:? ?(?P<sign>-)?(?P<d>\d{1,3}(?:\.\d+)?) ?(?:[°º度:]| ) ?"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?) ?(?:['′’分:]| |$) ?)?"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?) ?(?:[\"″”秒]|''|′′|$)?)? ?(?P<end>[EWNS])?",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(东经|北纬|西经|南纬|[EWNS])?:? ?(-?\d{1,3}(?:\.\d+)?) ?[°º度]? ?([EWNS])?", re.IGNORECASE)
_AXIS = {"东经": ("lon", 1), "西经": ("lon", -1), "北纬": ("lat", 1), "南纬": ("lat", -1)}
_AXIS |= {"E": ("lon", 1), "W": ("lon", -1), "N": ("lat", 1), "S": ("lat", -1)}


@dataclass(slots=True)
class Places:
    """Where the rows are."""

    lon: Array  # WGS-84 degrees, NaN where the row has none or a fault
    lat: Array
    unplaced: Mask  # neither coordinate is filled in
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class _Pair:
    """The two numbers of every row while they are being understood."""

    x: Array
    y: Array
    text_x: pd.Series
    text_y: pd.Series

    def drop(self, where: Mask) -> None:
        self.x[where] = np.nan
        self.y[where] = np.nan

    @property
    def there(self) -> Mask:
        return np.asarray(np.isfinite(self.x) & np.isfinite(self.y))


def read_places(table: Table, log: FaultLog, *, datum: Datum | str, crs: Any = None) -> Places:  # noqa: ANN401 - whatever pyproj takes
    """Find the WGS-84 degrees of every row from its geometry or its columns.

    Parameters
    ----------
    table
        With a geometry, or with columns for ``lon`` and ``lat``, or one for both.
    log
        Takes the faults.
    datum
        What degrees are measured from.
    crs
        The CRS of projected coordinates that carry no zone prefix.

    Raises
    ------
    InputError
        When ``crs`` is none.
    DatumError
        When the datum is GCJ-02 or BD-09 and the file lies outside China.
    """
    datum = Datum.parse(str(datum))
    named = _named_crs(crs)
    places = Places(np.array([]), np.array([]), np.array([]))
    shaped = table.geometry is not None
    pair = _from_geometry(table, log, named) if shaped else _from_columns(table, log, places)
    places.unplaced = ~pair.there & ~log.bad
    _null_island(pair, log)
    projected = pair.there & ((np.abs(pair.x) > 1000) | (np.abs(pair.y) > 1000))  # noqa: PLR2004 - no degrees
    degrees = pair.there & ~projected
    if projected.any():
        _unproject(pair, projected, log, places, datum, named)
    _check_degrees(pair, degrees & pair.there, log)
    geographic = degrees & pair.there
    _refuse_outside_china(pair, geographic, log, datum, table.file)
    _note_coarse(pair, geographic, log, places)
    lon, lat = pair.x.copy(), pair.y.copy()
    lon[geographic], lat[geographic] = datums.to_wgs84(lon[geographic], lat[geographic], datum)
    _check_far(lon, lat, log)
    lon[log.bad] = lat[log.bad] = np.nan
    places.lon, places.lat = lon, lat
    return places


def _named_crs(crs: Any) -> CRS | None:  # noqa: ANN401 - whatever pyproj takes
    if crs is None or crs == "":
        return None
    try:
        return CRS.from_user_input(int(crs) if str(crs).isdigit() else crs)
    except CRSError as error:
        raise InputError(messages.BAD_CRS, value=str(crs)) from error


def _from_geometry(table: Table, log: FaultLog, named: CRS | None) -> _Pair:
    shapes = table.geometry
    if shapes is None:
        raise AssertionError
    kinds = shapes.geom_type.to_numpy(object)
    single = (kinds == "MultiPoint") & (shapes.count_geometries() == 1).to_numpy()
    if single.any():
        shapes = shapes.copy()
        shapes[single] = shapes[single].explode(index_parts=False)
    kinds = shapes.geom_type.to_numpy(object)
    empty = (shapes.isna() | shapes.is_empty).to_numpy()
    if "geometry" in table.columns:
        written = table.texts("geometry")
        log.add(
            shapes.isna().to_numpy() & (written != "").to_numpy(), "geometry", messages.BAD_WKT, value=written.str[:40]
        )
    odd = ~empty & (kinds != "Point")
    log.add(odd, "geometry", messages.SHAPE, kind=pd.Series(kinds))
    if shapes.crs is None and named is not None:
        shapes = shapes.set_crs(named)
    if shapes.crs is not None and shapes.crs.is_projected:
        shapes = datums.to_wgs84_series(shapes)
    x = np.full(len(shapes), np.nan)
    y = x.copy()
    ok = ~empty & ~odd
    x[ok], y[ok] = shapes[ok].x.to_numpy(), shapes[ok].y.to_numpy()
    blank = pd.Series([""] * len(shapes), dtype="str")
    return _Pair(x, y, blank, blank)


def _from_columns(table: Table, log: FaultLog, places: Places) -> _Pair:
    """Read both columns as numbers; what is no number may be degrees, minutes and seconds."""
    if table.has("lon") and table.has("lat"):
        text_x, text_y = table.texts("lon"), table.texts("lat")
    else:
        both = [_split(text) for text in table.texts("lonlat")]
        text_x = pd.Series([one for one, _ in both], dtype="str")
        text_y = pd.Series([two for _, two in both], dtype="str")
    x, read_x = _axis(text_x, "lon", log)
    y, read_y = _axis(text_y, "lat", log)
    pair = _Pair(x, y, text_x, text_y)
    empty_x, empty_y = (text_x == "").to_numpy(), (text_y == "").to_numpy()
    log.add(
        empty_x & ~empty_y & ~log.bad,
        "lat",
        messages.ONE_COORDINATE,
        given="latitude",
        missing="longitude",
        value=text_y,
    )
    log.add(
        empty_y & ~empty_x & ~log.bad,
        "lon",
        messages.ONE_COORDINATE,
        given="longitude",
        missing="latitude",
        value=text_x,
    )
    pair.drop(log.bad)
    read = (read_x | read_y) & pair.there
    if read.any():
        places.notes.append(Note(messages.DMS_READ, {"rows": row_list(log.rows[read])}))
    return pair


def _split(text: str) -> tuple[str, str]:
    """Split one cell with both coordinates; a latitude in front of its longitude is found by its own name only."""
    plain = values.half_width(text).strip("()[] ")
    parts = [part.strip() for part in re.split(r"[,;，；、|]+", plain) if part.strip()]
    if len(parts) != 2:  # noqa: PLR2004 - a pair
        parts = plain.split() if len(plain.split()) == 2 else [plain, ""] if plain else ["", ""]  # noqa: PLR2004 - a pair
    one, two = parts
    first_is_lat = re.match(r"(北纬|南纬|[NS])|.*[NS]$", one, re.IGNORECASE) is not None
    return (two, one) if first_is_lat else (one, two)


def _axis(written: pd.Series, axis: str, log: FaultLog) -> tuple[Array, Mask]:
    """Read one column; the mask tells which rows were degrees, minutes and seconds."""
    out = values.numbers(written)
    read = np.zeros(len(out), bool)
    field = {"lon": "longitude", "lat": "latitude"}[axis]
    for at in np.flatnonzero(np.isnan(out) & (written != "").to_numpy()):
        text = written.iloc[at]
        value, fault = _sexagesimal(values.half_width(text).strip(), axis)
        if fault:
            log.add_row(int(at), axis, fault, value=text, field=field)
        else:
            out[at], read[at] = value, True
    return out, read


def _sexagesimal(text: str, axis: str) -> tuple[float, str]:
    """Read ``114°18'30.5"E``, 东经114度18分30秒, ``N30.5``; the second value is the template of a fault, or empty."""
    match = _DMS.fullmatch(text)
    if match is None:
        named = _NAMED.fullmatch(text)
        if named is None:
            return np.nan, messages.DECIMAL_COMMA if re.fullmatch(r"-?\d+,\d+", text) else messages.NOT_A_NUMBER
        name, value = (named[1] or named[3] or ""), float(named[2])
    else:
        name = match["name"] or match["end"] or ""
        minutes, seconds = float(match["m"] or 0), float(match["s"] or 0)
        if minutes >= 60 or seconds >= 60:  # noqa: PLR2004 - sexagesimal
            return np.nan, messages.DMS_RANGE
        value = float(match["d"]) + minutes / 60 + seconds / 3600
        value = -value if match["sign"] else value
    if not name:
        return value, ""
    own, sign = _AXIS[name.upper()]
    return (value * sign, "") if own == axis else (np.nan, messages.WRONG_AXIS)


def _null_island(pair: _Pair, log: FaultLog) -> None:
    null = pair.there & (np.abs(pair.x) < 1e-6) & (np.abs(pair.y) < 1e-6)  # noqa: PLR2004 - a decimetre
    log.add(null, "lon", messages.NULL_ISLAND)
    pair.drop(null)


def _unproject(pair: _Pair, where: Mask, log: FaultLog, places: Places, datum: Datum, named: CRS | None) -> None:
    """Turn metres into degrees, zone by zone; the zone comes from the easting's prefix or from the named CRS."""
    if datum in (Datum.GCJ02, Datum.BD09):
        log.add(where, "lon", messages.PROJECTED_DATUM, x=pair.x.copy(), y=pair.y.copy(), datum=str(datum))
        pair.drop(where)
        return
    swapped = where & _is_northing(pair.x) & _is_easting(pair.y)
    if swapped.any():
        pair.x[swapped], pair.y[swapped] = pair.y[swapped], pair.x[swapped].copy()
        places.notes.append(Note(messages.NORTHING_FIRST, {"rows": row_list(log.rows[swapped])}))
    zone = np.where(where, datums.prefix_zone(pair.x), 0)
    foreign = named is not None and not datums.is_gauss_kruger(named)
    good = where & ((_is_easting(pair.x) & _is_northing(pair.y)) | foreign)
    log.add(where & ~good, "lon", messages.NOT_METRES, x=pair.x.copy(), y=pair.y.copy())
    if named is None:
        log.add(good & (zone == 0), "lon", messages.NO_ZONE, x=pair.x.copy())
    pair.drop(log.bad & where)
    good &= ~log.bad
    for number in np.unique(zone[good]):
        part = good & (zone == number)
        _unproject_zone(pair, part, log, places, int(number), named)


def _unproject_zone(pair: _Pair, part: Mask, log: FaultLog, places: Places, number: int, named: CRS | None) -> None:
    if number:
        crs = datums.prefixed_crs(number)
        if named is not None and datums.is_gauss_kruger(named) and not datums.same_zone(named, crs):
            log.add(part, "lon", messages.OTHER_ZONE, x=pair.x.copy(), zone=number, crs=named.to_string())
            pair.drop(part)
            return
        template, values_ = messages.PREFIX_READ, {"zone": number, "crs": crs.to_string()}
    elif named is not None:
        crs = datums.without_prefix(named)
        template, values_ = messages.METRES_READ, {"crs": crs.to_string()}
    else:
        return
    pair.x[part], pair.y[part] = datums.unproject_xy(pair.x[part], pair.y[part], crs)
    places.notes.append(Note(template, {"rows": row_list(log.rows[part]), **values_}))


def _is_northing(values_: Array) -> Mask:
    return np.asarray((values_ > _NORTHING_M[0]) & (values_ < _NORTHING_M[1]))


def _is_easting(values_: Array) -> Mask:
    return np.asarray(((values_ > _EASTING_M[0]) & (values_ < _EASTING_M[1])) | (datums.prefix_zone(values_) > 0))


def _check_degrees(pair: _Pair, where: Mask, log: FaultLog) -> None:
    """Find swapped pairs, and degrees that are none."""
    x, y = pair.x, pair.y
    chinese = datums.in_china(y, x) & ~datums.in_china(x, y)
    swapped = where & ((np.abs(y) > 90) & (np.abs(x) <= 90) | chinese)  # noqa: PLR2004 - degrees
    log.add(swapped, "lon", messages.SWAPPED, lon=x.copy(), lat=y.copy())
    rest = where & ~swapped
    log.add(rest & (np.abs(x) > 180), "lon", messages.LON_RANGE, value=x.copy())  # noqa: PLR2004 - degrees
    log.add(rest & (np.abs(y) > 90), "lat", messages.LAT_RANGE, value=y.copy())  # noqa: PLR2004 - degrees
    pair.drop(log.bad & where)


def _refuse_outside_china(pair: _Pair, where: Mask, log: FaultLog, datum: Datum, file: str) -> None:
    """Refuse shifted datums where they do not exist: the whole file when no row is in China, else row by row."""
    if datum not in (Datum.GCJ02, Datum.BD09) or not where.any():
        return
    outside = where & ~datums.in_china(pair.x, pair.y)
    if outside.sum() == where.sum():
        lon, lat = float(np.median(pair.x[where])), float(np.median(pair.y[where]))
        raise DatumError(messages.CITY_OUTSIDE_CHINA, file=file, lon=lon, lat=lat, datum=str(datum))
    log.add(outside, "lon", messages.OUTSIDE_CHINA, lon=pair.x.copy(), lat=pair.y.copy(), datum=str(datum))
    pair.drop(outside)


def _note_coarse(pair: _Pair, where: Mask, log: FaultLog, places: Places) -> None:
    scaled_x, scaled_y = pair.x[where] * 10**_COARSE, pair.y[where] * 10**_COARSE
    flat = (np.abs(scaled_x - np.round(scaled_x)) < 1e-6) & (np.abs(scaled_y - np.round(scaled_y)) < 1e-6)  # noqa: PLR2004 - rounding
    if flat.any():
        places.notes.append(Note(messages.COARSE, {"rows": row_list(log.rows[where][flat])}))


def _check_far(lon: Array, lat: Array, log: FaultLog) -> None:
    """Find rows whose digits must be wrong, since no city is that wide."""
    there = np.isfinite(lon) & np.isfinite(lat)
    if there.sum() < _ENOUGH:
        return
    middle = np.median(lon[there]), np.median(lat[there])
    km = np.hypot((lon - middle[0]) * 111.32 * np.cos(np.radians(middle[1])), (lat - middle[1]) * 111.32)
    far = there & (km > FAR_KM)
    log.add(far, "lon", messages.FAR_OFF, lon=lon.round(5), lat=lat.round(5), km=km.round())


def row_list(rows: npt.NDArray[np.int64], *, most: int = 8) -> str:
    """Name rows in a sentence: the first few and how many more."""
    named = ", ".join(str(row) for row in rows[:most])
    return named if len(rows) <= most else f"{named} +{len(rows) - most}"
