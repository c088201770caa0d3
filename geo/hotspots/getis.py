"""Gi* of Getis and Ord: whether the weighted sum around a cell, itself included, is higher than chance."""

from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from geo.errors import InputError
from geo.labels import ids_of, numbers_of, places_in, values_of
from geo.parallel import in_parts
from geo.rasters.discs import disc_row, running_rows
from geo.rasters.lattice import Floats, Ints, half_widths

if TYPE_CHECKING:
    from libpysal.graph import Graph

_EQUAL = 1e-9  # relative: weights of a row that count as one
_THREADED_FROM = 64  # rows of a raster
_FAR = 1e-4  # of the mean: a smaller deviation makes the mean's last digit count
_LARGE = 1e100  # a deviation beyond it and its inverse may not be squared
_SHORT = 64  # entries of a row
_SQUARED = 1e-200  # variances beyond it and its inverse may have lost digits
_SELF, _UNEQUAL = 2, 1  # found in a graph: a self-weight; weights that differ in a row that lacks its own
_ONE, _TWO, _THREE, _FOUR, _SIGN = (np.uint64(number) for number in (1, 2, 3, 4, 63))


class _Rows(NamedTuple):
    """The rows of a sparse matrix, for compiled code."""

    data: Floats
    columns: Ints
    starts: Ints  # of each row, and the end of the last


class _Moments(NamedTuple):
    """What a value is measured by."""

    mean: float
    deviation: float  # standard deviation of the population


class _Raster(NamedTuple):
    """A raster of deviations from the mean, for compiled code."""

    deviations: Floats  # 0 where there is no value
    known: Floats  # 1 where there is one, 0 elsewhere
    n: float  # how many are known
    deviation: float  # standard deviation of the population


def gi_star(y: pd.Series, graph: "Graph") -> pd.Series:
    """Return z of Gi* of every label.

    With w_ij the weights of row i, its self-weight among them, W_i their sum and S_i the sum of their squares,
    z_i = (sum_j w_ij y_j - W_i m) / (s sqrt((n S_i - W_i^2) / (n - 1))), m and s the mean and the population's
    standard deviation of y (Ord and Getis 1995, doi:10.1111/j.1538-4632.1995.tb00912.x, equation 6). A row multiplied
    by a number gives the same z, so row standardisation changes nothing.

    Parameters
    ----------
    y
        A number for each label.
    graph
        Over the same labels, in any order. A graph with self-weights is taken as it is. In one without them each row
        gets one equal to its other weights, which must then be equal: 1 in a binary graph, 1/k after row
        standardisation.

    Returns
    -------
    Series
        Named ``gi_star``, with the index of ``y``; NaN where nothing can vary.

    Raises
    ------
    InputError
        When labels do not match, a value is missing, or weights that differ come without self-weights.
    """
    values = numbers_of(y, "y")
    moments = _moments(values)
    if not np.isfinite(moments.mean):
        values_of(y, "y")  # refuses what is missing
    at = None if _same(y.index, ids_of(graph)) else places_in(y.index, graph)
    z = _z_of_graph(graph, values if at is None else values[at], moments)
    if at is not None:
        shuffled, z = z, np.empty_like(z)
        z[at] = shuffled
    return pd.Series(z, index=y.index, name="gi_star", copy=False)


def deviations_of(values: Floats) -> tuple[Floats, float]:
    """Return the deviations from the mean, and the standard deviation of the population: 0 where all are equal.

    Numbers too large or too small to be squared are brought to 1, all by the same factor.
    """
    if not values.size:
        return values, 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(values.mean())
        deviations = values - mean
        variance = _mean_square(deviations)
    if (
        np.sqrt(variance) <= _FAR * abs(mean) < np.inf
    ):  # the mean is off by its last digit, which is much beside the deviations
        if np.ptp(values) == 0.0:
            return np.zeros_like(values), 0.0
        deviations -= deviations.mean()
        variance = _mean_square(deviations)
    if not _SQUARED < variance < 1 / _SQUARED:
        largest = np.abs(values).max()
        if largest not in {0.0, 1.0}:
            return deviations_of(values / largest)
    return deviations, float(np.sqrt(variance))


def _mean_square(deviations: Floats) -> float:
    return float(np.einsum("i,i", deviations, deviations)) / deviations.size  # @ would wake threads for nothing


def _same(index: pd.Index, ids: pd.Index) -> bool:
    """Tell whether labels stand in the same order; whole numbers without making an array of answers."""
    if index.dtype == ids.dtype == np.int64 and index.size == ids.size:
        return bool(_alike(index.to_numpy(), ids.to_numpy()))
    return bool(index.equals(ids))


@nb.njit(nogil=True, cache=True)
def _alike(some: Ints, others: Ints) -> bool:
    differ = 0
    for i in range(some.size):
        differ |= some[i] ^ others[i]
    return differ == 0


def _z_of_graph(graph: "Graph", values: Floats, moments: _Moments) -> Floats:
    """Return z in the order of the graph."""
    matrix = graph.sparse
    rows = _Rows(matrix.data.astype(np.float64, copy=False), matrix.indices, matrix.indptr)
    exact = abs(moments.mean) * _FAR < moments.deviation < _LARGE and moments.deviation > 1 / _LARGE
    if not exact:
        values, deviation = deviations_of(values)
        moments = _Moments(0.0, deviation)
    z = np.empty(values.size)
    if _z_of_any(rows, values, moments, z) == _UNEQUAL:
        raise _differing(graph)
    return z


def _differing(graph: "Graph") -> InputError:
    """Name the first row whose weights differ."""
    weights = graph.adjacency[graph.adjacency != 0].groupby(level=0, sort=False)
    odd = weights.max() - weights.min() > _EQUAL * weights.max().abs()
    return InputError(
        "the weights of {value!r} differ and the graph has no self-weights: add them with"
        " graph.assign_self_weight(...)",
        field="graph",
        value=odd.idxmax(),
    )


# Positions are unsigned below, or each look-up would ask whether it counts from the end. Nothing of the size of the
# values is made besides z: a product makes no more, and fresh memory would cost as much as the sums.


@nb.njit(nogil=True, cache=True, fastmath={"reassoc", "nsz"})
def _moments(values: Floats) -> _Moments:
    """Return the mean and the standard deviation of the population."""
    n = max(values.size, 1)
    total = square = 0.0
    for i in range(values.size):
        total += values[i]
    mean = total / n
    for i in range(values.size):
        square += (values[i] - mean) * (values[i] - mean)
    return _Moments(mean, np.sqrt(square / n))


@nb.njit(nogil=True, cache=True)
def _z_of_ones(rows: _Rows, values: Floats, moments: _Moments, out: Floats) -> bool:
    """Fill z of rows that each have equal weights and lack their own: that of a row of ones, as many and one more.

    The first row that is another ends it. Entries are looked at four at a time, or the looking would cost as much as
    the sums.
    """
    data, columns, starts, mean, deviation = rows.data, rows.columns, rows.starts, moments.mean, moments.deviation
    spreads = np.array([_spread_of_ones(ones, out.size, deviation) for ones in range(_SHORT)])
    high, bits = np.uint64(starts[0]), data.view(np.uint64)
    for row in range(np.uint64(out.size)):
        low, high = high, np.uint64(starts[row + _ONE])
        total, first = values[row], bits[low] if low < high else _ONE
        whole = low + (high - low) // _FOUR * _FOUR
        for e in range(low, whole, _FOUR):
            f, g, h = e + _ONE, e + _TWO, e + _THREE
            a, b, c, d = np.uint64(columns[e]), np.uint64(columns[f]), np.uint64(columns[g]), np.uint64(columns[h])
            differ = (bits[e] ^ first) | (bits[f] ^ first) | (bits[g] ^ first) | (bits[h] ^ first)
            if differ or row in (a, b, c, d):
                return False
            total += (values[a] + values[b]) + (values[c] + values[d])
        for e in range(whole, high):
            column = np.uint64(columns[e])
            if column == row or bits[e] != first:
                return False
            total += values[column]
        if first << _ONE == 0 or first >> _SIGN:  # the bits of 0, or of a number below it: a row of ones turned round
            return False
        ones = high - low + _ONE
        spread = spreads[ones] if ones < _SHORT else _spread_of_ones(int(ones), out.size, deviation)
        out[row] = (total - np.float64(ones) * mean) / spread if spread > 0.0 else np.nan
    return True


@nb.njit(nogil=True, cache=True)
def _spread_of_ones(ones: int, n: int, deviation: float) -> float:
    """Return the standard deviation of a sum of so many of ``n`` values."""
    variance = max(float(ones) * (float(n) - float(ones)), 0.0) / max(n - 1.0, 1.0)
    return deviation * float(np.sqrt(variance))


@nb.njit(nogil=True, cache=True)
def _z_lacking(rows: _Rows, values: Floats, moments: _Moments, out: Floats) -> int:
    """Fill z of rows to which their own weight is to be added, equal to their others; one that is there ends it."""
    data, columns, starts, mean, deviation = rows.data, rows.columns, rows.starts, moments.mean, moments.deviation
    n = float(values.size)
    unequal = 0
    for row in range(out.size):
        total = weight = square = used = 0.0
        for e in range(starts[row], starts[row + 1]):
            w = data[e]
            if w != 0.0:
                if columns[e] == row:
                    return _SELF
                total, weight, square, used = total + w * values[columns[e]], weight + w, square + w * w, used + 1.0
        if abs(weight * weight - square * used) > _EQUAL * weight * weight:
            unequal = _UNEQUAL
        w = weight / used if used > 0.0 else 1.0  # alone without neighbours
        total, weight, square = total + w * values[row], weight + w, square + w * w
        spread = deviation * np.sqrt(max(n * square - weight * weight, 0.0) / max(n - 1.0, 1.0))
        out[row] = (total - weight * mean) / spread if spread > 0.0 else np.nan
    return unequal


@nb.njit(nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def _z_of_rows(rows: _Rows, values: Floats, moments: _Moments, out: Floats) -> None:
    """Fill z of rows that hold all their weights; the sums of a row may be made in any order, several at once."""
    data, columns, starts, mean, deviation = rows.data, rows.columns, rows.starts, moments.mean, moments.deviation
    n = float(values.size)
    high, deviation = np.uint64(starts[0]), deviation / np.sqrt(max(n - 1.0, 1.0))
    for row in range(np.uint64(out.size)):
        low, high = high, np.uint64(starts[row + np.uint64(1)])
        total = weight = square = 0.0
        for e in range(low, high):
            w = data[e]
            total += w * values[np.uint64(columns[e])]
            weight += w
            square += w * w
        spread = deviation * np.sqrt(max(n * square - weight * weight, 0.0))
        out[row] = (total - weight * mean) / spread if spread > 0.0 else np.nan


@nb.njit(nogil=True, cache=True)
def _z_of_any(rows: _Rows, values: Floats, moments: _Moments, out: Floats) -> int:
    """Fill z by the quickest way that the rows allow."""
    if _z_of_ones(rows, values, moments, out):
        return 0
    found = _z_lacking(rows, values, moments, out)
    if found == _SELF:
        _z_of_rows(rows, values, moments, out)
    return int(found)


def gi_star_raster(values: ArrayLike, radius_cells: float) -> Floats:
    """Return z of Gi* of every cell of a raster, each cell in a disc counting 1.

    Parameters
    ----------
    values
        Shape (rows, cols); NaN where there is no value: it counts nowhere.
    radius_cells
        Between cell centres, inclusive: 1.5 for the cell and its eight neighbours (queen), 10 for 1 km of 100 m cells.

    Returns
    -------
    ndarray
        Shape (rows, cols); NaN without a value, or where nothing can vary.

    Raises
    ------
    InputError
        When the values are no raster or the radius is no length.
    """
    grid = np.asarray(values)
    if grid.dtype.kind not in "fiub":
        raise InputError("values holds {kind}: give numbers", field="values", kind=str(grid.dtype))
    grid = grid.astype(np.float64, copy=False)
    if grid.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise InputError("values has {value} dimensions: give rows and columns", field="values", value=grid.ndim)
    if not (np.isfinite(radius_cells) and radius_cells >= 0):
        raise InputError("radius_cells is {value}: give a length in cells", field="radius_cells", value=radius_cells)
    if np.isinf(grid).any():
        raise InputError("values holds an infinite number: give NaN where there is no value", field="values")
    known = ~np.isnan(grid)
    n = int(known.sum())
    if n <= 1:
        return np.full(grid.shape, np.nan)
    deviations, deviation = deviations_of(grid[known])
    clean = np.zeros(grid.shape)
    clean[known] = deviations
    half = half_widths(min(float(radius_cells), float(sum(grid.shape))))
    out = np.empty(grid.shape)
    raster = _Raster(clean, known.astype(np.float64), float(n), deviation)
    in_parts(lambda a, b: _disc_z(raster, half, a, out[a:b]), grid.shape[0], threads_from=_THREADED_FROM)
    return out


@nb.njit(nogil=True, cache=True)
def _disc_z(raster: _Raster, half: Ints, first: int, out: Floats) -> None:
    """Fill z of the rows from ``first`` on."""
    grid, known, n, deviation = raster.deviations, raster.known, raster.n, raster.deviation
    n_rows, n_cols = grid.shape
    reach = half.size // 2
    low, high = max(first - reach, 0), min(first + out.shape[0] + reach, n_rows)
    sums = running_rows(grid, low, high, reach)
    counts = running_rows(known, low, high, reach)
    total, weight = np.empty(n_cols), np.empty(n_cols)
    for i in range(out.shape[0]):
        disc_row(sums, low, first + i, half, total)
        whole = n == grid.size and first + i - reach > 0 and first + i + reach < n_rows
        if i == 0 or not whole:  # discs whole in this row and the last weigh the same
            disc_row(counts, low, first + i, half, weight)
        for c in range(n_cols):
            spread = deviation * np.sqrt(max(n * weight[c] - weight[c] ** 2, 0.0) / (n - 1.0))
            fits = spread > 0.0 and known[first + i, c] > 0.0
            out[i, c] = total[c] / spread if fits else np.nan
