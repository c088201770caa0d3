"""Sums over the disc of cells around each cell of a raster, and the order of whole numbers by counting."""

import numba as nb
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@nb.njit(nogil=True, cache=True)
def running_rows(grid: Floats, first: int, last: int, pad: int) -> Floats:
    """Sum each row from the west, with ``pad`` columns of margin on both sides so that no disc meets a bound."""
    n_cols = grid.shape[1]
    out = np.zeros((last - first, n_cols + 2 * pad + 1))
    for r in range(last - first):
        total = 0.0
        for c in range(n_cols):
            total += grid[first + r, c]
            out[r, pad + c + 1] = total
        for c in range(n_cols + pad + 1, n_cols + 2 * pad + 1):
            out[r, c] = total
    return out


@nb.njit(nogil=True, cache=True)
def disc_row(running: Floats, first: int, row: int, half: Ints, out: Floats) -> None:
    """Sum the discs around the cells of one row.

    Parameters
    ----------
    running
        Of the rows from ``first`` on, from :func:`running_rows`.
    first
        The row that ``running`` begins with.
    row
        Whose cells are the centres.
    half
        Half widths of the disc, from :func:`geo.rasters.lattice.half_widths`.
    out
        Shape (cols,), overwritten.
    """
    n = out.size
    reach = half.size // 2
    pad = (running.shape[1] - n - 1) // 2
    out[:] = 0.0
    for r in range(max(row - reach, first), min(row + reach, first + running.shape[0] - 1) + 1):
        w = half[r - row + reach]
        east = running[r - first, pad + w + 1 : pad + w + 1 + n]
        west = running[r - first, pad - w : pad - w + n]
        for c in range(n):
            out[c] += east[c] - west[c]


@nb.njit(nogil=True, cache=True)
def disc_sums(grid: Floats, half: Ints) -> Floats:
    """Sum the disc around each cell of a raster; beyond its border there is nothing."""
    running = running_rows(grid, 0, grid.shape[0], half.size // 2)
    out = np.empty_like(grid)
    for row in range(grid.shape[0]):
        disc_row(running, 0, row, half, out[row])
    return out


@nb.njit(nogil=True, cache=True)
def counted_order(key: Ints, most: int) -> tuple[Ints, Ints]:
    """Order numbers from 0 to ``most`` - 1, equals as they came: the order, and where each number begins in it."""
    start = np.zeros(most + 1, np.int64)
    for i in range(key.size):
        start[key[i] + 1] += 1
    for k in range(most):
        start[k + 1] += start[k]
    order = np.empty(key.size, np.int64)
    fill = start[:-1].copy()
    for i in range(key.size):
        order[fill[key[i]]] = i
        fill[key[i]] += 1
    return order, start
