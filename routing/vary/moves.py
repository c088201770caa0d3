"""Steps from one day to a neighbouring one, and the random numbers they take."""

import numba as nb
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray  # type: ignore[type-arg]  # compiled code takes any whole numbers

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LONGEST = 6  # stops that move together
TURN, SHIFT, ROLL, SWAP = 0.40, 0.78, 0.92, 1.0  # up to here of all moves of the order


@nb.njit(nogil=True, cache=True, inline="never")
def uniform(state: Ints) -> float:
    """Return the next number from 0 to below 1 of splitmix64, whose 64 bits of state stand in ``state[0]``.

    G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators, https://doi.org/10.1145/2660193.2660195.
    """
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) / 9007199254740992.0


@nb.njit(nogil=True, cache=True, inline="never")
def step(order: Ints, new: Ints, state: Ints) -> None:
    """Write a neighbour of ``order``, which has at least two stops, into ``new``."""
    stops = len(order)
    kind = uniform(state)
    i, j = int(uniform(state) * stops), int(uniform(state) * stops)
    if kind < TURN:  # 2-opt; the whole tour too
        low, high = min(i, j), max(i, j)
        new[:] = order
        new[low : high + 1] = order[low : high + 1][::-1]
    elif kind < SHIFT:  # or-opt
        _shift(order, new, state)
    elif kind < ROLL:  # the tour is entered elsewhere, from either side
        turned = uniform(state) < 0.5  # noqa: PLR2004 - a coin
        for place in range(stops):
            from_ = (place + i) % stops
            new[place] = order[stops - 1 - from_] if turned else order[from_]
    else:
        new[:] = order
        new[i], new[j] = order[j], order[i]


@nb.njit(nogil=True, cache=True, inline="never")
def _shift(order: Ints, new: Ints, state: Ints) -> None:
    stops = len(order)
    length = 1 + int(uniform(state) * min(_LONGEST, stops - 1))
    out, into = int(uniform(state) * (stops - length + 1)), int(uniform(state) * (stops - length + 1))
    turned = uniform(state) < 0.5  # noqa: PLR2004 - a coin
    place = 0
    for at in range(stops):
        if out <= at < out + length:
            continue
        if place == into:
            place += length
        new[place] = order[at]
        place += 1
    for at in range(length):
        new[into + at] = order[out + length - 1 - at] if turned else order[out + at]
