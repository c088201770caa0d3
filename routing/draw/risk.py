"""How likely a checkpoint should be drawn: risk x age since its last visit x size; certain when its turn has come."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import InputError

LOOK_BACK = "look_back"  # 回头看: closed problems that are looked at again, a category of its own


@dataclass(frozen=True, slots=True)
class RiskRules:
    """How visits of the past weigh.

    Parameters
    ----------
    longest_gap_days
        A checkpoint whose last visit is this long ago is certain (滚动轮回).
    least_age
        What the age factor, gap / longest gap, doesn't fall below.
    risk_range
        Least and most of the risk factor; 1 is the mean of the category.
    prior_visits
        Visits of the category's mean that a checkpoint's own rate is mixed with, so that one bad day isn't a
        reputation.

    Raises
    ------
    InputError
        When a value cannot be.
    """

    longest_gap_days: int = 180
    least_age: float = 0.1
    risk_range: tuple[float, float] = (0.5, 4.0)
    prior_visits: float = 2.0

    def __post_init__(self) -> None:
        """Refuse what would make a chance zero."""
        low, high = self.risk_range
        if (
            self.longest_gap_days < 1
            or not 0 < self.least_age <= 1
            or not 0 < low <= 1 <= high
            or self.prior_visits <= 0
        ):
            raise InputError("the risk rules are {value}: every factor must stay above 0", value=str(self))


def weigh(
    frame: gpd.GeoDataFrame, visits: pd.DataFrame, today: dt.date, rules: RiskRules | None = None
) -> gpd.GeoDataFrame:
    """Return the frame its weights for a draw on ``today``.

    A checkpoint that was never visited has the age of the longest gap, but isn't certain.

    Parameters
    ----------
    frame
        Checkpoints with ``category``, and ``size`` and ``fixed`` where there are any.
    visits
        Visits of the past with ``checkpoint``, ``arrived_at`` (UTC) and ``points`` deducted.
    today
        The day of the draw.

    Returns
    -------
    geopandas.GeoDataFrame
        The frame with ``risk``, ``age``, ``weight`` (their product with ``size``, above 0; name it as the design's
        ``size``) and ``fixed``, which is also true where the gap has reached its maximum.
    """
    rules = rules or RiskRules()
    visits = visits[visits["checkpoint"].isin(frame.index) & (visits["arrived_at"].dt.date < today)]
    by_point = visits.groupby("checkpoint")
    last = by_point["arrived_at"].max().reindex(frame.index)
    gap = (pd.Timestamp(today, tz="UTC") - last).dt.days.astype(float)
    due = (gap >= rules.longest_gap_days).to_numpy(bool)
    age = (gap.fillna(rules.longest_gap_days) / rules.longest_gap_days).clip(rules.least_age, 1.0)
    risk = _risk(frame, by_point["points"].agg(["sum", "count"]), rules)
    size = frame["size"].astype(float) if "size" in frame else pd.Series(1.0, index=frame.index)
    fixed = frame["fixed"].to_numpy(bool) if "fixed" in frame else np.zeros(len(frame), bool)
    return frame.assign(risk=risk, age=age, weight=risk * age * size, fixed=fixed | due)


def _risk(frame: gpd.GeoDataFrame, past: pd.DataFrame, rules: RiskRules) -> pd.Series:
    """Return each checkpoint's deductions per visit against its category's mean, smoothed by a few such visits."""
    own = past.set_axis(["points", "visits"], axis=1).reindex(frame.index).fillna(0.0)
    total = own.groupby(frame["category"]).transform("sum")
    mean = (total["points"] / total["visits"].where(total["visits"] > 0)).fillna(0.0)
    rate = (own["points"] + rules.prior_visits * mean) / (own["visits"] + rules.prior_visits)
    return (rate / mean.where(mean > 0)).fillna(1.0).clip(*rules.risk_range)


def look_back(frame: gpd.GeoDataFrame, checkpoints: Iterable[str], category: str = LOOK_BACK) -> gpd.GeoDataFrame:
    """Move checkpoints with a closed problem into a category of their own, so that they get a quota of their own.

    Fixed checkpoints stay where they are, since they are drawn anyway. The category of before is kept as
    ``home_category``.

    Raises
    ------
    InputError
        When one of them isn't in the frame.
    """
    chosen = set(checkpoints)
    unknown = chosen - set(frame.index)
    if unknown:
        raise InputError("the checkpoint {id!r} to look back at isn't in the frame", id=min(unknown))
    moved = frame.index.isin(list(chosen))
    if "fixed" in frame:
        moved &= ~frame["fixed"].to_numpy(bool)
    return frame.assign(home_category=frame["category"], category=frame["category"].where(~moved, category))
