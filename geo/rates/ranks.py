"""Who stands above whom, as far as the sample can tell."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from geo.rates.scores import Sampled, sampled, score_limits, score_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WORST_ITEMS = 3


def ranks(table: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Rank scores, each rank with its interval.

    The interval leaves a place free for everyone whose difference does not hold, over all pairs at once (Holm 1979),
    so that with the given confidence all true ranks lie in their intervals together (Mohamad, Goeman and van Zwet
    2022, doi:10.1177/0962280220975186).

    Parameters
    ----------
    table
        From :func:`geo.rates.scores`.
    confidence
        Of all intervals together.

    Returns
    -------
    DataFrame
        With the index of ``table``: ``rank``, 1 the best, equals sharing the better one; ``rank_low``, ``rank_high``.
        Groups without a score have none.
    """
    above = beats(table, confidence=confidence)
    known = table["score"].notna()
    out = pd.DataFrame({"rank": table["score"].rank(method="min", ascending=False)}, index=table.index)
    out["rank_low"] = (1.0 + above.sum(axis=0)).where(known)
    out["rank_high"] = (known.sum() - above.sum(axis=1).astype(float)).where(known)
    return out


def beats(table: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Tell for each pair whether the row is above the column beyond chance, over all pairs at once.

    Parameters
    ----------
    table
        From :func:`geo.rates.scores` with its intervals of 95 %. Groups share no checkpoint, so their errors are taken
        as independent; balance over the city makes them repel each other a little, which errs on the safe side.
    confidence
        That no pair is called wrongly.
    """
    score, spread = table["score"].to_numpy(), (table["high"] - table["low"]).to_numpy() / (2 * -special.ndtri(0.025))
    known = np.flatnonzero(np.isfinite(score))
    pairs = known.size * (known.size - 1) // 2
    likely = [_likely(score, spread, known[at:], 1 - confidence) for at in range(known.size)]
    out = np.zeros((len(table), len(table)), bool)
    if pairs:
        above, below, p = (np.concatenate(column) for column in zip(*likely, strict=True))
        holds = _holm(p, pairs) <= 1 - confidence
        out[above[holds], below[holds]] = True
    return pd.DataFrame(out, index=table.index, columns=table.index)


def _likely(score: Floats, spread: Floats, these: Ints, alpha: float) -> tuple[Ints, Ints, Floats]:
    """Compare the first of these with the others: who is above whom in the pairs that may hold, and their p."""
    first, others = these[0], these[1:]
    width, ahead = np.hypot(spread[first], spread[others]), score[first] - score[others]
    # Without any error, as between two that were looked at whole, the smallest difference holds.
    z = np.divide(ahead, width, out=np.where(ahead == 0, 0.0, np.copysign(np.inf, ahead)), where=width > 0)
    p = 2 * special.ndtr(-np.abs(z))
    mine = (p <= alpha) & (z != 0)  # no other holds, as Holm's p is never below its own
    left, right = np.full(int(mine.sum()), first), others[mine]
    up = z[mine] > 0
    return np.where(up, left, right), np.where(up, right, left), p[mine]


def _holm(p: Floats, pairs: int) -> Floats:
    """Return the p of Holm of the smallest of so many tests."""
    order = np.argsort(p, kind="stable")
    out = np.empty_like(p)
    out[order] = np.minimum(np.maximum.accumulate(p[order] * (pairs - np.arange(p.size))), 1.0)
    return out


def red_and_black(
    sample: gpd.GeoDataFrame,
    visits: pd.DataFrame,
    deductions: pd.DataFrame,
    possible: dict[str, float],
    *,
    by: str = "street_code",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """List who stands out (红黑榜), with the items that cost most.

    Red: the whole interval lies above the score of all; black: below it. The intervals are widened so that with the
    given confidence nobody is listed by chance (Bonferroni over the groups).

    Parameters
    ----------
    sample, visits, possible
        See :func:`geo.rates.scores`.
    deductions
        A frame of schema ``deductions``.
    by
        Column of the sample.
    confidence
        That nobody is listed wrongly.

    Returns
    -------
    DataFrame
        The columns of the scores (intervals of 95 %) and the ranks, ``list`` (``red``, ``black`` or empty), ``items``:
        the codes of the three that cost most, by the weights of the draw.
    """
    data = sampled(sample, visits, possible)
    table = score_table(data, by=by)
    table = table.join(ranks(table, confidence=confidence))
    strict = 1 - (1 - confidence) / max(int(table["score"].notna().sum()), 1)
    low, high = score_limits(data, table, by=by, confidence=strict)
    overall = float(score_table(data)["score"].iloc[0])
    table["list"] = np.select([low > overall, high < overall], ["red", "black"], "")
    table["items"] = worst_items(data, visits, deductions, by=by).reindex(table.index)
    table["items"] = table["items"].map(lambda items: items if isinstance(items, tuple) else ())
    return table.sort_values(["rank", "low"], ascending=[True, False])


def worst_items(data: Sampled, visits: pd.DataFrame, deductions: pd.DataFrame, *, by: str) -> pd.Series:
    """Return the items that cost each group most, estimated over the roster, as a tuple of codes."""
    owner = visits.loc[visits["checkpoint"].isin(data.frame.index), "checkpoint"]
    count = owner.value_counts()
    lines = deductions[deductions["visit"].isin(owner.index)]
    checkpoint = owner.reindex(lines["visit"]).to_numpy()
    weight = data.frame["weight"].reindex(checkpoint).to_numpy() / count.reindex(checkpoint).to_numpy()
    cost = pd.DataFrame(
        {
            "group": data.frame[by].reindex(checkpoint).to_numpy(),
            "item": lines["item"].to_numpy(),
            "cost": weight * lines["points"],
        }
    )
    total = cost.groupby(["group", "item"])["cost"].sum().reset_index()
    ordered = total.sort_values(["group", "cost", "item"], ascending=[True, False, True])
    return ordered.groupby("group")["item"].agg(_first)


def _first(items: Sequence[str]) -> tuple[str, ...]:
    return tuple(list(items)[:_WORST_ITEMS])
