"""A lock held elsewhere makes no reader wait; a writer waits a bounded time and is told who holds it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import make_url

from geo.errors import StoreError
from geo.store import Store, opening, postgis
from geo.store.holders import holder_of

AT_ONCE_S = 3.0  # on a busy machine
HOLD = """
import sqlite3, sys
plain = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    plain.execute(statement).fetchall()
print("ready", flush=True)
sys.stdin.readline()
"""
WRITING = "UPDATE settings SET value = 'theirs' WHERE key = 'n'"
READING = "SELECT * FROM settings"


@pytest.fixture
def city(tmp_path, roster):
    path = tmp_path / "city.gpkg"
    with Store.open(path, create=True) as store:
        store.checkpoints.upsert(roster(5))
        store.settings.set("n", "ours")
    return path


@contextmanager
def held(path, *statements):
    """Have another process run statements and stay as it is then."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), *statements], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "ready\n"
        yield process.pid
        process.kill()


def read(path):
    with Store.open(path) as store:
        return store.settings.get("n"), len(store.checkpoints.frame())


def without_log(path):
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_writer_elsewhere_makes_no_reader_wait(city, begin):
    with held(city, begin, WRITING):
        began = time.monotonic()
        assert read(city) == ("ours", 5)
        assert time.monotonic() - began < AT_ONCE_S


def test_a_program_that_took_the_log_away_makes_no_reader_wait(city):
    """QGIS sets the journal back to DELETE when it closes a file, and holds a reader's lock while it shows a layer."""
    without_log(city)
    for statements in (["BEGIN", READING], ["BEGIN IMMEDIATE", WRITING]):
        with held(city, *statements):
            began = time.monotonic()
            assert read(city) == ("ours", 5)
            assert time.monotonic() - began < AT_ONCE_S
    read(city)  # now the log is there again
    with closing(sqlite3.connect(city)) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_somebody_has_for_itself_is_said_at_once(city):
    with held(city, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", WRITING):
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"is held by .*nothing was changed. Wait until it is done"):
            read(city)
        assert time.monotonic() - began < AT_ONCE_S + opening.READ_MS / 1000
    assert read(city) == ("ours", 5)


def test_a_writer_is_told_who_holds_the_city(city, monkeypatch):
    monkeypatch.setattr(opening, "WRITE_MS", 300)
    with Store.open(city) as store, held(city, "BEGIN IMMEDIATE", WRITING) as process:
        began = time.monotonic()
        with pytest.raises(StoreError, match="is held by") as refused:
            store.settings.set("n", "1")
        assert 0.25 < time.monotonic() - began < AT_ONCE_S
        if sys.platform == "linux":
            assert f"(process {process})" in str(refused.value)
        assert store.settings.get("n") == "ours"
    assert opening.READ_MS <= 1_000


def test_a_writer_waits_for_a_writer_that_ends(city):
    with Store.open(city) as store, held(city, "BEGIN IMMEDIATE") as process:
        subprocess.Popen([sys.executable, "-c", f"import time, os; time.sleep(1); os.kill({process}, 9)"]).wait()
        store.settings.set("n", "1")
        assert store.settings.get("n") == "1"


def test_reading_writes_nothing(city):
    """To open, to read and to close leaves the file and its folder as they were."""
    before = city.read_bytes(), city.stat().st_mtime_ns, sorted(city.parent.iterdir())
    read(city)
    assert (city.read_bytes(), city.stat().st_mtime_ns, sorted(city.parent.iterdir())) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the locks of all processes")
def test_the_holder_is_found_without_touching_the_file(city):
    assert holder_of(city) is None
    with held(city, "BEGIN", READING):
        assert holder_of(city) is None  # a reader keeps nobody out
    with held(city, "BEGIN IMMEDIATE", WRITING) as process:
        name, found = holder_of(city)
        assert found == process
        assert "python" in name
    assert holder_of(city.with_name("none.gpkg")) is None


@pytest.mark.skipif(sys.platform != "linux", reason="by the number of an account")
@pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="only root can become another account")
def test_who_may_only_read_reads_while_its_owner_serves(city):
    """Another account without any right to write, with the log's index that the owner holds."""
    with TemporaryDirectory() as folder:  # tmp_path is closed to others again whenever another pytest begins
        Path(folder).chmod(0o755)
        served = Path(shutil.copy(city, folder))
        with Store.open(served) as owner:
            owner.settings.set("n", "in the log")
            for each in (served, *(served.with_name(served.name + ending) for ending in ("-wal", "-shm"))):
                each.chmod(0o644)
            assert as_nobody(served, "print(store.settings.get('n'), len(store.checkpoints.frame()))") == "in the log 5"
            said = as_nobody(served, "store.settings.set('n', 'theirs')")
            assert "can only be read where it lies: nothing was changed" in said
        assert as_nobody(served, "print(store.settings.get('n'), len(store.checkpoints.frame()))") == "in the log 5"


def as_nobody(city, work):
    script = f"""
import os, sys
from geo.errors import XundianError
from geo.store import Store
os.setgid(65534), os.setuid(65534)
try:
    with Store.open(sys.argv[1]) as store:
        {work}
except XundianError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(city)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout.strip() or done.stderr


@pytest.mark.postgis
def test_locks_of_a_server_are_waited_for_a_bounded_time(postgis_url, monkeypatch):
    monkeypatch.setattr(postgis, "WRITE_MS", 300)
    address = make_url(postgis_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with Store.open(postgis_url) as store:
        store.settings.set("n", "ours")
        with psycopg.connect(address, application_name="an etl tool") as other:
            other.execute("LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE")
            assert store.settings.get("n") == "ours"
            with pytest.raises(StoreError, match=r"is held by an etl tool \(process \d+\): nothing was changed"):
                store.settings.set("n", "1")
            other.rollback()
            other.execute("LOCK TABLE settings IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            with pytest.raises(StoreError, match=r"is held by an etl tool"):
                store.settings.get("n")
            assert time.monotonic() - began < AT_ONCE_S
        assert store.settings.get("n") == "ours"
