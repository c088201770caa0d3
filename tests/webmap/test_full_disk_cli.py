"""Commands on a disk that fills: import, draw, plan and backup say so, and the city is whole afterwards."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.disks import Disk, mounted
from webmap.cli import main

NEW = ("--start", "2026-07-01", "--days", "1", "--teams", "3", "--size", "12")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount a disk of 24 MB."""
    with mounted(tmp_path / "disk", "24m") as made:
        yield made


@pytest.fixture
def city(disk: Disk, city_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the small city onto the disk, with a round to draw, and work there."""
    shutil.copy(city_file, disk.folder / "city.gpkg")
    monkeypatch.chdir(disk.folder)
    rows = "\n".join(f"N{n},new {n},医院,street {n},{114.2851 + n / 1e6:.6f},30.56" for n in range(3_000))
    Path("roster.csv").write_text(f"id,name,category,address,lon,lat\n{rows}\n", encoding="utf-8")
    assert run("round", "new", "2026-07", *NEW).exit_code == 0
    return disk.folder / "city.gpkg"


def run(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, words)


def state(city: Path) -> list[int]:
    """Return how many rows there are of what commands could have changed; the file is checked on the way."""
    with closing(sqlite3.connect(city)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = ("checkpoints", "imports", "rounds", "draws", "draw_rows", "routes", "stops")
        there = {name for (name,) in plain.execute("SELECT name FROM sqlite_master")}
        counts = [f"SELECT count(*) FROM {name}" for name in tables if name in there]  # noqa: S608 - our own names
        assert len(counts) >= 6
        return [plain.execute(count).fetchone()[0] for count in counts]


def test_a_disk_that_fills_is_said_and_the_city_is_whole(disk: Disk, city: Path) -> None:
    before = state(city)
    lines = (
        ("import", "checkpoints", "roster.csv", "--datum", "wgs84", "--force"),
        ("draw", "run", "2026-07", "--seed", "1"),
        ("plan", "run", "2026-06", "--seconds", "1", "--seed", "1"),
        ("round", "new", "2026-08", *NEW),
        ("backup", "backup.gpkg"),
    )
    with disk.full():
        for line in lines:
            done = run(*line)
            assert done.exit_code == 1, (line, done.output)
            assert "full" in done.output or "No space left" in done.output, (line, done.output)
            assert "Traceback" not in done.output
        assert run("round", "list").exit_code == 0  # who reads is not refused
        assert run("scores", "2026-06").exit_code in (0, 1)
    assert state(city) == before
    assert sorted(each.suffix for each in disk.folder.iterdir() if each.is_file()) == [".csv", ".gpkg"]
    for line in lines[1:4]:
        done = run(*line)
        assert done.exit_code == 0, (line, done.output)
