"""The Gaussian surface: events shared out over the grid, then one convolution by Fourier transform.

Linear binning shares each event over 4 cells and is off by (cell / bandwidth)^2 / 4 of the peak; binning by cubic
interpolation shares it over 16 and is off by about (cell / bandwidth)^4 / 7, so 4 cells to a bandwidth are enough where
linear binning would need 16. Below that the events are few cells wide and are summed one by one.
"""

import numba as nb
import numpy as np
from numpy.typing import NDArray
from scipy import fft

Floats = NDArray[np.float64]

REACH = 6.0
"""Bandwidths after which a Gaussian counts as 0: 1.5e-8 of its peak."""

_SUMMED_BELOW = 4.0  # cells to a bandwidth


def gaussian(points: Floats, weights: Floats, bandwidth: float, shape: tuple[int, int]) -> Floats:
    """Sum the kernels exp(-d^2 / 2 b^2) / (2 pi b^2) at the middle of each cell.

    Parameters
    ----------
    points
        Column and row, in cells: the middle of the south-west cell is (0, 0). Shape (n, 2).
    weights
        Shape (n,).
    bandwidth
        The standard deviation, in cells.
    shape
        Rows and columns.

    Returns
    -------
    ndarray
        Per cell area, shape ``shape``.
    """
    if bandwidth < _SUMMED_BELOW:
        out = np.zeros(shape)
        _sum(points, weights, bandwidth, out)
        return out
    pad = int(np.ceil(REACH * bandwidth)) + 2
    binned = np.zeros((shape[0] + 2 * pad, shape[1] + 2 * pad))
    _share_out(points + pad, weights, binned)
    wide = convolve(binned, bandwidth)
    return np.ascontiguousarray(wide[pad : pad + shape[0], pad : pad + shape[1]])


def convolve(values: Floats, bandwidth: float) -> Floats:
    """Smooth an array by a Gaussian; what lies within reach of its border is wrong, for the transform wraps around."""
    size = [fft.next_fast_len(n, real=True) for n in values.shape]
    spectrum = fft.rfft2(values, size, workers=-1)
    # The transform of the sampled kernel, not of the continuous one: the sum at the cells is what is asked for.
    spectrum *= _spectrum(size[0], bandwidth, half=False)[:, None]
    spectrum *= _spectrum(size[1], bandwidth, half=True)[None, :]
    return np.asarray(fft.irfft2(spectrum, size, workers=-1)[: values.shape[0], : values.shape[1]])


def _spectrum(n: int, bandwidth: float, *, half: bool) -> Floats:
    """Transform one axis of the kernel, which is even: the transform is real."""
    lag = np.minimum(np.arange(n), n - np.arange(n))
    kernel = np.exp(-0.5 * (lag / bandwidth) ** 2) / (np.sqrt(2 * np.pi) * bandwidth)
    kernel[lag > REACH * bandwidth] = 0.0
    return np.asarray((fft.rfft if half else fft.fft)(kernel).real)


@nb.njit(nogil=True, cache=True)
def _share_out(points: Floats, weights: Floats, out: Floats) -> None:
    n_rows, n_cols = out.shape
    wx, wy = np.empty(4), np.empty(4)
    for i in range(weights.size):
        if not (1.0 <= points[i, 0] < n_cols - 2.0 and 1.0 <= points[i, 1] < n_rows - 2.0):
            continue
        col, row = int(points[i, 0]), int(points[i, 1])
        _cubic(points[i, 0] - col, wx)
        _cubic(points[i, 1] - row, wy)
        for r in range(4):
            for c in range(4):
                out[row - 1 + r, col - 1 + c] += weights[i] * wy[r] * wx[c]


@nb.njit(nogil=True, inline="always")
def _cubic(t: float, out: Floats) -> None:
    """Return the weights of Lagrange's cubic through the cells -1, 0, 1, 2 at ``t`` between 0 and 1."""
    out[0] = -t * (t - 1.0) * (t - 2.0) / 6.0
    out[1] = (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
    out[2] = -(t + 1.0) * t * (t - 2.0) / 2.0
    out[3] = (t + 1.0) * t * (t - 1.0) / 6.0


@nb.njit(nogil=True, cache=True)
def _sum(points: Floats, weights: Floats, bandwidth: float, out: Floats) -> None:
    n_rows, n_cols = out.shape
    reach = REACH * bandwidth
    along = np.empty(int(2.0 * reach) + 3)
    scale = 1.0 / (2.0 * np.pi * bandwidth * bandwidth)
    for i in range(weights.size):
        x, y = points[i, 0], points[i, 1]
        west, east = max(int(np.ceil(x - reach)), 0), min(int(np.floor(x + reach)), n_cols - 1)
        for c in range(west, east + 1):
            along[c - west] = np.exp(-0.5 * ((c - x) / bandwidth) ** 2)
        for r in range(max(int(np.ceil(y - reach)), 0), min(int(np.floor(y + reach)), n_rows - 1) + 1):
            across = weights[i] * scale * np.exp(-0.5 * ((r - y) / bandwidth) ** 2)
            for c in range(west, east + 1):
                out[r, c] += across * along[c - west]
