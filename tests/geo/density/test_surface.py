"""Kernel surfaces against the direct sum, and what an edge correction must keep."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate

from geo.density import kernel, ratio
from geo.density.outline import coverage
from geo.errors import InputError
from geo.rasters.raster import Raster

CELL = 50.0
GRID = Raster(crs_epsg=4547, x0_m=500_000.0, y0_m=3_380_000.0, cell_m=CELL, n_cols=60, n_rows=40)
L_SHAPE = shapely.Polygon(
    [
        (500_130, 3_380_070),
        (502_800, 3_380_210),
        (502_610, 3_381_100),
        (501_400, 3_380_900),
        (501_210, 3_381_830),
        (500_300, 3_381_700),
    ]
)


def direct(
    points: np.ndarray, weights: np.ndarray, bandwidth: float, name: str, at: np.ndarray | None = None
) -> np.ndarray:
    if at is None:
        x, y = GRID.centres()
        at = np.column_stack([x, y])
    d2 = ((at[:, None] - points[None]) ** 2).sum(axis=2) / bandwidth**2
    k = np.maximum(1 - d2, 0) * 2 / np.pi if name == "epanechnikov" else np.exp(-d2 / 2) / (2 * np.pi)
    return (k @ weights) / bandwidth**2


def events(seed: int, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    west, south, east, north = 499_800, 3_379_800, 503_200, 3_382_200  # some lie beyond the grid and still count
    return np.column_stack([rng.uniform(west, east, n), rng.uniform(south, north, n)]), rng.uniform(0, 5, n)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999), st.floats(10, 1500))
def test_epanechnikov_is_the_direct_sum(seed: int, bandwidth: float) -> None:
    points, weights = events(seed, 60)
    expected = direct(points, weights, bandwidth, "epanechnikov").reshape(40, 60)
    found = kernel(points, weights, GRID, bandwidth)
    np.testing.assert_allclose(found, expected, atol=1e-9 * max(expected.max(), 1e-12), rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999), st.floats(30, 900), st.integers(1, 60))
def test_gaussian_is_the_direct_sum_to_a_thousandth_of_the_peak(seed: int, bandwidth: float, n: int) -> None:
    points, weights = events(seed, n)
    expected = direct(points, weights, bandwidth, "gaussian").reshape(40, 60)
    found = kernel(points, weights, GRID, bandwidth, kernel="gaussian")
    beyond = 1e-7 * weights.sum() / (2 * np.pi * bandwidth**2)  # what six standard deviations leave out
    assert np.abs(found - expected).max() <= 1e-3 * expected.max() + beyond


@pytest.mark.parametrize("name", ["epanechnikov", "gaussian"])
@pytest.mark.parametrize("bandwidth", [120.0, 300.0, 700.0])
def test_uniform_correction_divides_by_the_share_inside(name: str, bandwidth: float) -> None:
    points, weights = events(3)
    plain = kernel(points, weights, GRID, bandwidth, kernel=name, region=L_SHAPE)
    corrected = kernel(points, weights, GRID, bandwidth, kernel=name, edge="uniform", region=L_SHAPE)
    x, y = (c.reshape(40, 60) for c in GRID.centres())
    inside = ~np.isnan(plain)
    assert (inside == shapely.intersects_xy(L_SHAPE, x, y)).all()
    for row, col in np.argwhere(inside)[:: inside.sum() // 8]:
        share = inside_share(np.array([x[row, col], y[row, col]]), bandwidth, name)
        if plain[row, col] > 0:
            assert plain[row, col] / corrected[row, col] == pytest.approx(share, abs=3e-3)


def inside_share(at: np.ndarray, bandwidth: float, name: str) -> float:
    """Integrate the kernel over the region on a fine lattice of its own."""
    reach = bandwidth * (1 if name == "epanechnikov" else 5)
    step = reach / 200
    axis = np.arange(-reach + step / 2, reach, step)
    x, y = np.meshgrid(axis + at[0], axis + at[1])
    near = np.column_stack([x.ravel(), y.ravel()])
    k = direct(at[None], np.ones(1), bandwidth, name, near)
    return float((k * shapely.intersects_xy(L_SHAPE, near)).sum() * step**2)


@pytest.mark.parametrize("name", ["epanechnikov", "gaussian"])
def test_jones_and_diggle_keep_the_weights(name: str) -> None:
    points, weights = events(4, 200)
    inside = shapely.intersects_xy(L_SHAPE, points)
    fine = Raster(4547, 500_000.0, 3_380_000.0, 10.0, 300, 200)
    surface = kernel(points, weights, fine, 250.0, kernel=name, edge="jones-diggle", region=L_SHAPE)
    assert np.nansum(surface) * 100 == pytest.approx(weights[inside].sum(), rel=3e-3)


def test_an_even_pattern_is_even_up_to_the_border() -> None:
    x, y = np.meshgrid(np.arange(500_005, 503_000, 10.0), np.arange(3_380_005, 3_382_000, 10.0))
    points = np.column_stack([x.ravel(), y.ravel()])
    for name in ("epanechnikov", "gaussian"):
        surface = kernel(points, None, GRID, 400.0, kernel=name, edge="uniform")
        np.testing.assert_allclose(surface, 0.01, rtol=4e-3)


def test_the_ratio_is_points_per_visit() -> None:
    points, _ = events(5, 4000)
    surface = ratio(points, np.full(4000, 1.7), GRID, 300.0)
    np.testing.assert_allclose(surface[~np.isnan(surface)], 1.7, rtol=1e-6)
    few = ratio(points[:3], np.ones(3), GRID, 300.0)
    assert np.isnan(few).mean() > 0.95


corners_about = st.lists(st.tuples(st.floats(-3, 12), st.floats(-3, 9)), min_size=3, max_size=9)


@settings(max_examples=100, deadline=None)
@given(corners_about, corners_about, corners_about)
def test_coverage_is_the_area_in_every_cell(
    first: list[tuple[float, float]], second: list[tuple[float, float]], hole: list[tuple[float, float]]
) -> None:
    """Whatever the shape: several parts, holes, and parts outside of the grid."""
    hulls = [shapely.convex_hull(shapely.MultiPoint(corners)) for corners in (first, second, hole)]
    shape = shapely.union(hulls[0], hulls[1]).difference(hulls[2])
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    assume(parts)
    squares = [[shapely.box(c, r, c + 1, r + 1) for c in range(9)] for r in range(6)]
    exact = sum((shapely.area(shapely.intersection(np.array(squares), part)) for part in parts), np.zeros((6, 9)))
    np.testing.assert_allclose(coverage(shapely.multipolygons(parts), (6, 9)), exact, atol=1e-9)


def test_points_and_regions_in_degrees_are_projected() -> None:
    points, weights = events(6, 50)
    series = gpd.GeoSeries(shapely.points(points), crs=4547)
    region = gpd.GeoSeries([L_SHAPE], crs=4547)
    plane = kernel(points, weights, GRID, 300.0, edge="uniform", region=L_SHAPE)
    degrees = kernel(series.to_crs(4326), weights, GRID, 300.0, edge="uniform", region=region.to_crs(4326))
    both = ~np.isnan(degrees) & ~np.isnan(plane)  # a side straight in degrees is not quite straight in metres
    assert both.sum() > 0.98 * (~np.isnan(plane)).sum()
    np.testing.assert_allclose(degrees[both], plane[both], rtol=1e-3, atol=1e-9)


def test_a_grid_of_coordinates_is_that_of_a_raster() -> None:
    points, weights = events(7, 50)
    x, y = GRID.centres()
    axes = (x.reshape(40, 60)[0], y.reshape(40, 60)[:, 0])
    for grid in (axes, np.meshgrid(*axes)):
        found = kernel(points, weights, grid, 300.0)
        np.testing.assert_allclose(found, kernel(points, weights, GRID, 300.0), rtol=1e-9)


@pytest.mark.parametrize("name", ["epanechnikov", "gaussian"])
@pytest.mark.parametrize("bandwidth", [120.0, 300.0])
def test_negative_weights_are_summed_as_they_are(name: str, bandwidth: float) -> None:
    points, weights = events(9, 40)
    found = kernel(points, weights - 2.5, GRID, bandwidth, kernel=name)
    expected = direct(points, weights - 2.5, bandwidth, name).reshape(40, 60)
    assert expected.min() < -1e-6
    np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())


def test_no_events_give_a_flat_surface() -> None:
    for name in ("epanechnikov", "gaussian"):
        assert (kernel(np.empty((0, 2)), None, GRID, 300.0, kernel=name) == 0).all()


def test_each_kernel_holds_one() -> None:
    for name in ("epanechnikov", "gaussian"):
        one = direct(np.zeros((1, 2)), np.ones(1), 1.0, name, np.array([[0.0, 0.0]]))[0]
        whole = integrate.quad(
            lambda r, n=name: 2 * np.pi * r * direct(np.zeros((1, 2)), np.ones(1), 1.0, n, np.array([[r, 0.0]]))[0],
            0,
            8,
            points=[1.0],
        )[0]
        assert whole == pytest.approx(1.0, abs=1e-8)
        assert one > 0


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"bandwidth_m": 0.0}, "bandwidth_m"),
        ({"kernel": "box"}, "kernel"),
        ({"edge": "some"}, "edge"),
        ({"weights": np.ones(3)}, "weights"),
        ({"points": np.array([[np.nan, 0.0]]), "weights": None}, "points"),
        ({"points": np.ones((2, 3)), "weights": None}, r"points has shape \(2, 3\)"),
        ({"points": gpd.GeoSeries([shapely.box(0, 0, 1, 1)]), "weights": None}, "no point"),
        ({"points": gpd.GeoSeries([shapely.Point()]), "weights": None}, "no point"),
        ({"weights": list("abcde")}, "weights holds"),
        ({"bandwidth_m": "300"}, "bandwidth_m is '300'"),
        ({"grid": 50}, "grid is a int"),
        ({"grid": ([0, 1, 3], [0, 1])}, "grid"),
        ({"grid": ([], [0, 1])}, "grid is uneven"),
        ({"grid": (np.eye(3), np.eye(3))}, "grid is uneven"),
        ({"grid": (["west"], ["south"])}, "grid holds"),
        (
            {"points": gpd.GeoSeries.from_xy([114.3], [30.6], crs=4326), "weights": None, "grid": ([0, 1], [0, 1])},
            "points is in degrees",
        ),
        (
            {"grid": ([0, 1], [0, 1]), "region": gpd.GeoSeries([shapely.box(114, 30, 115, 31)], crs=4326)},
            "region is in degrees",
        ),
        ({"region": shapely.Point(0, 0)}, "region"),
    ],
)
def test_what_makes_no_surface_is_refused(change: dict, match: str) -> None:
    points, weights = events(8, 5)
    arguments = {"points": points, "weights": weights, "grid": GRID, "bandwidth_m": 300.0} | change
    with pytest.raises(InputError, match=match):
        kernel(**arguments)
