"""The Epanechnikov surface, exactly: along a row of the grid each event adds one parabola between two columns.

A row needs only the running sums of w, w x and w (x^2 + dy^2) over the events whose disc it crosses: each event opens
its parabola at one column and closes it at another (the sweep of Chan and others 2022, doi:10.1145/3514221.3526184).
"""

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from geo.parallel import in_parts
from geo.rasters.discs import counted_order

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_THREADED_FROM = 32  # rows


class _Events(NamedTuple):
    """Weighted events by the row south of them, in cells."""

    x: Floats
    y: Floats
    weight: Floats
    start: Ints  # of each row, in a margin of ``reach`` rows on either side
    reach: int


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
    reach = int(np.ceil(radius)) + 1
    near = (points[:, 1] > -reach) & (points[:, 1] < shape[0] - 1 + reach)
    x, y, w = points[near, 0], points[near, 1], weights[near]
    band = np.floor(y).astype(np.int64) + reach  # events by the row south of them, in a margin of rows on either side
    order, start = counted_order(band, shape[0] + 2 * reach + 1)
    events = _Events(x[order], y[order], w[order], start, reach)
    out = np.empty(shape)
    in_parts(lambda a, b: _rows(events, radius, a, out[a:b]), shape[0], threads_from=_THREADED_FROM)
    return out


@nb.njit(nogil=True, cache=True)
def _rows(events: _Events, radius: float, first: int, out: Floats) -> None:
    """Fill the rows of the surface from ``first`` on."""
    x, y, w = events.x, events.y, events.weight
    n_cols = out.shape[1]
    middle = n_cols / 2.0  # columns are counted from here, so that squares stay small and few digits cancel
    inverse = 1.0 / (radius * radius)
    scale = 2.0 * inverse / np.pi
    change = np.zeros((n_cols + 1, 3))
    for i in range(out.shape[0]):
        row = first + i
        change[:] = 0.0
        for e in range(events.start[row], events.start[row + 2 * events.reach + 1]):
            dy = y[e] - row
            if abs(dy) >= radius:
                continue
            half = np.sqrt(radius * radius - dy * dy)
            west = max(int(np.ceil(x[e] - half)), 0)
            east = min(int(np.floor(x[e] + half)) + 1, n_cols)
            if west < east:
                at = x[e] - middle
                a, b, c = w[e], w[e] * at, w[e] * (at * at + dy * dy)
                change[west, 0] += a
                change[west, 1] += b
                change[west, 2] += c
                change[east, 0] -= a
                change[east, 1] -= b
                change[east, 2] -= c
        a = b = c = 0.0
        for col in range(n_cols):
            a += change[col, 0]
            b += change[col, 1]
            c += change[col, 2]
            at = col - middle
            out[i, col] = scale * (a - (a * at * at - 2.0 * b * at + c) * inverse)
