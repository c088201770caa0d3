"""Spread questionnaires over the drawn places: in proportion, exact in total."""

from collections.abc import Collection, Hashable, Sequence

import numpy as np
import pandas as pd

from geo.errors import InputError


def questionnaires(
    drawn: pd.DataFrame, total: int, *, categories: Collection[str] | None = None, weight: str | None = None
) -> pd.Series:
    """Return every drawn place its number of questionnaires.

    First each category gets its share by largest remainder, then each place within its category; what the remainders
    leave open goes by ticket, which the key of the draw decided.

    Parameters
    ----------
    drawn
        The sample with ``category`` and ``ticket``.
    total
        Questionnaires in all, e.g. 372.
    categories
        Where people are surveyed; None: everywhere.
    weight
        Column that the numbers are proportional to, > 0; None: all places alike.

    Returns
    -------
    pandas.Series
        Named ``questionnaires``, with the index of ``drawn``; its sum is ``total``.

    Raises
    ------
    InputError
        When there is no place to survey, or a number cannot be.
    """
    places = drawn if categories is None else drawn[drawn["category"].isin(list(categories))]
    places = places.sort_values("ticket")
    weights = pd.Series(1.0, index=places.index) if weight is None else places[weight].astype(float)
    if total < 0 or (total and not len(places)) or not (weights > 0).all():
        raise InputError(
            "{total} questionnaires cannot be spread over {places} places: check number, categories, weights",
            total=total,
            places=len(places),
        )
    found: dict[Hashable, int] = {}
    by_category = weights.groupby(places["category"])
    sums = by_category.sum()
    for (_, inside), share in zip(by_category, shares(total, sums.tolist()), strict=True):
        found.update(zip(inside.index, shares(share, inside.tolist()), strict=True))
    return pd.Series([found.get(i, 0) for i in drawn.index], index=drawn.index, name="questionnaires", dtype="int64")


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Share ``total`` in proportion to ``weights`` by largest remainder, ties in order."""
    if not weights:
        return []
    exact = np.asarray(weights) * (total / sum(weights))
    parts = np.floor(exact + 1e-9)  # an exact share must not lose one to a float's last bit
    order = np.argsort(-np.round(exact - parts, 9), kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return [int(part) for part in parts]
