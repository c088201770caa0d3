"""Two columns of numbers, as surveyors and phones give them, to WGS-84 degrees; or the reason why a row cannot be."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.crs import Datum
from geo.readers import messages
from geo.readers.faults import FaultLog
from geo.readers.numerals import plain_number, read_numbers
from geo.readers.pairs import split_pair
from geo.readers.tables import Note, Table
from geo.sources.findings import Rows
from geo.sources.findings import row_list as row_list  # noqa: PLC0414 - the readers name rows alike
from geo.sources.georeference import Located, Source, Vertices, locate, parse_crs
from geo.sources.shapes import POINT, place

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_ONE_COMMA = re.compile(r"-?\d{1,3},\d+")
_COARSE = 3  # decimals: 0.001 degrees are 100 m
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
class RowPlaces:
    """Where the rows are."""

    lon: Array  # WGS-84 degrees, NaN where the row has none or a fault
    lat: Array
    unplaced: Mask  # neither coordinate is filled in
    notes: list[Note] = field(default_factory=list)


def read_places(table: Table, log: FaultLog, *, datum: Datum | str, crs: Any = None) -> RowPlaces:  # noqa: ANN401 - whatever pyproj takes
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
        The CRS of the coordinates where the file names none, or one that its numbers contradict.

    Raises
    ------
    InputError
        When ``crs`` is none, or the numbers contradict the CRS that the file names.
    DatumError
        When the datum does not exist there.
    """
    source = Source(table.file, Datum.parse(str(datum)), named=parse_crs(crs))
    notes: list[Note] = []
    if table.geometry is not None:
        lon, lat, located = _from_geometry(table, table.geometry, log, source)
        empty = (table.geometry.isna() | table.geometry.is_empty).to_numpy() & ~log.bad
    else:
        lon, lat = _from_columns(table, log, notes)
        there = np.isfinite(lon) & np.isfinite(lat)
        empty = ~there & ~log.bad
        located = locate(Vertices(lon[there], lat[there], np.flatnonzero(there), len(lon)), source)
        lon[there], lat[there] = located.lon, located.lat
    log.take(located.found)
    notes += [*_note_coarse(located, log), *located.found.spoken(log.rows)]
    lon[log.bad] = lat[log.bad] = np.nan
    return RowPlaces(lon, lat, empty, notes)


def _from_geometry(table: Table, shapes: gpd.GeoSeries, log: FaultLog, source: Source) -> tuple[Array, Array, Located]:
    if "geometry" in table.columns:
        written = table.texts("geometry")
        unread = shapes.isna().to_numpy() & (written != "").to_numpy()
        log.add(unread, "geometry", messages.BAD_WKT, value=written.str[:40])
    points, located = place(shapes, POINT, replace(source, stated=shapes.crs, shaped="geometry" not in table.columns))
    return points.x.to_numpy().copy(), points.y.to_numpy().copy(), located


def _from_columns(table: Table, log: FaultLog, notes: list[Note]) -> tuple[Array, Array]:
    """Read both columns as numbers; what is no number may be degrees, minutes and seconds."""
    text_x, text_y = _pairs(table, log.rows, notes)
    plain_x, plain_y = _with_points(text_x, text_y)
    x, x_read = _axis(plain_x, "lon", log)
    y, y_read = _axis(plain_y, "lat", log)
    empty_x, empty_y = (text_x == "").to_numpy(), (text_y == "").to_numpy()
    for lone, given, missing, value in (
        (empty_x & ~empty_y, ("lat", "latitude"), "longitude", text_y),
        (empty_y & ~empty_x, ("lon", "longitude"), "latitude", text_x),
    ):
        log.add(lone & ~log.bad, given[0], messages.ONE_COORDINATE, given=given[1], missing=missing, value=value)
    x[log.bad] = y[log.bad] = np.nan
    there, changed = np.isfinite(x) & np.isfinite(y), (plain_x != text_x).to_numpy() | (plain_y != text_y).to_numpy()
    for template, read in (
        (messages.DMS_READ, x_read.sexagesimal | y_read.sexagesimal),
        (messages.COMMAS_READ, x_read.commas | y_read.commas | changed),
    ):
        if (read & there).any():
            notes.append(Note(template, {"rows": row_list(log.rows[read & there])}))
    return x, y


def _pairs(table: Table, rows: Rows, notes: list[Note]) -> tuple[pd.Series, pd.Series]:
    """Return longitudes and latitudes of rows as text, out of two columns or out of one."""
    if table.has("lon") and table.has("lat"):
        return table.texts("lon"), table.texts("lat")
    both = [split_pair(text) for text in table.texts("lonlat")]
    odk = np.array([own for _, _, own in both], bool)
    if odk.any():
        notes.append(Note(messages.ODK_READ, {"rows": row_list(rows[odk])}))
    lon, lat, _ = zip(*both, strict=True)
    return pd.Series(lon, dtype="str"), pd.Series(lat, dtype="str")


def _with_points(text_x: pd.Series, text_y: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Write points for commas where every coordinate has one comma and all are degrees by that, as 114,305 and 30,6."""
    for written, most in ((text_x, 180.0), (text_y, 90.0)):
        if any("." in text for text in written.tolist()):
            return text_x, text_y
        texts = [plain_number(text) for text in written.unique() if text]
        good = (_ONE_COMMA.fullmatch(text) and abs(float(text.replace(",", "."))) <= most for text in texts)
        if not texts or not all(good):
            return text_x, text_y
    return text_x.map(_pointed).astype("str"), text_y.map(_pointed).astype("str")


def _pointed(text: str) -> str:
    return plain_number(text).replace(",", ".")


class _Read(NamedTuple):
    """Which rows of a column were no plain numbers."""

    sexagesimal: Mask
    commas: Mask


def _axis(written: pd.Series, axis: str, log: FaultLog) -> tuple[Array, _Read]:
    """Read one column."""
    out, commas = read_numbers(written)
    read = np.zeros(len(out), bool)
    field = {"lon": "longitude", "lat": "latitude"}[axis]
    for at in np.flatnonzero(np.isnan(out) & (written != "").to_numpy()):
        text = written.iloc[at]
        value, fault = _sexagesimal(plain_number(text), axis)
        if fault:
            log.add_row(int(at), axis, fault, value=text, field=field)
        else:
            out[at], read[at] = value, True
    return out, _Read(read, commas)


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


def _note_coarse(located: Located, log: FaultLog) -> list[Note]:
    """Say which rows have too few decimals.

    A number that is no degree at all is held at a full turn, where scaling can't overflow.
    """
    flat = located.degrees.copy()
    for own in (located.vertices.x, located.vertices.y):
        scaled = np.clip(own, -360, 360) * 10**_COARSE
        flat &= located.vertices.all(np.abs(scaled - np.round(scaled)) < 1e-6)  # noqa: PLR2004 - rounding
    return [Note(messages.COARSE, {"rows": row_list(log.rows[flat])})] if flat.any() else []
