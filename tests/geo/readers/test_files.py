"""Whole files that are refused, each with one clear sentence."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import DatumError, InputError
from geo.readers import read_checkpoints, read_teams, read_zones


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        read_checkpoints(path, **{"datum": "wgs84", **options})
    return str(caught.value)


def test_no_file(tmp_path):
    assert refusal(tmp_path / "点位.xlsx") == f"{tmp_path / '点位.xlsx'} is not there: check the path"
    assert "is not there" in refusal(tmp_path)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "geojson"])
def test_empty_file(tmp_path, suffix):
    (tmp_path / f"a.{suffix}").touch()
    assert (
        refusal(tmp_path / f"a.{suffix}") == f"a.{suffix} is empty: it needs a header row and at least one row below it"
    )


def test_blank_lines_only(tmp_path):
    (tmp_path / "a.csv").write_text("\n ,, \n\n", "utf-8")
    assert refusal(tmp_path / "a.csv") == "a.csv is empty: it needs a header row and at least one row below it"


def test_header_only(roster, csv_file):
    assert refusal(csv_file(roster[:1])) == "roster.csv has a header in row 1 but no row below it"


def test_unknown_ending(tmp_path):
    (tmp_path / "a.docx").write_text("点位")
    assert refusal(tmp_path / "a.docx") == "a.docx ends in '.docx': bring xlsx, xls, csv, geojson, gpkg, shp or kml"


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_workbook_that_is_none(tmp_path, suffix):
    (tmp_path / f"a.{suffix}").write_text("<html><table><tr><td>点位名称</td></tr></table></html>")
    assert refusal(tmp_path / f"a.{suffix}").startswith(f"a.{suffix} cannot be read (")


def test_workbook_cut_off(roster, xlsx_file):
    path = xlsx_file(roster)
    path.write_bytes(path.read_bytes()[:2000])
    assert refusal(path).startswith("roster.xlsx cannot be read (")


def test_picture_as_csv(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    assert refusal(tmp_path / "a.csv") == "a.csv is no text in UTF-8, GB18030 or Latin-1: save it anew as CSV UTF-8"


def test_half_of_a_utf16_file(tmp_path):
    (tmp_path / "a.csv").write_bytes("名称,类别\n".encode("utf-16")[:-1])
    assert refusal(tmp_path / "a.csv") == "a.csv is no text in UTF-8, GB18030 or Latin-1: save it anew as CSV UTF-8"


def test_no_header(roster, csv_file):
    message = refusal(csv_file(roster[1:]))
    assert message.startswith("roster.csv has no header row in its first 30 rows: name the columns, e.g. 编号")


@pytest.mark.parametrize(("column", "field"), [("点位名称", "name"), ("点位类别", "category"), ("经度", "lon")])
def test_missing_column(roster, csv_file, column, field):
    at = roster[0].index(column)
    drop = {at, roster[0].index("详细地址")} if field == "lon" else {at}
    rows = [[cell for n, cell in enumerate(row) if n not in drop] for row in roster]
    message = refusal(csv_file(rows))
    assert message.startswith(f"roster.csv has no column for {field} (looked for {field}, ")
    assert message.endswith(f"rename one or pass --columns {field}=...")


def test_columns_that_are_not_there(roster, csv_file):
    path = csv_file(roster)
    assert refusal(path, columns={"name": "场所"}).startswith(
        "--columns names '场所', which roster.csv does not have; it has 点位名称"
    )
    assert refusal(path, columns={"name": "点位名"}).endswith("; the nearest is '点位名称'")
    message = refusal(path, columns={"nam": "点位名称"})
    assert message.startswith("--columns names the field 'nam', which is none of id, ")
    assert message.endswith("; the nearest is 'name'")


def test_columns_call_a_field_by_any_of_its_names(csv_file):
    path = csv_file([["队", "东", "北"], ["甲组", "114.3", "30.6"]])
    (team,) = read_teams(path, datum="wgs84", columns={"组别": "队", "base_lon": "东", "lat": "北"})
    assert (team.id, team.base_lon, team.base_lat) == ("甲组", 114.3, 30.6)


def test_datum_must_be_named(roster, csv_file):
    with pytest.raises(DatumError, match=r"^datum is 'beijing54': name the datum of the source"):
        read_checkpoints(csv_file(roster), datum="beijing54")


def test_crs_that_is_none(roster, csv_file):
    assert refusal(csv_file(roster), crs="EPSG:0") == "crs is 'EPSG:0': name an EPSG code like EPSG:4547"


def test_gcj02_outside_china(csv_file):
    rows = [["name", "category", "lon", "lat"], ["Ferry Building", "farmers_market", "-122.3937", "37.7955"]]
    assert refusal(csv_file(rows), datum="gcj02") == (
        "roster.csv lies outside China, at (-122.3937, 37.7955), where gcj02 does not exist: name wgs84"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("a.gpkg", b"SQLite format 3\x00" + b"\x00" * 200),
        ("a.kml", b"<kml><Document><Placemark>"),
        ("a.shp", b"\x00\x00'\n" + b"\x00" * 120),
        ("a.geojson", b"\xff\xfe\x00"),
    ],
)
def test_broken_layers(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name).startswith((f"{name} cannot be read (", f"{name} is empty"))


def test_layer_without_features(tmp_path):
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    assert refusal(tmp_path / "a.geojson") == "a.geojson is empty: it needs a header row and at least one row below it"


def layer(tmp_path: Path, shapes: list[shapely.Geometry | None]) -> Path:
    names = [f"点位{n}" for n in range(len(shapes))]
    frame = gpd.GeoDataFrame({"名称": names, "类别": "医院"}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(tmp_path / "a.geojson")
    return tmp_path / "a.geojson"


def test_shapes_that_are_no_points(tmp_path):
    points = list(shapely.points(np.linspace(104, 104.1, 5), np.full(5, 30.6)))
    strange = [
        shapely.box(104, 30, 104.1, 30.1),
        shapely.LineString([(104, 30), (104, 31)]),
        None,
        shapely.MultiPoint(points),
    ]
    single = shapely.MultiPoint(points[:1])
    accepted, rejected = read_checkpoints(layer(tmp_path, [*points, *strange, single]), datum="wgs84")
    assert accepted["name"].tolist() == ["点位0", "点位1", "点位2", "点位3", "点位4", "点位9"]
    assert rejected["source_row"].tolist() == [6, 7, 8, 9]
    assert rejected["reason"].tolist() == [
        "its geometry is a Polygon: a checkpoint is a point",
        "its geometry is a LineString: a checkpoint is a point",
        "it has neither coordinates nor an address: fill in one of the two",
        "its geometry is a MultiPoint: a checkpoint is a point",
    ]
    assert rejected["geometry"].iloc[0].startswith("POLYGON")


def test_bad_wkt(csv_file):
    rows = [
        ["名称", "类别", "wkt"],
        ["甲", "医院", "POINT (104.06 30.66)"],
        ["乙", "医院", "POINT 104 30"],
        ["丙", "医院", ""],
    ]
    accepted, rejected = read_checkpoints(csv_file(rows), datum="wgs84")
    assert accepted["name"].tolist() == ["甲"]
    assert rejected["reason"].tolist() == [
        "its geometry 'POINT 104 30' is not WKT: write POINT (114.3 30.6)",
        "it has neither coordinates nor an address: fill in one of the two",
    ]


def test_zones_need_polygons_and_degrees(tmp_path, csv_file):
    rows = [["编码", "名称"], ["420102001000", "一元街道"]]
    with pytest.raises(InputError, match=r"^roster.csv has no geometry: bring a layer of polygons$"):
        read_zones(csv_file(rows), datum="wgs84", level="street")
    frame = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.box(4e5, 3e6, 5e5, 4e6)], crs=4547)
    frame.to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(InputError, match=r"^a.shp does not say its CRS and its numbers are not degrees: pass --crs$"):
        read_zones(tmp_path / "a.shp", datum="wgs84", level="street")
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.box(-1, 0, 0, 1)], crs=4326).to_file(tmp_path / "a.geojson")
    with pytest.raises(DatumError, match=r"^a.geojson lies outside China, at \(-0\.5000, 0\.5000\)"):
        read_zones(tmp_path / "a.geojson", datum="bd09", level="street")
