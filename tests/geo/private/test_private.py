"""Files for their owner alone: from their first byte, whole or not at all, on POSIX and by the rights of Windows."""

import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from geo import private
from geo.private import windows
from geo.store import Store

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no mode bits")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _open_house():
    """Let the process give everything to everybody, as some accounts are set up."""
    usual = os.umask(0)
    yield
    os.umask(usual)


@posix
def test_a_city_its_log_and_its_cache_are_for_their_owner_alone(tmp_path):
    path = tmp_path / "city.gpkg"
    with Store.open(path, create=True) as store:
        store.settings.set("n", "1")
        with store._database.reading() as reading:
            reading.exec_driver_sql("SELECT 1").scalar()
            found = {each.name: mode(each) for each in tmp_path.iterdir()}
        assert mode(store.cache_dir) == 0o700
    assert found == {"city.gpkg": 0o600, "city.gpkg-wal": 0o600, "city.gpkg-shm": 0o600}


@posix
def test_a_file_has_its_rights_from_its_first_byte(tmp_path, monkeypatch):
    """The system is asked for them when it makes the file, so that there is no moment in between."""
    asked = []
    usual = os.open

    def listen(path, flags, mode=0o777, **rest):
        if flags & os.O_CREAT:
            asked.append((Path(path).name, mode))
        return usual(path, flags, mode, **rest)

    monkeypatch.setattr(os, "open", listen)
    private.create(tmp_path / "a")
    assert asked == [("a", 0o600)]


@posix
def test_a_draft_cannot_be_reached_by_others_while_it_is_written(tmp_path):
    with private.drafted(tmp_path / "a.csv") as draft:
        draft.write_text("half", encoding="utf-8")
        assert mode(draft.parent) == 0o700
        assert not (tmp_path / "a.csv").exists()
    assert mode(tmp_path / "a.csv") == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def write_half(path):
    with private.drafted(path) as draft:
        draft.write_bytes(b"half")
        raise ZeroDivisionError


def test_what_fails_leaves_the_older_file(tmp_path):
    path = tmp_path / "a.csv"
    private.write(path, b"older")
    with pytest.raises(ZeroDivisionError):
        write_half(path)
    assert path.read_bytes() == b"older"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
    private.write(path, b"newer")
    assert path.read_bytes() == b"newer"


def test_what_is_there_is_not_made_again(tmp_path):
    (tmp_path / "a").write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        private.create(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"theirs"


@posix
def test_a_link_that_somebody_laid_is_not_followed(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        private.create(tmp_path / "a")
    private.write(tmp_path / "a", b"ours")
    assert not (tmp_path / "elsewhere").exists()


@posix
def test_a_folder_of_ours_that_lets_others_in_is_narrowed(tmp_path):
    folder = tmp_path / "city.cache"
    folder.mkdir(mode=0o777)
    assert mode(private.make_folder(folder)) == 0o700
    assert mode(private.make_folder(folder / "tiles")) == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        private.make_folder(tmp_path / "file")


@posix
def test_a_city_that_others_may_read_is_known(tmp_path):
    path = tmp_path / "city.gpkg"
    with Store.open(path, create=True) as store:
        assert not store.open_to_others
        path.chmod(0o640)
        assert store.open_to_others


@posix
def test_sqlite_gives_its_log_the_rights_of_its_file(tmp_path):
    """What the rule above rests on."""
    path = tmp_path / "a.db"
    private.create(path)
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA journal_mode=WAL")
        plain.execute("CREATE TABLE a (b)")
        assert {each.name: mode(each) for each in tmp_path.iterdir()} == dict.fromkeys(
            ("a.db", "a.db-wal", "a.db-shm"), 0o600
        )


WHOAMI = '"office\\张三","S-1-5-21-1004336348-1177238915-682003330-512"\r\n'


def test_on_windows_the_rights_are_those_of_the_account_alone(tmp_path):
    told = []

    def run(arguments):
        told.append(list(arguments))
        return WHOAMI if arguments[0] == "whoami" else ""

    file = tmp_path / "city.gpkg"
    file.touch()
    windows.owner_alone(file, run=run)
    windows.owner_alone(tmp_path, run=run)
    who = "*S-1-5-21-1004336348-1177238915-682003330-512"
    assert [each for each in told if each[0] == "icacls"] == [
        ["icacls", str(file), "/inheritance:r", "/grant:r", f"{who}:F", "/q"],
        ["icacls", str(tmp_path), "/inheritance:r", "/grant:r", f"{who}:(OI)(CI)F", "/q"],
    ]


@pytest.mark.parametrize("error", [subprocess.CalledProcessError(5, "icacls"), FileNotFoundError("icacls")])
def test_on_windows_a_disk_without_rights_is_said(tmp_path, error):
    def run(arguments):
        if arguments[0] == "whoami":
            return WHOAMI
        raise error

    with pytest.raises(PermissionError, match="its rights cannot be set"):
        windows.owner_alone(tmp_path, run=run)


@pytest.mark.skipif(shutil.which("icacls") is None, reason="only Windows has icacls")
def test_on_windows_the_system_takes_them(tmp_path):
    private.create(tmp_path / "a")
    said = subprocess.run(["icacls", str(tmp_path / "a")], capture_output=True, text=True, check=True).stdout
    assert said.count("(F)") == 1
    assert "(I)" not in said  # inherited
