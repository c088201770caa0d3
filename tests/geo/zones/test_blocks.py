"""Street blocks tile their outline, whatever the streets."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.zones.blocks import borders, dissolve, merge_slivers, street_blocks

METRIC = "EPSG:4547"
SQUARE = shapely.box(0, 0, 400, 400)


def lines(*coords: Sequence[tuple[float, float]]) -> gpd.GeoSeries:
    return gpd.GeoSeries([shapely.LineString(line) for line in coords], crs=METRIC)


def test_a_cross_gives_four_blocks_in_order() -> None:
    blocks = street_blocks(lines([(200, -50), (200, 450)], [(-50, 200), (450, 200)]), SQUARE)
    assert list(blocks.area) == [40_000] * 4
    assert [(p.x, p.y) for p in blocks.centroid] == [(100, 300), (300, 300), (100, 100), (300, 100)]
    assert (blocks.name, blocks.crs) == ("block", METRIC)


def test_a_dead_end_cuts_nothing_and_a_street_in_the_middle_cuts_a_hole() -> None:
    assert len(street_blocks(lines([(0, 200), (300, 200)]), SQUARE)) == 1
    ring = [(100, 100), (300, 100), (300, 300), (100, 300), (100, 100)]
    assert sorted(street_blocks(lines(ring), SQUARE).area) == [40_000, 120_000]


def test_no_street_gives_the_outline() -> None:
    blocks = street_blocks(lines([(900, 900), (950, 950)]), SQUARE)
    assert len(blocks) == 1
    assert blocks.iloc[0].equals(SQUARE)


def test_the_median_of_a_dual_carriageway_is_merged() -> None:
    carriageways = lines([(195, -5), (195, 405)], [(205, -5), (205, 405)])
    assert sorted(street_blocks(carriageways, SQUARE).area) == [195 * 400, 205 * 400]
    assert len(street_blocks(carriageways, SQUARE, sliver_area_m2=0, sliver_width_m=0)) == 3


def test_a_junction_of_two_dual_carriageways_leaves_four_blocks() -> None:
    streets = lines(*([(x, -5), (x, 405)] for x in (195, 205)), *([(-5, y), (405, y)] for y in (195, 205)))
    blocks = street_blocks(streets, SQUARE)
    assert len(blocks) == 4
    assert shapely.coverage_is_valid(blocks.to_numpy())


def test_an_outline_in_two_parts_is_tiled_in_both() -> None:
    outline = shapely.union_all([shapely.box(0, 0, 100, 100), shapely.box(200, 0, 300, 100)])
    assert len(street_blocks(lines([(-10, 50), (310, 50)]), outline)) == 4


def test_borders_count_each_common_side_once() -> None:
    blocks = street_blocks(lines([(200, -50), (200, 450)], [(-50, 200), (450, 200)]), SQUARE)
    found = borders(blocks)
    assert list(zip(found["left"], found["right"], strict=True)) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert list(found["length_m"]) == [200] * 4


def test_dissolve_joins_by_group() -> None:
    squares = np.array([shapely.box(i, 0, i + 1, 1) for i in range(4)], dtype=object)
    joined = dissolve(squares, np.array([1, 1, 0, 0]))
    assert [shapely.bounds(polygon).tolist() for polygon in joined] == [[2, 0, 4, 1], [0, 0, 2, 1]]
    assert shapely.coverage_is_valid(joined)


def test_slivers_only_are_joined_and_not_lost() -> None:
    strips = np.array([shapely.box(i, 0, i + 1, 50) for i in range(10)], dtype=object)
    assert shapely.area(merge_slivers(strips)).tolist() == [500]
    assert len(merge_slivers(strips[:0])) == 0


@pytest.mark.parametrize("crs", ["EPSG:4326", None])
def test_degrees_are_refused(crs: str | None) -> None:
    with pytest.raises(InputError, match="metric CRS"):
        street_blocks(gpd.GeoSeries([shapely.LineString([(0, 0), (1, 1)])], crs=crs), SQUARE)


def test_an_outline_without_area_is_refused() -> None:
    with pytest.raises(InputError, match="no area"):
        street_blocks(lines([(0, 0), (1, 1)]), shapely.Polygon())


def assert_tiles(blocks: gpd.GeoSeries, outline: shapely.Geometry) -> None:
    assert shapely.coverage_is_valid(blocks.to_numpy())
    assert set(blocks.geom_type) == {"Polygon"}
    assert blocks.area.sum() == pytest.approx(shapely.area(outline), rel=1e-12)
    assert shapely.area(shapely.symmetric_difference(blocks.union_all(), outline)) < 1e-3


number = st.integers(-100, 500) | st.floats(-100, 500, width=32)
street = st.lists(st.tuples(number, number), min_size=2, max_size=4, unique=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(street, min_size=1, max_size=12), st.integers(3, 9))
def test_any_streets_tile_any_outline(streets: list[list[tuple[float, float]]], corners: int) -> None:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    outline = shapely.Polygon(np.column_stack((200 + 190 * np.cos(angle), 200 + 170 * np.sin(angle))))
    blocks = street_blocks(lines(*streets), outline)
    assert_tiles(blocks, outline)
    again = street_blocks(lines(*streets), outline)
    assert shapely.equals_exact(blocks.to_numpy(), again.to_numpy()).all()
    assert len(blocks) == 1 or blocks.area.min() >= 1_000


def test_the_middle_of_wuhan_is_tiled() -> None:
    streets = gpd.read_parquet(Path(__file__).parents[3] / "data" / "demo" / "wuhan_middle.parquet")
    outline = shapely.box(234_060, 3_377_968, 246_060, 3_389_968)
    blocks = street_blocks(streets, outline)
    assert_tiles(blocks, outline)
    assert 1_500 < len(blocks) < 2_500
    assert blocks.area.min() >= 1_000
