"""How well a stop's place and hour can be guessed by somebody who knows every candidate and its chance, not the key."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

GUESS_S = 3600


def entropy_bits(place: Ints, share: Floats) -> Floats:
    """Return the Shannon entropy of each stop's place in the order, in bits.

    Parameters
    ----------
    place
        Place of each stop in each route, ``(routes, stops)``.
    share
        Chance of each route; they add up to 1.
    """
    stops = place.shape[1]
    held = np.zeros((stops, stops))
    np.add.at(held, (np.broadcast_to(np.arange(stops), place.shape), place), share[:, None])
    bits = -(held * np.log2(held, where=held > 0, out=np.zeros_like(held))).sum(axis=1)
    whole: Floats = np.maximum(bits, 0.0)
    return whole


def best_guess(arrive_s: Ints, share: Floats, span_s: int = GUESS_S) -> Floats:
    """Return for each stop the chance that the best window of ``span_s`` seconds catches its arrival.

    Parameters
    ----------
    arrive_s
        When each route visits each stop, ``(routes, stops)``.
    share
        Chance of each route.
    span_s
        Length of the window, both ends included.
    """
    best = np.zeros(arrive_s.shape[1])
    for stop, times in enumerate(arrive_s.T):
        order = np.argsort(times, kind="stable")
        upto = np.concatenate([[0.0], np.cumsum(share[order])])
        ends = np.searchsorted(times[order], times[order] + span_s, side="right")
        best[stop] = (upto[ends] - upto[:-1]).max()
    return np.minimum(best, 1.0)


def guess_after_first(place: Ints, arrive_s: Ints, share: Floats, span_s: int = GUESS_S) -> Floats:
    """Return each stop's best guess for somebody who has seen which stop came first, on average over the first stops.

    A stop that is itself the first is left out of its average; one that always is has 1.
    """
    first = place.argmin(axis=1)
    caught, weight = np.zeros(place.shape[1]), np.zeros(place.shape[1])
    for stop in np.unique(first):
        rows = first == stop
        part = share[rows].sum()
        if part <= 0:
            continue
        best = best_guess(arrive_s[rows], share[rows] / part, span_s)
        others = np.arange(place.shape[1]) != stop
        caught[others] += part * best[others]
        weight[others] += part
    return np.divide(caught, weight, out=np.ones_like(caught), where=weight > 0)
