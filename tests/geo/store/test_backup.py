"""A backup is whole or is not made: kinds of damage, what waits in the log, and the older copy that stays."""

import datetime as dt
import os
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from geo.errors import InputError, StoreError
from geo.store import Store, copying, geopackage, soundness
from geo.store.job_rows import Wanted, Worker

PAGE = 4096
LOG_HOLDER = """
import sqlite3, sys
plain = sqlite3.connect(sys.argv[1])
plain.execute("PRAGMA wal_autocheckpoint=0")
plain.execute("INSERT INTO settings (key, value) VALUES ('unflushed', 'here')")
plain.commit()
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def city(tmp_path, roster, zone_tree):
    path = tmp_path / "city.gpkg"
    with Store.open(path, create=True) as store:
        store.zones.upsert(zone_tree)
        store.checkpoints.upsert(roster(3_000))
    return path


def plain(path):
    return closing(sqlite3.connect(path))


def root_of(path, name):
    with plain(path) as connection:
        return connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]


def overwrite(path, at, content):
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def leaf_of(path, name):
    """Return the number of the last page below the root of a table or index."""
    root = root_of(path, name)
    head = path.read_bytes()[(root - 1) * PAGE :][:PAGE]
    assert head[0] in (2, 5), "the tree has one page only"
    return struct.unpack(">I", head[8:12])[0]


def torn(path):
    """Write the second half of a page by half, as a power cut does."""
    overwrite(path, (leaf_of(path, "checkpoints") - 1) * PAGE + PAGE // 2, bytes(PAGE // 2))


def truncated(path):
    os.truncate(path, path.stat().st_size // 2)


def zeroed_index(path):
    with plain(path) as connection:
        names = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'checkpoints' ORDER BY rootpage"
        name = connection.execute(names).fetchone()[0]
    overwrite(path, (leaf_of(path, name) - 1) * PAGE, bytes(PAGE))


def bad_freelist(path):
    with plain(path) as connection:
        connection.execute("CREATE TABLE once AS SELECT * FROM checkpoints")
        connection.execute("DROP TABLE once")
        connection.commit()
    overwrite(path, 36, struct.pack(">I", 3))  # of hundreds


def bad_tree(path):
    with plain(path) as connection:
        connection.execute("UPDATE rtree_checkpoints_geom_node SET data = zeroblob(length(data)) WHERE nodeno = 2")
        connection.commit()


def tree_without_a_row(path):
    with plain(path) as connection:
        connection.execute("DELETE FROM rtree_checkpoints_geom WHERE id = 7")
        connection.commit()


def bad_geometry(path):
    """Change bytes inside of a value, which no page of SQLite's notices."""
    with plain(path) as connection:
        blob = connection.execute("SELECT geom FROM checkpoints WHERE fid = 5").fetchone()[0]
    content = path.read_bytes()
    assert content.count(blob) == 1
    overwrite(path, content.index(blob), bytes(len(blob)))


def orphans(path):
    with plain(path) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("INSERT INTO import_rows (import_id, layer, key) VALUES (999, 'zones', '4201')")
        connection.commit()


def no_settings(path):
    with plain(path) as connection:
        connection.execute("DROP TABLE settings")
        connection.commit()


DAMAGES = {
    torn: "the table checkpoints: ",
    truncated: "",
    zeroed_index: "the table checkpoints: ",
    bad_freelist: "the file: .*[Ff]ree",
    bad_tree: "the map index rtree_checkpoints_geom: ",
    tree_without_a_row: "rtree_checkpoints_geom: 1 rows are not as its table has them",
    bad_geometry: "the table checkpoints: the geometry of row 5 cannot be read",
    orphans: "1 rows of import_rows belong to nothing that is there",
    no_settings: "the table settings is missing",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_city_is_refused_and_the_older_backup_stays(city, tmp_path, damage):
    backup = tmp_path / "backup.gpkg"
    with Store.open(city) as store:
        store.backup(backup)
    older = backup.read_bytes()
    damage(city)
    with pytest.raises(StoreError, match=f"is damaged.*{DAMAGES[damage]}") as refused, Store.open(city) as store:
        store.backup(backup)
    assert "newest backup in its place" in str(refused.value)
    assert backup.read_bytes() == older
    assert sorted(path.name for path in tmp_path.glob("*backup*")) == ["backup.gpkg"]
    assert not list(tmp_path.glob(".draft*"))


def test_a_sound_city_has_no_faults(city):
    with plain(city) as connection:
        geopackage.functions(connection)
        assert soundness.faults(connection) == ()


def test_what_waits_in_the_log_is_in_the_backup(city, tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", LOG_HOLDER, str(city)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder, Store.open(city) as store:
        assert holder.stdout.readline() == "ready\n"
        store.backup(tmp_path / "while.gpkg")
        assert city.with_name("city.gpkg-wal").stat().st_size > 0
        holder.kill()
    with Store.open(tmp_path / "while.gpkg") as copy:
        assert copy.settings.get("unflushed") == "here"


def test_a_log_that_nobody_flushed_is_in_the_backup(city, tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", LOG_HOLDER, str(city)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "ready\n"
        holder.kill()
    assert city.with_name("city.gpkg-wal").stat().st_size > 0
    copying.copy(city, tmp_path / "copy.gpkg", "city.gpkg", geopackage.functions)
    with Store.open(tmp_path / "copy.gpkg") as copy:
        assert copy.settings.get("unflushed") == "here"


def test_a_backup_goes_on_while_others_write_without_end(city, tmp_path):
    over = threading.Event()

    def write():
        with Store.open(city) as store:
            number = 0
            while not over.is_set():
                number += 1
                store.settings.set("n", str(number))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with Store.open(city) as store:
            for number in range(5):
                store.backup(tmp_path / f"{number}.gpkg")
        assert writer.is_alive()
    finally:
        over.set()
        writer.join()
    for number in range(5):
        with Store.open(tmp_path / f"{number}.gpkg") as copy:
            assert len(copy.checkpoints.frame()) == 3_000


def test_a_city_that_somebody_has_for_itself_is_not_waited_for(city, tmp_path):
    """Python's copy of pages tries for ever while a file is locked; it took as long as the lock did."""
    script = (
        "import sqlite3, sys\n"
        "plain = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "plain.execute('PRAGMA locking_mode=EXCLUSIVE')\nplain.execute('BEGIN EXCLUSIVE')\n"
        "plain.execute(\"INSERT INTO settings (key, value) VALUES ('n', '1')\")\n"
        "print('ready', flush=True)\nsys.stdin.readline()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(city)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "ready\n"
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"is held by .*then try again"):
            copying.copy(city, tmp_path / "copy.gpkg", "city.gpkg", geopackage.functions)
        assert time.monotonic() - began < 10
        holder.kill()
    assert not (tmp_path / "copy.gpkg").exists()


def test_a_backup_is_for_its_owner_alone_whatever_the_city_is(city, tmp_path):
    if os.name != "posix":
        pytest.skip("Windows has no mode bits; see tests/geo/private")
    city.chmod(0o644)
    (tmp_path / "older.gpkg").touch(0o666)
    with Store.open(city) as store:
        store.backup(tmp_path / "new.gpkg")
        store.backup(tmp_path / "older.gpkg")
    for name in ("new.gpkg", "older.gpkg"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_disk_that_fills_leaves_the_older_backup(city, tmp_path):
    """By the system's limit for the size of a file, which fails as a full disk does."""
    resource = pytest.importorskip("resource", reason="Windows has no limit for the size of a file")
    backup = tmp_path / "backup.gpkg"
    backup.write_bytes(b"older")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal  # noqa: PLC0415 - SIGXFSZ is not on Windows

    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with Store.open(city) as store:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, usual[1]))
            with pytest.raises(StoreError, match="cannot be written"):
                store.backup(backup)
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        signal.signal(signal.SIGXFSZ, heard)
    assert backup.read_bytes() == b"older"
    assert not list(tmp_path.glob(".draft*"))


def test_a_backup_into_a_folder_that_is_missing_is_refused(city, tmp_path):
    with Store.open(city) as store, pytest.raises(StoreError, match="cannot be written: No such file"):
        store.backup(tmp_path / "nowhere" / "copy.gpkg")
    with Store.open(city) as store, pytest.raises(InputError, match="is the city itself"):
        store.backup(city)


def test_a_backup_beside_where_one_stands(city, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Store.open("city.gpkg") as store:
        store.backup(Path("备份.gpkg"))
        assert store.name == "city.gpkg"
        assert store.url == str(city)
    assert (tmp_path / "备份.gpkg").exists()


def test_no_work_begins_by_itself_in_a_copy(city, tmp_path):
    now = dt.datetime.now(dt.UTC)
    with Store.open(city) as store:
        done = store.jobs.enqueue(Wanted("bulletin", "planner", {}), now)
        claimed = store.jobs.claim(Worker("one", ("bulletin",), 15.0), now)
        with store.jobs.finishing(claimed.lease, now) as ending:
            ending.files["a"] = b"1"
        store.jobs.enqueue(Wanted("plan", "planner", {"round": "R1"}), now)
        store.backup(tmp_path / "copy.gpkg")
        assert store.jobs.file(done.id, "planner", "a") == b"1"
    with Store.open(tmp_path / "copy.gpkg") as copy:
        assert copy.jobs.of_owner("planner") == []
        assert copy.jobs.claim(Worker("one", ("plan",), 15.0), now) is None
        assert len(copy.checkpoints.frame()) == 3_000
