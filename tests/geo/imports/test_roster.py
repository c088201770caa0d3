"""A roster's way into the city: again, corrected, in parts, by a dry run, in a wrong datum, and back."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geo.catalogue import load
from geo.crs import Datum
from geo.errors import DatumError, InputError, NotFoundError, StateError
from geo.imports import (
    ImportOptions,
    ImportReport,
    import_checkpoints,
    place,
    prepare_roster,
    undo,
    undo_last,
    write_roster,
)
from geo.readers.columns import plain
from geo.store import Store

WGS84 = ImportOptions(Datum.WGS84)
MIDDLE = 114.295  # between the two street offices


def counts(report: ImportReport) -> tuple[int, ...]:
    return report.new, report.updated, report.unchanged, report.retired


def state(store: Store) -> str:
    """Say everything that an import may change, so that two states can be compared."""
    roster = store.checkpoints.frame(include_retired=True)
    return roster.to_wkt().to_csv() + store.checkpoints.unplaced().to_csv()


@pytest.fixture
def spoilt(rows) -> pd.DataFrame:
    """40 rows: two with faults, three without coordinates of which one lacks an address too."""
    table = rows()
    table.loc[3, "类别"] = "火箭发射场"
    table.loc[5, "点位名称"] = ""
    table.loc[[7, 8, 9], ["经度", "纬度"]] = None
    table.loc[9, "地址"] = ""
    return table


def test_every_row_is_accepted_rejected_or_waits_for_a_place(zoned, write, spoilt):
    report = import_checkpoints(zoned, write(spoilt), WGS84)
    assert (report.accepted, report.rejected, report.unplaced) == (35, 3, 2)
    assert report.accepted + report.rejected + report.unplaced == 40
    assert counts(report) == (35, 0, 0, 0)
    refused = pd.read_excel(report.rejected_file, engine="calamine")
    assert list(refused["source_row"]) == [5, 7, 11]
    assert set(zoned.checkpoints.unplaced()["name"]) == {"第7菜市场", "第8菜市场"}
    assert set(zoned.checkpoints.frame()["street_code"]) == {"420102001000", "420102002000"}
    assert set(zoned.checkpoints.frame()["unit"]) == {"大智街道办", "一元街道办"}


def test_a_dry_run_counts_the_same_and_changes_nothing(zoned, write, spoilt):
    path = write(spoilt)
    before = state(zoned)
    shown = import_checkpoints(zoned, path, replace(WGS84, dry_run=True))
    assert state(zoned) == before
    assert zoned.imports.all() == []
    done = import_checkpoints(zoned, path, WGS84)
    assert shown.as_json() == done.as_json() | {"dry_run": True, "notes": shown.as_json()["notes"]}


@pytest.mark.parametrize("name", ["roster.csv", "roster.xlsx"])
def test_the_same_file_again_changes_nothing(zoned, write, name, spoilt):
    path = write(spoilt, name)
    import_checkpoints(zoned, path, WGS84)
    before = state(zoned)
    again = import_checkpoints(zoned, path, WGS84)
    assert counts(again) == (0, 0, 35, 0)
    assert (again.accepted, again.rejected, again.unplaced) == (35, 3, 2)
    assert state(zoned) == before


def test_corrected_rejects_merge_and_retire_nobody(zoned, write, spoilt):
    first = import_checkpoints(zoned, write(spoilt, "roster.xlsx"), WGS84)
    refused = pd.read_excel(first.rejected_file, engine="calamine", dtype=object)
    assert {plain(column) for column in refused} >= {"sourcerow", "reason"}
    refused["类别"] = "集贸市场"
    refused["点位名称"] = refused["点位名称"].fillna("补写的名称")
    refused["地址"] = refused["地址"].fillna("补写的地址")
    merged = import_checkpoints(zoned, write(refused, "corrected.xlsx"), WGS84)
    assert (merged.accepted, merged.rejected, merged.unplaced) == (2, 0, 1)
    assert counts(merged) == (2, 0, 0, 0)
    assert len(zoned.checkpoints.frame()) == 37
    assert len(zoned.checkpoints.unplaced()) == 3


def test_what_vanished_is_retired_and_comes_back(zoned, write, rows):
    import_checkpoints(zoned, write(rows()), WGS84)
    fewer = import_checkpoints(zoned, write(rows().drop(index=[0, 1])), WGS84)
    assert counts(fewer) == (0, 0, 38, 2)
    assert len(zoned.checkpoints.frame()) == 38
    assert len(zoned.checkpoints.frame(include_retired=True)) == 40
    back = import_checkpoints(zoned, write(rows()), WGS84)
    assert counts(back) == (2, 0, 38, 0)
    assert len(zoned.checkpoints.frame()) == 40


def test_a_part_retires_nobody(zoned, write, rows):
    import_checkpoints(zoned, write(rows()), WGS84)
    part = import_checkpoints(zoned, write(rows().head(5)), replace(WGS84, part=True))
    assert counts(part) == (0, 0, 5, 0)
    assert len(zoned.checkpoints.frame()) == 40


def test_a_dry_run_says_what_would_change(zoned, write, rows):
    table = rows()
    import_checkpoints(zoned, write(table), WGS84)
    table.insert(0, "责任单位", ["住建局", *[""] * 39])
    shown = import_checkpoints(zoned, write(table), replace(WGS84, dry_run=True))
    assert counts(shown) == (0, 1, 39, 0)
    changed = [note.text() for note in shown.notes if note.values.get("after") == "住建局"]
    assert len(changed) == 1
    assert "unit from" in changed[0]


@pytest.mark.parametrize(("named", "truth"), [("wgs84", "gcj02"), ("gcj02", "bd09"), ("bd09", "wgs84")])
def test_a_wrong_datum_is_refused_with_the_right_one(zoned, write, named, truth, rows):
    import_checkpoints(zoned, write(rows()), WGS84)
    before = state(zoned)
    path = write(rows(datum=Datum(truth)))
    with pytest.raises(DatumError) as refused:
        import_checkpoints(zoned, path, replace(WGS84, datum=Datum(named)))
    assert refused.value.values["suggestion"] == truth
    assert f"name {truth}" in str(refused.value)
    assert state(zoned) == before
    right = import_checkpoints(zoned, path, replace(WGS84, datum=Datum(truth)))
    assert right.accepted == 40
    forced = import_checkpoints(zoned, path, replace(WGS84, datum=Datum(named), force=True))
    assert "the datum was forced against the evidence" in [note.text() for note in forced.notes]


def test_undoing_puts_everything_back(zoned, write, rows):
    import_checkpoints(zoned, write(rows()), WGS84)
    before = state(zoned)
    table = rows().drop(index=[0])
    table.loc[1, "地址"] = "别处"
    table.loc[2, ["经度", "纬度"]] = [MIDDLE + 0.01, 30.56]
    changed = import_checkpoints(zoned, write(table), WGS84)
    assert changed.retired + changed.updated > 0
    undone = undo_last(zoned, "checkpoints")
    assert undone.restored == changed.updated + changed.retired
    assert state(zoned) == before
    with pytest.raises(StateError, match="undone already"):
        undo(zoned, zoned.imports.all()[0].id)
    undo(zoned, zoned.imports.all()[1].id)
    assert zoned.checkpoints.frame(include_retired=True).empty
    with pytest.raises(NotFoundError):
        undo_last(zoned, "checkpoints")


def test_what_was_shown_has_the_digest_of_what_is_kept(zoned, write, rows):
    path = write(rows())
    seen = prepare_roster(zoned, path, WGS84)
    assert prepare_roster(zoned, path, WGS84).digest == seen.digest
    write_roster(zoned, seen, WGS84)
    assert prepare_roster(zoned, path, WGS84).digest != seen.digest


def test_reasons_speak_the_language_that_is_asked_for(zoned, write, spoilt):
    said = replace(WGS84, say=lambda _, values: "：".join(("原因", str(values["field"]))))
    report = import_checkpoints(zoned, write(spoilt), said)
    reasons = pd.read_excel(report.rejected_file, engine="calamine")["reason"]
    assert list(reasons) == ["原因：category", "原因：name", "原因：lon"]


def test_the_citys_own_catalogue_counts(zoned, write, rows):
    full = load()
    fewer = {code: one for code, one in full.categories.items() if code != "farmers_market"}
    zoned.catalogues.save(replace(full, edition="own", categories=fewer))
    report = import_checkpoints(zoned, write(rows(5)), WGS84)
    assert (report.accepted, report.rejected) == (0, 5)


def test_a_place_given_by_hand_finds_its_zones_and_outlives_the_file(zoned, write, spoilt):
    path = write(spoilt)
    import_checkpoints(zoned, path, WGS84)
    waiting = zoned.checkpoints.unplaced().index[0]
    with pytest.raises(InputError, match="longitude comes first"):
        place(zoned, waiting, 30.56, 114.29)
    place(zoned, waiting, MIDDLE + 0.005, 30.56)
    assert zoned.checkpoints.frame().loc[waiting, "street_code"] == "420102002000"
    assert zoned.checkpoints.frame().loc[waiting, "unit"] == "一元街道办"
    again = import_checkpoints(zoned, path, WGS84)
    assert again.retired == 0
    assert zoned.checkpoints.frame().loc[waiting].geometry.x == pytest.approx(MIDDLE + 0.005)
    assert waiting not in zoned.checkpoints.unplaced().index
    zoned.checkpoints.unplace(waiting)
    assert waiting in zoned.checkpoints.unplaced().index
    assert waiting not in zoned.checkpoints.frame(include_retired=True).index
    with pytest.raises(NotFoundError):
        zoned.checkpoints.unplace(waiting)


def test_the_file_may_be_named_otherwise(zoned, write, rows):
    import_checkpoints(zoned, write(rows(3)), replace(WGS84, file="清单.xlsx", who="planner"))
    newest = zoned.imports.all()[0]
    assert (newest.file, newest.who, newest.kind) == ("清单.xlsx", "planner", "checkpoints")
    assert not Path("清单.xlsx").exists()
