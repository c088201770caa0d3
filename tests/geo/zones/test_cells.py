"""Unit grid cells: they tile their communities, follow the streets, and are numbered as one reads."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import to_metric
from geo.errors import InputError
from geo.zones.cells import MOST, assign, cut_cells, unit_cells

X0, Y0, CRS = 530_000.0, 3_386_000.0, 4547


def communities(*shapes, codes=None):
    codes = codes or [f"420102001{n + 1:03d}" for n in range(len(shapes))]
    data = {"level": "community", "name": codes, "parent": "420102001000", "unit": "", "person": ""}
    frame = pd.DataFrame(data, index=pd.Index(codes, name="code", dtype="str"), dtype="str")
    outlines = [shapely.affinity.translate(shape, X0, Y0) for shape in shapes]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(outlines, index=frame.index, crs=CRS).to_crs(4326))


def streets(*lines, highway="residential"):
    moved = [shapely.affinity.translate(shapely.LineString(line), X0, Y0) for line in lines]
    data = {"highway": pd.array([highway] * len(lines), dtype="str"), "tunnel": np.zeros(len(lines), bool)}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(moved, crs=CRS).to_crs(4326))


NONE = streets([(0, -500), (10, -500)])


def tiles(cells, zones):
    """Check no gap, no overlap, shared vertices."""
    plane = cells.to_crs(CRS)
    assert shapely.coverage_is_valid(plane.geometry.to_numpy())
    whole = zones.to_crs(CRS)
    for code, own in plane.groupby("community"):
        missing = shapely.union_all(own.geometry.to_numpy()).symmetric_difference(whole.geometry.loc[code])
        assert missing.area < 0.01
    assert plane.area.sum() == pytest.approx(whole.area.sum(), abs=0.1)


def test_a_block_without_streets_is_cut_into_squares():
    zones = communities(shapely.box(0, 0, 300, 200))
    cells = unit_cells(zones, NONE)
    tiles(cells, zones)
    assert cells.index.tolist() == [f"420102001001{n:03d}" for n in range(1, 7)]
    assert cells["area_m2"].to_numpy() == pytest.approx(np.full(6, 10_000.0), abs=1e-3)
    x, y = to_metric(cells, crs=CRS).centroid.x.to_numpy(), to_metric(cells, crs=CRS).centroid.y.to_numpy()
    assert (x - X0).round().tolist() == [50, 150, 250] * 2  # west to east
    assert (y - Y0).round().tolist() == [150] * 3 + [50] * 3  # north to south


def test_streets_part_cells_and_small_blocks_stay_whole():
    zones = communities(shapely.box(0, 0, 100, 100))
    cells = unit_cells(zones, streets([(40, -10), (40, 110)]))
    tiles(cells, zones)
    assert sorted(cells["area_m2"].round()) == [4000, 6000]


def test_footways_and_tunnels_do_not_part():
    zones = communities(shapely.box(0, 0, 100, 100))
    assert len(unit_cells(zones, streets([(40, -10), (40, 110)], highway="footway"))) == 1
    assert len(unit_cells(zones, streets([(40, -10), (40, 110)]).assign(tunnel=True))) == 1


def test_slivers_join_a_neighbour_of_their_community():
    zones = communities(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100))
    cells = unit_cells(zones, streets([(95, -10), (95, 110)], [(105, -10), (105, 110)]))
    tiles(cells, zones)
    assert len(cells) == 2


def test_a_community_smaller_than_a_sliver_is_one_cell():
    zones = communities(shapely.box(0, 0, 20, 20), shapely.box(20, 0, 220, 200))
    cells = unit_cells(zones, NONE)
    tiles(cells, zones)
    assert cells["area_m2"].min() == pytest.approx(400, abs=1e-3)


def test_more_than_999_cells_make_them_larger():
    zones = communities(shapely.box(0, 0, 4000, 3000), shapely.box(4000, 0, 4300, 300))
    report = cut_cells(zones, NONE)
    tiles(report.cells, zones)
    sizes = report.cells.groupby("community").size()
    assert sizes.max() <= MOST
    assert report.enlarged == {"420102001001": 20_000.0}
    assert sizes["420102001002"] == 9
    assert report.cells.index.str.len().unique().tolist() == [15]


def test_without_communities_there_are_cells_but_no_codes():
    cells = unit_cells(None, streets([(0, 0), (300, 0)], [(0, 0), (0, 200)], [(300, 200), (0, 200)]))
    assert len(cells) == 6
    assert set(cells["community"]) == {""}
    assert cells.index.str.len().max() < 15
    with pytest.raises(InputError, match="neither a community nor a street"):
        unit_cells(None, NONE.iloc[:0])


def test_communities_that_overlap_or_leave_a_hole():
    zones = communities(shapely.box(0, 0, 200, 200), shapely.box(150, 0, 350, 200), shapely.box(400, 0, 600, 200))
    cells = unit_cells(zones, NONE).to_crs(CRS)
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert cells.area.sum() == pytest.approx(350 * 200 + 200 * 200, abs=0.1)
    assert cells[cells["community"] == "420102001001"].area.sum() == pytest.approx(40_000, abs=0.1)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(*[st.integers(-50, 650)] * 4).filter(lambda p: p[:2] != p[2:]), max_size=12),
    st.integers(50, 550),
)
def test_any_streets_leave_no_gap_and_no_overlap(ends, border):
    zones = communities(shapely.box(0, 0, border, 500), shapely.box(border, 0, 600, 500))
    lines = [((a, b), (c, d)) for a, b, c, d in ends] or [((0, -500), (1, -500))]
    cells = unit_cells(zones, streets(*lines))
    tiles(cells, zones)
    assert (cells["area_m2"] >= min(1000, zones.to_crs(CRS).area.min()) - 0.01).all()
    assert cells["area_m2"].max() <= 16_000.01


def test_points_find_their_cell():
    zones = communities(shapely.box(0, 0, 200, 100))
    cells = unit_cells(zones, NONE)
    places = gpd.GeoSeries(shapely.points([X0 + 50, X0 + 150, X0 + 500], [Y0 + 50] * 3), crs=CRS).to_crs(4326)
    assert assign(places, cells).tolist() == ["420102001001001", "420102001001002", ""]
    corners = gpd.GeoSeries(shapely.points(shapely.get_coordinates(cells.geometry.to_numpy())), crs=4326)
    assert (assign(corners, cells) != "").all()
