"""WGS-84, CGCS2000, GCJ-02 and BD-09, and the metric plane of a city; files' own systems are read in geo.sources.

Arrays in, arrays out, always in the order longitude, latitude or easting, northing.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from geo.errors import DatumError
from geo.frames import WGS84

Array = npt.NDArray[np.float64]
_Shift = Callable[[Array, Array], tuple[Array, Array]]

GK3_ZONES = range(25, 46)  # zone numbers of EPSG:4513-4533 (with prefix) and EPSG:4534-4554 (without)
GK6_ZONES = range(13, 24)  # zone numbers of the six-degree zones EPSG:4491-4501, which carry a prefix too
_EASTING_M = (1e5, 9e5)  # what an easting can be without its prefix
_CHUNK = 65_536  # points at a time: the working arrays stay in the processor's cache


class Datum(StrEnum):
    """What a pair of coordinates is measured from."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"  # Amap, Tencent, WeChat
    BD09 = "bd09"  # Baidu
    CGCS2000 = "cgcs2000"  # equals WGS-84 for this use

    @classmethod
    def parse(cls, value: str) -> "Datum":
        """Read a datum from what a user typed.

        Raises
        ------
        DatumError
            When it is none of the four.
        """
        plain = value.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
        plain = {"epsg:4326": "wgs84", "epsg:4490": "cgcs2000", "gcj": "gcj02", "bd": "bd09", "wgs": "wgs84"}.get(
            plain, plain
        )
        try:
            return cls(plain)
        except ValueError:
            raise DatumError(
                "datum is {value!r}: name the datum of the source, one of wgs84, gcj02, bd09, cgcs2000", value=value
            ) from None


# --- GCJ-02 and BD-09: the published forward formulas, and their inverse by fixed-point iteration

_A = 6_378_245.0  # semi-major axis of the Krasovsky ellipsoid, which the formula uses
_EE = 0.006_693_421_622_965_943  # its squared eccentricity
_X_PI = np.pi * 3000.0 / 180.0
_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north of the formula's domain
_GCJ_ROUNDS = 5  # each takes the error down by more than 100 times: 700 m -> below 1e-7 m
_BD_ROUNDS = 6  # each takes it down by about 50 times: 900 m -> below 1e-7 m


def in_gcj_box(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell which points lie in the box where the GCJ-02 formula shifts; outside it is the identity."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    west, south, east, north = _BOX
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def _sin_triple(sine: Array) -> Array:
    """Return the sine of three times the angle."""
    return sine * (3.0 - 4.0 * sine * sine)


def _gcj_offset(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Return GCJ-02 minus WGS-84 in degrees, as the published formula has it."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    px, py = np.pi * x, np.pi * y
    double, third_x, third_y = np.sin(2.0 * px), np.sin(px / 3.0), np.sin(py / 3.0)
    common = (20.0 * _sin_triple(double) + 20.0 * double) * (2.0 / 3.0)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north_m += (20.0 * _sin_triple(third_y) + 40.0 * third_y) * (2.0 / 3.0)
    north_m += (160.0 * np.sin(py / 12.0) + 320.0 * np.sin(py / 30.0)) * (2.0 / 3.0)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east_m += (20.0 * _sin_triple(third_x) + 40.0 * third_x) * (2.0 / 3.0)
    east_m += (150.0 * np.sin(px / 12.0) + 300.0 * np.sin(px / 30.0)) * (2.0 / 3.0)
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    root_magic = np.sqrt(magic)
    dlat = np.degrees(north_m * magic * root_magic / (_A * (1.0 - _EE)))
    dlon = np.degrees(east_m * root_magic / (_A * np.cos(phi)))
    return dlon, dlat


def _gcj_forward(lon: Array, lat: Array) -> tuple[Array, Array]:
    dlon, dlat = _gcj_offset(lon, lat)
    return lon + dlon, lat + dlat


def _gcj_inverse(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = lon, lat
    for _ in range(_GCJ_ROUNDS):
        dlon, dlat = _gcj_offset(x, y)
        x, y = lon - dlon, lat - dlat
    return x, y


def _bd_forward(lon: Array, lat: Array) -> tuple[Array, Array]:
    """GCJ-02 -> BD-09, as published."""
    radius = np.hypot(lon, lat) + 0.000_02 * np.sin(lat * _X_PI)
    angle = np.arctan2(lat, lon) + 0.000_003 * np.cos(lon * _X_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _bd_inverse(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(_BD_ROUNDS):
        fx, fy = _bd_forward(x, y)
        x, y = x - (fx - lon), y - (fy - lat)
    return x, y


def _shifted(lon: npt.ArrayLike, lat: npt.ArrayLike, *steps: _Shift) -> tuple[Array, Array]:
    """Apply the steps in chunks, inside China's box; leave the rest as it is."""
    x, y = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    inside = in_gcj_box(x, y).ravel()
    out_x, out_y = x.ravel().copy(), y.ravel().copy()
    where = np.flatnonzero(inside)
    for start in range(0, len(where), _CHUNK):
        part = where[start : start + _CHUNK]
        px, py = out_x[part], out_y[part]
        for step in steps:
            px, py = step(px, py)
        out_x[part], out_y[part] = px, py
    return out_x.reshape(x.shape), out_y.reshape(x.shape)


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: Datum | str) -> tuple[Array, Array]:
    """Turn degrees of ``datum`` into WGS-84 degrees.

    The inverse of GCJ-02 and BD-09 has no closed form; the forward formula is iterated until the error is below 1e-6 m
    over all China. Outside the formula's box (72.004-137.8347 E, 0.8293-55.8271 N) it is the identity.

    Parameters
    ----------
    lon, lat
        Degrees, any shape; NaN stays NaN.
    datum
        What the degrees are measured from.

    Returns
    -------
    lon, lat
        WGS-84 degrees of the same shape.
    """
    match Datum(datum):
        case Datum.GCJ02:
            return _shifted(lon, lat, _gcj_inverse)
        case Datum.BD09:
            return _shifted(lon, lat, _bd_inverse, _gcj_inverse)
        case _:
            return _shifted(lon, lat)


def from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: Datum | str) -> tuple[Array, Array]:
    """Turn WGS-84 degrees into degrees of ``datum``; the inverse of :func:`to_wgs84`."""
    match Datum(datum):
        case Datum.GCJ02:
            return _shifted(lon, lat, _gcj_forward)
        case Datum.BD09:
            return _shifted(lon, lat, _gcj_forward, _bd_forward)
        case _:
            return _shifted(lon, lat)


# --- The metric plane

# West, south, east, north of rectangles that cover China, and of those in them that are other countries. Rough on
# purpose: they only say whether a city is surveyed in Gauss-Kruger zones and may come in GCJ-02.
_CHINA = (
    (73.1, 29.5, 124.2, 42.9),
    (79.4, 42.9, 96.4, 49.3),
    (109.6, 39.3, 135.1, 54.2),
    (82.9, 26.7, 97.1, 29.6),
    (97.0, 20.4, 124.4, 29.6),
    (107.9, 17.8, 111.8, 20.5),
)
_NOT_CHINA = (
    (101.9, 20.0, 106.6, 22.3),
    (106.4, 20.4, 108.0, 21.5),
    (109.0, 50.4, 119.0, 55.9),
    (127.5, 49.6, 137.1, 55.9),
    (131.3, 42.5, 137.1, 44.8),
    (124.8, 37.0, 131.0, 41.3),
)


def in_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell roughly which points lie in China, within some ten kilometres of its border."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)

    def within(boxes: tuple[tuple[float, float, float, float], ...]) -> npt.NDArray[np.bool_]:
        hit = np.zeros(np.broadcast(x, y).shape, bool)
        for west, south, east, north in boxes:
            hit |= (x >= west) & (x <= east) & (y >= south) & (y <= north)
        return hit

    return np.asarray(within(_CHINA) & ~within(_NOT_CHINA))


def gk_epsg(zone: int, *, prefix: bool = False) -> int:
    """Return the EPSG code of a CGCS2000 3-degree Gauss-Kruger zone (25-45).

    Raises
    ------
    DatumError
        When there is no such zone.
    """
    if zone not in GK3_ZONES:
        raise DatumError("zone is {zone}: CGCS2000 has the 3-degree zones 25 to 45", zone=zone)
    return (4513 if prefix else 4534) + zone - GK3_ZONES.start


def prefix_zone(easting: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the zone number that 8-digit eastings carry in front, 0 where they carry none.

    25-45 are three-degree zones, 13-23 six-degree ones.
    """
    x = np.asarray(easting, float)
    x = np.where(np.abs(x) < GK3_ZONES.stop * 1e6, x, 0)  # neither not a number nor one that no integer holds
    zone = np.floor(x / 1e6).astype(np.int64)
    offset_m = x - zone * 1e6
    known = ((zone >= GK3_ZONES.start) & (zone < GK3_ZONES.stop)) | (
        (zone >= GK6_ZONES.start) & (zone < GK6_ZONES.stop)
    )
    return np.where(known & (offset_m > _EASTING_M[0]) & (offset_m < _EASTING_M[1]), zone, 0)


def prefixed_crs(zone: int) -> CRS:
    """Return the CRS of eastings that carry ``zone`` in front: EPSG:4513-4533, or 4491-4501 of the six-degree zones."""
    return CRS.from_epsg(4491 + zone - GK6_ZONES.start if zone in GK6_ZONES else gk_epsg(zone, prefix=True))


def metric_crs(lon: float, lat: float) -> CRS:
    """Choose the plane in which a city is measured.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees of its centre.

    Returns
    -------
    CRS
        The CGCS2000 3-degree Gauss-Kruger zone without prefix (EPSG:4534-4554) in China, the WGS-84 UTM zone elsewhere.
    """
    if in_china(lon, lat):
        zone = min(max(round(lon / 3.0), GK3_ZONES.start), GK3_ZONES.stop - 1)
        return CRS.from_epsg(gk_epsg(zone))
    number = int((lon + 180.0) // 6.0) % 60 + 1
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + number)


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(CRS.from_user_input(source), CRS.from_user_input(target), always_xy=True)


def _key(crs: Any) -> str:  # noqa: ANN401 - whatever pyproj takes
    return str(CRS.from_user_input(crs).to_string())


def project_xy(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: Any) -> tuple[Array, Array]:  # noqa: ANN401 - whatever pyproj takes
    """Project WGS-84 degrees to easting and northing in metres of ``crs``."""
    x, y = _transformer(WGS84, _key(crs)).transform(np.asarray(lon, float), np.asarray(lat, float))
    return np.asarray(x), np.asarray(y)


def unproject_xy(x: npt.ArrayLike, y: npt.ArrayLike, crs: Any) -> tuple[Array, Array]:  # noqa: ANN401 - whatever pyproj takes
    """Turn easting and northing in metres of ``crs`` into WGS-84 degrees."""
    lon, lat = _transformer(_key(crs), WGS84).transform(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(lon), np.asarray(lat)


def to_metric(frame: gpd.GeoDataFrame, *, crs: Any = None) -> gpd.GeoDataFrame:  # noqa: ANN401 - whatever pyproj takes
    """Reproject a frame to metres: to ``crs``, or to :func:`metric_crs` of its centre."""
    if crs is None:
        crs = frame_metric_crs(frame)
    return frame.to_crs(crs)


def frame_metric_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Choose :func:`metric_crs` at the centre of a frame's bounds; an empty frame gets that of China's middle."""
    west, south, east, north = frame.to_crs(WGS84).total_bounds
    if not np.isfinite(west):
        return metric_crs(105.0, 35.0)
    return metric_crs((west + east) / 2, (south + north) / 2)


def to_wgs84_frame(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Reproject a frame to EPSG:4326."""
    return frame.to_crs(WGS84)


def without_prefix(crs: CRS) -> CRS:
    """Return the zone without prefix of a CGCS2000 3-degree zone; any other CRS as it is."""
    epsg = crs.to_epsg()
    return CRS.from_epsg(epsg + 21) if epsg is not None and epsg in range(4513, 4534) else crs


def shift_frame(shapes: gpd.GeoSeries, datum: Datum | str, *, back: bool = False) -> gpd.GeoSeries:
    """Move geometries in degrees of ``datum`` to WGS-84 degrees, or with ``back`` the other way, vertex by vertex."""
    if Datum(datum) in (Datum.WGS84, Datum.CGCS2000):
        return shapes
    turn = from_wgs84 if back else to_wgs84

    def shifted(xy: Array) -> Array:
        return np.column_stack(turn(xy[:, 0], xy[:, 1], datum))

    return gpd.GeoSeries(shapely.transform(shapes.to_numpy(), shifted), index=shapes.index, crs=WGS84)
