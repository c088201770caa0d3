"""Months that are missing are missing; ties count; classes say what happened."""

from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from geo.errors import InputError
from geo.hotspots.trend import classify, mann_kendall, monthly


def frame(*rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=3, max_size=25))
def test_s_is_kendalls(values: list[int]) -> None:
    n = len(values)
    expected = sum(np.sign(values[j] - values[i]) for i in range(n) for j in range(i + 1, n))
    assert mann_kendall(frame(values)).loc[0, "s"] == expected


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 5, 6], [1, 1, 2, 3, 3, 3], [0, 0, 0, 0, 5, 5], [2, 2, 2, 1, 1, 7]])
def test_the_variance_is_that_of_all_orders(values: list[int]) -> None:
    found = mann_kendall(frame(values))
    scores = [sum(np.sign(o[j] - o[i]) for i in range(6) for j in range(i + 1, 6)) for o in permutations(values)]
    s = found.loc[0, "s"]
    assert found.loc[0, "z"] == pytest.approx((s - np.sign(s)) / np.std(scores))


def test_z_without_ties_is_that_of_kendalls_tau() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=40) + np.arange(40) / 30
    found = mann_kendall(frame(values)).loc[0]
    tau = stats.kendalltau(np.arange(40), values, method="asymptotic")
    uncorrected = found["z"] * found["s"] / (found["s"] - np.sign(found["s"]))
    assert 2 * stats.norm.sf(abs(uncorrected)) == pytest.approx(tau.pvalue, rel=1e-9)


def test_a_missing_month_is_missing_not_zero() -> None:
    found = mann_kendall(frame([1, np.nan, 2, 3, np.nan, 4], [1, 2, 3, 4, np.nan, np.nan], [1, 0, 2, 3, 0, 4]))
    assert found.loc[0].equals(found.loc[1])
    assert found.loc[0, "n"] == 4
    assert found.loc[2, "s"] < found.loc[0, "s"] + 10
    assert mann_kendall(frame([np.nan, 1, 2, np.nan]))["z"].isna().all()
    assert mann_kendall(frame([3, 3, 3, 3]))["z"].isna().all()


@pytest.mark.parametrize(
    ("name", "ratio", "hot"),
    [
        ("new", [1, 1, 1, 1, 1, 3], "000001"),
        ("new", [1, np.nan, 1, 3, np.nan, np.nan], "000100"),
        ("intensifying", [2, 3, 4, 5, 6, 7], "111111"),
        ("persistent", [4, 5, 4, 5, 4, 5], "111111"),
        ("diminishing", [7, 6, 5, 4, 3, 2], "111111"),
        ("sporadic", [1, 4, 1, 4, 1, 4], "010101"),
        ("sporadic", [1, 4, 1, 1, 1, 1], "010000"),
        ("former", [4, 4, 4, 4, 1, 1], "111100"),
        ("persistent", [4, np.nan, 4, np.nan, 4, np.nan], "101010"),
        ("", [1, 1, 1, 1, 1, 1], "000000"),
        ("", [np.nan] * 6, "111111"),
    ],
)
def test_classes(name: str, ratio: list[float], hot: str) -> None:
    found = classify(frame(ratio), frame([c == "1" for c in hot]))
    assert found.loc[0, "class"] == name


def cells(rate: np.ndarray, *, months: list[str], seed: int = 0) -> gpd.GeoDataFrame:
    """Ten by ten cells, 30 visits each a month, rate of shape (months, 10, 10)."""
    rng = np.random.default_rng(seed)
    rows = []
    for month, grid in zip(months, rate, strict=True):
        for cell, r in enumerate(grid.ravel()):
            d = rng.poisson(r, 30).astype(float)
            rows.append((cell, "mall", month, 30, d.sum(), (d**2).sum(), (d**3).sum()))
    columns = ["cell", "category", "month", "visits", "deductions", "deductions_sq", "deductions_cu"]
    table = pd.DataFrame(rows, columns=columns)
    row, col = np.divmod(table["cell"].to_numpy(), 10)
    squares = shapely.box(col * 100.0, row * 100.0, col * 100.0 + 100, row * 100.0 + 100)
    return gpd.GeoDataFrame(table, geometry=squares).set_index(["cell", "category", "month"])


def test_a_place_that_turns_bad_is_new_and_one_that_is_mended_is_former() -> None:
    months = [f"2026-{m:02d}" for m in range(1, 7)]
    rate = np.full((6, 10, 10), 0.3)
    rate[:4, 0:3, 0:3] = 2.0
    rate[5:, 7:, 7:] = 2.0
    ratio, hot = monthly(cells(rate, months=months), 100.0, alpha=0.001)
    found = classify(ratio, hot)["class"]
    assert list(ratio.columns) == months
    assert found[11] == "former"
    assert found[88] == "new"
    assert found[55] == ""


def test_a_month_that_nobody_worked_is_a_column_of_unknowns() -> None:
    rate = np.full((2, 10, 10), 0.3)
    ratio, hot = monthly(cells(rate, months=["2025-12", "2026-02"]), 200.0)
    assert list(ratio.columns) == ["2025-12", "2026-01", "2026-02"]
    assert ratio["2026-01"].isna().all()
    assert not hot["2026-01"].any()
    assert ratio[["2025-12", "2026-02"]].notna().all(axis=None)


def test_the_ratio_compares_with_the_months_own_mean() -> None:
    rate = np.stack([np.full((10, 10), 0.2), np.full((10, 10), 2.0)])
    ratio, _ = monthly(cells(rate, months=["2026-01", "2026-02"]), 2000.0)
    np.testing.assert_allclose(ratio.to_numpy(), 1.0)


def test_other_indexes_and_months_are_refused() -> None:
    good = cells(np.full((1, 10, 10), 0.3), months=["2026-01"])
    with pytest.raises(InputError, match="levels"):
        monthly(good.droplevel("month"), 100.0)
    with pytest.raises(InputError, match="month"):
        monthly(good.rename(index={"2026-01": "someday"}), 100.0)
