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

import numba as nb
import numpy as np
import pandas as pd
from scipy import special

from geo.errors import InputError
from geo.hotspots.lattice import Floats, Ints, Lattice
from geo.parallel import in_parts

SUMS = ("visits", "deductions", "deductions_sq", "deductions_cu")
_BLOCK = 32  # categories whose running counts are held at once
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
        """Give the points that each cell would have at the city's mean of its categories."""
        due = self.count * self.mean[self.category]
        return np.bincount(self.cell, weights=due, minlength=self.visits.size).astype(np.float64)

    @property
    def one_more(self) -> float:
        """Give the size of one further visit with deductions, as the points have it on average."""
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


def exposure_of(sums: pd.DataFrame, cell: Ints, category: Ints, lattice: Lattice) -> Exposure:
    """Gather the sums of a frame, one row for a category in a cell.

    Parameters
    ----------
    sums
        Columns ``visits``, ``deductions``, ``deductions_sq``, ``deductions_cu``.
    cell, category
        The number of each row's cell and category, from 0.
    lattice
        Where the cells lie.

    Raises
    ------
    InputError
        When a sum is missing, negative, or cannot belong to the others.
    """
    values = [_checked(sums, name) for name in SUMS]
    visits, points, squares, _ = values
    most = visits * squares * (1 + 1e-9) + 1e-9
    if (points**2 > most).any() or ((visits == 0) & (points > 0)).any():
        row = int(np.argmax((points**2 > most) | ((visits == 0) & (points > 0))))
        raise InputError(
            "row {row!r} has {visits} visits, {points} points and squares of {squares}, which no visits can give: sum"
            " over visits the points, their squares and their cubes",
            field="deductions_sq",
            row=sums.index[row],
            visits=float(visits[row]),
            points=float(points[row]),
            squares=float(squares[row]),
        )
    n, k = lattice.row.size, int(category.max(initial=0)) + 1
    total, s1, s2, s3 = (np.bincount(category, weights=v, minlength=k).astype(np.float64) for v in values)
    held = np.maximum(total, 1.0)
    mean = s1 / held
    variance = np.maximum(s2 / held - mean**2, 0.0)
    third = s3 / held - 3 * mean * s2 / held + 2 * mean**3
    order = np.argsort(cell, kind="stable")
    order = order[visits[order] > 0]
    seen, spent, spread = (np.bincount(cell, weights=v, minlength=n).astype(np.float64) for v in values[:3])
    return Exposure(
        lattice,
        seen,
        spent,
        spread,
        cell[order],
        category[order],
        visits[order],
        total,
        mean,
        variance,
        third,
    )


def _checked(sums: pd.DataFrame, name: str) -> Floats:
    if name not in sums.columns:
        raise InputError("column {field!r} is missing: the frame needs {needs}", field=name, needs=", ".join(SUMS))
    value = sums[name].to_numpy(np.float64, na_value=np.nan)
    if not np.isfinite(value).all() or (value < 0).any():
        raise InputError(
            "column {field!r} holds a missing or negative value: give 0 where there is nothing", field=name
        )
    return value


def windows_of(exposure: Exposure, halves: list[Ints]) -> Windows:
    """Give the moments and the tail of every window around a visited cell.

    Parameters
    ----------
    exposure
        The visits and points.
    halves
        The half widths of each radius, from :func:`geo.hotspots.lattice.half_widths`.
    """
    lattice, centres = exposure.lattice, np.flatnonzero(exposure.visits > 0)
    where = lattice.flat
    spent = np.zeros((1, lattice.n_rows, lattice.n_cols + 1))
    spent.reshape(1, -1)[0, (lattice.row * (lattice.n_cols + 1) + lattice.col + 1)] = exposure.deductions
    np.cumsum(spent, axis=2, out=spent)
    moments = np.zeros((len(halves), 4, centres.size))  # sum, mean, variance, third
    discs = (np.concatenate(halves), np.cumsum([0, *(h.size for h in halves)]))
    row, col = lattice.row[centres], lattice.col[centres]
    one = np.zeros((1, 4))

    def sums(start: int, stop: int) -> None:
        _add((row[start:stop], col[start:stop]), discs, spent, one, moments[:, :, start:stop])

    in_parts(sums, centres.size, threads_from=2_000)
    for first in range(0, exposure.total.size, _BLOCK):
        block = slice(first, min(first + _BLOCK, exposure.total.size))
        counts = _running(exposure, where, block)
        rates = np.column_stack([exposure.total, exposure.mean, exposure.variance, exposure.third])[block]

        def part(start: int, stop: int, counts: Floats = counts, rates: Floats = rates) -> None:
            _add((row[start:stop], col[start:stop]), discs, counts, rates, moments[:, :, start:stop])

        in_parts(part, centres.size, threads_from=2_000)
    total, expected, variance, third = moments.transpose(1, 0, 2)
    excess = total - expected
    return Windows(centres, excess, expected, variance, two_sided(excess, expected, variance, third))


def _running(exposure: Exposure, where: Ints, block: slice) -> Floats:
    """Count the visits of a block of categories from the west end of each row: (categories, rows, cols + 1)."""
    n_rows, n_cols = exposure.lattice.n_rows, exposure.lattice.n_cols
    counts = np.zeros((block.stop - block.start, n_rows, n_cols + 1))
    mine = (exposure.category >= block.start) & (exposure.category < block.stop)
    row, col = np.divmod(where[exposure.cell[mine]], n_cols)
    np.add.at(counts, (exposure.category[mine] - block.start, row, col + 1), exposure.count[mine])
    return np.cumsum(counts, axis=2, out=counts)


@nb.njit(nogil=True, cache=True)
def _add(at: tuple[Ints, Ints], discs: tuple[Ints, Ints], running: Floats, rates: Floats, out: Floats) -> None:
    """Add a block of categories to (sum, mean, variance, third) of each window; a total of 0 marks plain sums."""
    (row, col), (widths, starts) = at, discs
    n_rows, n_cols = running.shape[1], running.shape[2] - 1
    for i in range(row.size):
        for k in range(starts.size - 1):
            reach = (starts[k + 1] - starts[k]) // 2
            south, north = max(row[i] - reach, 0), min(row[i] + reach, n_rows - 1)
            for c in range(running.shape[0]):
                m = 0.0
                for r in range(south, north + 1):
                    half = widths[starts[k] + r - row[i] + reach]
                    m += running[c, r, min(col[i] + half + 1, n_cols)] - running[c, r, max(col[i] - half, 0)]
                if rates[c, 0] == 0.0:
                    out[k, 0, i] += m
                elif m > 0.0:
                    _moments(m, rates[c], out[k, :, i])


@nb.njit(nogil=True, inline="always")
def _moments(m: float, rate: Floats, out: Floats) -> None:
    total = rate[0]
    out[1] += m * rate[1]
    if total > 1.0:
        spread = m * (total - m) / (total - 1.0)
        out[2] += spread * rate[2]
        if total > 2.0:  # noqa: PLR2004 - two visits have no skewness
            out[3] += spread * (total - 2.0 * m) / (total - 2.0) * rate[3]


def two_sided(excess: Floats, mean: Floats, variance: Floats, third: Floats) -> Floats:
    """Give the two-sided Pearson III tail, twice the smaller tail and at most 1; 1 where nothing can vary."""
    sd = np.sqrt(np.maximum(variance, 0.0))
    flat = sd <= 1e-9 * np.maximum(mean, 1.0)
    safe = np.where(flat, 1.0, sd)
    z, skew = np.where(flat, 0.0, excess / safe), np.where(flat, 0.0, third / safe**3)
    upper, lower = pearson3(z, skew)
    # Beyond the gamma's end there is no lower tail, though a window with no points at all may lie there: heavy tails
    # reach below it. The normal tail, which is too heavy below, stands in.
    least = np.where(flat, 0.0, -mean / safe)
    lower = np.where(least * skew < -2.0, np.maximum(lower, special.ndtr(z)), lower)  # noqa: PLR2004 - end at -2 / skew
    return np.asarray(np.where(flat, 1.0, np.minimum(1.0, 2.0 * np.minimum(upper, lower))))


def pearson3(z: Floats, skew: Floats) -> tuple[Floats, Floats]:
    """Give the upper and lower tail at ``z`` of the Pearson III law with mean 0, variance 1 and the given skewness."""
    size = np.maximum(np.abs(skew), _NORMAL_BELOW)
    shape = 4.0 / size**2
    # A law of negative skewness is the mirror of one of positive skewness.
    at = np.maximum(shape + np.where(skew < 0, -z, z) * np.sqrt(shape), 0.0)
    beyond, below = special.gammaincc(shape, at), special.gammainc(shape, at)
    upper, lower = np.where(skew < 0, below, beyond), np.where(skew < 0, beyond, below)
    normal = np.abs(skew) < _NORMAL_BELOW
    return np.where(normal, special.ndtr(-z), upper), np.where(normal, special.ndtr(z), lower)
