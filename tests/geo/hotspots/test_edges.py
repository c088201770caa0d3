"""What the public functions of hotspots do with small, strange and impossible input."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph
from libpysal.weights import lat2W

from geo.errors import InputError
from geo.hotspots import flag, gi_star, gi_star_raster, local_moran
from geo.rates import empirical_bayes

RADII = [300.0, (300,), [200.0, 300.0, 1000.0], np.array([100, 5_000_000])]


def frame(
    at: list[tuple[int, int]], points: list[list[float]], *, index: pd.Index | None = None, crs: int | None = None
) -> gpd.GeoDataFrame:
    """One row a list of points, one point a visit, in the cell at (row, column)."""
    west, south = (np.array([where[k] for where in at]) * 100.0 for k in (1, 0))
    sums = {"visits": [len(p) for p in points]}
    for name, power in (("deductions", 1), ("deductions_sq", 2), ("deductions_cu", 3)):
        sums[name] = [float(np.sum(np.asarray(p) ** power)) for p in points]
    return gpd.GeoDataFrame(sums, geometry=shapely.box(west, south, west + 100.0, south + 100.0), index=index, crs=crs)


@pytest.mark.parametrize("radii", RADII)
def test_one_cell_is_neither_hot_nor_cold(radii: object) -> None:
    out = flag(frame([(0, 0)], [[0.0, 1.0, 2.0]]), radii)
    assert out[["p", "q"]].iloc[0].tolist() == [1.0, 1.0]
    assert out["rate_low"].iloc[0] < out["rate"].iloc[0] == 1.0 < out["rate_high"].iloc[0]
    assert not out[["hot", "cold"]].any(axis=None)
    empty = flag(frame([(0, 0)], [[]]), radii)
    assert empty[["rate", "rate_low", "rate_high", "p", "q", "radius_m"]].isna().all(axis=None)


@pytest.mark.parametrize("radii", RADII)
def test_two_categories_of_one_visit_say_nothing(radii: object) -> None:
    index = pd.MultiIndex.from_tuples([("a7", "mall"), ("a7", "school"), ("a9", "mall")], names=["cell", "category"])
    out = flag(frame([(0, 0), (0, 0), (3, 1)], [[3.0], [4.0], []], index=index), radii)
    assert out.index.tolist() == ["a7", "a9"]
    assert out["visits"].tolist() == [2, 0]
    assert out.loc["a7", "p"] == 1.0
    assert not out[["hot", "cold"]].any(axis=None)


@pytest.mark.parametrize("points", [0.1, 1 / 3, 0.5, 1e-9, 1e9])
@pytest.mark.parametrize("radii", RADII)
def test_equal_points_leave_nothing_to_explain(points: float, radii: object) -> None:
    out = flag(frame([(0, k) for k in range(40)], [[points] * (k + 1) for k in range(40)]), radii)
    assert (out["p"] == 1.0).all()
    assert not out[["hot", "cold"]].any(axis=None)


@pytest.mark.parametrize("radii", RADII)
@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_the_unit_of_points_changes_nothing(radii: object, unit: float) -> None:
    rng = np.random.default_rng(1)
    points = [list(rng.poisson(4.0 if 10 <= k < 14 else 0.4, 30) * 1.0) for k in range(60)]
    at = [(k // 10, k % 10) for k in range(60)]
    plain, scaled = (
        flag(frame(at, points), radii),
        flag(frame(at, [[p * unit for p in some] for some in points]), radii),
    )
    same = ["hot", "cold", "place", "radius_m"]
    pd.testing.assert_frame_equal(scaled[same], plain[same])
    np.testing.assert_allclose(scaled["p"], plain["p"], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(scaled["rate_high"], plain["rate_high"] * unit, rtol=1e-9)


def test_islands_of_cells_are_tested_each_where_it_is() -> None:
    rng = np.random.default_rng(2)
    at = [(r + 400 * k, c + 300 * k) for k in range(2) for r in range(12) for c in range(12)]
    points = [list(rng.poisson(3.0 if k >= 144 and 4 <= k // 12 - 12 < 8 else 0.3, 8) * 1.0) for k in range(288)]
    out = flag(frame(at, points), [200.0, 300.0])
    assert out["hot"].sum() > 10
    assert not out["hot"].iloc[:144].any()


def test_one_radius_may_be_a_number_a_list_or_repeated() -> None:
    rng = np.random.default_rng(3)
    cells = frame([(k // 10, k % 10) for k in range(60)], [list(rng.poisson(0.5, 9) * 1.0) for _ in range(60)])
    one = flag(cells, 300)
    for radii in ([300.0], (300, 300), np.array([300.0]), pd.Series([300], index=[5])):
        pd.testing.assert_frame_equal(flag(cells, radii), one)


def test_a_frame_without_crs_is_in_metres_and_keeps_its_order_and_names() -> None:
    cells = frame(
        [(0, k) for k in range(4)], [[1.0], [0.0, 2.0], [], [1.0, 1.0]], index=pd.Index(list("dbca"), name="g")
    )
    out = flag(cells.rename_geometry("square"), 100.0)
    assert out.crs is None
    assert out.index.tolist() == list("dbca")
    assert out.index.name == "g"


CELLS = frame([(0, 0), (0, 1)], [[1.0, 2.0], [0.0, 5.0]])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda f: f.assign(visits=["two", "two"]), "visits' holds"),
        (lambda f: f.assign(visits=[2.0, np.inf]), "visits"),
        (lambda f: f.assign(deductions_cu=0.0), "cubes of 0.0"),
        (lambda f: f.set_index(pd.MultiIndex.from_tuples([(1, "mall"), (2, None)])), "missing value"),
        (lambda f: f.set_index(pd.Index([1.0, np.nan])), "missing value"),
        (
            lambda f: f.set_index(pd.MultiIndex.from_tuples([("a", 1), ("b", 1)], names=["category", "cell"])),
            "category",
        ),
        (lambda f: f.set_index(pd.MultiIndex.from_tuples([(1, "a"), (1, "b")])), "different squares"),
        (lambda f: f.set_geometry([f.geometry.iloc[0], None]), "no squares"),
    ],
)
def test_cells_that_cannot_be_are_refused(change, match: str) -> None:
    with pytest.raises(InputError, match=match):
        flag(change(CELLS), 100.0)


@pytest.mark.parametrize("radii", ["300 m", None, {100, 200}, [100.0, np.inf], [[1.0], [2.0, 3.0]]])
def test_radii_that_are_no_lengths_are_refused(radii: object) -> None:
    with pytest.raises(InputError, match="radii_m is"):
        flag(CELLS, radii)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, float("nan")])
def test_shares_beyond_0_and_1_are_refused(share: float) -> None:
    for name in ("alpha", "confidence"):
        with pytest.raises(InputError, match=f"{name} is"):
            flag(CELLS, 100.0, **{name: share})


GRAPH = Graph.from_arrays(list("abbcd"), list("bacbd"), [1.0, 1.0, 1.0, 1.0, 0.0])  # d has no neighbours
Y = pd.Series([1.0, 2.0, 4.0, 9.0], index=list("abcd"))


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e9, 1e300, 1.4e306])
def test_z_does_not_depend_on_unit_or_origin(scale: float) -> None:
    pd.testing.assert_series_equal(gi_star(Y * scale, GRAPH), gi_star(Y, GRAPH))
    pd.testing.assert_frame_equal(local_moran(Y * scale, GRAPH), local_moran(Y, GRAPH))
    grid = np.arange(12.0).reshape(3, 4) ** 2
    np.testing.assert_allclose(gi_star_raster(grid * scale, 1.5), gi_star_raster(grid, 1.5), rtol=1e-9, atol=1e-12)
    far = gi_star(Y + 2.0**40, GRAPH)
    pd.testing.assert_series_equal(far, gi_star(Y, GRAPH))
    np.testing.assert_allclose(gi_star_raster(grid + 2.0**40, 1.5), gi_star_raster(grid, 1.5), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, -7e300])
def test_equal_values_have_no_z(value: float) -> None:
    y = pd.Series(value, index=[f"k{i}" for i in range(1001)])
    graph = Graph.from_arrays(y.index, np.roll(y.index, 1), np.ones(1001))
    assert gi_star(y, graph).isna().all()
    assert local_moran(y, graph)["z"].isna().all()
    assert np.isnan(gi_star_raster(np.full((31, 7), value), 2)).all()


def test_weights_equal_but_for_rounding_need_no_self_weights() -> None:
    third = Graph.from_arrays(list("aabbcc"), list("bcacab"), [1 / 3, 1 - 2 / 3, 0.3, 0.1 + 0.2, 1.0, 1.0])
    y = Y[list("cab")]
    binary = Graph.from_arrays(list("aabbcc"), list("bcacab"), np.ones(6))
    pd.testing.assert_series_equal(gi_star(y, third), gi_star(y, binary))


@pytest.mark.parametrize("missing", ["a", "b", "c"])
def test_one_self_weight_anywhere_is_the_graphs_own(missing: str) -> None:
    pairs = [(i, j) for i in "abc" for j in "abc" if i != j or i == missing]
    graph = Graph.from_arrays(*zip(*pairs, strict=True), np.ones(len(pairs)))
    y = Y[:3]
    z = gi_star(y, graph)
    for label in "abc":
        near = [j for i, j in pairs if i == label]
        k = len(near)
        spread = y.std(ddof=0) * np.sqrt((3 * k - k * k) / 2)
        expected = (y[near].sum() - k * y.mean()) / spread if spread else np.nan
        assert z[label] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("seed", range(3))
def test_weights_of_any_size_are_summed_as_the_formula_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.random((30, 30)) * (rng.random((30, 30)) < 0.3)
    np.fill_diagonal(dense, rng.random(30) if seed else 1.0)
    if seed == 2:
        dense[dense > 0] = 0.25  # equal in every row, with self-weights
    focal, neighbor = np.nonzero(dense)
    y = pd.Series(rng.normal(size=30))
    w, s = dense.sum(axis=1), (dense**2).sum(axis=1)
    expected = (dense @ y - w * y.mean()) / (y.std(ddof=0) * np.sqrt((30 * s - w**2) / 29))
    found = gi_star(y, Graph.from_arrays(focal, neighbor, dense[focal, neighbor]))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("graph", [lat2W(2, 2), "queen", None])
def test_another_kind_of_graph_is_refused(graph: object) -> None:
    for statistic in (gi_star, local_moran):
        with pytest.raises(InputError, match=r"give a libpysal\.graph\.Graph"):
            statistic(Y, graph)
    if graph is not None:
        with pytest.raises(InputError, match=r"give a libpysal\.graph\.Graph"):
            empirical_bayes(Y, Y * 10, graph)


@pytest.mark.parametrize("y", [Y.where(Y != 2), Y.replace(2.0, np.inf), Y.astype("Float64").where(Y != 2)])
def test_a_missing_value_is_named(y: pd.Series) -> None:
    for work in (gi_star, local_moran, lambda values, graph: empirical_bayes(values, Y * 10, graph)):
        with pytest.raises(InputError, match="no value at 'b': leave the label out"):
            work(y, GRAPH)


def test_what_is_no_number_is_refused() -> None:
    for y in (Y.astype(complex), Y.astype(str)):
        with pytest.raises(InputError, match="give numbers"):
            gi_star(y, GRAPH)
    with pytest.raises(InputError, match="give numbers"):
        gi_star_raster([["a", "b"]], 1)


def test_empirical_bayes_of_little() -> None:
    one = pd.Series([2.0], index=["a"])
    assert empirical_bayes(one, one * 5).tolist() == [0.2]
    assert empirical_bayes(Y * 0, Y * 10, GRAPH).tolist() == [0.0] * 4
    assert empirical_bayes(Y * 0, Y * 0, GRAPH).isna().all()
    assert empirical_bayes(Y, Y * 10, GRAPH)["d"] == pytest.approx(0.1)  # alone, its own rate
    own = empirical_bayes(Y, Y * 10 + 3, GRAPH.assign_self_weight(1))
    pd.testing.assert_series_equal(own, empirical_bayes(Y, Y * 10 + 3, GRAPH))
    with pytest.raises(InputError, match="deviations is 'some'"):
        empirical_bayes(Y, Y * 10, deviations="some")
