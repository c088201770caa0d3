"""A table of visits needs no more memory for more rows: what waits lies in files, part by part."""

import tracemalloc

import pytest

from geo import spool
from geo.crs import Datum
from geo.imports import ImportOptions, import_visits
from geo.readers import chunks
from geo.store import Store

FEW, MANY = 500, 2_500
HEAD = "checkpoint,team,arrived_at,item,points,note\n"


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Make all that is held in the memory at once as small against the tables here as it is against large ones."""
    monkeypatch.setattr(chunks, "ROWS", 50)
    monkeypatch.setattr(spool, "_IN_MEMORY_BYTES", 500)


def row(number: int, points: str) -> str:
    minute = number // 50
    clock = f"2026-05-{minute // 1440 % 28 + 1:02} {minute // 60 % 24:02}:{minute % 60:02}"
    return f"c{number % 50:04d},T{number // 2_016_000},{clock},litter,{points},第 {number} 处\n"


def peak_bytes(store: Store, folder, count: int, points: str) -> int:
    path = folder / f"{count}.csv"
    path.write_text(HEAD + "".join(row(number, points) for number in range(count)), encoding="utf-8")
    options = ImportOptions(Datum.WGS84, history=True, dry_run=True, rejected=folder / "refused.xlsx")
    tracemalloc.start()
    try:
        report = import_visits(store, path, options)
        assert report.accepted + report.rejected == count
        assert bool(report.rejected) == (points != "1")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("points", ["1", "many"], ids=["good rows", "refused rows"])
def test_the_peak_does_not_grow_with_the_rows(store, roster, tmp_path, points):
    store.checkpoints.upsert(roster(50))
    store.settings.set("today", "2026-06-12")
    peak_bytes(store, tmp_path, FEW, points)  # what is loaded once is loaded
    few, many = (peak_bytes(store, tmp_path, count, points) for count in (FEW, MANY))
    assert many < few * 1.5, f"{FEW} rows held {few:,} bytes, {MANY} rows {many:,}"
