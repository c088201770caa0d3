"""Zones and cells, on both databases."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.frames import CELLS, ZONES, check
from geo.model import Changes, Level, Scope


@pytest.fixture
def peopled(store, zone_tree, roster):
    """Put one checkpoint in each part of the tree; the fourth is in no zone."""
    store.zones.upsert(zone_tree)
    frame = roster(
        4,
        street_code=["420102001", "420102001", "420102002", ""],
        community_code=["420102001001", "420102001001", "", ""],
        grid_code=["420102001001G01", "", "", ""],
    )
    frame["geometry"] = shapely.points([114.05, 114.18, 114.22, 115.0], 30.1)
    store.checkpoints.upsert(frame)
    return store


def test_zones_come_back_by_code(store, zone_tree):
    assert store.zones.upsert(zone_tree) == Changes(accepted=7)
    back = check(store.zones.frame(), ZONES)
    assert back.index.tolist() == sorted(zone_tree.index)
    assert back.loc["420102001", "geometry"] == zone_tree.loc["420102001", "geometry"]
    assert store.zones.upsert(zone_tree) == Changes(unchanged=7)


def test_one_level(store, zone_tree):
    store.zones.upsert(zone_tree)
    assert store.zones.frame(Level.STREET).index.tolist() == ["420102001", "420102002"]
    assert store.zones.frame("grid").index.tolist() == ["420102001001G01"]


def test_parts_and_holes_survive(store, zone_tree):
    ring = shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 2, 2)
    islands = shapely.union(ring, shapely.box(9, 9, 10, 10))
    zone_tree.loc["420102", "geometry"] = islands
    store.zones.upsert(zone_tree)
    assert store.zones.frame().loc["420102", "geometry"].equals(islands)
    assert store.zones.upsert(zone_tree) == Changes(unchanged=7)


@pytest.mark.parametrize(
    ("zone", "inside"),
    [
        ("4201", [0, 1, 2]),
        ("420102", [0, 1, 2]),
        ("420102001", [0, 1]),
        ("420102002", [2]),
        ("420102001001", [0, 1]),
        ("420102001001G01", [0]),
        ("B01", [1, 2]),
    ],
)
def test_checkpoints_of_a_zone_on_any_level(peopled, zone, inside):
    assert peopled.checkpoints.frame(Scope(zone=zone)).index.tolist() == [f"c{i:04d}" for i in inside]


def test_cells_are_replaced(store):
    def grid(count):
        data = {"community": "420102001001", "area_m2": 10_000.0}
        codes = pd.Index([f"420102001001{i:03d}" for i in range(count)], name="code", dtype="str")
        shapes = [shapely.box(114 + i * 0.001, 30, 114.001 + i * 0.001, 30.001) for i in range(count)]
        return gpd.GeoDataFrame(data, index=codes, geometry=shapes, crs="EPSG:4326")

    store.zones.replace_cells(grid(5))
    store.zones.replace_cells(grid(3))
    back = check(store.zones.cells(), CELLS)
    assert len(back) == 3
    assert back.geometry.to_list() == grid(3).geometry.to_list()
