"""GeoJSON of any shape: collections in collections, arrays, sequences, single features, other encodings."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from geo.errors import InputError
from geo.readers import read_roster, read_zone_layer

Features = list[dict[str, Any]]
SQUARE = [[114.3, 30.6], [114.31, 30.6], [114.31, 30.61], [114.3, 30.6]]


def points() -> Features:
    places = [{"type": "Point", "coordinates": [114.30012 + n / 100, 30.51234]} for n in range(4)]
    return [feature({"名称": f"公园{n}", "类别": "公园"}, place) for n, place in enumerate(places)]


def zones() -> Features:
    places = [{"type": "Polygon", "coordinates": [[[x + n / 10, y] for x, y in SQUARE]]} for n in range(4)]
    return [feature({"名称": f"区{n}", "编号": f"Z{n}"}, place) for n, place in enumerate(places)]


def feature(values: dict[str, Any], place: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": values, "geometry": place}


def collection(features: list[Any], **more: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", **more, "features": features}


def within(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"geometry": {"type": "GeometryCollection", "geometries": [one["geometry"]]}}


SHAPES: dict[str, Callable[[Features], str]] = {
    "usual": lambda rows: json.dumps(collection(rows)),
    "collections of collections": lambda rows: json.dumps(collection([collection(rows[:2]), collection(rows[2:])])),
    "a collection beside a feature": lambda rows: json.dumps(collection([rows[0], collection(rows[1:])])),
    "deep": lambda rows: json.dumps(collection([rows[0], collection([collection([collection(rows[1:])])])])),
    "array": json.dumps,
    "array of collections": lambda rows: json.dumps([collection(rows[:1]), collection(rows[1:])]),
    "one after the other": lambda rows: json.dumps(collection(rows[:2])) + "\n" + json.dumps(collection(rows[2:])),
    "a line each": lambda rows: "\n".join(map(json.dumps, rows)),
    "RFC 8142": lambda rows: "".join(f"\x1e{json.dumps(row, indent=1)}\n" for row in rows),
    "without its type": lambda rows: json.dumps({"features": rows}),
    "features without a type": lambda rows: json.dumps(collection([*rows[:2], *map(untyped, rows[2:])])),
    "geometry collections": lambda rows: json.dumps(collection([within(within(row)) for row in rows])),
    "features twice": lambda rows: f'{{"features": {json.dumps(rows[:2])}, "features": {json.dumps(rows[2:])}}}',
    "marked": lambda rows: "\ufeff" + json.dumps(collection(rows)),
    "a word in a text": lambda rows: json.dumps(
        collection([row | {"properties": row["properties"] | {"x": '"FeatureCollection" "geometry"'}} for row in rows])
    ),
}


def untyped(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "type"}


@pytest.mark.parametrize("suffix", ["geojson", "json", "geojsonl", "geojsons"])
@pytest.mark.parametrize("shape", SHAPES)
def test_points(tmp_path, suffix, shape):
    path = tmp_path / f"a.{suffix}"
    path.write_text(SHAPES[shape](points()), encoding="utf-8")
    reading = read_roster(path, datum="wgs84")
    assert reading.accepted["name"].tolist() == [f"公园{n}" for n in range(4)]
    assert reading.accepted.geometry.x.round(5).tolist() == [114.30012, 114.31012, 114.32012, 114.33012]
    assert reading.rejected.empty


@pytest.mark.parametrize("shape", SHAPES)
def test_zones(tmp_path, shape):
    (tmp_path / "a.geojson").write_text(SHAPES[shape](zones()), encoding="utf-8")
    reading = read_zone_layer(tmp_path / "a.geojson", datum="wgs84", level="grid")
    assert sorted(reading.accepted["name"]) == [f"区{n}" for n in range(4)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "gb18030"])
def test_encodings(tmp_path, encoding):
    text = json.dumps(collection(points()), ensure_ascii=False)
    (tmp_path / "a.geojson").write_bytes(text.encode(encoding))
    reading = read_roster(tmp_path / "a.geojson", datum="wgs84")
    assert reading.accepted["name"].tolist() == [f"公园{n}" for n in range(4)]
    assert any("a.geojson is in" in note.text() for note in reading.notes)


def test_one_feature(tmp_path):
    (tmp_path / "a.geojson").write_text(json.dumps(points()[0]))
    assert len(read_roster(tmp_path / "a.geojson", datum="wgs84").accepted) == 1


def test_a_line_of_a_sequence_that_is_broken(tmp_path):
    lines = [json.dumps(row) for row in points()]
    (tmp_path / "a.geojsonl").write_text("\n".join([*lines[:2], lines[2][:30], lines[3]]))
    with pytest.raises(InputError, match=r"a\.geojsonl is broken or cut off: line \d is no JSON"):
        read_roster(tmp_path / "a.geojsonl", datum="wgs84")


@pytest.mark.parametrize("inner", ['"x"', "5", '{"type": "Topology"}'])
def test_what_is_no_feature(tmp_path, inner):
    text = f"[{json.dumps(points()[0])}, {inner}]"
    (tmp_path / "a.geojson").write_text(text)
    with pytest.raises(InputError, match="in the place of a feature"):
        read_roster(tmp_path / "a.geojson", datum="wgs84")


def test_brackets_without_end(tmp_path):
    (tmp_path / "a.geojson").write_text("[" * 200_000)
    with pytest.raises(InputError, match="line 1 is no JSON"):
        read_roster(tmp_path / "a.geojson", datum="wgs84")


def test_systems_of_the_parts(tmp_path):
    systems = [{"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}} for code in (4490, 4214)]
    parts = [collection(points()[:2], crs=systems[0]), collection(points()[2:], crs=systems[0])]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(parts))
    assert len(read_roster(path, datum="cgcs2000").accepted) == 4
    path.write_text(json.dumps([parts[0], parts[1] | {"crs": systems[1]}]))
    with pytest.raises(InputError, match="several coordinate reference systems"):
        read_roster(path, datum="cgcs2000")


def test_words_across_two_pieces_of_the_stream(tmp_path, monkeypatch):
    monkeypatch.setattr("geo.readers.geojson._CHUNK", 5)
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(collection([points()[0], collection(points()[1:])])))
    assert len(read_roster(path, datum="wgs84").accepted) == 4
