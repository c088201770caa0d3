"""Zones' way into the city: again, changed, by a dry run, in a wrong datum, and back."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from geo.crs import Datum, shift_frame
from geo.errors import DatumError, StateError
from geo.imports import (
    ImportOptions,
    import_checkpoints,
    import_zones,
    make_cells,
    prepare_zones,
    relocate,
    undo_last,
)
from geo.writers.layers import write as write_frame

WGS84 = ImportOptions(Datum.WGS84)
WEST, SOUTH, MIDDLE, EAST, NORTH = 114.28, 30.55, 114.295, 114.31, 30.575


@pytest.fixture
def file(tmp_path):
    def written(zones: gpd.GeoDataFrame, name: str = "zones.geojson"):
        return write_frame(zones, tmp_path / name)

    return written


def test_the_same_zones_again_change_nothing(store, zones, file):
    first = import_zones(store, file(zones), WGS84, level=None)
    assert (first.new, first.updated, first.unchanged) == (5, 0, 0)
    again = import_zones(store, file(zones), WGS84, level=None)
    assert (again.new, again.updated, again.unchanged) == (0, 0, 5)


@pytest.mark.parametrize("name", ["zones.geojson", "zones.gpkg", "zones.csv", "zones.kml", "zones.xlsx"])
def test_what_goes_out_comes_back_unchanged(zoned, file, name):
    again = import_zones(zoned, file(zoned.zones.frame(), name), WGS84, level=None)
    assert (again.accepted, again.rejected, again.unchanged) == (5, 0, 5)


def test_a_dry_run_measures_the_tree_that_would_be(zoned, zones, file):
    zones.loc["420102001001", "geometry"] = shapely.box(WEST, SOUTH, MIDDLE + 0.001, NORTH)
    zones.loc["420102002000", "person"] = "王主任"
    before = zoned.zones.frame().to_wkt().to_csv()
    shown = prepare_zones(zoned, file(zones), replace(WGS84, dry_run=True), level=None)
    assert shown.updated.to_dict() == {"420102001001": "outline", "420102002000": "person"}
    assert shown.tree.overlaps["area_m2"].iloc[0] == pytest.approx(shown.tree.outside["area_m2"].iloc[0], rel=1e-6)
    said = [note.text() for note in shown.notes()]
    assert any("1 pairs of community zones overlap" in text for text in said)
    assert zoned.zones.frame().to_wkt().to_csv() == before


def test_checkpoints_move_with_the_zones_and_back(zoned, zones, file, write, rows):
    import_checkpoints(zoned, write(rows()), WGS84)
    before = zoned.checkpoints.frame()["street_code"].to_dict()
    shift = {"420102001000": (WEST, MIDDLE + 0.005), "420102002000": (MIDDLE + 0.005, EAST)}
    for code, (west, east) in shift.items():
        zones.loc[code, "geometry"] = shapely.box(west, SOUTH, east, NORTH)
    report = import_zones(zoned, file(zones), WGS84, level=None)
    after = zoned.checkpoints.frame()["street_code"].to_dict()
    moved = sum(before[code] != after[code] for code in before)
    assert moved > 0
    assert f"{moved} checkpoints come to lie in another zone" in [note.text() for note in report.notes]
    undo_last(zoned, "zones")
    assert zoned.checkpoints.frame()["street_code"].to_dict() == before
    assert relocate(zoned) == 0


@pytest.mark.parametrize(("named", "truth"), [("wgs84", "gcj02"), ("wgs84", "bd09"), ("gcj02", "wgs84")])
def test_a_wrong_datum_is_refused_with_the_right_one(store, file, named, truth):
    many = [(x, y) for x in range(8) for y in range(8)]
    shapes = [
        shapely.box(WEST + x / 200, SOUTH + y / 200, WEST + (x + 1) / 200, SOUTH + (y + 1) / 200) for x, y in many
    ]
    zones = gpd.GeoDataFrame({"社区": [f"第{x}{y}社区" for x, y in many]}, geometry=shapes, crs=4326)
    import_zones(store, file(zones, "known.geojson"), WGS84, level="community")
    path = file(zones.set_geometry(shift_frame(zones.geometry, Datum(truth), back=True)))
    with pytest.raises(DatumError) as refused:
        import_zones(store, path, replace(WGS84, datum=Datum(named)), level="community")
    assert refused.value.values["suggestion"] == truth
    right = import_zones(store, path, replace(WGS84, datum=Datum(truth)), level="community")
    assert (right.new, right.updated, right.unchanged) == (0, 0, 64)


def test_an_empty_city_proves_nothing_and_the_report_says_so(store, zones, file):
    path = file(zones.set_geometry(shift_frame(zones.geometry, Datum.BD09, back=True)))
    shown = prepare_zones(store, path, WGS84, level=None)
    assert shown.verdict.fits
    assert shown.verdict.strength == "none"
    assert any("look at the points on the map" in note.text() for note in shown.notes())


def test_even_a_few_zones_that_are_there_already_prove_it(zoned, zones, file):
    path = file(zones.set_geometry(shift_frame(zones.geometry, Datum.BD09, back=True)))
    with pytest.raises(DatumError) as refused:
        prepare_zones(zoned, path, WGS84, level=None)
    assert refused.value.values["suggestion"] == "bd09"


def test_one_name_in_two_districts_stays_two_zones(store, file):
    shapes = [shapely.box(WEST, SOUTH, MIDDLE, NORTH), shapely.box(MIDDLE, SOUTH, EAST, NORTH)]
    twins = gpd.GeoDataFrame({"县": ["海淀区", "朝阳区"], "乡": "八里庄街道"}, geometry=shapes, crs=4326)
    for _ in range(3):
        report = import_zones(store, file(twins), WGS84, level="street")
    assert (report.new, report.unchanged) == (0, 2)
    assert len(store.zones.frame()) == 2


def test_cells_fill_the_communities_and_hold_the_checkpoints(zoned, write, rows):
    import_checkpoints(zoned, write(rows()), WGS84)
    stages = []
    made = make_cells(zoned, progress=lambda stage, done, total: stages.append((stage, done, total)))
    assert made.communities == 2
    assert made.cells == len(zoned.zones.cells())
    assert made.moved == 40
    assert {stage for stage, _, _ in stages} == {"cells", "locating"}
    roster = zoned.checkpoints.frame()
    assert (roster["cell"].str[:12] == roster["community_code"]).all()
    assert make_cells(zoned).moved == 0


def test_there_is_nothing_to_cut_in_an_empty_city(store):
    with pytest.raises(StateError, match="neither communities nor streets"):
        make_cells(store)
