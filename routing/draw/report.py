"""What a draw has achieved: quotas, balance against simpler draws, streets, what it tells of neighbours."""

from dataclasses import dataclass, replace
from statistics import fmean

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.errors import InputError
from geo.progress import Progress, silent
from routing.draw.balance import Balance, balance
from routing.draw.balanced import balanced
from routing.draw.chances import chances, probabilities
from routing.draw.design import Design, trial_key
from routing.draw.points import points
from routing.draw.rounding import D
from routing.draw.sample import opened, select


@dataclass(frozen=True, slots=True)
class DrawFigures:
    """The figures of a draw's report."""

    quotas: pd.DataFrame  # per category: quota, drawn
    streets: pd.DataFrame  # per street office: expected, drawn; empty without a column for them
    days: pd.Series  # points per day
    balance: Balance
    simple_random: Balance  # mean of as many stratified simple random draws with the same probabilities
    per_category: Balance  # mean of as many draws that balance each category by itself
    neighbour_ratio: float  # P(nearest neighbour drawn | point drawn) / probability of the neighbour; 1 tells nothing


def figures(
    frame: gpd.GeoDataFrame,
    design: Design,
    drawn: gpd.GeoDataFrame,
    *,
    streets: str | None = "street_code",
    draws: int = 20,
    progress: Progress = silent,
) -> DrawFigures:
    """Compare a draw with what simpler ways to draw give on the same frame.

    Parameters
    ----------
    frame, design
        What was drawn from.
    drawn
        What :func:`routing.draw.select` gave, or a frame like it.
    streets
        Column to count streets by, whether or not the design has asked for it.
    draws
        Draws of each simpler way to take the mean of.
    """
    frame = frame.assign(inclusion_prob=probabilities(frame, design))
    known = frame[frame["inclusion_prob"] > 0]
    plain = replace(design, independent_share=1.0, streets=None, days=1, reserves=None)
    random_, apart = [], []
    for seed in range(draws):
        progress("comparison", seed, draws)
        random_.append(balance(frame, select(frame, plain, trial_key("simple random", seed))))
        apart.append(balance(frame, _each_category_alone(known, plain, seed)))
    return DrawFigures(
        quotas=quotas_kept(design, drawn),
        streets=streets_covered(known, drawn, streets),
        days=drawn["day"].value_counts().sort_index().rename("points"),
        balance=balance(frame, drawn),
        simple_random=_mean(random_),
        per_category=_mean(apart),
        neighbour_ratio=neighbour_ratio(frame, design, draws=5 * draws, progress=progress),
    )


def _each_category_alone(frame: gpd.GeoDataFrame, design: Design, seed: int) -> gpd.GeoDataFrame:
    """Balance every category by itself, blind to the others."""
    parts = []
    for name, quota in design.quotas.items():
        alone = replace(design, quotas={name: quota}, independent_share=0.0) if quota else None
        if alone is not None:
            members = frame[frame["category"].astype(str) == name]
            parts.append(select(members, alone, trial_key(f"alone {name}", seed)))
    return pd.concat(parts)


def quotas_kept(design: Design, drawn: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return ``quota`` and ``drawn`` of every category."""
    counts = {"quota": pd.Series(design.quotas), "drawn": drawn.groupby("category").size()}
    return pd.DataFrame(counts).fillna(0).astype(int).rename_axis("category")


def streets_covered(frame: gpd.GeoDataFrame, drawn: gpd.GeoDataFrame, column: str | None) -> pd.DataFrame:
    """Return ``expected`` and ``drawn`` points of every street office; empty without a column for them."""
    if column is None or column not in frame:
        return pd.DataFrame({"expected": pd.Series(dtype=float), "drawn": pd.Series(dtype=int)})
    counts = {"expected": frame.groupby(column)["inclusion_prob"].sum(), "drawn": drawn.groupby(column).size()}
    return pd.DataFrame(counts).fillna(0).astype({"drawn": int})


def _mean(all_of_them: list[Balance]) -> Balance:
    return Balance(fmean(one.city for one in all_of_them), fmean(one.within for one in all_of_them))


def neighbour_ratio(frame: gpd.GeoDataFrame, design: Design, *, draws: int = 100, progress: Progress = silent) -> float:
    """Estimate how much a drawn point tells about its nearest neighbour, by drawing many times.

    Returns
    -------
    float
        P(neighbour drawn | point drawn) / P(neighbour drawn), averaged over the drawn points of all draws: 1 when
        neighbours are
        independent, 0 when a drawn point makes its neighbour safe. Points that are certain don't count; nan when all
        are.

    Raises
    ------
    InputError
        When there is no draw to average.
    """
    if draws < 1:
        raise InputError("draws is {value!r}: make at least one", value=draws)
    chosen = points(frame, design)
    chosen, prob = opened(chosen, chances(frame, design, chosen))
    open_ = np.flatnonzero(prob < D)
    if len(open_) < 2:  # noqa: PLR2004 - a point and its neighbour
        return float("nan")
    place = np.column_stack([chosen.x_cm, chosen.y_cm]).astype(float)[open_]
    near = cKDTree(place).query(place, k=2)[1]
    neighbour = np.full(len(prob), -1)
    neighbour[open_] = open_[np.where(near[:, 0] == np.arange(len(open_)), near[:, 1], near[:, 0])]
    units = chosen.units()
    hits = count = 0.0
    for seed in range(draws):
        progress("neighbours", seed, draws)
        taken = np.zeros(len(prob), bool)
        taken[balanced(units, prob, design.share, trial_key("neighbours", seed), "sample")] = True
        mine = np.flatnonzero(taken & (neighbour >= 0))
        other = neighbour[mine]
        hits += float((taken[other] * (D / prob[other])).sum())
        count += len(mine)
    return hits / count if count else float("nan")
