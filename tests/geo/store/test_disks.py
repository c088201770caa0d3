"""Cities on disks that are full or can only be read: they are read as ever, and what is written is refused in words."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from geo import private
from geo.errors import StoreError
from geo.store import Store, migrations, opening
from tests.disks import Disk, mounted

READ_ONLY = "can only be read where it lies: nothing was changed"
FULL = "is full: nothing was changed. Make room, then try again"


@pytest.fixture
def disk(tmp_path) -> Iterator[Disk]:
    """Mount a disk of 8 MB."""
    with mounted(tmp_path / "disk", "8m") as made:
        yield made


@pytest.fixture
def city(disk, roster):
    path = disk.folder / "city.gpkg"
    with Store.open(path, create=True) as store:
        store.checkpoints.upsert(roster(50))
        store.settings.set("n", "in the file")
    return path


def with_a_log(path):
    """Leave a change in the log, as a machine without power does."""
    copy = path.with_name("copy.gpkg")
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA wal_autocheckpoint=0")
        plain.execute("UPDATE settings SET value = 'in the log' WHERE key = 'n'")
        plain.commit()
        shutil.copy(path, copy)
        shutil.copy(f"{path}-wal", f"{copy}-wal")
    return copy


def read(path):
    with Store.open(path) as store:
        return store.settings.get("n"), len(store.checkpoints.frame()), len(store.rounds.all())


def test_a_city_on_a_read_only_disk_is_read(disk, city):
    copy = with_a_log(city)
    disk.read_only()
    assert read(city) == ("in the log", 50, 0)
    assert read(copy) == ("in the log", 50, 0)


def test_a_city_on_a_read_only_disk_is_changed_by_nobody(disk, city, roster):
    disk.read_only()
    with Store.open(city) as store:
        for write in (lambda: store.settings.set("n", "1"), lambda: store.checkpoints.upsert(roster(3))):
            with pytest.raises(StoreError, match=READ_ONLY):
                write()
        assert store.settings.get("n") == "in the file"
    with pytest.raises(StoreError, match="cannot be made: Read-only file system"):
        Store.open(disk.folder / "new.gpkg", create=True)


def test_a_city_on_a_read_only_disk_has_a_backup(disk, city, tmp_path):
    copy = with_a_log(city)
    disk.read_only()
    with Store.open(copy) as store:
        store.backup(tmp_path / "backup.gpkg")
        with pytest.raises(StoreError, match="cannot be written: Read-only file system"):
            store.backup(disk.folder / "backup.gpkg")
    assert read(tmp_path / "backup.gpkg") == ("in the log", 50, 0)


def test_an_older_city_on_a_read_only_disk_says_that_it_cannot_be_brought_up_to_date(disk, city, monkeypatch):
    upgrade = lambda connection, _register: connection.exec_driver_sql("CREATE TABLE newer (fid)")  # noqa: E731
    monkeypatch.setattr(migrations, "upgrade", upgrade)
    with closing(sqlite3.connect(city)) as plain:
        plain.execute("UPDATE alembic_version SET version_num = '0001'")
        plain.commit()
    disk.read_only()
    with pytest.raises(StoreError, match=READ_ONLY):
        Store.open(city)


def test_a_city_on_a_full_disk_is_read(disk, city):
    copy = with_a_log(city)
    with disk.full():
        assert read(city) == ("in the log", 50, 0)
        assert read(copy) == ("in the log", 50, 0)


def test_a_disk_that_fills_keeps_the_city_whole(disk, city, roster, tmp_path):
    with Store.open(city) as store:
        with disk.full():
            with pytest.raises(StoreError, match=FULL):
                store.checkpoints.upsert(roster(5_000))
            assert len(store.checkpoints.frame()) == 50
            with pytest.raises(StoreError, match=r"backup.gpkg cannot be written: .*(full|space)"):
                store.backup(disk.folder / "backup.gpkg")
            store.backup(tmp_path / "backup.gpkg")
        store.checkpoints.upsert(roster(60))  # in the same process, when there is room again
        assert len(store.checkpoints.frame()) == 60
    with closing(sqlite3.connect(city)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert read(tmp_path / "backup.gpkg")[1] == 50
    assert sorted(each.name for each in disk.folder.iterdir() if each.is_file()) == ["city.gpkg"]


def test_a_city_that_was_opened_on_a_full_disk_is_written_when_there_is_room(disk, city):
    full = disk.full()
    full.__enter__()
    with Store.open(city) as store:
        assert store.settings.get("n") == "in the file"
        with pytest.raises(StoreError, match=f"{FULL}|{READ_ONLY}"):
            store.settings.set("n", "1")
        full.__exit__(None, None, None)
        store.settings.set("n", "2")
    assert read(city)[0] == "2"


def test_a_limit_of_pages_is_a_full_disk_anywhere(tmp_path, roster):
    """SQLITE_FULL on every system, without a disk of its own."""
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        with store._database.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # it stays what the file has by now
        with pytest.raises(StoreError, match=FULL):
            store.checkpoints.upsert(roster(5_000))
        assert store.checkpoints.frame().empty


def opened_still(path, monkeypatch):
    """Open a city as on a read-only disk, wherever it lies."""
    usual = opening._opened

    def refuse(path, way, *rest):
        if way is opening.OpenMode.USUAL:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return usual(path, way, *rest)

    monkeypatch.setattr(opening, "_opened", refuse)
    return Store.open(path)


def read_while_it_changes(store, path):
    with store._database.reading() as reading:
        reading.exec_driver_sql("SELECT count(*) FROM checkpoints").scalar()
        with closing(sqlite3.connect(path)) as plain:
            plain.execute("INSERT INTO settings (key, value) VALUES ('n', 'new')")
            plain.commit()


def test_a_city_that_is_read_without_locks_is_never_read_half(tmp_path, roster, monkeypatch):
    """Somebody else may write where this process may not: what was read meanwhile is not used."""
    path = tmp_path / "city.gpkg"
    with Store.open(path, create=True) as store:
        store.checkpoints.upsert(roster(5))
    with opened_still(path, monkeypatch) as store:
        assert len(store.checkpoints.frame()) == 5
        with pytest.raises(StoreError, match="was changed while it was read: try again"):
            read_while_it_changes(store, path)
        assert store.settings.get("n") == "new"  # opened anew


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such attribute")
def test_a_file_that_cannot_be_changed_is_read(tmp_path, roster, unchangeable: Callable[[object], None]):
    path = tmp_path / "city.gpkg"
    with Store.open(path, create=True) as store:
        store.checkpoints.upsert(roster(5))
    unchangeable(path)
    with Store.open(path) as store:
        assert len(store.checkpoints.frame()) == 5
        with pytest.raises(StoreError, match=READ_ONLY):
            store.settings.set("n", "1")


@pytest.fixture
def unchangeable():
    """Forbid any change of a file, also to root, or skip and say why."""
    marked = []

    def mark(path):
        done = subprocess.run(["chattr", "+i", str(path)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"this file system has no such attribute: {done.stderr.strip()}")
        marked.append(path)

    if shutil.which("chattr") is None:
        pytest.skip("there is no chattr here")
    yield mark
    for path in marked:
        subprocess.run(["chattr", "-i", str(path)], check=True)


def test_the_cache_of_a_city_that_cannot_be_written_is_missing_and_harms_nobody(disk, city):
    disk.read_only()
    with Store.open(city) as store:
        assert not store.cache_dir.exists()
    assert not private.open_to_others(city)
