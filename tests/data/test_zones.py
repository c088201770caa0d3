"""The demo's zones are a real tree: every level covers its parent, exactly."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.demo.clip import METRIC, square
from data.demo.regions import RegionPieces, neighbours, regions
from data.demo.zones import RIVERS
from geo.crs import to_metric
from geo.model import Level
from geo.zones.blocks import borders

TREE = {Level.CITY: 1, Level.DISTRICT: 1, Level.STREET: 12, Level.COMMUNITY: 80, Level.GRID: 400}


@pytest.fixture(scope="module")
def zones(demo) -> gpd.GeoDataFrame:
    return to_metric(demo.zones, crs=METRIC)


def test_each_level_has_its_number(zones: gpd.GeoDataFrame) -> None:
    assert zones["level"].value_counts().to_dict() == {str(level): count for level, count in TREE.items()}


@pytest.mark.parametrize("level", list(TREE))
def test_each_level_tiles_the_square(demo, zones: gpd.GeoDataFrame, level: Level) -> None:
    stored = demo.zones[demo.zones["level"] == level].geometry
    assert shapely.coverage_is_valid(stored.to_numpy())
    metric = zones[zones["level"] == level].geometry
    assert metric.is_valid.all()
    assert metric.area.sum() == pytest.approx(144e6, abs=1.0)
    assert shapely.area(shapely.symmetric_difference(metric.union_all(), square())) < 1.0


def test_children_make_up_their_parent(demo, zones: gpd.GeoDataFrame) -> None:
    for parent, children in zones[zones["parent"] != ""].groupby("parent"):
        whole = shapely.coverage_union_all(demo.zones.loc[children.index].geometry.to_numpy())
        assert shapely.equals(shapely.normalize(whole), shapely.normalize(demo.zones.geometry[parent])), parent
        assert children.area.sum() == pytest.approx(zones.geometry[parent].area, abs=0.01)


def test_codes_are_statistical_codes_under_their_parent(zones: gpd.GeoDataFrame) -> None:
    for code, level, parent in zip(zones.index, zones["level"], zones["parent"], strict=True):
        assert re.fullmatch(r"\d{12}W\d\d" if level == Level.GRID else r"\d{12}", code)
        if level == Level.COMMUNITY:
            assert parent == code[:9] + "000"
        if level == Level.GRID:
            assert parent == code[:12]
    offices = zones.index[zones["level"] == Level.STREET]
    assert [code[6:9] for code in offices] == [f"{n:03d}" for n in range(1, 13)]


def test_names_are_chinese_and_each_there_once(zones: gpd.GeoDataFrame) -> None:
    assert not zones["name"].duplicated().any()
    for column in ("name", "unit", "person"):
        assert zones[column].str.fullmatch(r"[一-鿿\d]+").all()


def test_zones_are_of_one_piece_and_grids_of_like_size(zones: gpd.GeoDataFrame) -> None:
    assert set(zones.geom_type) == {"Polygon"}
    grids = zones[zones["level"] == Level.GRID].area
    assert grids.min() > 20_000
    assert grids.max() < 3e6  # with its part of the river
    assert 150_000 < grids.median() < 450_000


def test_inner_borders_run_along_streets(demo, zones: gpd.GeoDataFrame) -> None:
    """Of what separates two street offices away from the rivers, most lies on a street."""
    offices = zones[zones["level"] == Level.STREET].geometry.to_numpy()
    common = [shapely.intersection(offices[a], offices[b]) for a, b in borders(offices)[["left", "right"]].to_numpy()]
    water = [shapely.buffer(shapely.LineString(river), 1_000) for river in RIVERS]
    inner = shapely.difference(shapely.union_all(common), shapely.union_all(water))
    streets = to_metric(demo.streets, crs=METRIC)
    beside = shapely.buffer(streets.geometry.to_numpy()[shapely.dwithin(streets.geometry.to_numpy(), inner, 2)], 2)
    assert shapely.length(shapely.intersection(inner, shapely.union_all(beside))) > 0.6 * shapely.length(inner)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 9), st.integers(3, 9), st.integers(1, 6), st.integers(0, 2**32))
def test_regions_are_connected_and_all_there(columns: int, rows: int, count: int, seed: int) -> None:
    squares = np.array(
        [shapely.box(i % columns, i // columns, i % columns + 1, i // columns + 1) for i in range(columns * rows)],
        dtype=object,
    )
    rng = np.random.default_rng(seed)
    near = neighbours(borders(squares), len(squares))
    pieces = RegionPieces(shapely.get_coordinates(shapely.centroid(squares)), rng.uniform(1, 3, len(squares)), near)
    region = regions(pieces, count, rng)
    assert sorted(set(region.tolist())) == list(range(count))
    for number in range(count):
        assert shapely.coverage_union_all(squares[region == number]).geom_type == "Polygon"


def test_regions_share_weight_evenly() -> None:
    squares = np.array([shapely.box(i % 20, i // 20, i % 20 + 1, i // 20 + 1) for i in range(400)], dtype=object)
    rng = np.random.default_rng(1)
    near = neighbours(borders(squares), 400)
    pieces = RegionPieces(shapely.get_coordinates(shapely.centroid(squares)), rng.uniform(1, 3, 400), near)
    total = np.bincount(regions(pieces, 8, rng), pieces.weight)
    assert total.max() < 1.25 * total.mean()
