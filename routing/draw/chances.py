"""Inclusion probabilities as whole numbers of 1/2^30 that add up exactly to every quota."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from routing.draw.design import Design
from routing.draw.points import Points, points
from routing.draw.rounding import D

Ints = npt.NDArray[np.int64]
_FINE = 1 << 40  # sizes are taken as whole numbers of 1/2^40 of the largest


def probabilities(frame: gpd.GeoDataFrame, design: Design) -> pd.Series:
    """Return the inclusion probability of every row of ``frame``.

    Parameters
    ----------
    frame
        Points with ``category``, and what the design names; where there is a column ``fixed``, its points are certain.
    design
        The quotas, and the column of sizes.

    Returns
    -------
    pandas.Series
        Named ``inclusion_prob``, with the index of ``frame``: multiples of 2^-30, so exact floats; 0 outside the
        quotas.

    Raises
    ------
    InputError
        When a quota is larger than its category or smaller than its fixed points, or a size is negative or no number.
    """
    chosen = points(frame, design)
    values = np.zeros(len(frame))
    values[chosen.at] = chances(frame, design, chosen) / D
    return pd.Series(values, index=frame.index, name="inclusion_prob")


def chances(frame: gpd.GeoDataFrame, design: Design, chosen: Points) -> Ints:
    """Return the probabilities of the canonical points in units of 1/2^30."""
    prob = np.zeros(len(chosen.ids), np.int64)
    category = np.array(chosen.categories, object)
    fixed = frame["fixed"].to_numpy(bool)[chosen.at] if "fixed" in frame else np.zeros(len(prob), bool)
    weight = _weights(frame, design.size, chosen.at)
    for name, quota in design.quotas.items():
        members = np.flatnonzero(category == name)
        certain, rest = members[fixed[members]], members[~fixed[members]]
        if quota > len(members) or quota < len(certain):
            raise InputError(
                "the quota of {category!r} is {quota}: the frame has {count} such points, {fixed} fixed; stay between",
                category=name,
                quota=quota,
                count=len(members),
                fixed=len(certain),
            )
        prob[certain] = D
        prob[rest] = share_out(quota - len(certain), weight[rest])
    return prob


def _weights(frame: gpd.GeoDataFrame, column: str | None, at: Ints) -> Ints:
    if column is None:
        return np.full(len(at), 1, np.int64)
    size = frame[column].to_numpy(float)[at]
    bad = ~(np.isfinite(size) & (size >= 0))
    if bad.any():
        row = int(at[np.argmax(bad)])
        raise InputError(
            "{field} of {id!r} is {value!r}: a size is a number, 0 or more",
            field=column,
            id=str(frame.index[row]),
            value=float(frame[column].iloc[row]),
        )
    # dividing and scaling by a power of two are exact on every machine; no size still is the least chance, not none
    fine: Ints = np.maximum(1, np.rint(size / size.max(initial=1e-300) * _FINE)).astype(np.int64)
    return fine


def share_out(count: int, weight: Ints) -> Ints:
    """Share ``count`` whole points over units in proportion to their weights, none above 1 and none at 0.

    What would come above 1 is certain, and the others share the rest. The sum is exact by largest remainder, ties in
    order.
    """
    prob = np.zeros(len(weight), np.int64)
    if count == 0:
        return prob
    weights = [int(w) for w in weight]
    free = list(range(len(weights)))
    left = count
    while True:
        total = sum(weights[i] for i in free)
        certain = {i for i in free if left * weights[i] >= total}
        if not certain:
            break
        prob[list(certain)] = D
        left -= len(certain)
        free = [i for i in free if i not in certain]
        if left <= 0 or not free:
            break
    if free and left > 0:
        prob[free] = _largest_remainder(left * D, [weights[i] for i in free])
    return prob


def _largest_remainder(amount: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    parts = [max(1, amount * w // total) for w in weights]
    short = amount - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for i in order[: max(0, short)]:
        parts[i] += 1
    for i in sorted(range(len(weights)), key=lambda i: (-parts[i], i)) if short < 0 else ():
        give = min(-short, parts[i] // 2)  # what the points at the least chance got too much, the most likely ones give
        parts[i], short = parts[i] - give, short + give
    return parts
