"""Undoing imports, and rows that wait for a place, on both databases."""

import datetime as dt

import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geo.errors import NotFoundError, StateError
from geo.model import Changes, Visit
from geo.store.journal import Undone

EIGHT = dt.datetime(2026, 6, 12, tzinfo=dt.UTC)


def without_place(frame):
    return pd.DataFrame(frame.drop(columns="geometry"))


def everything(store):
    return store.checkpoints.frame(include_retired=True), store.checkpoints.unplaced()


def assert_same(now, was):
    assert_geodataframe_equal(now[0], was[0])
    pd.testing.assert_frame_equal(now[1], was[1])


def test_an_import_is_written_down(store, roster):
    store.checkpoints.upsert(roster(2))  # not an import
    store.checkpoints.upsert(roster(3), retire=["c0001", "x"], import_of="六月.xlsx", who="王")
    (found,) = store.imports.all()
    assert (found.kind, found.file, found.who, found.undone) == ("checkpoints", "六月.xlsx", "王", False)
    assert found.changes == Changes(accepted=1, unchanged=2)
    assert found.at.tzinfo is not None


def test_undoing_puts_all_back(store, roster):
    store.checkpoints.upsert(roster(5))
    store.checkpoints.save_unplaced(without_place(roster(2, start=10)))
    was = everything(store)
    changed = roster(3, start=2, unit="新单位")
    changed["geometry"] = shapely.points([[115, 31]] * 3)
    new = pd.concat([changed, roster(1, start=10), roster(2, start=20)])
    waiting = without_place(roster(2, start=30))
    changes = store.checkpoints.upsert(new, unplaced=waiting, retire=["c0000", "c0011"], import_of="f")
    assert changes == Changes(accepted=3, updated=3, retired=1)
    assert store.checkpoints.unplaced().index.tolist() == ["c0030", "c0031"]
    assert store.imports.undo_last("checkpoints") == Undone(removed=5, restored=6, retired=0)
    assert_same(everything(store), was)
    assert [one.undone for one in store.imports.all()] == [True]


def test_a_checkpoint_in_use_is_retired_instead(store, roster):
    store.checkpoints.upsert(roster(2), import_of="f")
    store.visits.record([Visit("c0001", "A", EIGHT)])
    assert store.imports.undo_last("checkpoints") == Undone(removed=1, restored=0, retired=1)
    assert store.checkpoints.frame(include_retired=True)["retired"].to_dict() == {"c0001": True}
    assert len(store.visits.frame()) == 1


def test_imports_are_undone_from_the_last(store, roster):
    store.checkpoints.upsert(roster(2), import_of="first")
    first = everything(store)
    store.checkpoints.upsert(roster(4, unit="x"), import_of="second")
    second_id, first_id = (one.id for one in store.imports.all())
    with pytest.raises(StateError, match="first"):
        store.imports.undo(first_id)
    store.imports.undo(second_id)
    assert_same(everything(store), first)
    with pytest.raises(StateError, match="already"):
        store.imports.undo(second_id)
    store.imports.undo_last("checkpoints")
    assert store.checkpoints.frame(include_retired=True).empty
    for undo in (lambda: store.imports.undo_last("checkpoints"), lambda: store.imports.undo(99)):
        with pytest.raises(NotFoundError):
            undo()


def test_zones_are_undone_by_themselves(store, roster, zone_tree):
    store.zones.upsert(zone_tree, import_of="zones.shp")
    store.checkpoints.upsert(roster(1), import_of="f")
    renamed = zone_tree.assign(name="新")
    store.zones.upsert(renamed, import_of="zones2.shp")
    assert store.imports.undo_last("zones") == Undone(removed=0, restored=7, retired=0)
    assert store.zones.frame()["name"].tolist() == zone_tree.sort_index()["name"].tolist()
    assert store.imports.undo_last("zones").removed == 7
    assert len(store.checkpoints.frame()) == 1


def test_a_row_is_placed_by_hand(store, roster):
    assert store.checkpoints.save_unplaced(without_place(roster(2))) == Changes(accepted=2)
    store.checkpoints.place("c0000", 114.25, 30.5)
    assert store.checkpoints.unplaced().index.tolist() == ["c0001"]
    assert store.checkpoints.frame().loc["c0000", "geometry"] == shapely.Point(114.25, 30.5)
    with pytest.raises(NotFoundError, match="c0000"):
        store.checkpoints.place("c0000", 1, 1)


def test_a_placed_row_keeps_its_place(store, roster):
    store.checkpoints.save_unplaced(without_place(roster(2)))
    store.checkpoints.place("c0000", 114.25, 30.5)
    located = store.checkpoints.frame().assign(street_code="420102007", cell="x")
    store.checkpoints.upsert(located)
    again = without_place(roster(2, unit="新单位", street_code="", cell=""))
    assert store.checkpoints.save_unplaced(again) == Changes(updated=2)
    assert store.checkpoints.save_unplaced(again) == Changes(unchanged=2)
    row = store.checkpoints.frame().loc["c0000"]
    assert row["geometry"] == shapely.Point(114.25, 30.5)
    assert (row["unit"], row["street_code"], row["cell"]) == ("新单位", "420102007", "x")


def test_coordinates_end_the_wait(store, roster):
    store.checkpoints.save_unplaced(without_place(roster(2)))
    store.checkpoints.upsert(roster(1))
    assert store.checkpoints.unplaced().index.tolist() == ["c0001"]


def test_undoing_takes_what_was_placed_since(store, roster):
    store.checkpoints.upsert(roster(1), unplaced=without_place(roster(2, start=1)), import_of="f")
    store.checkpoints.place("c0001", 114.25, 30.5)
    store.imports.undo_last("checkpoints")
    assert store.checkpoints.frame(include_retired=True).empty
    assert store.checkpoints.unplaced().empty
