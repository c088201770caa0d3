"""Balanced selection: exact quotas, spread over the city and within each category, a share of it independent."""

import numpy as np
import numpy.typing as npt

from routing.draw.rounding import D, settle
from routing.draw.stream import below, words
from routing.draw.trees import flat, grow, network
from routing.draw.units import Units

Ints = npt.NDArray[np.int64]
_TURNS = 65_536


def balanced(units: Units, value: Ints, share: int, key: bytes, stage: str) -> Ints:
    """Round ``value`` to 0 or D with its expectation kept.

    First every unit steps out of the trees with the chance ``share`` / D, and those are rounded among themselves, held
    only by the totals of the categories (and streets): the independent share. The rest is rounded on the two trees.

    Returns
    -------
    Positions of the units that are rounded up, ascending.
    """
    value, alone = independent(units, value, share, key, stage)
    city, kinds = flat(units.street, len(value)), flat(units.kind, len(value))
    turn = below(key, f"{stage} turn", _TURNS + 1)
    x, y = units.x_cm, units.y_cm
    place = (x * (_TURNS - turn) + y * turn, y * (_TURNS - turn) - x * turn)  # turned by 0 to 90 degrees, and scaled
    rest = np.flatnonzero((value % D != 0) & ~alone)
    city = grow(city, rest, place, value, key, f"{stage} city")
    kinds = grow(kinds, rest, place, value, key, f"{stage} kinds")
    edges, nodes = network(value, np.arange(len(value)), city, kinds)
    return np.flatnonzero(settle(edges, nodes, key, f"{stage} trees", flat=False)[: len(value)])


def independent(units: Units, value: Ints, share: int, key: bytes, stage: str) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Do the first half of :func:`balanced`: the values after the independent share, and its units."""
    city, kinds = flat(units.street, len(value)), flat(units.kind, len(value))
    alone = (value % D != 0) & (words(key, f"{stage} share", len(value)) % D < share)
    lone = np.flatnonzero(alone)
    edges, nodes = network(value, lone, city, kinds)
    value = value.copy()
    value[lone] = settle(edges, nodes, key, f"{stage} flat", flat=True)[: len(lone)]
    return value, alone
