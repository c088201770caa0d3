"""Visits that come in by parts: whole visits wherever their rows stand, all or nothing, one undo, on both databases."""

import os
import signal
import subprocess
import sys

import pandas as pd
import pytest

from geo.crs import Datum
from geo.imports import ImportOptions, import_visits
from geo.readers import chunks
from geo.store import Store
from geo.store.journal import Undone

HEAD = "checkpoint,team,arrived_at,item,points,note\n"
KILLED = """
import sys
from geo.crs import Datum
from geo.imports import ImportOptions, import_visits
from geo.store import Store
from pathlib import Path
def told(stage, done, total):
    if stage == "saving" and done:
        print("half", flush=True)
        sys.stdin.readline()
with Store.open(sys.argv[1]) as store:
    import_visits(store, Path(sys.argv[2]), ImportOptions(Datum.WGS84, history=True), progress=told)
"""


@pytest.fixture
def city(store, roster):
    store.checkpoints.upsert(roster(50))
    store.settings.set("today", "2026-06-12")
    return store


@pytest.fixture
def small_parts(monkeypatch):
    """Make every part of a table so small that visits span several."""
    monkeypatch.setattr(chunks, "ROWS", 7)


def table(folder, rows):
    path = folder / "visits.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def row(number, item="", points=""):
    return f"c{number % 50:04d},T1,2026-06-01 {number // 60 % 24:02}:{number % 60:02},{item},{points},"


def come(city, path, tmp_path, **told):
    return import_visits(
        city, path, ImportOptions(Datum.WGS84, history=True, rejected=tmp_path / "refused.xlsx"), **told
    )


@pytest.mark.usefixtures("small_parts")
def test_rows_of_a_visit_may_stand_far_apart(city, tmp_path):
    first, last = [row(n, "a", "1") for n in range(60)], [row(n, "b", "2") for n in range(0, 60, 3)]
    report = come(city, table(tmp_path, [*first, *last]), tmp_path)
    assert (report.accepted, report.new, report.rejected) == (80, 60, 0)
    assert sorted(city.visits.frame()["points"]) == [1.0] * 40 + [3.0] * 20
    again = come(city, tmp_path / "visits.csv", tmp_path)
    assert (again.new, again.updated, again.unchanged) == (0, 0, 60)


@pytest.mark.usefixtures("small_parts")
def test_a_bad_row_takes_its_visit_with_it_from_afar(city, tmp_path):
    rows = [*(row(n, "a", "1") for n in range(60)), row(3, "b", "many")]
    report = come(city, table(tmp_path, rows), tmp_path)
    assert (report.accepted, report.new, report.rejected) == (59, 59, 2)
    refused = pd.read_excel(tmp_path / "refused.xlsx", engine="calamine")
    assert refused["source_row"].tolist() == [5, 62]
    assert refused["points"].astype(str).str[:4].tolist() == ["1", "many"]


@pytest.mark.usefixtures("small_parts")
def test_an_undo_takes_all_that_came_and_puts_back_what_changed(city, tmp_path):
    come(city, table(tmp_path, [row(n, "a", "1") for n in range(10)]), tmp_path)
    was = city.visits.frame(), city.visits.deductions()
    come(city, table(tmp_path, [row(n, "a", "2") for n in range(60)]), tmp_path)
    assert city.imports.undo_last("visits") == Undone(removed=50, restored=10, retired=0)
    assert city.visits.frame().equals(was[0])
    assert city.visits.deductions().equals(was[1])


@pytest.mark.usefixtures("small_parts")
def test_a_cancelled_import_changes_nothing(city, tmp_path):
    class CancelledError(Exception):
        pass

    def told(stage, done, _total):
        if stage == "saving" and done:
            raise CancelledError

    with pytest.raises(CancelledError):
        come(city, table(tmp_path, [row(n, "a", "1") for n in range(300)]), tmp_path, progress=told)
    assert city.visits.frame().empty
    assert city.imports.all() == []


def test_the_tree_of_places_is_sound_after_many(tmp_path, roster):
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        store.checkpoints.upsert(roster(50))
        store.settings.set("today", "2026-06-12")
        come(store, table(tmp_path, [f"c{n % 50:04d},T{n},2026-06-01 09:00,,," for n in range(6000)]), tmp_path)
        come(store, table(tmp_path, [f"c{n % 50:04d},U{n},2026-06-01 09:00,,," for n in range(40)]), tmp_path)
        with store._database.reading() as connection:
            ask = connection.exec_driver_sql
            assert ask("SELECT rtreecheck('rtree_visits_geom')").scalar() == "ok"
            assert ask("SELECT count(*) FROM rtree_visits_geom").scalar() == 6040
            lost = "SELECT count(*) FROM visits v LEFT JOIN rtree_visits_geom r ON r.id = v.fid AND "
            inside = "r.minx <= ST_MinX(v.geom) AND r.maxx >= ST_MaxX(v.geom) AND r.miny <= ST_MinY(v.geom)"
            assert ask(f"{lost}{inside} AND r.maxy >= ST_MaxY(v.geom) WHERE r.id IS NULL").scalar() == 0
            indexes = ask("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = 'visits'").scalar()
            triggers = ask("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'visits'").scalar()
        assert (indexes, triggers) == (8, 7)


def test_a_kill_in_the_middle_leaves_the_city_as_it_was(city, city_url, tmp_path):
    come(city, table(tmp_path, [row(n, "a", "1") for n in range(20)]), tmp_path)
    was = city.visits.frame(), len(city.imports.all())
    path = table(tmp_path, [row(n, "a", "2") for n in range(200)])
    command = [sys.executable, "-c", KILLED, city_url, str(path)]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == "half\n"
        os.kill(child.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    with Store.open(city_url) as store:
        assert store.visits.frame().equals(was[0])
        assert len(store.imports.all()) == was[1]
        assert come(store, path, tmp_path).new == 180
