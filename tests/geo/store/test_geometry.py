"""GeoPackage blobs and EWKB."""

import math
import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.store.geometry import envelope, flat, from_blobs, from_ewkb, promoted, to_blobs, to_ewkb

ordinates = st.floats(-180, 180, allow_nan=False, width=64)
places = st.tuples(ordinates, ordinates)
lines = st.lists(places, min_size=2, max_size=6)
triangles = st.lists(places, min_size=3, max_size=3, unique=True)
geometries = st.one_of(
    st.none(),
    places.map(shapely.Point),
    lines.map(shapely.LineString),
    triangles.map(shapely.Polygon),
    st.lists(lines, min_size=1, max_size=3).map(shapely.MultiLineString),
    st.lists(triangles, min_size=1, max_size=3).map(lambda many: shapely.MultiPolygon([(one, []) for one in many])),
)


def same(left, right):
    return all((a is None and b is None) or shapely.equals_exact(a, b) for a, b in zip(left, right, strict=True))


@given(st.lists(geometries, max_size=5))
def test_what_goes_in_comes_out(shapes):
    found = flat(shapes)
    assert same(from_blobs(to_blobs(found)), found)
    assert same(from_ewkb(to_ewkb(found)), found)


@given(geometries)
def test_the_envelope_is_the_bounds(shape):
    (blob,) = to_blobs(np.array([shape], dtype=object))
    if shape is None:
        assert envelope(blob) is None
    else:
        west, south, east, north = shape.bounds
        assert envelope(blob) == (west, east, south, north)


def test_the_header_is_the_standards():
    point, line, empty = to_blobs(
        np.array([shapely.Point(1, 2), shapely.LineString([(1, 2), (3, 5)]), shapely.Point()], dtype=object)
    )
    assert point[:8] == b"GP\x00\x01" + struct.pack("<i", 4326)
    assert point[8:] == shapely.to_wkb(shapely.Point(1, 2), byte_order=1)
    assert line[:8] == b"GP\x00\x03" + struct.pack("<i", 4326)
    assert struct.unpack("<4d", line[8:40]) == (1, 3, 2, 5)
    assert empty[:8] == b"GP\x00\x11" + struct.pack("<i", 4326)
    assert envelope(empty) is None


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("indicator", "numbers"), [(0, []), (1, [1, 3, 2, 5]), (2, [1, 3, 2, 5, 0, 9]), (4, [1, 3, 2, 5, 0, 9, 0, 9])]
)
def test_blobs_of_others_are_read(order, indicator, numbers):
    little = int(order == "<")
    line = shapely.LineString([(1, 2), (3, 5)])
    head = b"GP\x00" + bytes([indicator << 1 | little]) + struct.pack(f"{order}i", 4326)
    blob = head + struct.pack(f"{order}{len(numbers)}d", *numbers) + shapely.to_wkb(line, byte_order=little)
    assert from_blobs([blob])[0].equals(line)
    assert envelope(blob) == (1, 3, 2, 5)


def test_an_empty_place_of_others_has_no_envelope():
    """Some writers leave the flag out."""
    nan_point = shapely.to_wkb(shapely.Point(), byte_order=1)
    assert math.isnan(struct.unpack_from("<d", nan_point, 5)[0])
    assert envelope(b"GP\x00\x01" + struct.pack("<i", 4326) + nan_point) is None


def test_collections_of_one_are_what_they_hold():
    line, square = shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)
    shapes = np.array([shapely.MultiLineString([line]), shapely.MultiPolygon([square]), None, line], dtype=object)
    assert flat(shapes).tolist() == [line, square, None, line]
    two = shapely.MultiPolygon([square, shapely.box(5, 5, 6, 6)])
    wrapped = promoted(np.array([square, two, None], dtype=object), "MULTIPOLYGON")
    assert wrapped.tolist() == [shapely.MultiPolygon([square]), two, None]
    assert flat(wrapped).tolist() == [square, two, None]
    assert len(flat([])) == 0
