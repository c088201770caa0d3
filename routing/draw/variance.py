"""What a sample says about the whole city, with a variance from its days."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.errors import InputError


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over all checkpoints of the frame, with the variance of that estimate."""

    mean: float
    variance: float
    replicates: int


def replicate_mean(drawn: pd.DataFrame, values: pd.Series) -> Estimate:
    """Estimate the mean of a value over the frame, with a variance from the balanced replicates.

    Each day of a draw is a balanced sample of the whole city with its inclusion probabilities divided by the number of
    days; the
    spread of the days' estimates gives the variance (Wolter 2007, Introduction to Variance Estimation, section 2.2,
    doi:10.1007/978-0-387-35099-8). For what
    varies in space it errs on the safe side: the days avoid each other, and together cover more evenly than they tell.
    ``tests/bench/draw.py`` measures by how much.

    Parameters
    ----------
    drawn
        The sample with ``inclusion_prob`` and ``day``.
    values
        One value per drawn point, e.g. points deducted.

    Raises
    ------
    InputError
        With fewer than two days.
    """
    value = values.reindex(drawn.index).to_numpy(float)
    weight = 1.0 / drawn["inclusion_prob"].to_numpy(float)
    day = drawn["day"].to_numpy()
    days = np.unique(day)
    if len(days) < 2:  # noqa: PLR2004 - a spread needs two
        raise InputError("the sample has {days} day: a variance from replicates needs two or more", days=len(days))
    mean = float((weight * value).sum() / weight.sum())
    residual = weight * (value - mean) / weight.sum()  # linearised: the mean is a ratio of two totals
    totals = np.array([residual[day == one].sum() for one in days]) * len(days)
    return Estimate(mean, float((totals**2).sum() / (len(days) * (len(days) - 1))), len(days))
