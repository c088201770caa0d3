"""What becomes of a place month by month: series, Mann-Kendall, and classes of hotspots in time."""

from dataclasses import dataclass

import geopandas as gpd
import numba as nb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from geo.errors import InputError
from geo.hotspots.exposure import SUMS, moments_by, two_sided
from geo.parallel import in_parts
from geo.rasters.discs import disc_sums
from geo.rasters.lattice import Floats, Ints, Lattice, Mask, halves_of, lattice_of

CLASSES = ("", "new", "intensifying", "persistent", "diminishing", "sporadic", "former")
"""Classes by their number; the empty one was never hot."""

_MOSTLY = 0.9  # share of the known months that makes a hotspot lasting, as in ArcGIS' emerging hot spots
_HALF = 0.5  # share that makes one that has ended a former one
_THREADED_FROM = 2_000
_NEVER_HOT = 0.5  # standard deviations above the mean that a hot month has at least


def mann_kendall(series: pd.DataFrame) -> pd.DataFrame:
    """Test each row for a monotonic trend.

    S counts the pairs that rise less those that fall; its variance allows for ties (Mann 1945, doi:10.2307/1907187;
    Kendall 1975); z has the continuity correction. A missing month is left out: it is neither zero nor a tie.

    Parameters
    ----------
    series
        One row a place, one column a month in order; NaN where nothing is known.

    Returns
    -------
    DataFrame
        With the index of ``series``: ``n`` known months, ``s``, ``z``, ``p`` (two-sided, normal). NaN z and p with
        fewer than three known months, or when all are equal.
    """
    values = np.ascontiguousarray(series.to_numpy(np.float64, na_value=np.nan))
    n, s, variance = _mann_kendall(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (s - np.sign(s)) / np.sqrt(variance), np.nan)
    return pd.DataFrame({"n": n, "s": s, "z": z, "p": 2 * special.ndtr(-np.abs(z))}, index=series.index)


def _mann_kendall(values: Floats) -> tuple[Ints, Ints, Floats]:
    n, s = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    variance = np.empty(len(values))

    def part(first: int, last: int) -> None:
        _kendall(values[first:last], n[first:last], s[first:last], variance[first:last])

    in_parts(part, len(values), threads_from=_THREADED_FROM)
    return n, s, variance


@nb.njit(nogil=True, cache=True)
def _kendall(values: Floats, count: Ints, score: Ints, variance: Floats) -> None:
    known = np.empty(values.shape[1])
    for i in range(values.shape[0]):
        n = 0
        for t in range(values.shape[1]):
            if not np.isnan(values[i, t]):
                known[n] = values[i, t]
                n += 1
        s = 0
        for a in range(n):
            for b in range(a + 1, n):
                s += (known[b] > known[a]) - (known[b] < known[a])
        ties = 0.0
        ordered = np.sort(known[:n])
        run = 1
        for a in range(1, n + 1):
            if a < n and ordered[a] == ordered[a - 1]:
                run += 1
            else:
                ties += run * (run - 1.0) * (2.0 * run + 5.0)
                run = 1
        count[i], score[i] = n, s
        variance[i] = (n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0 if n > 2 else 0.0  # noqa: PLR2004 - two have no trend


@dataclass(frozen=True, slots=True)
class Months:
    """What windows around cells found month by month: shape (cells, months).

    Parameters
    ----------
    ratio
        Points per point expected of the month's visits by category; NaN without visits.
    hot
        Whether the month alone is hot: Pearson III tail at most alpha, and more than expected.
    """

    ratio: Floats
    hot: Mask


def monthly(cells: gpd.GeoDataFrame, radius_m: float, *, alpha: float = 0.05) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the series of the window around each cell.

    Parameters
    ----------
    cells
        Squares of one raster with index (cell, category, month), months as ``2026-06``, and the columns of
        :func:`geo.hotspots.flag`.
    radius_m
        Of the windows, between cell centres, inclusive.
    alpha
        Level of a hot month, two-sided, each month for itself.

    Returns
    -------
    ratio, hot
        One row a cell, one column a month from the first to the last, months without any visit included. ``ratio``:
        points per point that the month's visits have on average over the city, by category; NaN where the window had
        no visit. ``hot``: whether the ratio is above 1 beyond chance.

    Raises
    ------
    InputError
        When the index is another, or a month is not written so.
    """
    if cells.index.nlevels != 3:  # noqa: PLR2004 - cell, category, month
        raise InputError(
            "the index has {n} levels: index by cell, category and month", field="cells", n=cells.index.nlevels
        )
    cell, names = pd.factorize(cells.index.get_level_values(0))
    category, kinds = pd.factorize(cells.index.get_level_values(1))
    labels, month = _calendar(cells.index.get_level_values(2))
    first = np.unique(cell, return_index=True)[1]
    lattice = lattice_of(gpd.GeoSeries(cells.geometry.array[first], crs=cells.crs))
    half = halves_of(radius_m, lattice)[0]
    sums = cells[list(SUMS)].to_numpy(np.float64)
    found = months_of(sums, Codes(cell, month * len(kinds) + category, month), lattice, half, alpha=alpha)
    index = pd.Index(names, name=cells.index.names[0])
    return tuple(pd.DataFrame(a, index=index, columns=labels) for a in (found.ratio, found.hot))  # type: ignore[return-value]


def _calendar(months: pd.Index) -> tuple[pd.Index, Ints]:
    at, names = pd.factorize(months)
    try:
        periods = pd.PeriodIndex(pd.Index(names).astype(str), freq="M")
    except ValueError as fault:
        raise InputError("month {value!r} is no month: write 2026-06", field="month", value=str(months[0])) from fault
    every = pd.period_range(periods.min(), periods.max(), freq="M")
    return pd.Index(every.astype(str), name="month"), np.asarray(every.get_indexer(periods), np.int64)[at]


@dataclass(frozen=True, slots=True)
class Codes:
    """What each row of sums is about, by number."""

    cell: Ints
    kind: Ints  # category within the month
    month: Ints


def months_of(sums: Floats, codes: Codes, lattice: Lattice, half: Ints, *, alpha: float = 0.05) -> Months:
    """Compare each month's window with its visits' expectation by category.

    The moments leave the finite population's correction out, which makes the test a little shy.

    Parameters
    ----------
    sums
        Visits, points, squares and cubes, shape (rows, 4).
    codes
        What each row is about.
    lattice, half
        Where the cells lie, and the half widths of the window.
    alpha
        Level of a hot month.
    """
    cell, kind, month = codes.cell, codes.kind, codes.month
    _, mean, variance, third = moments_by(kind, sums)
    visits = sums[:, 0]
    parts = np.stack([visits, sums[:, 1], visits * mean[kind], visits * variance[kind], visits * third[kind]])
    n_months, size = int(month.max(initial=-1)) + 1, lattice.n_rows * lattice.n_cols
    ratio, hot = np.full((lattice.row.size, n_months), np.nan), np.zeros((lattice.row.size, n_months), bool)
    key = month * size + lattice.flat[cell]
    grids = [np.bincount(key, weights=part, minlength=n_months * size).astype(np.float64) for part in parts]
    shape = (n_months, lattice.n_rows, lattice.n_cols)

    def work(low: int, high: int) -> None:
        for t in range(low, high):
            windows = [disc_sums(grid.reshape(shape)[t], half)[lattice.row, lattice.col] for grid in grids]
            ratio[:, t], hot[:, t] = _compare(*windows, alpha=alpha)

    in_parts(work, n_months, threads_from=2)
    return Months(ratio, hot)


def _compare(
    visits: Floats, spent: Floats, due: Floats, variance: Floats, third: Floats, *, alpha: float
) -> tuple[Floats, Mask]:
    known = visits > 0.5  # noqa: PLR2004 - a whole visit, whatever rounding left
    ratio = np.where(known, spent / np.maximum(due, 1e-300), np.nan)
    hot = np.zeros(visits.size, bool)
    maybe = np.flatnonzero(known & (spent - due > _NEVER_HOT * np.sqrt(np.maximum(variance, 0.0))))
    p = two_sided(spent[maybe] - due[maybe], due[maybe], variance[maybe], third[maybe])
    hot[maybe] = p <= alpha
    return ratio, hot


def classify(ratio: pd.DataFrame, hot: pd.DataFrame, *, alpha: float = 0.05) -> pd.DataFrame:
    """Name what a place's hot months make of it.

    Of the known months: ``new``, only the last is hot; ``persistent``, at least 90 % and the last are,
    ``intensifying`` when its ratio rises by Mann-Kendall, ``diminishing`` when it falls; ``former``, the last is not
    but at least half are; ``sporadic``, hot now and then otherwise.

    Parameters
    ----------
    ratio, hot
        From :func:`monthly`.
    alpha
        Level of the trend.

    Returns
    -------
    DataFrame
        With the index of ``ratio``: ``months`` known, ``hot_months``, ``z`` and ``p`` of the trend, ``class``.
    """
    test = mann_kendall(ratio)
    known = ratio.notna().to_numpy()
    code = class_codes(known, hot.to_numpy(bool) & known, test["z"].to_numpy(), test["p"].to_numpy(), alpha=alpha)
    return pd.DataFrame(
        {
            "months": test["n"],
            "hot_months": (hot.to_numpy(bool) & known).sum(axis=1),
            "z": test["z"],
            "p": test["p"],
            "class": np.array(CLASSES, dtype=object)[code],
        },
        index=ratio.index,
    )


def class_codes(known: Mask, hot: Mask, z: Floats, p: Floats, *, alpha: float = 0.05) -> NDArray[np.int8]:
    """Return the number in ``CLASSES`` of each row."""
    count, warm = known.sum(axis=1), hot.sum(axis=1)
    last = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1) if known.shape[1] else np.zeros(len(known), np.int64)
    now = hot[np.arange(len(hot)), last] if known.shape[1] else np.zeros(len(hot), bool)
    share = warm / np.maximum(count, 1)
    moves = np.nan_to_num(p, nan=1.0) <= alpha
    lasting = now & (share >= _MOSTLY)
    tests = [
        warm == 0,
        now & (warm == 1) & (count > 1),
        lasting & moves & (z > 0),
        lasting & moves & (z < 0),
        lasting,
        ~now & (share >= _HALF),
    ]
    numbers = [CLASSES.index(c) for c in ("", "new", "intensifying", "diminishing", "persistent", "former")]
    return np.select(tests, numbers, CLASSES.index("sporadic")).astype(np.int8)
