"""Geometries between shapely and the two databases: GeoPackage blobs and PostGIS EWKB, whole arrays at a time.

A GeoPackage blob is the header of OGC 12-128r19 section 2.1.3 (magic, version, flags, SRS id, envelope) and then WKB.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import ColumnElement, LargeBinary, Table, func
from sqlalchemy.types import TypeEngine, UserDefinedType

SRID = 4326
Shapes = npt.NDArray[np.object_]

_EMPTY_FLAG = 0b0001_0000
_LITTLE_ENDIAN = 0b0000_0001
_ENVELOPE_XY = 0b0000_0010
_ENVELOPE_BYTES = (0, 32, 48, 48, 64, 0, 0, 0)
_WKB_START = tuple(8 + _ENVELOPE_BYTES[flags >> 1 & 7] for flags in range(256))
_POINT_BLOB_BYTES = 8 + 21
_POINT_WKB = b"\x01\x01\x00\x00\x00"


class GeoPackageGeometry(UserDefinedType[bytes]):
    """A geometry column of a GeoPackage; its value is a GeoPackage blob."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
        """Name the type as GeoPackage does: ``POINT``."""
        return self.kind


class PostgisGeometry(UserDefinedType[bytes]):
    """A geometry column of PostGIS; its value is EWKB."""

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY", srid: int = SRID) -> None:
        self.kind, self.srid = kind.upper(), srid

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
        """Name the type as PostGIS does: ``geometry(POINT,4326)``."""
        return f"geometry({self.kind},{self.srid})"

    def bind_expression(self, bindvalue: Any) -> ColumnElement[Any]:  # noqa: ANN401 - SQLAlchemy's signature
        """Read EWKB on the way in."""
        return func.ST_GeomFromEWKB(bindvalue, type_=self)

    def column_expression(self, column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - SQLAlchemy's signature
        """Return EWKB on the way out."""
        return func.ST_AsEWKB(column, type_=LargeBinary())


def geometry(kind: str) -> TypeEngine[bytes]:
    """Return the column type of geometries of ``kind`` (``POINT MULTIPOLYGON`` ...) on either database."""
    return GeoPackageGeometry(kind).with_variant(PostgisGeometry(kind), "postgresql")


def kind_of(table: Table) -> str:
    """Return the kind of the table's geometries."""
    kind = table.c.geom.type
    return kind.kind if isinstance(kind, GeoPackageGeometry) else ""


def flat(shapes: Iterable[Any]) -> Shapes:
    """Drop heights, and take the only part out of a collection of one, so that equal places compare equal."""
    found = np.array(list(shapes), dtype=object)
    high = shapely.has_z(found)
    found[high] = shapely.force_2d(found[high])
    single = np.flatnonzero((shapely.get_type_id(found) > 3) & (shapely.get_num_geometries(found) == 1))  # noqa: PLR2004 - 4 to 7 are GEOS's collections
    found[single] = shapely.get_geometry(found[single], 0)
    return found


def promoted(shapes: Shapes, kind: str) -> Shapes:
    """Wrap single geometries for a column of a ``MULTI...`` kind."""
    maker = {"MULTIPOLYGON": shapely.multipolygons, "MULTILINESTRING": shapely.multilinestrings}.get(kind)
    if maker is None:
        return shapes
    found = shapes.copy()
    single = np.flatnonzero((shapely.get_type_id(found) >= 0) & (shapely.get_type_id(found) < 4))  # noqa: PLR2004 - below GEOS's collections
    found[single] = maker(found[single], indices=np.arange(len(single)))
    return found


def to_blobs(shapes: Shapes) -> list[bytes | None]:
    """Write GeoPackage blobs, with an envelope for all but points and empty geometries."""
    plain = (shapely.get_type_id(shapes) == 0) | shapely.is_empty(shapes)
    header = np.zeros(len(shapes), dtype=[("head", "V4"), ("srid", "<i4"), ("envelope", "<f8", 4)])
    header["srid"] = SRID
    header["envelope"] = shapely.bounds(shapes)[:, [0, 2, 1, 3]]
    flags = np.where(plain, _LITTLE_ENDIAN, _LITTLE_ENDIAN | _ENVELOPE_XY) | np.where(
        shapely.is_empty(shapes), _EMPTY_FLAG, 0
    )
    head = np.zeros((len(shapes), 4), dtype=np.uint8)
    head[:, 0], head[:, 1], head[:, 3] = ord("G"), ord("P"), flags
    header["head"] = head.view("V4")[:, 0]
    heads = header.tobytes()
    size = header.itemsize
    bodies = shapely.to_wkb(shapes, byte_order=1, flavor="iso")
    ends = np.where(plain, 8, size) + np.arange(len(shapes)) * size
    return [
        None if body is None else heads[start:end] + body
        for body, start, end in zip(bodies, range(0, len(heads), size), ends.tolist(), strict=True)
    ]


def from_blobs(blobs: Sequence[bytes | None]) -> Shapes:
    """Read GeoPackage blobs, whoever wrote them."""
    bodies = [None if blob is None else blob[_WKB_START[blob[3]] :] for blob in blobs]
    return flat(shapely.from_wkb(np.asarray(bodies, dtype=object)))


def to_ewkb(shapes: Shapes) -> list[bytes | None]:
    """Write EWKB with the SRID in it."""
    marked = shapely.set_srid(shapes, SRID)
    return list(shapely.to_wkb(marked, include_srid=True, byte_order=1))


def from_ewkb(blobs: Sequence[bytes | memoryview | None]) -> Shapes:
    """Read EWKB; the SRID is known and dropped."""
    bodies = [None if blob is None else bytes(blob) for blob in blobs]
    return flat(shapely.set_srid(shapely.from_wkb(np.asarray(bodies, dtype=object)), 0))


def envelope(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """Return (min x, max x, min y, max y) of a GeoPackage blob, None when there is none or it is empty."""
    if blob is None or blob[3] & _EMPTY_FLAG:
        return None
    flags = blob[3]
    if flags >> 1 & 7:
        return struct.unpack_from("<4d" if flags & 1 else ">4d", blob, 8)
    if len(blob) == _POINT_BLOB_BYTES and blob[8:13] == _POINT_WKB:
        x, y = struct.unpack_from("<2d", blob, 13)
        return None if x != x else (x, x, y, y)  # noqa: PLR0124 - NaN marks the empty point
    shape = shapely.from_wkb(blob[_WKB_START[flags] :])
    if shape.is_empty:
        return None
    min_x, min_y, max_x, max_y = shape.bounds
    return min_x, max_x, min_y, max_y


def blob_bounds(blobs: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """Return min x, max x, min y, max y of GeoPackage blobs, a row each; NaN where one is empty."""
    if set(map(len, blobs)) == {_POINT_BLOB_BYTES}:
        signs = np.frombuffer(b"".join(blobs), np.uint8).reshape(-1, _POINT_BLOB_BYTES)
        if (signs[:, 8:13] == np.frombuffer(_POINT_WKB, np.uint8)).all():
            both: npt.NDArray[np.float64] = signs[:, 13:].copy().view("<f8")
            return both[:, [0, 0, 1, 1]].astype(np.float64)
    found = np.full((len(blobs), 4), np.nan)
    plain = np.array([len(blob) == _POINT_BLOB_BYTES and blob[8:13] == _POINT_WKB for blob in blobs], bool)
    at = np.flatnonzero(plain)
    points = np.frombuffer(b"".join(blobs[n][13:] for n in at.tolist()), "<f8").reshape(-1, 2)
    found[at] = points[:, [0, 0, 1, 1]]
    for n in np.flatnonzero(~plain).tolist():
        bounds = envelope(blobs[n])
        if bounds is not None:
            found[n] = bounds
    return found
