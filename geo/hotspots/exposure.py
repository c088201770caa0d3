"""How many points a window of cells would have if labels fell on visits at random within each category.

Let a window hold m_c of the M_c visits of category c. When the points of the visits are permuted within each category,
the sum S of the window is a sum over c of independent samples without replacement, so its first three moments are
closed:

    mean      sum m_c mu_c
    variance  sum m_c (M_c - m_c) / (M_c - 1) s2_c
    third     sum m_c (M_c - m_c) (M_c - 2 m_c) / ((M_c - 1) (M_c - 2)) k3_c

with mu_c, s2_c, k3_c the mean and central moments of the points of one visit. The tail is Pearson's type III, a shifted
gamma.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numba as nb
import numpy as np
import pandas as pd
from scipy import special

from geo.errors import InputError
from geo.parallel import in_parts
from geo.rasters.discs import counted_order, disc_row, running_rows
from geo.rasters.lattice import Floats, Ints, Lattice

SUMS = ("visits", "deductions", "deductions_sq", "deductions_cu")
_BLOCK = 32  # categories whose running counts are held at once
_THREADED_FROM = 64  # rows
_THREADED_TAILS = 20_000
_ROUNDING = 1e-12  # of the mean square: a smaller variance is what rounding leaves of equal points
_NORMAL_BELOW = 1e-4  # |skewness| from which the gamma is a normal distribution to all digits that matter


@dataclass(frozen=True, slots=True)
class Exposure:
    """The visits of each cell by category, and what a visit of a category costs on average.

    Parameters
    ----------
    lattice
        Where the cells lie.
    visits, deductions, squares
        Per cell, shape (cells,): the visits, their points, and the squares of these.
    cell, category, count
        The visits of one category in one cell, sorted by cell: shape (entries,).
    total, mean, variance, third
        Per category: visits, then the moments of the points of one visit.
    """

    lattice: Lattice
    visits: Floats
    deductions: Floats
    squares: Floats
    cell: Ints
    category: Ints
    count: Floats
    total: Floats
    mean: Floats
    variance: Floats
    third: Floats

    @property
    def expected(self) -> Floats:
        """Return the points that each cell would have at the city's mean of its categories."""
        due = self.count * self.mean[self.category]
        return np.bincount(self.cell, weights=due, minlength=self.visits.size).astype(np.float64)

    @property
    def one_more(self) -> float:
        """Return the size of one further visit with deductions, as the points have it on average."""
        return float(self.squares.sum() / max(self.deductions.sum(), 1e-300))


@dataclass(frozen=True, slots=True)
class Windows:
    """One disc around each visited cell for each radius, shape (radii, visited cells).

    Parameters
    ----------
    cell
        The centre, shape (visited cells,).
    excess
        Points above the mean of the permutations.
    expected, variance
        Mean and variance of the permutations.
    p
        Two-sided Pearson III tail.
    """

    cell: Ints
    excess: Floats
    expected: Floats
    variance: Floats
    p: Floats


def exposure_of(sums: Floats, cell: Ints, category: Ints, lattice: Lattice) -> Exposure:
    """Gather sums over visits, one row for a category in a cell.

    Parameters
    ----------
    sums
        Visits, their points, the squares and the cubes of these, shape (rows, 4); see :func:`checked_sums`.
    cell, category
        The number of each row's cell and category, from 0.
    lattice
        Where the cells lie.
    """
    n = lattice.row.size
    total, mean, variance, third = moments_by(category, sums)
    order = counted_order(cell, n)[0]
    order = order[sums[order, 0] > 0]
    seen, spent, spread = (np.bincount(cell, weights=v, minlength=n).astype(np.float64) for v in sums.T[:3])
    entries = (cell[order], category[order], np.ascontiguousarray(sums[order, 0]))
    return Exposure(lattice, seen, spent, spread, *entries, total, mean, variance, third)


def moments_by(group: Ints, sums: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return visits, and mean, variance and third central moment of the points of one visit, of each group of rows.

    Parameters
    ----------
    group
        The number of each row's group, from 0.
    sums
        Visits, their points, the squares and the cubes of these, shape (rows, 4).
    """
    size = int(group.max(initial=0)) + 1
    total, s1, s2, s3 = (np.bincount(group, weights=v, minlength=size).astype(np.float64) for v in sums.T)
    held = np.maximum(total, 1.0)
    mean, square = s1 / held, s2 / held
    variance = square - mean**2
    alike = variance <= _ROUNDING * square
    third = s3 / held - 3 * mean * square + 2 * mean**3
    return total, mean, np.where(alike, 0.0, variance), np.where(alike, 0.0, third)


def checked_sums(frame: pd.DataFrame) -> Floats:
    """Take the sums from a frame: shape (rows, 4).

    Raises
    ------
    InputError
        When a sum is missing, negative, or cannot belong to the others.
    """
    sums = np.column_stack([_checked(frame, name) for name in SUMS])
    visits, points, squares, cubes = sums.T
    # The inequality of Cauchy and Schwarz, twice; by roots, since the squares of large sums have no room.
    most = np.sqrt([visits, points]) * np.sqrt([squares, cubes]) * (1 + 1e-9) + 1e-9
    odd = ((points, squares) > most).any(axis=0) | ((visits == 0) & (points > 0))
    if odd.any():
        row = int(np.argmax(odd))
        raise InputError(
            "row {row!r} has {visits} visits, {points} points, squares of {squares} and cubes of {cubes}, which no"
            " visits can give: sum over visits the points, their squares and their cubes",
            field="deductions_sq",
            row=frame.index[row],
            visits=float(visits[row]),
            points=float(points[row]),
            squares=float(squares[row]),
            cubes=float(cubes[row]),
        )
    return sums


def _checked(sums: pd.DataFrame, name: str) -> Floats:
    if name not in sums.columns:
        raise InputError("column {field!r} is missing: the frame needs {needs}", field=name, needs=", ".join(SUMS))
    if not pd.api.types.is_numeric_dtype(sums[name]):
        raise InputError("column {field!r} holds {kind}: give numbers", field=name, kind=str(sums[name].dtype))
    value = sums[name].to_numpy(np.float64, na_value=np.nan)
    if not np.isfinite(value).all() or (value < 0).any():
        raise InputError(
            "column {field!r} holds a missing or negative value: give 0 where there is nothing", field=name
        )
    return value


class _Discs(NamedTuple):
    """Discs of several radii as the half widths of their rows, one after the other."""

    widths: Ints
    starts: Ints  # of each disc, and the end of the last


def windows_of(exposure: Exposure, halves: list[Ints]) -> Windows:
    """Return the moments and the tail of every window around a visited cell.

    Parameters
    ----------
    exposure
        The visits and points.
    halves
        The half widths of each radius, from :func:`geo.rasters.lattice.half_widths`.
    """
    lattice, centres = exposure.lattice, np.flatnonzero(exposure.visits > 0)
    shape = (lattice.n_rows, lattice.n_cols)
    discs = _Discs(np.concatenate(halves), np.cumsum([0, *(h.size for h in halves)]))
    spent = np.bincount(lattice.flat, weights=exposure.deductions, minlength=shape[0] * shape[1]).reshape(1, *shape)
    moments = np.zeros((len(halves), 4, *shape))  # sum, mean, variance, third
    plain = np.zeros((1, 4))

    def sums(first: int, last: int) -> None:
        _add(spent.astype(np.float64), plain, discs, first, moments[:, :, first:last])

    in_parts(sums, shape[0], threads_from=_THREADED_FROM)
    order, start = counted_order(exposure.category, exposure.total.size)
    for low in range(0, exposure.total.size, _BLOCK):
        high = min(low + _BLOCK, exposure.total.size)
        counts = _counts(exposure, order[start[low] : start[high]], low, high)
        rates = np.column_stack([exposure.total, exposure.mean, exposure.variance, exposure.third])[low:high]

        def part(first: int, last: int, counts: Floats = counts, rates: Floats = rates) -> None:
            _add(counts, rates, discs, first, moments[:, :, first:last])

        in_parts(part, shape[0], threads_from=_THREADED_FROM)
    total, expected, variance, third = moments[:, :, lattice.row[centres], lattice.col[centres]].transpose(1, 0, 2)
    excess = total - expected
    return Windows(centres, excess, expected, variance, two_sided(excess, expected, variance, third))


def _counts(exposure: Exposure, entries: Ints, low: int, high: int) -> Floats:
    """Count the visits of a block of categories: (categories, rows, cols)."""
    lattice = exposure.lattice
    size = lattice.n_rows * lattice.n_cols
    key = (exposure.category[entries] - low) * size + lattice.flat[exposure.cell[entries]]
    counts = np.bincount(key, weights=exposure.count[entries], minlength=(high - low) * size)
    return counts.astype(np.float64).reshape(high - low, lattice.n_rows, lattice.n_cols)


@nb.njit(nogil=True, cache=True)
def _add(grids: Floats, rates: Floats, discs: _Discs, first: int, out: Floats) -> None:
    """Add a block of categories to (sum, mean, variance, third) of each window; a total of 0 marks plain sums."""
    widths, starts = discs.widths, discs.starts
    n_rows, n_cols = grids.shape[1], grids.shape[2]
    reach = 0
    for k in range(starts.size - 1):
        reach = max(reach, (starts[k + 1] - starts[k]) // 2)
    low, high = max(first - reach, 0), min(first + out.shape[2] + reach, n_rows)
    held = np.empty(n_cols)
    for g in range(grids.shape[0]):
        running = running_rows(grids[g], low, high, reach)
        for k in range(starts.size - 1):
            half = widths[starts[k] : starts[k + 1]]
            for i in range(out.shape[2]):
                disc_row(running, low, first + i, half, held)
                if rates[g, 0] == 0.0:
                    out[k, 0, i] += held
                else:
                    _moments(held, rates[g], out[k, 1, i], out[k, 2, i], out[k, 3, i])


@nb.njit(nogil=True, cache=True)
def _moments(held: Floats, rate: Floats, mean: Floats, variance: Floats, third: Floats) -> None:
    """Add one category: ``held`` visits in each window of a row, ``rate`` its total and moments."""
    total = rate[0]
    spread = rate[2] / (total - 1.0) if total > 1.0 else 0.0
    skew = rate[3] / ((total - 1.0) * (total - 2.0)) if total > 2.0 else 0.0  # noqa: PLR2004 - two have no skewness
    for c in range(held.size):
        m = held[c]
        mixed = m * (total - m)
        mean[c] += m * rate[1]
        variance[c] += mixed * spread
        third[c] += mixed * (total - 2.0 * m) * skew


def two_sided(excess: Floats, mean: Floats, variance: Floats, third: Floats) -> Floats:
    """Return the two-sided Pearson III tail, twice the smaller tail and at most 1; 1 where nothing can vary."""
    sd = np.sqrt(np.maximum(variance, 0.0))
    flat = sd <= 1e-9 * mean
    safe = np.where(flat, 1.0, sd)
    z, skew = np.where(flat, 0.0, excess / safe), np.where(flat, 0.0, third / safe**3)
    upper, lower = pearson3(z, skew)
    # Beyond the gamma's end there is no lower tail, though a window with no points at all may lie there: heavy tails
    # reach below it. The normal tail, which is too heavy below, stands in.
    least = np.where(flat, 0.0, -mean / safe)
    lower = np.where(least * skew < -2.0, np.maximum(lower, special.ndtr(z)), lower)  # noqa: PLR2004 - end at -2 / skew
    return np.asarray(np.where(flat, 1.0, np.minimum(1.0, 2.0 * np.minimum(upper, lower))))


def pearson3(z: Floats, skew: Floats) -> tuple[Floats, Floats]:
    """Return the upper and lower tail at ``z`` of the Pearson III law with mean 0, variance 1 and this skewness."""
    z, skew = np.broadcast_arrays(z, skew)
    upper, lower = np.empty(z.size), np.empty(z.size)
    flat_z, flat_skew = z.ravel(), skew.ravel()

    def part(first: int, last: int) -> None:
        upper[first:last], lower[first:last] = _pearson3(flat_z[first:last], flat_skew[first:last])

    in_parts(part, z.size, threads_from=_THREADED_TAILS)
    return upper.reshape(z.shape), lower.reshape(z.shape)


def _pearson3(z: Floats, skew: Floats) -> tuple[Floats, Floats]:
    shape = 4.0 / np.maximum(np.abs(skew), _NORMAL_BELOW) ** 2
    # A law of negative skewness is the mirror of one of positive skewness.
    turned = skew < 0
    at = np.maximum(shape + np.where(turned, -z, z) * np.sqrt(shape), 0.0)
    beyond = np.empty(z.size)
    high = at > shape  # each tail where it is the small one, so that neither loses its digits
    beyond[high] = special.gammaincc(shape[high], at[high])
    below = 1.0 - beyond
    below[~high] = special.gammainc(shape[~high], at[~high])
    beyond[~high] = 1.0 - below[~high]
    normal = np.abs(skew) < _NORMAL_BELOW
    upper = np.where(normal, special.ndtr(-z), np.where(turned, below, beyond))
    return upper, np.where(normal, special.ndtr(z), np.where(turned, beyond, below))
