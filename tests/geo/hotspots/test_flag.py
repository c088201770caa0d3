"""Exposure-conditional hotspots: the moments, the tail, the list of places, and what the frame may look like."""

from dataclasses import replace
from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

from geo.errors import InputError
from geo.hotspots import flag
from geo.hotspots.exposure import checked_sums, exposure_of, pearson3, windows_of
from geo.hotspots.false_discovery import CLUMPED, false_discovery_rate, places_q
from geo.hotspots.places import HotPlace
from geo.hotspots.verdict import compound_interval
from geo.rasters.lattice import Lattice, half_widths, halves_of


def squares(
    row: np.ndarray, col: np.ndarray, *, cell_m: float = 100.0, origin: tuple[float, float] = (0, 0)
) -> np.ndarray:
    west, south = origin[0] + col * cell_m, origin[1] + row * cell_m
    return shapely.box(west, south, west + cell_m, south + cell_m)


def frame_of(cell: np.ndarray, category: np.ndarray, points: np.ndarray, *, side: int) -> gpd.GeoDataFrame:
    visits = pd.DataFrame({"cell": cell, "category": category, "d": points, "d2": points**2, "d3": points**3})
    sums = visits.groupby(["cell", "category"]).agg(
        visits=("d", "size"), deductions=("d", "sum"), deductions_sq=("d2", "sum"), deductions_cu=("d3", "sum")
    )
    row, col = np.divmod(sums.index.get_level_values("cell").to_numpy(), side)
    return gpd.GeoDataFrame(sums, geometry=squares(row, col))


def city(
    seed: int, *, side: int = 60, visits: int = 8_000, bad: float = 1.0, hard: float = 1.0
) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Uneven visits over cells; one bad square; a hard category that keeps to the west."""
    rng = np.random.default_rng(seed)
    effort = np.exp(1.2 * np.add.outer(np.sin(np.arange(side) / 7), np.cos(np.arange(side) / 5)))
    cell = rng.choice(side * side, visits, p=(effort / effort.sum()).ravel())
    truth = np.zeros((side, side), bool)
    truth[20:27, 30:37] = True
    category = (rng.random(visits) < np.where(cell % side < side // 3, 0.8, 0.1)).astype(int)
    rate = 0.3 * np.where(truth.ravel()[cell], bad, 1.0) * np.where(category == 1, hard, 1.0)
    points = np.array([rng.choice([0.5, 1, 2, 5], k).sum() for k in rng.poisson(rate)])
    return frame_of(cell, category, points, side=side), truth


def test_moments_are_those_of_all_permutations_within_categories() -> None:
    cell = np.array([0, 0, 1, 2, 0, 1, 2, 2])
    category = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    points = np.array([0.0, 1.0, 5.0, 2.0, 0.5, 0.0, 3.0, 3.0])
    frame = frame_of(cell, category, points, side=3)
    codes = [frame.index.get_level_values(i).to_numpy() for i in (0, 1)]
    lattice = Lattice(np.zeros(3, int), np.arange(3), 1, 3, 100.0)
    windows = windows_of(
        exposure_of(checked_sums(frame), codes[0], codes[1], lattice), [half_widths(0.0), half_widths(1.0)]
    )
    inside = {(0, 0): [0], (0, 1): [1], (0, 2): [2], (1, 0): [0, 1], (1, 1): [0, 1, 2], (1, 2): [1, 2]}
    for (k, centre), near in inside.items():
        held = [np.isin(cell[category == c], near) for c in (0, 1)]
        sums = [[np.dot(order, h) for order in permutations(points[category == c])] for c, h in enumerate(held)]
        both = np.add.outer(*map(np.array, sums)).ravel()
        assert windows.expected[k, centre] == pytest.approx(both.mean())
        assert windows.variance[k, centre] == pytest.approx(both.var(), abs=1e-12)
        third = ((both - both.mean()) ** 3).mean()
        z, skew = windows.excess[k, centre], third / max(both.var(), 1e-12) ** 1.5
        if both.var() > 1e-9:
            upper, lower = pearson3(np.array([z / both.std()]), np.array([skew]))
            assert windows.p[k, centre] == pytest.approx(min(1.0, 2 * min(upper[0], lower[0])), rel=1e-9)


@pytest.mark.parametrize("skew", [-2.5, -0.3, 0.0, 1e-5, 0.01, 0.8, 4.0])
def test_the_tail_is_scipys_pearson3(skew: float) -> None:
    z = np.linspace(-3, 8, 45)
    upper, lower = pearson3(z, np.full(z.size, skew))
    np.testing.assert_allclose(upper, stats.pearson3.sf(z, skew), rtol=1e-4 if abs(skew) < 1e-3 else 1e-7, atol=1e-12)
    np.testing.assert_allclose(lower, stats.pearson3.cdf(z, skew), rtol=1e-4 if abs(skew) < 1e-3 else 1e-7, atol=1e-12)


def test_p_is_calibrated_on_permuted_labels() -> None:
    frame, _ = city(1, hard=4.0)
    rng = np.random.default_rng(2)
    cells = frame.index.get_level_values(0).to_numpy()
    counts = frame["visits"].to_numpy()
    category = np.repeat(frame.index.get_level_values(1).to_numpy(), counts)
    cell = np.repeat(cells, counts)
    small = []
    for _ in range(6):
        points = rng.poisson(np.where(category == 1, 1.2, 0.3)) * 1.0
        p = flag(frame_of(cell, category, points, side=60), 300.0)["p"]
        small.append([(p < t).mean() / t for t in (0.1, 0.01)])
    ratio = np.mean(small, axis=0)
    assert 0.8 < ratio[0] < 1.2
    assert 0.5 < ratio[1] < 1.5


@pytest.mark.parametrize("radii", [300.0, [100.0, 200.0, 300.0, 500.0]])
def test_nothing_is_hot_where_only_effort_and_category_differ(radii: float | list[float]) -> None:
    flagged = sum(bool(flag(city(seed, hard=5.0)[0], radii)["hot"].any()) for seed in range(10))
    assert flagged <= 2  # a nominal .05 of cities, counted over both tails


@pytest.mark.parametrize("radii", [300.0, [100.0, 200.0, 300.0, 500.0]])
def test_a_bad_place_is_found_where_it_is(radii: float | list[float]) -> None:
    frame, truth = city(4, bad=4.0, hard=5.0)
    out = flag(frame, radii)
    hot = out.index[out["hot"]].to_numpy()
    assert truth.ravel()[out.index[out["visits"] > 0]].sum() * 0.5 < truth.ravel()[hot].sum()
    assert truth.ravel()[hot].mean() > 0.5


def test_a_good_place_is_cold() -> None:
    frame, truth = city(5, bad=0.0, visits=30_000)
    out = flag(frame, [200.0, 300.0, 400.0])
    assert truth.ravel()[out.index[out["cold"]]].sum() > 30
    assert out.loc[out["cold"], "place"].gt(0).all()
    assert not out["hot"].any()


def test_several_radii_find_more_than_one_and_say_which() -> None:
    frame, truth = city(6, bad=3.0)
    many, one = flag(frame, [100.0, 200.0, 300.0, 500.0]), flag(frame, [100.0])
    assert truth.ravel()[many.index[many["hot"]]].sum() > truth.ravel()[one.index[one["hot"]]].sum()
    assert set(many.loc[many["visits"] > 0, "radius_m"]) <= {100.0, 200.0, 300.0, 500.0}
    assert (many["hot"] == ((many["q"] <= 0.05) & (many["place"] > 0))).all()
    assert (one["hot"] | one["cold"]).equals(one["q"] <= 0.05)


def test_q_is_that_of_benjamini_and_hochberg() -> None:
    p = np.random.default_rng(0).random(500) ** 3
    np.testing.assert_allclose(false_discovery_rate(p), stats.false_discovery_control(p), rtol=1e-12)
    frame, _ = city(7, bad=3.0)
    out = flag(frame, 300.0)
    np.testing.assert_allclose(out["q"], stats.false_discovery_control(out["p"]), rtol=1e-12)


def test_a_place_alone_needs_more_than_one_among_others() -> None:
    def q_of(*scores: float) -> list[float]:
        none = np.empty(0, np.int64)
        return places_q([HotPlace(none, 0, hot=True, radius=0, p=0.0, score=s) for s in scores]).tolist()

    assert q_of() == []
    assert q_of(0.06) == [0.06]
    assert q_of(0.06, 0.06) == pytest.approx([CLUMPED * 0.03] * 2)
    assert q_of(0.06, 5.0) == pytest.approx([0.06, 1.0])  # the second lends it nothing
    assert q_of(0.001, 0.2, 0.2) == pytest.approx([0.001, CLUMPED * 0.2 / 3, CLUMPED * 0.2 / 3])
    assert q_of(30.0) == [1.0]


def test_one_row_a_cell_in_the_order_of_the_frame() -> None:
    frame, _ = city(8, bad=3.0)
    mixed = frame.sample(frac=1, random_state=1)
    out, plain = flag(mixed, [200.0, 300.0]), flag(frame, [200.0, 300.0])
    assert out.index.is_unique
    assert out.index.tolist() == list(dict.fromkeys(mixed.index.get_level_values("cell")))
    assert out.index.name == "cell"
    columns = [c for c in out.columns if c != "geometry"]
    pd.testing.assert_frame_equal(out[columns].sort_index(), plain[columns].sort_index(), rtol=1e-9)
    for name in ("visits", "deductions", "deductions_sq", "deductions_cu"):
        pd.testing.assert_series_equal(plain[name], frame[name].groupby("cell").sum(), check_dtype=False)


def test_a_cell_without_visits_stays_unknown() -> None:
    frame, _ = city(9, bad=3.0)
    single = frame.groupby("cell").agg(dict.fromkeys(("visits", "deductions", "deductions_sq", "deductions_cu"), "sum"))
    every = single.reindex(pd.RangeIndex(3600, name="cell"), fill_value=0)
    row, col = np.divmod(np.arange(3600), 60)
    out = flag(gpd.GeoDataFrame(every, geometry=squares(row, col)), [200.0, 300.0])
    empty = out["visits"] == 0
    assert empty.any()
    assert out.loc[empty, ["rate", "rate_low", "rate_high", "p", "q", "radius_m"]].isna().all(axis=None)
    assert not out.loc[empty, ["hot", "cold"]].any(axis=None)
    known = flag(gpd.GeoDataFrame(every, geometry=squares(row, col))[every["visits"] > 0], [200.0, 300.0])
    pd.testing.assert_frame_equal(out.loc[~empty], known)


def test_squares_in_degrees_are_those_in_metres() -> None:
    frame, _ = city(10, bad=3.0)
    row, col = np.divmod(frame.index.get_level_values("cell").to_numpy(), 60)
    plane = frame.set_geometry(squares(row, col, origin=(520_000.0, 3_380_000.0)), crs=4547)
    metres, degrees, other = (
        flag(plane, [200.0, 300.0]),
        flag(plane.to_crs(4326), [200.0, 300.0]),
        flag(plane.to_crs(32650), [200.0, 300.0]),
    )
    for found in (degrees, other):
        columns = [c for c in found.columns if c != "geometry"]
        pd.testing.assert_frame_equal(found[columns], metres[columns])
    assert degrees.crs.to_epsg() == 4326


def test_discs_hold_what_lies_within_the_radius_and_nothing_else() -> None:
    lattice = Lattice(np.zeros(1, int), np.zeros(1, int), 100, 100, 100.0)
    other = replace(lattice, cell_m=100.07)  # by the scale of another projection
    for radius in range(100, 2_300, 100):
        held = np.hypot(*np.meshgrid(np.arange(-30, 31), np.arange(-30, 31))) <= radius / 100
        for one in (lattice, other):
            half = halves_of(np.array([radius]), one)[0]
            assert (2 * half + 1).sum() == held.sum()


def test_the_same_frame_gives_the_same_bits() -> None:
    frame, _ = city(11, bad=3.0)
    pd.testing.assert_frame_equal(
        flag(frame, [200.0, 300.0, 500.0]), flag(frame, [200.0, 300.0, 500.0]), check_exact=True
    )


def test_the_interval_covers_a_compound_poisson_mean() -> None:
    rng = np.random.default_rng(12)
    for mean in (0.5, 3.0, 30.0):
        counts = rng.poisson(mean, 4000)
        amounts = [rng.choice([0.5, 1.0, 2.0, 5.0], k) for k in counts]
        total, square = (np.array([(a**power).sum() for a in amounts]) for power in (1, 2))
        low, high = compound_interval(total, square, 3.558)
        truth = mean * 2.125
        assert ((low <= truth) & (truth <= high)).mean() > 0.945
    low, high = compound_interval(np.array([0.0]), np.array([0.0]), 2.0)
    assert low[0] == 0
    assert high[0] == pytest.approx(2 * stats.chi2.ppf(0.975, 2) / 2)


def test_everything_faultless_or_alike_flags_nothing() -> None:
    frame, _ = city(13)
    frame[["deductions", "deductions_sq", "deductions_cu"]] = 0.0
    assert not flag(frame, [200.0, 300.0])[["hot", "cold"]].any(axis=None)
    for column in ("deductions", "deductions_sq", "deductions_cu"):
        frame[column] = frame["visits"].astype(float)
    out = flag(frame, [200.0, 300.0])
    assert not out[["hot", "cold"]].any(axis=None)
    assert (out["p"] == 1).all()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda f: f.drop(columns="deductions_cu"), "deductions_cu"),
        (lambda f: f.assign(visits=-1.0), "negative"),
        (lambda f: f.assign(deductions_sq=0.0), "no visits can give"),
        (lambda f: pd.DataFrame(f.drop(columns="geometry")), "GeoDataFrame"),
        (lambda f: f.iloc[:0], "no cells"),
        (lambda f: pd.concat([f, f]), "repeats"),
        (lambda f: f.set_geometry(f.geometry.centroid), "squares"),
    ],
)
def test_a_frame_that_cannot_be_is_refused(change, match: str) -> None:
    frame, _ = city(14, visits=300)
    with pytest.raises(InputError, match=match):
        flag(change(frame), 300.0)


def test_cells_off_the_lattice_are_refused() -> None:
    frame, _ = city(14, visits=300)
    moved = [shapely.transform(g, lambda xy, by=30.0 * (i % 2): xy + by) for i, g in enumerate(frame.geometry)]
    with pytest.raises(InputError, match=r"lattice|same place"):
        flag(frame.set_geometry(moved), 300.0)


@pytest.mark.parametrize("radii", [-1.0, [], float("nan")])
def test_a_radius_that_is_no_length_is_refused(radii: float | list[float]) -> None:
    with pytest.raises(InputError, match="radii_m"):
        flag(city(14, visits=300)[0], radii)
