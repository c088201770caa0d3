"""Scores of a round with their margin of error: by category, street, unit, or over all."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, special

from geo.crs import to_metric
from geo.errors import InputError
from geo.frames import VISITS, check
from geo.rates.variance import local_variance, neighbour_weights, replicate_variance

Floats = NDArray[np.float64]

_ROUNDING = 1e-9  # of a chance of 1, and of a standard error of 0

SCORE_COLUMNS = (
    "checkpoints",
    "drawn",
    "visited",
    "unvisited_share",
    "score",
    "low",
    "high",
    "se",
    "se_days",
    "points_lost",
    "points_lost_se",
)


def visit_scores(visits: pd.DataFrame, possible: Mapping[str, float]) -> pd.Series:
    """Return the share of the possible points that each visit kept.

    Parameters
    ----------
    visits
        A frame of schema ``visits``.
    possible
        The most that a visit of a category can cost, of the catalogue's edition that the round was made under:
        ``{c.code: c.points for c in catalogue.categories.values()}``.

    Returns
    -------
    Series
        Named ``score``, between 0 and 1: more deducted than the category has counts as all of it.

    Raises
    ------
    InputError
        When the edition has no points for a category.
    """
    most = visits["category"].map(possible).astype(float)
    if most.isna().any() or (most <= 0).any():
        category = visits["category"][most.isna() | (most <= 0)].iloc[0]
        raise InputError(
            "category {value!r} has no points: give those of the catalogue's edition of the round",
            field="possible",
            value=category,
        )
    return (1.0 - visits["points"].clip(upper=most) / most).rename("score")


@dataclass(frozen=True, slots=True)
class Sampled:
    """The visited part of a draw, weighted to stand for the whole.

    Parameters
    ----------
    frame
        The visited checkpoints of the sample: its columns, ``score``, ``lost`` (points, mean of its visits),
        ``weight`` (of the draw, adjusted for points not visited), ``chance`` of being drawn and visited.
    drawn
        The whole sample, with ``draw_weight``.
    xy
        Of the visited, in metres, shape (n, 2).
    near
        The neighbour weights of the visited that were not certain.
    """

    frame: pd.DataFrame
    drawn: pd.DataFrame
    xy: Floats
    near: sparse.csr_array


def sampled(sample: gpd.GeoDataFrame, visits: pd.DataFrame, possible: Mapping[str, float]) -> Sampled:
    """Put the scores of the visits on the sample, and let the visited stand for those that weren't.

    Within each category the weights of the visited are raised so that they add up to those of all drawn; a category
    that was not visited at all is spread over the others. That is right when, within a category, the unvisited are
    like the visited.

    Parameters
    ----------
    sample
        Checkpoints drawn, as the store gives them: ``category``, ``inclusion_prob``, ``day``, geometry; index the
        checkpoint.
    visits
        A frame of schema ``visits``; those of checkpoints outside the sample don't count, several of one are averaged.
    possible
        See :func:`visit_scores`.

    Raises
    ------
    InputError
        When nothing was visited or a probability is none.
    """
    check(visits, VISITS)
    probability = sample["inclusion_prob"].to_numpy(float)
    if not ((probability > 0) & (probability <= 1)).all():
        raise InputError("inclusion_prob has values outside (0, 1]: give the sample of a draw", field="inclusion_prob")
    inside = visits[visits["checkpoint"].isin(sample.index)]
    if inside.empty:
        raise InputError(
            "no checkpoint of the sample has been visited: score the round after its first visits", field="visits"
        )
    found = pd.DataFrame(
        {"checkpoint": inside["checkpoint"], "score": visit_scores(inside, possible), "lost": inside["points"]}
    )
    mean = found.groupby("checkpoint")[["score", "lost"]].mean()
    reached = sample.index.isin(mean.index)
    metric = to_metric(gpd.GeoDataFrame(geometry=sample.geometry[reached])).geometry
    xy = np.column_stack([metric.x, metric.y])
    drawn = pd.DataFrame(sample.drop(columns=sample.geometry.name)).assign(draw_weight=1.0 / probability)
    frame = drawn[reached].join(mean)
    frame["weight"] = _adjusted(drawn, frame)
    # Points not visited are a second draw, within the category: even what was certain to be drawn is then a sample.
    chance = np.minimum(1.0 / frame["weight"].to_numpy(np.float64), 1.0)
    chance[chance > 1.0 - _ROUNDING] = 1.0
    frame["chance"] = chance
    return Sampled(frame, drawn, xy, neighbour_weights(xy[chance < 1.0], chance[chance < 1.0]))


def _adjusted(drawn: pd.DataFrame, visited: pd.DataFrame) -> pd.Series:
    whole = drawn.groupby("category")["draw_weight"].sum()
    reached = visited.groupby("category")["draw_weight"].sum()
    raised = visited["draw_weight"] * (whole.reindex(reached.index) / reached).reindex(visited["category"]).to_numpy()
    return pd.Series(raised * (whole.sum() / whole.reindex(reached.index).sum()))


def scores(
    sample: gpd.GeoDataFrame,
    visits: pd.DataFrame,
    possible: Mapping[str, float],
    *,
    by: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Score each group of checkpoints, and say how sure that is.

    The score is the mean over the checkpoints of the roster of the share of points kept, estimated by the weights of
    the draw (Hajek); ``points_lost`` is the total over the roster (Horvitz-Thompson). The variance compares neighbours
    (:func:`geo.rates.variance.local_variance`), residuals being taken from the means of the categories, whose counts
    the draw fixes. The interval is that of a proportion with the effective sample size (Korn and Graubard 1998, with
    Jeffreys' in place of Clopper and Pearson's limits), so it stays between 0 and 1 and has a width where everything
    is faultless.

    Parameters
    ----------
    sample, visits, possible
        See :func:`sampled`.
    by
        Column of the sample: ``category``, ``street_code``, ``unit``; None for one row over all.
    confidence
        Of the intervals.

    Returns
    -------
    DataFrame
        Index the group; columns: ``checkpoints`` of the roster that the sample stands for, ``drawn``, ``visited``,
        ``unvisited_share`` of the weight, ``score``, ``low``, ``high``, ``se``, ``se_days`` (from the days' replicates,
        conservative), ``points_lost``, ``points_lost_se``. A group without a visit has NaN.
    """
    return score_table(sampled(sample, visits, possible), by=by, confidence=confidence)


def score_table(data: Sampled, *, by: str | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """Score what has been put together already; see :func:`scores`."""
    if by is not None and by not in data.drawn.columns:
        raise InputError("by is {value!r}, which is no column of the sample", field="by", value=by)
    label = by or "all"
    group = data.drawn[by] if by else pd.Series("all", index=data.drawn.index)
    of_visited = group.reindex(data.frame.index).to_numpy(object)
    rows = {
        name: _score(data, drawn, of_visited == name, confidence=confidence)
        for name, drawn in data.drawn["draw_weight"].groupby(group.to_numpy(object))
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(SCORE_COLUMNS)).rename_axis(label)


def score_limits(data: Sampled, table: pd.DataFrame, *, by: str, confidence: float) -> tuple[Floats, Floats]:
    """Return the limits of another confidence for the scores of :func:`score_table`, group by group."""
    own = (data.frame["chance"] < 1).groupby(data.drawn[by].reindex(data.frame.index).to_numpy(object)).sum()
    points = own.reindex(table.index).fillna(0).to_numpy(int)
    rows = zip(*(table[name] for name in ("score", "se", "visited", "drawn")), points, strict=True)
    limits = [
        (np.nan, np.nan) if not visited else _limits(score, se, n, visited, drawn, confidence)
        for score, se, visited, drawn, n in rows
    ]
    low, high = np.array(limits, np.float64).reshape(-1, 2).T
    return low, high


def _limits(
    score: float, se: float, by_chance: int, visited: int, drawn: int, confidence: float
) -> tuple[float, float]:
    """Return the interval of a score: of points by chance, visited, drawn."""
    # Where only certain points were visited and others not, nothing is known of the others.
    blind = by_chance == 0 and visited < drawn
    return (0.0, 1.0) if blind else score_interval(score, se, by_chance, confidence=confidence)


def _score(data: Sampled, drawn: pd.Series, here: NDArray[np.bool_], *, confidence: float) -> tuple[float, ...]:
    """Score one group: the draw weights of those drawn, and which of the visited are in it."""
    part = data.frame[here]
    planned = float(drawn.sum())
    share = 1.0 - float(part["draw_weight"].sum()) / planned
    if part.empty:
        return (planned, len(drawn), 0, share, *(float("nan"),) * 7)
    weight, chance = (part[c].to_numpy(np.float64) for c in ("weight", "chance"))
    whole = weight.sum()
    score = float(weight @ part["score"]) / whole
    term = weight / whole * _score_residual(data, part, score)
    se = float(np.sqrt(local_variance(term, data.xy[here], chance)))
    days = float(np.sqrt(replicate_variance(term, part["day"].to_numpy())))
    low, high = _limits(score, se, int((chance < 1).sum()), len(part), len(drawn), confidence)
    lost = float(weight @ part["lost"])
    spread = _from_category_means(data.frame, data.frame["lost"].where(here, 0.0)) * data.frame["weight"].to_numpy()
    every = data.frame["chance"].to_numpy(np.float64)
    lost_se = float(np.sqrt(local_variance(spread, data.xy, every, weights=data.near)))
    return (planned, len(drawn), len(part), share, score, low, high, se, days, lost, lost_se)


def _score_residual(data: Sampled, part: pd.DataFrame, score: float) -> Floats:
    """Choose what a point's score is compared with.

    Over all checkpoints the draw fixes how many of each category there are, so only what is left after the categories'
    means can vary. Within a street or a unit the mix varies too.
    """
    if len(part) == len(data.frame):
        return _from_category_means(part, part["score"])
    n = len(part)
    return np.asarray((part["score"].to_numpy(np.float64) - score) * np.sqrt(n / max(n - 1, 1)))


def _from_category_means(frame: pd.DataFrame, values: pd.Series) -> Floats:
    """Take from each value its category's mean, widened for that mean being estimated."""
    code = pd.factorize(frame["category"])[0]
    weight, value = frame["weight"].to_numpy(np.float64), values.to_numpy(np.float64)
    n = np.bincount(code).astype(np.float64)
    mean = np.bincount(code, weights=weight * value) / np.bincount(code, weights=weight)
    return np.asarray((value - mean[code]) * np.sqrt(n / np.maximum(n - 1, 1))[code])


def score_interval(score: float, se: float, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share with a known standard error.

    Parameters
    ----------
    score
        Between 0 and 1.
    se
        Its standard error; 0 where all points are alike, which says little when they are few.
    n
        Points that were not certain; 0 when all were, and nothing is left to chance.
    confidence
        Of the interval.
    """
    if n == 0:
        return score, score
    if n == 1 or not np.isfinite(se):
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    # As many yes-or-no answers as would be as sure, fewer for the variance being estimated itself.
    sure = score * (1 - score) / se**2 if se > _ROUNDING else float(n)
    sure = max(sure, 1e-9) * (special.ndtri(tail) / special.stdtrit(n - 1, tail)) ** 2
    kept, lost = sure * score, sure * (1 - score)
    low = float(special.betaincinv(kept + 0.5, lost + 0.5, tail)) if score > 0 else 0.0
    high = float(special.betaincinv(kept + 0.5, lost + 0.5, 1 - tail)) if score < 1 else 1.0
    return min(low, score), max(high, score)
