"""Edge lists in many shapes, and files that are refused with the reason."""

import contextlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.frames import STREETS, faults
from geo.streets import notes
from geo.streets.edges import file_sha256, read_streets

PLACES = {1: (114.0, 30.0), 2: (114.002, 30.0), 3: (114.004, 30.0), 4: (114.002, 30.003), 5: (114.002, 29.998)}
EDGES = [(1, 2), (2, 3), (2, 4), (2, 5)]


def grid(**columns: object) -> gpd.GeoDataFrame:
    """Return four streets that meet at node 2."""
    lines = [shapely.LineString([PLACES[u], PLACES[v]]) for u, v in EDGES]
    data = {"u": [u for u, _ in EDGES], "v": [v for _, v in EDGES], "highway": "residential"} | columns
    return gpd.GeoDataFrame(data, geometry=lines, crs="EPSG:4326")


def saved(frame: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, layer="edges") if path.suffix == ".gpkg" else frame.to_file(path)
    return path


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("a.geojson", "EPSG:4326"),  # WGS-84 by RFC 7946
        *(
            (name, crs)
            for name in ("a.parquet", "a.gpkg", "a.shp", "a.fgb")
            for crs in ("EPSG:4326", "EPSG:4547", "EPSG:32650")
        ),
    ],
)
def test_every_format_in_any_crs(tmp_path: Path, name: str, crs: str) -> None:
    source = read_streets(saved(grid(name="中山路").to_crs(crs), tmp_path / name))
    assert faults(source.edges, STREETS) == []
    assert source.sha256 == file_sha256(tmp_path / name)
    assert len(source.edges) == 4
    assert (source.edges[["walk", "ebike", "car"]] == 3).all().all()
    assert set(source.edges.name) == {"中山路"}
    lengths = source.edges.set_index(["u", "v"]).length_m
    assert lengths[(2, 4)] == pytest.approx(
        332.6, abs=0.1
    )  # 0.003 degrees of latitude at 30 N, WGS-84: 110.85 km a degree
    start = np.array([line.coords[0] for line in source.edges.geometry])
    assert start == pytest.approx(np.array([PLACES[u] for u in source.edges.u]), abs=1e-6)


def test_lines_drawn_from_v_to_u_are_turned(tmp_path: Path) -> None:
    frame = grid(oneway=[True, False, False, True])
    frame.geometry = [line.reverse() if at % 2 == 0 else line for at, line in enumerate(frame.geometry)]
    edges = read_streets(saved(frame, tmp_path / "a.parquet")).edges
    for row in edges.itertuples():
        assert row.geometry.coords[0] == pytest.approx(PLACES[row.u])
        assert row.geometry.coords[-1] == pytest.approx(PLACES[row.v])
    one = edges[edges.car != 3]
    assert {(row.u, row.v) if row.car == 1 else (row.v, row.u) for row in one.itertuples()} == {(1, 2), (2, 5)}


def test_the_two_directions_of_one_street_become_one_edge(tmp_path: Path) -> None:
    there = grid(oneway=False)
    back = there.rename(columns={"u": "v", "v": "u"})
    back.geometry = back.geometry.reverse()
    both = pd.concat([there, back], ignore_index=True).set_index(["u", "v"])  # as osmnx saves a graph
    source = read_streets(saved(both, tmp_path / "a.parquet"))
    assert len(source.edges) == 4
    assert source.edges.length_m.sum() == pytest.approx(
        read_streets(saved(there, tmp_path / "b.parquet")).edges.length_m.sum()
    )
    assert len(source.notes) == 1


def test_a_dual_carriageway_keeps_both_sides(tmp_path: Path) -> None:
    there = grid(oneway=True)
    back = there.rename(columns={"u": "v", "v": "u"})
    back.geometry = back.geometry.reverse()
    edges = read_streets(saved(pd.concat([there, back], ignore_index=True), tmp_path / "a.parquet")).edges
    assert len(edges) == 8
    assert edges.car.isin([1, 2]).all()


def test_tags_that_have_a_column_are_honoured(tmp_path: Path) -> None:
    frame = grid(
        highway=["['primary', 'secondary']", "motorway", "footway", "proposed"],
        name=["['中山路', '汉口路']", None, "", "x"],
        bridge=["yes", None, "no", None],
        access=[None, None, "private", None],
        foot=[None, None, "yes", None],
    )
    source = read_streets(saved(frame, tmp_path / "a.gpkg"))
    got = source.edges.sort_values("v").set_index("v")
    assert got.highway.to_dict() == {2: "primary", 3: "motorway", 4: "footway"}
    assert got.name.to_dict() == {2: "中山路", 3: "", 4: ""}
    assert got.bridge.to_dict() == {2: True, 3: False, 4: False}
    assert got[["walk", "ebike", "car"]].to_numpy().tolist() == [[3, 3, 3], [0, 0, 3], [3, 0, 0]]
    assert "1 rows are no street" in source.notes[0].text()


def test_rows_that_are_no_line_are_counted(tmp_path: Path) -> None:
    frame = grid(u=[1.0, 2.0, 2.0, np.nan])
    frame.loc[2, "geometry"] = shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    source = read_streets(saved(frame, tmp_path / "a.parquet"))
    assert source.notes[0].text() == "2 rows without a line or without u and v are left out"
    assert source.edges.length_m.sum() == pytest.approx(2 * 193, abs=1)


def _text(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


OSM = '<?xml version="1.0"?><osm version="0.6">'
NODE = '<node id="{0}" lat="30.{0}" lon="114" version="1"/>'
TWO = NODE.format(1) + NODE.format(2)
WAY = '<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="{}"/></way>'
BAD = {
    "nothing there": (lambda p: p / "no.osm", "there is no such file"),
    "a folder": (lambda p: p, "there is no such file"),
    "a spreadsheet": (lambda p: _text(p / "a.xlsx", "x"), "streets come as .osm"),
    "empty": (lambda p: _text(p / "a.osm", ""), "no whole OSM file"),
    "truncated": (lambda p: _text(p / "a.osm", OSM + TWO + '<way id="1"><nd r'), "no whole OSM file"),
    "no XML": (lambda p: _text(p / "a.osm", "u,v,highway\n1,2,x"), "no whole OSM file"),
    "no OSM": (lambda p: _text(p / "a.osm", "<gpx></gpx>"), "no whole OSM file"),
    "a torn PBF": (lambda p: _text(p / "a.osm.pbf", "\x00\x00\x00\x0d\n\tOSMHeader"), "no whole OSM file"),
    "no gzip": (lambda p: _text(p / "a.osm.gz", OSM), "no whole OSM file"),
    "a bad coordinate": (
        lambda p: _text(p / "a.osm", OSM + TWO.replace("30.1", "north") + WAY.format("primary") + "</osm>"),
        "no whole OSM file",
    ),
    "no highways": (
        lambda p: _text(p / "a.osm", OSM + TWO + WAY.format("construction") + "</osm>"),
        "it holds no highway",
    ),
    "no nodes": (
        lambda p: _text(p / "a.osm", OSM + WAY.format("primary") + "</osm>"),
        "none of its streets has coordinates",
    ),
    "no u": (lambda p: saved(grid().drop(columns="u"), p / "a.gpkg"), "columns missing: u;"),
    "no u and v": (lambda p: saved(grid().drop(columns=["u", "v"]), p / "a.gpkg"), "columns missing: u, v;"),
    "no highway": (lambda p: saved(grid().drop(columns="highway"), p / "a.parquet"), "columns missing: highway;"),
    "no CRS": (lambda p: saved(grid().set_crs(None, allow_override=True), p / "a.parquet"), "names no CRS"),
    "no rows": (lambda p: saved(grid().iloc[:0], p / "a.parquet"), "has no rows"),
    "letters as nodes": (lambda p: saved(grid(u=list("abcd")), p / "a.parquet"), "no whole number"),
    "half a node": (lambda p: saved(grid(u=[1.5, 2, 2, 2]), p / "a.parquet"), "no whole number"),
    "no street classes": (lambda p: saved(grid(highway="主干道"), p / "a.parquet"), "highway=主干道"),
    "points": (
        lambda p: saved(grid().set_geometry(grid().centroid.set_crs(4326, allow_override=True)), p / "a.gpkg"),
        "no layer of lines",
    ),
    "only points in Parquet": (
        lambda p: saved(grid().set_geometry(gpd.points_from_xy([1] * 4, [1] * 4, crs=4326)), p / "a.parquet"),
        "no row has a line",
    ),
    "a plain Parquet": (
        lambda p: (pd.DataFrame({"u": [1]}).to_parquet(p / "a.parquet"), p / "a.parquet")[1],
        "can't be read",
    ),
    "no Parquet": (lambda p: _text(p / "a.parquet", "PAR1"), "can't be read"),
    "no GeoPackage": (lambda p: _text(p / "a.gpkg", "SQLite format 3"), "can't be read"),
    "no GeoJSON": (lambda p: _text(p / "a.geojson", '{"type": "FeatureCollection", "features": ['), "can't be read"),
    "latitude first": (
        lambda p: saved(
            grid().set_geometry(shapely.transform(grid().geometry.values, np.fliplr), crs=4326), p / "a.gpkg"
        ),
        "no row is read; longitude .* and latitude .* are swapped",
    ),
    "degrees that are metres": (
        lambda p: saved(grid().set_crs("EPSG:4547", allow_override=True), p / "a.parquet"),
        "don't fit the CRS",
    ),
    "metres that are degrees": (
        lambda p: saved(grid().to_crs("EPSG:4547").set_crs("EPSG:4326", allow_override=True), p / "a.parquet"),
        "don't fit the CRS",
    ),
}


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
@pytest.mark.parametrize("name", BAD)
def test_bad_files_say_what_is_wrong(tmp_path: Path, name: str) -> None:
    make, message = BAD[name]
    with pytest.raises(InputError, match=message):
        read_streets(make(tmp_path))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = (OSM + TWO + NODE.format(3) + WAY.format("primary") + "</osm>").encode()
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, min(start + 40, len(whole))))
    path = tmp_path_factory.mktemp("damaged") / "a.osm"
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=10)) + whole[stop:])
    with contextlib.suppress(InputError):  # any other exception fails
        source = read_streets(path)
        assert faults(source.edges, STREETS) == []
        assert len(source.edges) > 0


def test_conditions_in_columns_are_kept_or_said(tmp_path: Path) -> None:
    lines = [shapely.LineString([(114 + at / 100, 30.5), (114 + (at + 1) / 100, 30.5)]) for at in range(4)]
    columns = {
        "u": [1, 2, 3, 4],
        "v": [2, 3, 4, 5],
        "highway": "residential",
        "oneway": ["no", "no", "no", "reversible"],
        "motor_vehicle:conditional": ["no @ (Mo-Fr 07:00-09:00)", "", "no @ wet", ""],
    }
    gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:4326").to_file(tmp_path / "edges.gpkg", layer="edges")
    source = read_streets(tmp_path / "edges.gpkg")
    assert [(note.template, note.values["ids"]) for note in source.notes] == [
        (notes.REVERSIBLE, "row 4"),
        (notes.TIMED, "row 1"),
        (notes.UNTIMED, "row 3"),
    ]
    (row,) = source.by_hour.streets.itertuples()
    assert (row.hours, row.walk, row.ebike, row.car) == ("Mo-Fr 07:00-09:00; Sa-Su off", 3, 3, 0)
    assert set(source.edges.loc[row.edge, ["u", "v"]]) == {1, 2}
