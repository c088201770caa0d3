"""Find places: windows that no chance explains, each beside the others, with a false discovery rate for the list.

A true hotspot lifts every window that touches it, so cells flagged one by one say the same thing many times and
overrun its borders. Here the strongest window is taken, its extent settled, its visits set aside, and the next one
must stand on what is left. The list of places then goes through Benjamini-Hochberg.
"""

import heapq
from dataclasses import dataclass

import numpy as np
from scipy import special

from geo.hotspots.exposure import Exposure, Windows, two_sided
from geo.hotspots.extent import ScanResidual
from geo.rasters.lattice import Floats, Ints

_EFFECT = 1.0  # places with this share of points above the mean are what the weights look for: twice the points
_SAMPLED = 4096  # windows that stand for all where the weights' level is sought
_BUDGET = 0.5  # windows by chance over all, for which the weights are best; the choice hardly matters


@dataclass(frozen=True, slots=True)
class HotPlace:
    """A hot or cold place.

    Parameters
    ----------
    cells
        The visited cells that it covers.
    centre
        The cell at the centre of the window that proved it.
    hot
        More points than expected, else fewer.
    radius
        Number of the radius of the window that proved it.
    p
        Two-sided tail of that window on what earlier places left of it.
    score
        The expected number of windows by chance at least as strong: p times all windows, over the weight of this one.
    """

    cells: Ints
    centre: int
    hot: bool
    radius: int
    p: float
    score: float


def expected_power(windows: Windows, *, effect: float = _EFFECT, budget: float = _BUDGET) -> Floats:
    """Weigh windows by how much a hotspot could show in them, mean 1, from the exposure alone.

    A window with three visits can prove nothing, one with a thousand needs no help: the weights of Roeder and Wasserman
    (2009, doi:10.1214/09-STS289, equation 7) put the error where it buys most.

    Parameters
    ----------
    windows
        Only their means and variances count.
    effect
        The hotspots looked for, as a share of the points expected.
    budget
        The false windows over all for which the weights are best.
    """
    sd = np.sqrt(np.maximum(windows.variance, 1e-300))
    strength = np.maximum(effect * windows.expected / sd, 1e-9).ravel()
    strength = np.where(windows.variance.ravel() > 0, strength, 1e-9)
    some = strength[:: max(strength.size // _SAMPLED, 1)]
    low, high = -60.0, 600.0
    for _ in range(60):
        c = (low + high) / 2
        spent = special.ndtr(-(some / 2 + c / some)).mean() * strength.size
        low, high = (c, high) if spent > budget else (low, c)
    weight = special.ndtr(-(strength / 2 + c / strength))
    return np.asarray((weight / weight.mean()).reshape(windows.p.shape))


def find_places(exposure: Exposure, windows: Windows, halves: list[Ints], *, most: float = 20.0) -> list[HotPlace]:
    """Take the strongest window, settle its extent, set its visits aside, and go on.

    Parameters
    ----------
    exposure, windows, halves
        As in :func:`geo.hotspots.exposure.windows_of`.
    most
        Stop where this many windows would be as strong by chance.

    Returns
    -------
    list[Place]
        Strongest first.
    """
    weight = expected_power(windows)
    with np.errstate(divide="ignore", over="ignore"):
        score = windows.p * windows.p.size / weight
    residual = ScanResidual(exposure, halves)
    found: list[HotPlace] = []
    at = np.flatnonzero(score.ravel() <= most)
    heap = [(float(score.flat[i]), int(i), 0) for i in at]
    heapq.heapify(heap)
    while heap:
        value, i, seen = heapq.heappop(heap)
        k, j = divmod(i, windows.cell.size)
        if seen < len(found):
            p = float(two_sided(*np.array(residual.moments(int(windows.cell[j]), k))[:, None])[0])
            value = p * windows.p.size / weight.flat[i]
            if value <= most:
                heapq.heappush(heap, (value, i, len(found)))
            continue
        hot, cells = residual.take(int(windows.cell[j]), k)
        if cells.size:
            p = value * weight.flat[i] / windows.p.size
            found.append(HotPlace(cells, int(windows.cell[j]), hot, k, p, value))
    return sorted(found, key=lambda place: place.score)
