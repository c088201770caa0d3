"""How far a place reaches: the average over the shapes that could explain its points.

That a place is hot has been settled by a window of one of the radii asked for; which cells belong to it is another
question, and the best single disc answers it badly. Every disc and square near the window is weighed by its
likelihood, and a cell belongs to the place when the shapes that hold it carry enough of the weight.
"""

from typing import NamedTuple, Self

import numba as nb
import numpy as np

from geo.hotspots.exposure import Exposure
from geo.rasters.lattice import Floats, Ints, Mask, half_widths

TEMPER = 3.0
"""What the log likelihood is divided by, beside the dispersion of the points: those of a bad place vary more than the
mean's, and neighbouring shapes share their visits. tests/bench/hotspots.py prints what other values give."""

SHARE = 0.45
"""The weight of the shapes holding it that makes a cell part of the place."""

_STEP = 1.15  # a shape of the next size holds at least this many times the cells
_NEGLIGIBLE = 12.0  # below the best log likelihood: a weight of 6e-6


class Shapes(NamedTuple):
    """Discs and squares by rising size, as spans of columns around a centre.

    Parameters
    ----------
    west, east
        First and last column of each row, relative to the centre: shape (shapes, most rows).
    rows, south
        The rows of each shape, and how many of them lie south of the centre: shape (shapes,).
    """

    west: Ints
    east: Ints
    rows: Ints
    south: Ints

    @classmethod
    def up_to(cls, reach: int) -> Self:
        """Make the discs of radius up to ``reach`` cells, and the squares of such sides."""
        spans = [*_discs(reach), *_squares(2 * reach)]
        most = max(west.size for west, _, _ in spans)
        west, east = np.zeros((2, len(spans), most), np.int64)
        for i, (w, e, _) in enumerate(spans):
            west[i, : w.size], east[i, : e.size] = w, e
        return cls(west, east, np.array([w.size for w, _, _ in spans]), np.array([s for _, _, s in spans]))


def _discs(reach: int) -> list[tuple[Ints, Ints, int]]:
    squared = np.unique(np.add.outer(np.arange(reach + 1) ** 2, np.arange(reach + 1) ** 2))
    kept, size = [], 0
    for radius in np.sqrt(squared[squared <= reach**2]):
        half = half_widths(float(radius))
        cells = int((2 * half + 1).sum())
        if cells >= size * _STEP:
            kept.append((-half, half, half.size // 2))
            size = cells
    return kept


def _squares(most: int) -> list[tuple[Ints, Ints, int]]:
    kept, size = [], 1
    for side in range(2, most + 1):
        if side**2 >= size * _STEP:
            west = np.full(side, -(side // 2))
            kept.append((west, west + side - 1, side // 2))
            size = side**2
    return kept


class _Counts(NamedTuple):
    """What is counted in each cell and category, for compiled code."""

    start: Ints  # of each cell's entries, and the end of the last
    category: Ints  # of an entry
    visits: Floats  # of an entry
    deductions: Floats  # of a cell
    rates: Floats  # total, mean, variance and third moment of a category: shape (categories, 4)


class _Residue(NamedTuple):
    """The cells of the lattice by their number, and what is left in each."""

    number: Ints  # shape (rows, cols); -1 where there is no cell
    points: Floats
    expected: Floats


class _Prefixes(NamedTuple):
    """Running sums along the rows of a block."""

    points: Floats
    expected: Floats


class ScanResidual:
    """What is left of the city while places are set aside.

    Parameters
    ----------
    exposure
        The visits and points.
    halves
        The half widths of the windows' radii.
    """

    def __init__(self, exposure: Exposure, halves: list[Ints]) -> None:
        lattice = exposure.lattice
        self._row, self._col, self._halves = lattice.row, lattice.col, halves
        self._number = np.full((lattice.n_rows, lattice.n_cols), -1, np.int64)
        self._number[lattice.row, lattice.col] = np.arange(lattice.row.size)
        self._shapes = Shapes.up_to(max(half.size // 2 for half in halves) + 1)
        self._left = exposure.visits > 0
        self._points, self._expected = exposure.deductions.copy(), exposure.expected
        spread = float(exposure.total @ exposure.variance) / max(float(exposure.total @ exposure.mean), 1e-300)
        self._dispersion = TEMPER * spread
        start = np.searchsorted(exposure.cell, np.arange(lattice.row.size + 1))
        rates = np.column_stack([exposure.total, exposure.mean, exposure.variance, exposure.third])
        self._entries = _Counts(start, exposure.category, exposure.count, exposure.deductions, rates)

    def moments(self, cell: int, k: int) -> tuple[float, float, float, float]:
        """Return excess, mean, variance and third moment of a window on what is left."""
        at = (self._row[cell], self._col[cell])
        total, mean, variance, third = _window(at, self._halves[k], self._number, self._left, self._entries)
        return total - mean, mean, variance, third

    def take(self, cell: int, k: int) -> tuple[bool, Ints]:
        """Tell whether a window is hot and which cells its place covers, and set them aside."""
        at, half, shapes = (int(self._row[cell]), int(self._col[cell])), self._halves[k], self._shapes
        residue = _Residue(self._number, self._points, self._expected)
        hot, share, corner = _average(at, half, residue, shapes, self._dispersion)
        near = self._number[corner[0] : corner[0] + share.shape[0], corner[1] : corner[1] + share.shape[1]]
        held = (near >= 0) & self._left[near]
        cells = near[held & (share >= min(SHARE, share[held].max(initial=0.0)))]
        self._left[cells] = False
        self._points[cells] = self._expected[cells] = 0.0
        return bool(hot), cells


@nb.njit(nogil=True, cache=True)
def _window(at: tuple[int, int], half: Ints, number: Ints, left: Mask, counts: _Counts) -> tuple[float, ...]:
    """Sum one window over the cells that are left: total, mean, variance and third moment."""
    start, category, count, rates = counts.start, counts.category, counts.visits, counts.rates
    reach = half.size // 2
    held = np.zeros(rates.shape[0])
    total = 0.0
    for r in range(max(at[0] - reach, 0), min(at[0] + reach, number.shape[0] - 1) + 1):
        w = half[r - at[0] + reach]
        for c in range(max(at[1] - w, 0), min(at[1] + w, number.shape[1] - 1) + 1):
            cell = number[r, c]
            if cell >= 0 and left[cell]:
                total += counts.deductions[cell]
                for e in range(start[cell], start[cell + 1]):
                    held[category[e]] += count[e]
    mean = variance = third = 0.0
    for k in range(held.size):
        m, n = held[k], rates[k, 0]
        mean += m * rates[k, 1]
        if n > 1.0:
            spread = m * (n - m) / (n - 1.0)
            variance += spread * rates[k, 2]
            if n > 2.0:  # noqa: PLR2004 - two visits have no skewness
                third += spread * (n - 2.0 * m) / (n - 2.0) * rates[k, 3]
    return total, mean, variance, third


@nb.njit(nogil=True, cache=True)
def _average(
    at: tuple[int, int], half: Ints, residue: _Residue, shapes: Shapes, dispersion: float
) -> tuple[bool, Floats, tuple[int, int]]:
    """Weigh every shape centred in the window; give its direction, the weight on each cell, and the block's corner."""
    number = residue.number
    reach = half.size // 2
    margin = 2 * (reach + 1) + 1
    y0, x0 = max(at[0] - margin, 0), max(at[1] - margin, 0)
    y1, x1 = min(at[0] + margin + 1, number.shape[0]), min(at[1] + margin + 1, number.shape[1])
    sums = _prefixes(number[y0:y1, x0:x1], residue)
    centre = (at[0] - y0, at[1] - x0)
    s, e = _span_sums(sums, centre[0] - reach, centre[1], -half, half)
    gain = _gains(sums, centre, half, shapes)
    return s >= e, _weights(sums.points, centre, shapes, gain / dispersion), (y0, x0)


@nb.njit(nogil=True, cache=True)
def _gains(sums: _Prefixes, centre: tuple[int, int], half: Ints, shapes: Shapes) -> Floats:
    """Return the Poisson log likelihood ratio of each shape around each cell of the window; -1 where it points away."""
    west, east, rows, south = shapes.west, shapes.east, shapes.rows, shapes.south
    reach = half.size // 2
    s, e = _span_sums(sums, centre[0] - reach, centre[1], -half, half)
    hot = s >= e
    gain = np.full((rows.size, 2 * reach + 1, 2 * reach + 1), -1.0)
    for k in range(rows.size):
        if rows[k] > 2 * reach + 3:
            continue
        for dy in range(-reach, reach + 1):
            for dx in range(-half[dy + reach], half[dy + reach] + 1):
                y, x = centre[0] + dy - south[k], centre[1] + dx
                s, e = _span_sums(sums, y, x, west[k, : rows[k]], east[k, : rows[k]])
                if e > 0.0 and (s >= e) == hot:
                    gain[k, dy + reach, dx + reach] = (s * np.log(s / e) if s > 0.0 else 0.0) - (s - e)
    return gain


@nb.njit(nogil=True, cache=True)
def _weights(block: Floats, centre: tuple[int, int], shapes: Shapes, gain: Floats) -> Floats:
    """Return the share of the shapes' weight on each cell of the block."""
    west, east, rows, south = shapes.west, shapes.east, shapes.rows, shapes.south
    reach, best = gain.shape[1] // 2, gain.max()
    share = np.zeros_like(block)
    whole = 0.0
    for k, i, j in np.ndindex(gain.shape):
        if gain[k, i, j] >= 0.0 and gain[k, i, j] > best - _NEGLIGIBLE:
            weight = np.exp(gain[k, i, j] - best)
            whole += weight
            y, x = centre[0] + i - reach - south[k], centre[1] + j - reach
            _add_spans(share, y, x, west[k, : rows[k]], east[k, : rows[k]], weight)
    for r in range(share.shape[0]):
        for c in range(1, share.shape[1]):
            share[r, c] += share[r, c - 1]
    return share[:, :-1] / whole


@nb.njit(nogil=True, cache=True)
def _prefixes(number: Ints, residue: _Residue) -> _Prefixes:
    got = np.zeros((number.shape[0], number.shape[1] + 1))
    due = np.zeros_like(got)
    for r in range(number.shape[0]):
        for c in range(number.shape[1]):
            cell = number[r, c]
            got[r, c + 1] = got[r, c] + (residue.points[cell] if cell >= 0 else 0.0)
            due[r, c + 1] = due[r, c] + (residue.expected[cell] if cell >= 0 else 0.0)
    return _Prefixes(got, due)


@nb.njit(nogil=True, cache=True)
def _span_sums(sums: _Prefixes, row: int, col: int, west: Ints, east: Ints) -> tuple[float, float]:
    got, due = sums.points, sums.expected
    last = got.shape[1] - 1
    s = e = 0.0
    for r in range(max(-row, 0), min(west.size, got.shape[0] - row)):
        a, b = max(col + west[r], 0), min(col + east[r] + 1, last)
        if b > a:
            s += got[row + r, b] - got[row + r, a]
            e += due[row + r, b] - due[row + r, a]
    return s, e


@nb.njit(nogil=True, cache=True)
def _add_spans(share: Floats, row: int, col: int, west: Ints, east: Ints, weight: float) -> None:
    """Note where a span begins and ends; running sums along the rows turn that into weights."""
    last = share.shape[1] - 1
    for r in range(max(-row, 0), min(west.size, share.shape[0] - row)):
        a, b = max(col + west[r], 0), min(col + east[r] + 1, last)
        if b > a:
            share[row + r, a] += weight
            share[row + r, b] -= weight
