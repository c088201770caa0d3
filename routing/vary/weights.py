"""How likely each day of a pool is drawn: as flat as can be at a mean premium.

Exponentiated gradient steps raise the mean entropy of the stops' places and lower the mean chance of the best guess of
their hours, also of somebody who has seen the first stop; after each the shares are tilted towards short days by as
much as the mean premium asks for, which is the projection in relative entropy.

J. Kivinen, M. Warmuth, Exponentiated gradient versus gradient descent, https://doi.org/10.1006/inco.1996.2612.
"""

import numba as nb
import numpy as np
import numpy.typing as npt

from routing.vary.pool import AFTER_WEIGHT, BIN_S, HOUR_WEIGHT, PLACE_WEIGHT, SHARPNESS, WINDOW_BINS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STEPS = 100
RATE = 2.0  # of the first steps; it falls with the root of their number
LEAST_SHARE = 1e-9
TOTAL = 1 << 30  # whole weights add up to about this
LEAST = TOTAL >> 14  # a lighter day is left out


def weigh(place: Ints, arrive_s: Ints, travel_s: Ints, most_s: float) -> Ints:
    """Weigh the days of a pool.

    Parameters
    ----------
    place
        Place of each stop in each day's order, ``(days, stops)``.
    arrive_s
        When each stop is visited, ``(days, stops)``.
    travel_s
        Of each day; the shortest is at most ``most_s``.
    most_s
        The mean travel, weighed, is at most this.

    Returns
    -------
    array of int
        Whole weights, 0 for days that are left out. The mean travel keeps ``most_s`` exactly.
    """
    begun = place.argmin(axis=1)
    by_first = np.argsort(begun, kind="stable")
    groups = np.flatnonzero(np.diff(begun[by_first], prepend=-1, append=-1))
    bins = np.ascontiguousarray(arrive_s[by_first].T // BIN_S)
    over: Floats = ((travel_s[by_first] - most_s) / max(most_s, 1.0)).astype(np.float64)
    share = np.zeros(len(place))
    share[by_first] = _climb(np.ascontiguousarray(place[by_first].T), bins, groups, over)
    weight = np.rint(share * TOTAL).astype(np.int64)
    weight[weight < LEAST] = 0
    shortest = int(travel_s.argmin())
    excess = float((weight * (travel_s - most_s)).sum())
    if excess > 0 or not weight.any():  # what rounding and leaving out took, the shortest day gives back
        gain = max(most_s - int(travel_s[shortest]), 0.0)
        weight[shortest] += TOTAL if gain == 0 else int(excess / gain) + 1
        if gain == 0:
            weight[travel_s > most_s] = 0
    return weight


@nb.njit(nogil=True, cache=True)
def _tilt(share: Floats, over: Floats) -> None:
    """Multiply by ``exp(-price * over)`` at the least price from 0 on at which the mean of ``over`` is at most 0."""
    if (share * over).sum() <= 0:
        return
    low, high = 0.0, 1e4
    worst = over.min()
    for _ in range(50):
        price = 0.5 * (low + high)
        tilted = share * np.exp(-price * (over - worst))
        if (tilted * over).sum() > 0:
            low = price
        else:
            high = price
    share *= np.exp(-high * (over - worst))
    share /= share.sum()


@nb.njit(nogil=True, cache=True)
def _add_guess(bins: Ints, share: Floats, weight: float, slope: Floats) -> None:
    """Add the slope of the guesser's softened best chance at one stop, seen on these days only."""
    low = bins.min()
    seen = np.zeros(bins.max() - low + 2 * WINDOW_BINS - 1)  # window w holds the bins w to w + WINDOW_BINS - 1
    for day in range(len(bins)):
        seen[bins[day] - low + WINDOW_BINS - 1] += share[day]
    starts = len(seen) - WINDOW_BINS + 1
    total = max(share.sum(), 1e-300)
    guess = np.zeros(starts + 1)  # summed up
    held = seen[: WINDOW_BINS - 1].sum()
    for start in range(starts):
        held += seen[start + WINDOW_BINS - 1]
        guess[start + 1] = guess[start] + np.exp(SHARPNESS * (held / total - 1.0))
        held -= seen[start]
    for day in range(len(bins)):
        start = bins[day] - low
        slope[day] += weight * (guess[start + WINDOW_BINS] - guess[start]) / guess[starts]


@nb.njit(nogil=True, cache=True)
def _slopes(place: Ints, bins: Ints, groups: Ints, share: Floats, slope: Floats) -> None:
    """Set the slope of the cost; days ``groups[g]`` to ``groups[g + 1] - 1`` begin with the same stop."""
    stops, days = place.shape
    slope[:] = 0.0
    for stop in range(stops):
        at = np.zeros(stops)
        for day in range(days):
            at[place[stop, day]] += share[day]
        for day in range(days):
            slope[day] += PLACE_WEIGHT / stops * np.log2(at[place[stop, day]] + LEAST_SHARE)
        _add_guess(bins[stop], share, HOUR_WEIGHT / stops, slope)
        for group in range(len(groups) - 1):
            low, high = groups[group], groups[group + 1]
            _add_guess(bins[stop, low:high], share[low:high], AFTER_WEIGHT / stops, slope[low:high])


@nb.njit(nogil=True, cache=True)
def _climb(place: Ints, bins: Ints, groups: Ints, over: Floats) -> Floats:
    days = place.shape[1]
    share, slope, mean = np.full(days, 1.0 / days), np.zeros(days), np.zeros(days)
    _tilt(share, over)
    for number in range(STEPS):
        _slopes(place, bins, groups, share, slope)
        share *= np.exp(-RATE / np.sqrt(1.0 + number) * (slope - slope.min()))
        share = np.maximum(share / share.sum(), LEAST_SHARE)
        share /= share.sum()
        _tilt(share, over)
        if 2 * number >= STEPS:
            mean += share
    mean /= mean.sum()
    return mean
