"""Messages of the system and of libraries name no place on the disk."""

import errno
import re
import sqlite3
import zipfile
from pathlib import Path, PureWindowsPath

import pytest

from geo.errors import StoreError
from geo.failures import reason_of, refused, told, without_paths


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[Errno 2] No such file or directory: '/srv/my city/a.gpkg'", "[Errno 2] No such file or directory: 'a.gpkg'"),
        ("/tmp/a/b.shp: not recognized", "b.shp: not recognized"),  # noqa: S108 - a text
        ('no server on socket "/var/run/pg/.s.PGSQL.5432"', 'no server on socket ".s.PGSQL.5432"'),
        ("C:\\Users\\me\\city.gpkg is locked", "city.gpkg is locked"),
        ("'C:\\Users\\my name\\city.gpkg' is locked", "'city.gpkg' is locked"),
        ("\\\\server\\share\\city.gpkg is locked", "city.gpkg is locked"),
        ("failed to open /vsizip//home/me/roster.zip/a.shp!", "failed to open a.shp!"),
        ("file:/home/me/city.gpkg?mode=ro", "file:city.gpkg?mode=ro"),
        ("(/home/me/a.csv, /home/me/b.csv)", "(a.csv, b.csv)"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        ("postgresql+psycopg://user@host/database", "postgresql+psycopg://user@host/database"),
        ("解放路/3/4 and 2026/06/12 and a/b", "解放路/3/4 and 2026/06/12 and a/b"),
        ("1 / 2 of it", "1 / 2 of it"),
    ],
)
def test_a_path_is_its_last_part(text, shown):
    assert without_paths(text) == shown


def test_a_long_text_takes_time_by_its_length():
    for piece in ("/a", "'/", "C:\\", "\\\\", "/a ", "'/a'"):
        assert without_paths(piece * 100_000) is not None


def exceptions():
    with pytest.raises(OSError, match="No such file") as missing:
        Path("/nowhere/at/all.csv").read_text(encoding="utf-8")
    with pytest.raises(sqlite3.Error) as closed:
        sqlite3.connect("file:/nowhere/at/all.gpkg?mode=ro", uri=True)
    return missing.value, closed.value, zipfile.BadZipFile("/nowhere/at/all.zip"), ValueError()


def test_what_exceptions_say_has_no_path():
    said = [reason_of(error) for error in exceptions()]
    assert said[0] == "No such file or directory"
    assert said[2:] == ["all.zip", "ValueError"]
    assert not any("nowhere" in each for each in said)


def test_values_of_a_sentence_have_no_path():
    values = {"path": Path("/a/b/c.gpkg"), "old": PureWindowsPath("C:/a/b.gpkg"), "n": 3, "error": exceptions()[0]}
    assert told(values) == {"path": "c.gpkg", "old": "b.gpkg", "n": 3, "error": "No such file or directory"}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full: nothing was changed. Make room"),
        (errno.EROFS, "this disk can only be read"),
        (errno.EACCES, r"/home/me/city.gpkg may not be opened by this program \(Permission denied\)"),
        (errno.EIO, r"the disk failed \(Input/output error\)"),
        (errno.EMFILE, "the system refused /home/me/city.gpkg: Too many open files"),
    ],
)
def test_the_system_s_refusals_are_said_with_a_remedy(number, words):
    import os  # noqa: PLC0415 - for its words alone

    with pytest.raises(StoreError, match=f"^{words}"):
        raise refused(OSError(number, os.strerror(number), "/home/me/city.gpkg"))


def test_nothing_else_makes_a_reason_of_an_exception():
    """One rule where an exception becomes text: a reader that has its own would name where the file lies."""
    root = Path(__file__).parents[2]
    own = re.compile(r"reason\s*=\s*\(?str\(error\)")
    found = [
        f"{path.relative_to(root)}: {line.strip()}"
        for room in ("geo", "webmap/intake", "webmap/findings", "webmap/rounds", "webmap/maps", "webmap/draw")
        for path in (root / room).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if own.search(line)
    ]
    assert found == []
