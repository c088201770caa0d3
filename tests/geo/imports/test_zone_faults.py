"""What is wrong between zones and checkpoints: on boxes whose areas are known."""

import geopandas as gpd
import pytest
import shapely

from geo.crs import Datum, to_metric
from geo.imports import ImportOptions, import_checkpoints
from geo.zones.faults import zone_faults

WEST, SOUTH, MIDDLE, EAST, NORTH = 114.28, 30.55, 114.295, 114.31, 30.575


def square_metres(shape: shapely.Geometry) -> float:
    return float(to_metric(gpd.GeoDataFrame(geometry=[shape], crs=4326)).area.iloc[0])


def test_a_tree_that_fits_is_clean(zoned, write, rows):
    import_checkpoints(zoned, write(rows()), ImportOptions(Datum.WGS84))
    found = zone_faults(zoned.zones.frame(), zoned.checkpoints.frame())
    assert found.clean
    assert len(found.table) == 0


def test_every_kind_is_found_and_measured(zones, zoned, write, rows):
    table = rows()
    table.loc[0, ["经度", "纬度"]] = [EAST + 0.01, SOUTH]
    import_checkpoints(zoned, write(table), ImportOptions(Datum.WGS84))
    overlap = shapely.box(MIDDLE, SOUTH, MIDDLE + 0.002, NORTH)
    gap = shapely.box(EAST - 0.003, SOUTH, EAST, NORTH)
    zones.loc["420102001001", "geometry"] = shapely.box(WEST, SOUTH, MIDDLE + 0.002, NORTH)
    zones.loc["420102002001", "geometry"] = shapely.box(MIDDLE, SOUTH, EAST - 0.003, NORTH)
    zones.loc["420102003001"] = ["community", "孤儿社区", "420102003000", "", "", shapely.box(115, 31, 115.01, 31.01)]
    found = zone_faults(zones.set_crs(4326), zoned.checkpoints.frame())
    kinds = found.table["kind"].value_counts().to_dict()
    assert kinds == {"overlap": 1, "gap": 1, "beyond": 1, "orphan": 1, "outside": 1, "idle": 1, "unowned": 1}
    assert found.area_m2("overlap") == pytest.approx(square_metres(overlap), rel=1e-4)
    assert found.area_m2("beyond") == pytest.approx(square_metres(overlap), rel=1e-4)
    assert found.area_m2("gap") == pytest.approx(square_metres(gap), rel=1e-4)
    by_kind = found.table.set_index("kind")
    assert by_kind.loc["overlap", "name"] == "天声社区"
    assert by_kind.loc["overlap", "other_name"] == "同兴社区"
    assert by_kind.loc["gap", "code"] == "420102002000"
    assert by_kind.loc["beyond", "other"] == "420102001000"
    assert by_kind.loc["orphan", "other"] == "420102003000"
    assert by_kind.loc["outside", "name"] == "第0菜市场"
    assert by_kind.loc["idle", "name"] == "孤儿社区"
    assert not found.clean


def test_a_city_without_zones_blames_nobody_for_being_outside(store, write, rows):
    import_checkpoints(store, write(rows(3)), ImportOptions(Datum.WGS84))
    found = zone_faults(store.zones.frame(), store.checkpoints.frame())
    assert found.table["kind"].unique().tolist() == ["unowned"]
