"""What is acknowledged is there, whatever happens to the process; and many may work at once."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from geo.model import Visit
from geo.store import Store

EIGHT = dt.datetime(2026, 6, 12, tzinfo=dt.UTC)

WRITER = """
import datetime as dt, sys
from geo.model import Deduction, Visit
from geo.store import Store
city, team, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
start = dt.datetime(2026, 6, 12, tzinfo=dt.UTC)
with Store.open(city) as store:
    for number in range(count):
        arrived_at = start + dt.timedelta(seconds=number)
        visit = Visit(f"c{number % 100:04d}", team, arrived_at, deductions=(Deduction("litter", 1.0),))
        store.visits.record([visit])
        print(number, flush=True)
"""
OPENER = """
import sys
from geo.store import Store
sys.stdin.readline()
with Store.open(sys.argv[1], create=True) as store:
    store.settings.set(sys.argv[2], "here")
"""


def child(script, *args, **pipes):
    return subprocess.Popen([sys.executable, "-c", script, *args], text=True, **pipes)


def test_kill_in_the_middle_of_many_writes(tmp_path, roster):
    path = tmp_path / "city.gpkg"
    with Store.open(path, create=True) as store:
        store.checkpoints.upsert(roster(100))
    with child(WRITER, str(path), "A", "1000000", stdout=subprocess.PIPE) as writer:
        acknowledged = [int(writer.stdout.readline()) for _ in range(400)]
        os.kill(writer.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    assert writer.returncode != 0
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    with Store.open(path) as store:
        visits = store.visits.frame()
        there = {int((time - EIGHT).total_seconds()) for time in visits["arrived_at"]}
        assert set(acknowledged) <= there
        assert len(there) <= len(acknowledged) + 1  # one may have been written and not yet acknowledged
        assert len(store.visits.deductions()) == len(visits)  # a visit comes with its deductions or not at all
        assert visits["points"].eq(1.0).all()
        assert store.visits.record([Visit("c0000", "B", EIGHT)]).accepted == 1


def test_kill_in_the_middle_of_one_large_write(tmp_path, roster):
    path = tmp_path / "city.gpkg"
    with Store.open(path, create=True) as store:
        store.checkpoints.upsert(roster(10))
    script = """
import sys
import pandas as pd
from geo.store import Store, rows
add = rows.add
def slow(connection, table, new):
    add(connection, table, new[:5000])
    print("half", flush=True)
    sys.stdin.readline()
rows.add = slow
with Store.open(sys.argv[1]) as store:
    one = store.checkpoints.frame().iloc[:1]
    many = pd.concat([one] * 10_000)
    many.index = pd.Index([f"n{number}" for number in range(10_000)], name="id")
    store.checkpoints.upsert(many)
"""
    with child(script, str(path), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == "half\n"
        writer.kill()
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with Store.open(path) as store:
        assert len(store.checkpoints.frame()) == 10


def test_a_write_is_on_the_disk_when_it_returns(tmp_path):
    with Store.open(tmp_path / "city.gpkg", create=True) as store, store._database.backend.writer.begin() as connection:
        ask = connection.exec_driver_sql
        assert ask("PRAGMA journal_mode").scalar() == "wal"
        assert ask("PRAGMA synchronous").scalar() == 2  # FULL: the log is synced at each commit
        assert ask("PRAGMA foreign_keys").scalar() == 1


def test_threads_share_a_store(store, roster):
    store.checkpoints.upsert(roster(8))

    def inspect(number):
        for minute in range(10):
            store.visits.record([Visit(f"c{number:04d}", "A", EIGHT + dt.timedelta(minutes=minute))])
            store.visits.frame()
        return number

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(inspect, range(8))) == list(range(8))
    assert store.visits.frame().groupby("checkpoint").size().eq(10).all()


def test_processes_share_a_city(store, city_url, roster):
    store.checkpoints.upsert(roster(100))
    writers = [child(WRITER, store.url, team, "30", stdout=subprocess.PIPE) for team in "AB"]
    for number in range(20):
        store.settings.set("n", str(number))
    for writer in writers:
        out, _ = writer.communicate(timeout=120)
        assert out.split() == [str(number) for number in range(30)]
        assert writer.returncode == 0
    assert store.visits.frame().groupby("team").size().to_dict() == {"A": 30, "B": 30}
    assert store.url == city_url


def test_the_same_visit_from_many_at_once_is_one(store, roster):
    store.checkpoints.upsert(roster(1))
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: store.visits.record([Visit("c0000", "A", EIGHT)]), range(6)))
    assert sum(changes.accepted for changes in done) == 1
    assert len(store.visits.frame()) == 1


def test_a_reader_sees_one_state(store, roster):
    """Two statements of one reading don't straddle a write."""
    store.checkpoints.upsert(roster(3))
    with store._database.reading() as connection:
        count = "SELECT count(*) FROM checkpoints"
        before = connection.exec_driver_sql(count).scalar()
        store.checkpoints.upsert(roster(3, start=3))
        assert connection.exec_driver_sql(count).scalar() == before
    assert len(store.checkpoints.frame()) == 6


@pytest.mark.parametrize("place", ["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def test_many_may_make_the_city_at_once(place, tmp_path, request):
    url = request.getfixturevalue("new_database")() if place == "postgis" else str(tmp_path / "city.gpkg")
    names = [f"process{number}" for number in range(3)]
    openers = [child(OPENER, url, name, stdin=subprocess.PIPE) for name in names]
    for opener in openers:
        opener.stdin.write("go\n")
        opener.stdin.flush()
    for opener in openers:
        opener.communicate(timeout=120)
    assert [opener.returncode for opener in openers] == [0] * 3
    with Store.open(url) as store:
        assert all(store.settings.get(name) == "here" for name in names)
