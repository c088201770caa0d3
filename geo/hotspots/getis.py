"""Gi* of Getis and Ord: whether the weighted sum around a cell, itself included, is higher than chance."""

import numba as nb
import numpy as np
import pandas as pd
from libpysal.graph import Graph
from numpy.typing import ArrayLike

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
    ordered = values[at]
    rows = _rows(graph, ordered)
    total, weight, square = rows.T
    n, mean = ordered.size, ordered.mean()
    spread = np.sqrt(np.maximum(n * square - weight**2, 0.0) / max(n - 1, 1))
    z = np.full(n, np.nan)
    np.divide(total - weight * mean, ordered.std() * spread, out=z, where=ordered.std() * spread > 0)
    out = np.empty(n)
    out[at] = z
    return pd.Series(out, index=y.index, name="gi_star")


def _rows(graph: Graph, values: Floats) -> Floats:
    """Give (sum w y, sum w, sum w^2) of each row, the self-weight included: shape (n, 3)."""
    matrix = graph.sparse
    data = matrix.data.astype(np.float64, copy=False)
    out = np.empty((values.size, 5))

    def part(first: int, last: int) -> None:
        _row_sums(data, matrix.indices, matrix.indptr[first : last + 1], values, (first, out[first:last]))

    in_parts(part, values.size, threads_from=0 if data.size >= _THREADED_EDGES else values.size + 1)
    sums, used, own = out[:, :3], out[:, 3], out[:, 4]
    if not own.any():
        unequal = np.abs(sums[:, 1] ** 2 - sums[:, 2] * used) > _EQUAL * sums[:, 1] ** 2
        if unequal.any():
            raise InputError(
                "the weights of {value!r} differ and the graph has no self-weights: add them with"
                " graph.assign_self_weight(...)",
                field="graph",
                value=graph.unique_ids[unequal][0],
            )
        weight = np.where(used > 0, sums[:, 1] / np.maximum(used, 1.0), 1.0)  # without neighbours it stands alone
        sums += np.column_stack([weight * values, weight, weight**2])
    return sums


@nb.njit(nogil=True, cache=True)
def _row_sums(data: Floats, columns: Ints, starts: Ints, values: Floats, out: tuple[int, Floats]) -> None:
    """Fill (sum w y, sum w, sum w^2, weights that are not 0, self-weight) of each row."""
    first, sums = out
    for i in range(sums.shape[0]):
        total = weight = square = used = own = 0.0
        for e in range(starts[i], starts[i + 1]):
            w = data[e]
            total += w * values[columns[e]]
            weight += w
            square += w * w
            used += w != 0.0
            if columns[e] == first + i:
                own += abs(w)
        sums[i, 0], sums[i, 1], sums[i, 2], sums[i, 3], sums[i, 4] = total, weight, square, used, own


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
