"""The Epanechnikov surface, exactly: along a row of the grid each event adds one parabola between two columns.

A row needs only the running sums of w, w x and w (x^2 + dy^2) over the events whose disc it crosses: each event opens
its parabola at one column and closes it at another (the sweep of Chan and others 2022, doi:10.1145/3514221.3526184).
"""

import numba as nb
import numpy as np
from numpy.typing import NDArray

from geo.parallel import in_parts

Floats = NDArray[np.float64]
_THREADED_FROM = 32  # rows


def epanechnikov(points: Floats, weights: Floats, radius: float, shape: tuple[int, int]) -> Floats:
    """Sum the kernels 2 / (pi r^2) (1 - d^2 / r^2) at the middle of each cell.

    Parameters
    ----------
    points
        Column and row, in cells: the middle of the south-west cell is (0, 0). Shape (n, 2).
    weights
        Shape (n,).
    radius
        In cells.
    shape
        Rows and columns.

    Returns
    -------
    ndarray
        Per cell area, shape ``shape``.
    """
    order = np.argsort(points[:, 1], kind="stable")
    x, y, w = (np.ascontiguousarray(a[order]) for a in (points[:, 0], points[:, 1], weights))
    out = np.empty(shape)
    in_parts(lambda a, b: _rows(x, y, w, radius, (a, out[a:b])), shape[0], threads_from=_THREADED_FROM)
    return out


@nb.njit(nogil=True, cache=True)
def _rows(x: Floats, y: Floats, w: Floats, radius: float, part: tuple[int, Floats]) -> None:
    first, out = part
    n_cols = out.shape[1]
    middle = n_cols / 2.0  # columns are counted from here, so that squares stay small and few digits cancel
    inverse = 1.0 / (radius * radius)
    scale = 2.0 * inverse / np.pi
    change = np.zeros((n_cols + 1, 3))
    low = 0
    for i in range(out.shape[0]):
        row = float(first + i)
        while low < y.size and y[low] <= row - radius:
            low += 1
        change[:] = 0.0
        e = low
        while e < y.size and y[e] < row + radius:
            dy = y[e] - row
            half = np.sqrt(max(radius * radius - dy * dy, 0.0))
            start = max(int(np.ceil(x[e] - half)), 0)
            stop = min(int(np.floor(x[e] + half)) + 1, n_cols)
            if start < stop:
                at = x[e] - middle
                a, b, c = w[e], w[e] * at, w[e] * (at * at + dy * dy)
                change[start, 0] += a
                change[start, 1] += b
                change[start, 2] += c
                change[stop, 0] -= a
                change[stop, 1] -= b
                change[stop, 2] -= c
            e += 1
        a = b = c = 0.0
        for col in range(n_cols):
            a += change[col, 0]
            b += change[col, 1]
            c += change[col, 2]
            at = col - middle
            out[i, col] = max(scale * (a - (a * at * at - 2.0 * b * at + c) * inverse), 0.0)
