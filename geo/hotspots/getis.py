"""Gi* of Getis and Ord: whether the weighted sum around a cell, itself included, is higher than chance."""

import numba as nb
import numpy as np
import pandas as pd
from libpysal.graph import Graph
from numpy.typing import ArrayLike
from scipy import sparse

from geo.discs import disc_row, running_rows
from geo.errors import InputError
from geo.hotspots.lattice import Floats, Ints, half_widths
from geo.labels import places_in, values_of
from geo.parallel import in_parts

_EQUAL = 1e-9  # relative: weights of a row that count as one
_THREADED_FROM = 64  # rows of a raster
_THREADED_EDGES = 500_000


def gi_star(y: pd.Series, graph: Graph) -> pd.Series:
    """Give z of Gi* of every label.

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
    values = values_of(y, "y")
    at = places_in(y.index, graph)
    in_order = bool((at == np.arange(at.size)).all())
    ordered = values if in_order else values[at]
    z = _z_of_rows(graph, ordered)
    if not in_order:
        shuffled, z = z, np.empty_like(z)
        z[at] = shuffled
    return pd.Series(z, index=y.index, name="gi_star")


def _z_of_rows(graph: Graph, values: Floats) -> Floats:
    """Give z in the order of the graph."""
    matrix = graph.sparse
    data = matrix.data.astype(np.float64, copy=False)
    out = np.empty((values.size, 4))

    def part(first: int, last: int) -> None:
        _row_sums(data, matrix.indices, matrix.indptr[first : last + 1], values, (first, out[first:last]))

    in_parts(part, values.size, threads_from=0 if data.size >= _THREADED_EDGES else values.size + 1)
    lacking = not _has_self_weights(matrix, np.flatnonzero(out[:, 3]))
    if lacking:
        used = _used(matrix, out)
        out[:, 3] = np.divide(out[:, 1], used, out=np.ones(used.size), where=used > 0)  # alone without neighbours
    z = np.empty(values.size)
    _z(out, values, (values.mean(), values.std(), lacking), z)
    return z


def _used(matrix: sparse.csr_array, sums: Floats) -> Floats:
    """Count the weights of each row, which must be equal where the graph has no self-weights."""
    used = np.diff(matrix.indptr).astype(np.float64)
    square = sums[:, 1] ** 2
    odd = np.flatnonzero(np.abs(square - sums[:, 2] * used) > _EQUAL * square)
    for row in odd:  # entries of weight 0 are none
        used[row] = np.count_nonzero(matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]])
    unequal = odd[np.abs(square[odd] - sums[odd, 2] * used[odd]) > _EQUAL * square[odd]]
    if unequal.size:
        raise InputError(
            "the weights of row {value} differ and the graph has no self-weights: add them with"
            " graph.assign_self_weight(...)",
            field="graph",
            value=int(unequal[0]) + 1,
        )
    used[sums[:, 2] == 0.0] = 0.0
    return np.asarray(used)


@nb.njit(nogil=True, cache=True)
def _z(sums: Floats, values: Floats, constants: tuple[float, float, bool], out: Floats) -> None:
    """Turn (sum w y, sum w, sum w^2, own weight) into z; the own weight is added where the sums lack it."""
    mean, deviation, lacking = constants
    n = float(values.size)
    for i in range(values.size):
        own = sums[i, 3] if lacking else 0.0
        weight = sums[i, 1] + own
        square = sums[i, 2] + own * own
        spread = deviation * np.sqrt(max(n * square - weight * weight, 0.0) / max(n - 1.0, 1.0))
        out[i] = (sums[i, 0] + own * values[i] - weight * mean) / spread if spread > 0.0 else np.nan


def _has_self_weights(matrix: sparse.csr_array, rows: Ints) -> bool:
    """Look whether any entry of a label with itself counts: one of weight 0 only marks a label without neighbours."""
    for row in rows:
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        if matrix.data[entries][matrix.indices[entries] == row].any():
            return True
    return False


@nb.njit(nogil=True, cache=True)
def _row_sums(data: Floats, columns: Ints, starts: Ints, values: Floats, part: tuple[int, Floats]) -> None:
    """Fill (sum w y, sum w, sum w^2, whether there is an entry with itself) of each row.

    Positions are unsigned, or each look-up would ask whether it counts from the end.
    """
    first, out = part
    for i in range(np.uint64(out.shape[0])):
        total = weight = square = 0.0
        own = np.uint64(0)
        label = np.uint64(first) + i
        for e in range(np.uint64(starts[i]), np.uint64(starts[i + np.uint64(1)])):
            w, c = data[e], np.uint64(columns[e])
            total += w * values[c]
            weight += w
            square += w * w
            own |= np.uint64(c == label)
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = total, weight, square, own


def gi_star_raster(values: ArrayLike, radius_cells: float) -> Floats:
    """Give z of Gi* of every cell of a raster, each cell in a disc counting 1.

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
    grid = np.asarray(values, np.float64)
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
    clean = np.nan_to_num(grid) if n < grid.size else np.ascontiguousarray(grid)
    mean = float(clean.sum()) / n
    deviation = float(np.sqrt(max(float(np.vdot(clean, clean)) / n - mean**2, 0.0)))
    half = half_widths(min(float(radius_cells), float(sum(grid.shape))))
    out = np.empty(grid.shape)
    constants, counted = (mean, deviation, float(n)), known.astype(np.float64)
    in_parts(
        lambda a, b: _disc_z(clean, counted, half, constants, (a, out[a:b])), grid.shape[0], threads_from=_THREADED_FROM
    )
    return out


@nb.njit(nogil=True, cache=True)
def _disc_z(
    grid: Floats, known: Floats, half: Ints, constants: tuple[float, float, float], part: tuple[int, Floats]
) -> None:
    """Fill z of the rows from ``part[0]`` on."""
    (mean, deviation, n), (first, out) = constants, part
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
            out[i, c] = (total[c] - mean * weight[c]) / spread if fits else np.nan
