"""Every event lies in exactly one cell."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.rasters.raster import OUTSIDE, Raster

SMALL = Raster(crs_epsg=4547, x0_m=500_000.0, y0_m=3_380_000.0, cell_m=100.0, n_cols=4, n_rows=3)


def test_numbers_run_row_by_row_from_the_south_west() -> None:
    x, y = SMALL.centres()
    assert (x[0], y[0]) == (500_050.0, 3_380_050.0)
    assert (x[5], y[5]) == (500_150.0, 3_380_150.0)
    assert SMALL.assign_xy(x, y).tolist() == list(range(12))


@settings(deadline=None)
@given(st.integers(0, 8), st.integers(0, 6))
def test_every_point_on_a_border_lies_in_exactly_one_cell(half_col: int, half_row: int) -> None:
    x, y = 500_000.0 + 50.0 * half_col, 3_380_000.0 + 50.0 * half_row
    col, row = min(half_col // 2, 3), min(half_row // 2, 2)
    assert SMALL.assign_xy([x], [y]).tolist() == [row * 4 + col]


def test_a_million_points_on_borders_lie_in_one_cell_each() -> None:
    raster = Raster(4547, 500_000.0, 3_380_000.0, 100.0, 300, 300)
    rng, n = np.random.default_rng(4), 1_000_000
    upright = rng.random(n) < 0.5
    x = 500_000 + np.where(upright, rng.integers(0, 301, n) * 100.0, rng.uniform(0, 30_000, n))
    y = 3_380_000 + np.where(upright, rng.uniform(0, 30_000, n), rng.integers(0, 301, n) * 100.0)
    cell = raster.assign_xy(x, y)
    assert (cell != OUTSIDE).all()
    assert raster.count_xy(x, y).sum() == n
    row, col = np.divmod(cell, 300)
    assert (col == np.minimum((x - 500_000) // 100, 299)).all()
    assert (row == np.minimum((y - 3_380_000) // 100, 299)).all()


def test_borders_that_a_product_with_the_inverse_would_lose() -> None:
    raster = Raster(4547, 0.0, 0.0, 100.0, 1000, 1)
    border = np.arange(1000) * 100.0
    assert raster.assign_xy(border, np.zeros(1000)).tolist() == list(range(1000))


def test_points_outside_or_without_position_have_no_cell() -> None:
    x = [499_999.9, 500_400.1, np.nan, np.inf, 500_050.0]
    y = [3_380_050.0, 3_380_050.0, 3_380_050.0, 3_380_050.0, np.nan]
    assert SMALL.assign_xy(x, y).tolist() == [OUTSIDE] * 5
    assert SMALL.count_xy(x, y).sum() == 0


def test_many_events_on_all_cores_fall_where_they_fall_alone() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.uniform(499_900, 500_500, 400_000), rng.uniform(3_379_900, 3_380_400, 400_000)
    cell = SMALL.assign_xy(x, y)
    few = SMALL.assign_xy(x[:1000], y[:1000])
    assert (cell[:1000] == few).all()
    assert (np.bincount(cell[cell >= 0], minlength=12) == SMALL.count_xy(x, y)).all()


def test_cover_holds_every_point_of_its_bounds() -> None:
    raster = Raster.cover((114.25, 30.5, 114.38, 30.62))
    edge = np.linspace(0, 1, 50)
    lon = np.concatenate([114.25 + 0.13 * edge] * 2 + [np.full(50, 114.25), np.full(50, 114.38)])
    lat = np.concatenate([np.full(50, 30.5), np.full(50, 30.62)] + [30.5 + 0.12 * edge] * 2)
    assert (raster.assign(lon, lat) != OUTSIDE).all()
    assert raster.x0_m % 100 == 0
    assert raster.y0_m % 100 == 0


def test_polygons_hold_their_centres() -> None:
    raster = Raster.cover((114.25, 30.5, 114.26, 30.51))
    squares = raster.polygons([3, 0])
    assert squares.index.tolist() == [3, 0]
    assert squares.index.name == "cell"
    middle = shapely.centroid(squares.geometry.array)
    assert raster.assign(shapely.get_x(middle), shapely.get_y(middle)).tolist() == [3, 0]


@pytest.mark.parametrize("bad", [{"cell_m": 0.0}, {"n_cols": 0}])
def test_a_raster_without_extent_is_refused(bad: dict[str, float]) -> None:
    fields = {"crs_epsg": 4547, "x0_m": 0.0, "y0_m": 0.0, "cell_m": 100.0, "n_cols": 1, "n_rows": 1} | bad
    with pytest.raises(InputError):
        Raster(**fields)


def test_bounds_without_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="bounds"):
        Raster.cover((np.nan, 0, 1, 1))
