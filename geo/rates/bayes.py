"""Rates drawn towards a mean, as far as chance explains their distance from it (Marshall 1991)."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from geo.errors import InputError
from geo.labels import places_in, values_of

if TYPE_CHECKING:
    from libpysal.graph import Graph

Floats = NDArray[np.float64]


def empirical_bayes(
    events: pd.Series,
    exposure: pd.Series,
    graph: "Graph | None" = None,
    *,
    deviations: Literal["own", "each"] = "own",
) -> pd.Series:
    """Return the empirical Bayes estimate of each rate by the method of moments.

    With r_i = events / exposure, m the mean rate, v the variance of the rates around it, both weighted by exposure,
    and e the mean exposure, a = max(v - m / e, 0) is the variance that chance leaves unexplained, and the estimate is
    m + (r_i - m) a / (a + m / exposure_i) (Marshall 1991, doi:10.2307/2347593, equations 5 to 9). Globally m, v and e
    are over all labels; with a graph they are over the label and its neighbours.

    Parameters
    ----------
    events
        At least 0.
    exposure
        What the events are counted over, at least 0, with the same labels.
    graph
        The neighbourhoods; its weights don't count, and each label belongs to its own.
    deviations
        What the rates of a neighbourhood deviate from in v: ``own``, the mean of this neighbourhood, as Marshall,
        GeoDa and esda have it; ``each``, the mean of each neighbour's own neighbourhood, as Bailey and Gatrell (1995)
        and R's ``EBlocal`` by default.

    Returns
    -------
    Series
        Named ``empirical_bayes``, with the index of ``events``; NaN without exposure.

    Raises
    ------
    InputError
        When labels do not match, a value is missing or negative, or events come without exposure.
    """
    if deviations not in {"own", "each"}:
        raise InputError("deviations is {value!r}: choose own or each", field="deviations", value=deviations)
    count, held = _counted(events, exposure)
    known = held > 0
    rate = np.divide(count, held, out=np.zeros_like(count), where=known)
    if graph is None:
        mean, left = _global(rate, held)
    else:
        near = _neighbourhoods(events.index, graph)
        mean, left = _local(rate, held, near, deviations)
    chance = np.divide(mean, held, out=np.zeros_like(count), where=known)
    share = np.divide(left, left + chance, out=np.zeros_like(count), where=left + chance > 0)
    estimate = np.where(known, mean + (rate - mean) * share, np.nan)
    return pd.Series(estimate, index=events.index, name="empirical_bayes")


def _counted(events: pd.Series, exposure: pd.Series) -> tuple[Floats, Floats]:
    count = values_of(events, "events")
    values_of(exposure, "exposure")
    if len(exposure) != len(events) or not exposure.index.isin(events.index).all():
        raise InputError("events and exposure have different labels: give both for each", field="exposure")
    held = values_of(exposure.reindex(events.index), "exposure")
    for name, values in (("events", count), ("exposure", held)):
        if (values < 0).any():
            label = events.index[values < 0][0]
            raise InputError("{field} is negative at {value!r}: give counts", field=name, value=label)
    if ((held == 0) & (count > 0)).any():
        label = events.index[(held == 0) & (count > 0)][0]
        raise InputError(
            "there are events without exposure at {value!r}: give its exposure", field="exposure", value=label
        )
    return count, held


def _global(rate: Floats, held: Floats) -> tuple[Floats, Floats]:
    total = max(float(held.sum()), 1e-300)
    mean = float(rate @ held) / total
    variance = float(held @ (rate - mean) ** 2) / total
    average = total / max(int((held > 0).sum()), 1)
    return np.full(rate.size, mean), np.full(rate.size, max(variance - mean / average, 0.0))


def _local(rate: Floats, held: Floats, near: sparse.csr_array, deviations: str) -> tuple[Floats, Floats]:
    total = np.maximum(near @ held, 1e-300)
    mean = (near @ (rate * held)) / total
    if deviations == "each":
        variance = (near @ (held * (rate - mean) ** 2)) / total
    else:
        # Written around the own mean pair by pair: the difference of two sums of squares would lose its digits.
        row, col = near.nonzero()
        variance = np.bincount(row, weights=held[col] * (rate[col] - mean[row]) ** 2, minlength=rate.size) / total
    average = total / np.maximum(near @ (held > 0).astype(np.float64), 1.0)
    return mean, np.maximum(variance - mean / average, 0.0)


def _neighbourhoods(index: pd.Index, graph: "Graph") -> sparse.csr_array:
    """Return the 0-1 matrix of each label's neighbours and itself, in the order of ``index``."""
    at = places_in(index, graph)
    matrix = graph.sparse.tocoo()
    used = matrix.data != 0
    own = np.arange(at.size)
    row = np.concatenate([at[matrix.row[used]], own])
    col = np.concatenate([at[matrix.col[used]], own])
    near = sparse.coo_array((np.ones(row.size), (row, col)), shape=(at.size, at.size)).tocsr()
    near.data[:] = 1.0  # a self-weight of the graph and our own count once
    return near
