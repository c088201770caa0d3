"""What is truly bad in the demo city: planted, written down, and kept apart from what inspectors happen to see."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.catalogue import Catalogue
from geo.crs import to_metric

Floats = npt.NDArray[np.float64]
MONTHS = ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
_USUAL = 0.06  # chance that an item fails where nothing is planted
_WORST = 0.85
_TURN = 3  # the month, from 0, in which the worsening get bad and the improving good
BAD_CATEGORIES = {"public_toilet": 2.2, "back_alley": 1.9, "farmers_market": 2.4, "old_compound": 2.0}
_BAD, _CHANGING = 3.0, 3.5


@dataclass(frozen=True, slots=True)
class Truth:
    """The planted differences, as factors on the chance that an item fails."""

    categories: Mapping[str, float]  # category -> factor
    communities: Mapping[str, float]  # community code -> factor, in every month
    worsening: Mapping[str, float]  # community code -> factor from 2026-03 on
    improving: Mapping[str, float]  # community code -> factor until 2026-02
    showcases: tuple[str, ...]  # street codes where inspectors go most, and nothing is planted

    def as_json(self) -> str:
        """Write the record down."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def plant(checkpoints: gpd.GeoDataFrame, rng: np.random.Generator) -> Truth:
    """Choose the bad communities: pairs of neighbours, none in the two offices where inspectors go most.

    Parameters
    ----------
    checkpoints
        The demo's CHECKPOINTS frame.
    rng
        What chooses.
    """
    offices = sorted(set(checkpoints["street_code"]))
    showcases = tuple(str(code) for code in sorted(rng.choice(offices, 2, replace=False)))
    metric = to_metric(checkpoints[~checkpoints["street_code"].isin(showcases)])
    centre = pd.DataFrame({"x": metric.geometry.x, "y": metric.geometry.y}).groupby(metric["community_code"]).mean()
    left = centre
    pairs: list[list[str]] = []
    for _ in range(5):
        seed = left.loc[str(rng.choice(left.index))]
        away = np.hypot(left["x"].to_numpy() - seed["x"], left["y"].to_numpy() - seed["y"])
        near = left.index[np.argsort(away, kind="stable")]
        pairs.append([str(code) for code in near[:2]])
        left = left.drop(near[:8])  # the next pair stands apart
    bad = [code for pair in pairs[:3] for code in pair]
    return Truth(
        categories=dict(BAD_CATEGORIES),
        communities=dict.fromkeys(sorted(bad), _BAD),
        worsening=dict.fromkeys(sorted(pairs[3]), _CHANGING),
        improving=dict.fromkeys(sorted(pairs[4]), _CHANGING),
        showcases=showcases,
    )


def fail_chance(category: pd.Series, community: pd.Series, month: npt.NDArray[np.int64], truth: Truth) -> Floats:
    """Return the chance that one item fails, for visits to places of these categories and communities.

    Parameters
    ----------
    category, community
        Codes, one for each visit.
    month
        Position in :data:`MONTHS`.
    truth
        What is planted.
    """
    factor = category.map(truth.categories).fillna(1.0).to_numpy(float)
    factor = factor * community.map(truth.communities).fillna(1.0).to_numpy(float)
    later = np.asarray(month) >= _TURN
    factor = factor * np.where(later, community.map(truth.worsening).fillna(1.0).to_numpy(float), 1.0)
    factor = factor * np.where(later, 1.0, community.map(truth.improving).fillna(1.0).to_numpy(float))
    return np.minimum(_USUAL * factor, _WORST)


def expected_points(checkpoints: pd.DataFrame, catalogue: Catalogue, truth: Truth, month: int) -> pd.Series:
    """Return the points that a visit takes off on average, by checkpoint; the place's own luck averages out."""
    chance = fail_chance(
        checkpoints["category"], checkpoints["community_code"], np.full(len(checkpoints), month), truth
    )
    points = checkpoints["category"].map({code: c.points for code, c in catalogue.categories.items()})
    return pd.Series(chance * points.to_numpy(float), checkpoints.index, name="expected_points")
