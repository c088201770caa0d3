"""How much of a kernel lies inside an outline: coverage of fine cells, smoothed by the kernel."""

from dataclasses import dataclass

import numba as nb
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import fft, ndimage

from geo.density.binning import REACH, convolve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FINE = {"epanechnikov": 24.0, "gaussian": 12.0}  # fine cells to a bandwidth: a correction good to about 1e-3
_MOST = 20_000_000  # fine cells in all
_SAMPLES = 8  # to a side of a fine cell, for the mean of the kernel over it


@dataclass(frozen=True, slots=True)
class Correction:
    """The share of the kernel inside the outline, on fine cells around a grid.

    Parameters
    ----------
    share
        Shape (fine rows, fine cols).
    fine
        Fine cells to a side of a cell, odd, so that the middle of a cell is the middle of one of them.
    pad
        Cells of margin on each side.
    """

    share: Floats
    fine: int
    pad: int

    def on_grid(self, shape: tuple[int, int]) -> Floats:
        """Return the share at the middle of each cell of the grid."""
        first = self.pad * self.fine + self.fine // 2
        rows = slice(first, first + (shape[0] - 1) * self.fine + 1, self.fine)
        cols = slice(first, first + (shape[1] - 1) * self.fine + 1, self.fine)
        return self.share[rows, cols]

    def at(self, points: Floats) -> Floats:
        """Return the share at points in cells, the middle of the south-west cell being (0, 0)."""
        fine = (points + 0.5 + self.pad) * self.fine - 0.5
        return np.asarray(ndimage.map_coordinates(self.share, [fine[:, 1], fine[:, 0]], order=3, mode="nearest"))


def correction(region: shapely.Geometry, kernel: str, bandwidth: float, shape: tuple[int, int]) -> Correction:
    """Integrate the kernel around every fine cell over the region.

    Parameters
    ----------
    region
        In cells, the middle of the south-west cell being (0, 0).
    kernel
        ``epanechnikov`` or ``gaussian``.
    bandwidth
        In cells.
    shape
        Rows and columns of the grid.
    """
    # Events beyond the grid count too, and each of them needs the share around itself: twice the reach.
    reach = bandwidth * (1.0 if kernel == "epanechnikov" else REACH)
    pad = 2 * int(np.ceil(reach)) + 2
    rows, cols = (n + 2 * pad for n in shape)
    wanted = int(np.ceil(_FINE[kernel] / bandwidth))
    fine = max(min(wanted, int(np.sqrt(_MOST / (rows * cols)))), 1)
    fine += 1 if fine % 2 == 0 and (fine + 1) ** 2 * rows * cols <= _MOST else -(fine % 2 == 0)
    moved = shapely.transform(region, lambda xy: (xy + 0.5 + pad) * fine)
    covered = coverage(moved, (rows * fine, cols * fine))
    smooth = convolve(covered, bandwidth * fine) if kernel == "gaussian" else _smooth(covered, bandwidth * fine)
    return Correction(np.clip(smooth, 0.0, 1.0), fine, pad)


def _smooth(covered: Floats, radius: float) -> Floats:
    """Smooth by the Epanechnikov kernel, each of its values a mean over the fine cell."""
    reach = int(np.ceil(radius)) + 1
    side = 2 * reach + 1
    offset = (np.arange(side * _SAMPLES) + 0.5) / _SAMPLES - reach - 0.5
    fine = np.maximum(1.0 - np.add.outer(offset**2, offset**2) / radius**2, 0.0)
    kernel = fine.reshape(side, _SAMPLES, side, _SAMPLES).mean(axis=(1, 3))
    kernel /= kernel.sum()
    size = [fft.next_fast_len(n + side, real=True) for n in covered.shape]
    spectrum = fft.rfft2(covered, size, workers=-1) * fft.rfft2(kernel, size, workers=-1)
    whole = fft.irfft2(spectrum, size, workers=-1)
    return np.asarray(whole[reach : reach + covered.shape[0], reach : reach + covered.shape[1]])


def coverage(region: shapely.Geometry, shape: tuple[int, int]) -> Floats:
    """Return the share of each unit cell that a polygon covers, cell (0, 0) being the square from (0, 0) to (1, 1)."""
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(region), exterior_cw=True))
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    along = owner[1:] == owner[:-1]
    segments = np.hstack([xy[:-1][along], xy[1:][along]])
    out = np.zeros((shape[0], shape[1] + 1))
    _cover(segments, out)
    return np.clip(np.cumsum(out, axis=1)[:, :-1], 0.0, 1.0)


@nb.njit(nogil=True, cache=True)
def _cover(segments: Floats, out: Floats) -> None:
    """Add, for each segment, by how much it changes the cover from each cell of its rows to the next cell east.

    Clockwise rings go up where the inside begins and down where it ends: summed from west to east, this is the area.
    """
    for i in range(segments.shape[0]):
        x1, y1, x2, y2 = segments[i]
        if y1 == y2:
            continue
        low, high, up = (y1, y2, 1.0) if y1 < y2 else (y2, y1, -1.0)
        slope = (x2 - x1) / (y2 - y1)
        for r in range(max(int(np.floor(low)), 0), min(int(np.ceil(high)), out.shape[0])):
            a, b = max(low, float(r)), min(high, r + 1.0)
            _strip(out[r], x1 + (a - y1) * slope, x1 + (b - y1) * slope, up * (b - a))


@nb.njit(nogil=True, inline="always")
def _strip(row: Floats, x1: float, x2: float, height: float) -> None:
    """Add the part of a segment within one row, cut at the borders between the cells."""
    west, east = min(x1, x2), max(x1, x2)
    width = east - west
    if west < 0.0:
        row[0] += height * min(-west / width, 1.0) if width > 0.0 else height
    for c in range(max(int(np.floor(west)), 0), min(int(np.floor(east)), row.size - 2) + 1):
        a, b = max(west, float(c)), min(east, c + 1.0)
        here = height * (b - a) / width if width > 0.0 else height
        beyond = here * (0.5 * (a + b) - c)
        row[c] += here - beyond
        row[c + 1] += beyond
