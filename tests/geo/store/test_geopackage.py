"""The file as other programs see it."""

import platform
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.errors import InputError, StateError, StoreError
from geo.model import Round, Visit
from geo.store import Store
from geo.store.tables import LAYERS

NAMES = [table.name for table in LAYERS]


@pytest.fixture(scope="module")
def gdal():
    """Call GDAL in a process of its own: its copy of SQLite and Python's must not meet on one file."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:

        def call(function, *args, **options):
            return process.submit(function, *args, **options).result()

        yield call


@pytest.fixture
def city(tmp_path):
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        yield store


def written(path, layer):
    """Read the extent that stands in the file."""
    with closing(sqlite3.connect(path)) as plain:
        (row,) = plain.execute(
            "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", (layer,)
        ).fetchall()
    return row


def tree_is_right(city, gdal, layer):
    """Compare the R-tree with the geometries as GDAL reads them."""
    frame = gdal(pyogrio.read_dataframe, city.url, layer=layer, fid_as_index=True)
    with closing(sqlite3.connect(city.url)) as plain:
        query = f"SELECT id, minx, miny, maxx, maxy FROM rtree_{layer}_geom ORDER BY id"  # noqa: S608 - our own name
        rows = plain.execute(query).fetchall()
    assert [row[0] for row in rows] == frame.index.tolist()
    if rows:
        np.testing.assert_allclose([row[1:] for row in rows], frame.bounds.to_numpy(), atol=2e-5)  # float32


def test_every_layer_is_there_with_its_crs(city, gdal):
    listed = dict(gdal(pyogrio.list_layers, city.url))
    assert sorted(name for name, kind in listed.items() if kind is not None) == sorted(NAMES)
    assert not {"users", "settings", "draws", "alembic_version"} & set(listed)
    for name in NAMES:
        info = gdal(pyogrio.read_info, city.url, layer=name)
        assert info["crs"] == "EPSG:4326"
        assert info["fid_column"] == "fid"
        assert info["geometry_name"] == "geom"


def test_gdal_has_nothing_to_say_against_it(city, gdal, roster, zone_tree):
    city.checkpoints.upsert(roster(3))
    city.zones.upsert(zone_tree)
    city.visits.record([Visit("c0000", "A", pd.Timestamp("2026-06-12T01:02:03.456Z").to_pydatetime())])
    script = """import sys, pyogrio as p
for name, _ in p.list_layers(sys.argv[1]):
    p.read_dataframe(sys.argv[1], layer=name)
"""
    done = subprocess.run([sys.executable, "-c", script, city.url], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    visits = gdal(pyogrio.read_dataframe, city.url, layer="visits")
    assert visits["arrived_at"].iloc[0] == pd.Timestamp("2026-06-12T01:02:03.456Z")


@pytest.mark.skipif(
    platform.system() != "Linux", reason="make test installs ogrinfo on Linux; elsewhere the tests above ask pyogrio"
)
def test_ogrinfo(city, roster):
    city.checkpoints.upsert(roster(3))
    done = subprocess.run(["ogrinfo", "-al", "-so", city.url], capture_output=True, text=True, check=True)
    assert "warning" not in (done.stdout + done.stderr).lower()
    parts = dict(part.split("\n", 1) for part in done.stdout.split("Layer name: ")[1:])
    assert set(NAMES) < set(parts)
    assert all('ID["EPSG",4326]' in parts[name] for name in NAMES)
    assert "Extent: (114.000000, 30.000000) - (114.002000, 30.004000)" in parts["checkpoints"]


def test_geopandas_reads_while_the_city_is_open_and_written(city, gdal, roster):
    city.checkpoints.upsert(roster(3))
    with city._database.backend.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM checkpoints")
        assert len(gdal(gpd.read_file, city.url, layer="checkpoints")) == 3
        assert len(city.checkpoints.frame()) == 3
    assert len(gdal(gpd.read_file, city.url, layer="checkpoints")) == 0


def test_the_extent_follows_what_is_written(city, gdal, roster):
    path = city.url
    assert written(path, "checkpoints") == (None,) * 4
    city.checkpoints.upsert(roster(3))
    assert written(path, "checkpoints") == (114.0, 30.0, 114.002, 30.004)
    city.checkpoints.upsert(roster(5))
    assert written(path, "checkpoints") == pytest.approx(tuple(roster(5).total_bounds), abs=0)
    moved = roster(5)
    moved["geometry"] = shapely.points([[113, 29]] * 5)
    city.checkpoints.upsert(moved)
    assert written(path, "checkpoints") == (113, 29, 113, 29)
    assert tuple(gdal(pyogrio.read_info, path, layer="checkpoints")["total_bounds"]) == (113, 29, 113, 29)


def test_the_extent_of_visits_grows(city, roster):
    city.checkpoints.upsert(roster(3))
    for number, checkpoint in enumerate(["c0001", "c0000", "c0002"]):
        city.visits.record([Visit(checkpoint, "A", pd.Timestamp(f"2026-06-12T0{number}:00Z").to_pydatetime())])
        assert written(city.url, "visits") == tuple(city.visits.frame().total_bounds)


def test_the_tree_follows_what_is_written(city, gdal, roster, zone_tree):
    city.checkpoints.upsert(roster(50))
    moved = roster(30, start=10)
    moved["geometry"] = shapely.points(np.random.default_rng(3).random((30, 2)) * 10)
    city.checkpoints.upsert(moved, import_of="f")
    tree_is_right(city, gdal, "checkpoints")
    city.imports.undo_last("checkpoints")
    tree_is_right(city, gdal, "checkpoints")
    city.zones.upsert(zone_tree)
    tree_is_right(city, gdal, "zones")


def test_the_tree_is_right_after_many_at_once(city, gdal, roster):
    """Large writes build the tree anew, with the triggers put aside meanwhile."""

    def triggers():
        with city._database.reading() as connection:
            return connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            ).all()

    before = triggers()
    city.checkpoints.upsert(roster(2500))
    tree_is_right(city, gdal, "checkpoints")
    moved = roster(2500)
    moved["geometry"] = shapely.points(np.random.default_rng(3).random((2500, 2)))
    city.checkpoints.upsert(moved)
    tree_is_right(city, gdal, "checkpoints")
    assert triggers() == before
    city.checkpoints.upsert(roster(1, start=9000))
    tree_is_right(city, gdal, "checkpoints")


def test_the_tree_is_used_for_a_window(city, gdal, roster):
    city.checkpoints.upsert(roster(50))
    window = (114.0095, 30.0, 114.0125, 31.0)
    found = gdal(pyogrio.read_dataframe, city.url, layer="checkpoints", bbox=window)
    assert found["id"].tolist() == ["c0010", "c0011", "c0012"]


def test_another_program_may_edit(city, gdal, roster):
    """GDAL writes with its own ST_ functions; the triggers and our reading go on."""
    city.checkpoints.upsert(roster(2))
    frame = gdal(pyogrio.read_dataframe, city.url, layer="checkpoints")
    frame["id"] = ["q1", "q2"]
    frame["geometry"] = shapely.points([[116, 40], [117, 41]])
    gdal(pyogrio.write_dataframe, frame, city.url, layer="checkpoints", append=True)
    assert city.checkpoints.frame().loc["q2", "geometry"] == shapely.Point(117, 41)
    tree_is_right(city, gdal, "checkpoints")
    city.checkpoints.upsert(roster(1, start=7))
    tree_is_right(city, gdal, "checkpoints")


def test_the_triggers_bear_an_upsert_and_a_lost_place(city):
    """Every trigger of the standard fires, and the R-tree is right after each statement."""
    insert = "INSERT INTO routes (geom, round_id, id, team, day, mode, travel_s, length_m, stops) VALUES "
    blob = "(SELECT geom FROM blobs WHERE n = {})"
    change = "UPDATE routes SET geom = "
    row = "({}, 'r', '{}', 'A', 1, 'car', 1, 1.0, 1)"
    lines = np.array([shapely.MultiLineString([[(n, n), (n + 1, n + 2)]]) for n in range(3)] + [None], dtype=object)
    with city._database.backend.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TEMP TABLE blobs (n, geom)")
        blobs = [(n, blob) for n, blob in enumerate(city._database.backend.encode(lines))]
        connection.exec_driver_sql("INSERT INTO temp.blobs VALUES (?, ?)", blobs)
        connection.exec_driver_sql("INSERT INTO rounds VALUES (1, 'r', '2026-06-12', 1, 1, 1, 0, NULL, '', NULL, NULL)")

        def tree():
            return connection.exec_driver_sql("SELECT id, minx FROM rtree_routes_geom ORDER BY id").all()

        connection.exec_driver_sql(insert + row.format(blob.format(0), "a"))
        connection.exec_driver_sql(insert + row.format(blob.format(3), "b"))
        assert tree() == [(1, 0)]
        upsert = (
            insert + row.format(blob.format(1), "a") + " ON CONFLICT (round_id, id) DO UPDATE SET geom = excluded.geom"
        )
        connection.exec_driver_sql(upsert)
        assert tree() == [(1, 1)]  # update6
        connection.exec_driver_sql(change + blob.format(2) + " WHERE id = 'b'")
        assert tree() == [(1, 1), (2, 2)]  # update7
        connection.exec_driver_sql("UPDATE routes SET geom = NULL WHERE id = 'a'")
        assert tree() == [(2, 2)]  # update2
        connection.exec_driver_sql("UPDATE routes SET fid = 9 WHERE id = 'b'")
        assert tree() == [(9, 2)]  # update5
        connection.exec_driver_sql("UPDATE routes SET fid = 8, geom = NULL WHERE id = 'b'")
        assert tree() == []  # update4
        connection.exec_driver_sql(change + blob.format(2))
        connection.exec_driver_sql("DELETE FROM routes WHERE id = 'a'")
        assert tree() == [(8, 2)]


@pytest.mark.parametrize("content", [b"not a database at all, " * 50, None])
def test_a_strangers_file_is_left_alone(tmp_path, content):
    path = tmp_path / "theirs.gpkg"
    if content is None:
        gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=4326).to_file(path)
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(StoreError):
        Store.open(path, create=True)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_city(tmp_path):
    path = tmp_path / "new.gpkg"
    path.touch()
    with Store.open(path, create=True) as store:
        assert store.rounds.all() == []


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(StoreError, match="cannot be made: No such file or directory"):
        Store.open(tmp_path / "none" / "city.gpkg", create=True)


def test_odd_paths(tmp_path):
    path = tmp_path / "江汉区 100% #1?.gpkg"
    with Store.open(path, create=True) as store:
        store.rounds.create(Round("r", pd.Timestamp("2026-06-12").date(), 1, 1, 1))
        assert store.cache_dir == tmp_path / "江汉区 100% #1?.cache"
    with Store.open(str(path)) as store:
        assert len(store.rounds.all()) == 1
    with Store.open(f"sqlite:///{tmp_path}/plain.gpkg", create=True) as store:
        assert store.url == str(tmp_path / "plain.gpkg")


def alone(path, folder):
    """Copy the file without its log, as a person does, and read a setting from the copy."""
    copy = folder / "alone.gpkg"
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy)) as plain:
        return plain.execute("SELECT value FROM settings WHERE key = 'n'").fetchone()[0]


def test_the_file_alone_holds_what_was_written(city, tmp_path):
    for number in range(3):
        city.settings.set("n", str(number))
        assert alone(city.url, tmp_path) == str(number)


def test_a_write_waits_for_no_reader_of_an_older_state(city, tmp_path):
    city.settings.set("n", "0")
    with city._database.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM settings").scalar()
        began = time.monotonic()
        city.settings.set("n", "1")
        assert time.monotonic() - began < 5  # the time that writers wait for each other is 10 s
    city.close()
    assert alone(city.url, tmp_path) == "1"


def test_a_backup_of_a_city_in_use_is_one_file_for_gdal_and_for_us(city, gdal, tmp_path, roster):
    city.checkpoints.upsert(roster(5))
    with city._database.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM checkpoints").scalar()
        city.settings.set("n", "1")  # which cannot leave the log yet
        city.backup(tmp_path / "copy.gpkg")
    assert len(gdal(pyogrio.read_dataframe, str(tmp_path / "copy.gpkg"), layer="checkpoints")) == 5
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("copy")) == ["copy.gpkg"]
    with closing(sqlite3.connect(tmp_path / "copy.gpkg")) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with Store.open(tmp_path / "copy.gpkg") as copy:
        assert copy.settings.get("n") == "1"
        with pytest.raises(InputError, match=r"copy.gpkg is in use: stop what uses it, or name another file"):
            city.backup(tmp_path / "copy.gpkg")
    city.backup(tmp_path / "copy.gpkg")


def test_a_backup_is_refused_where_it_would_harm_or_cannot_be(city, tmp_path):
    with pytest.raises(InputError, match="is the city itself: name another file"):
        city.backup(tmp_path / "." / "city.gpkg")
    with pytest.raises(StoreError, match="cannot be written"):
        city.backup(tmp_path / "nowhere" / "copy.gpkg")


@pytest.mark.postgis
def test_a_city_in_postgresql_is_backed_up_by_its_server(postgis_url, tmp_path):
    with (
        Store.open(postgis_url) as store,
        pytest.raises(StateError, match="lies in PostgreSQL: back it up with pg_dump"),
    ):
        store.backup(tmp_path / "copy.gpkg")
