"""Special campaigns (专项行动): a draw on a part of the frame."""

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.errors import InputError

_ZONES = ("street_code", "community_code", "grid_code")


@dataclass(frozen=True, slots=True)
class Campaign:
    """Which part of the frame is meant; what is None narrows nothing."""

    categories: Collection[str] | None = None
    zones: Collection[str] | None = None  # codes of streets, communities or grids
    items: Collection[str] | None = None  # the kind of problem: items that were deducted before


def part(
    frame: gpd.GeoDataFrame,
    campaign: Campaign,
    *,
    visits: pd.DataFrame | None = None,
    deductions: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the part of the frame that a campaign draws from; quotas, probabilities and proofs work on it as ever.

    Parameters
    ----------
    frame
        Checkpoints.
    campaign
        What to keep.
    visits, deductions
        Frames of the store, needed for the kind of problem.

    Raises
    ------
    InputError
        When nothing is left, or the kind of problem is asked for without the records.
    """
    keep = pd.Series(data=True, index=frame.index)
    if campaign.categories is not None:
        keep &= frame["category"].isin(list(campaign.categories))
    if campaign.zones is not None:
        keep &= frame[[column for column in _ZONES if column in frame]].isin(list(campaign.zones)).any(axis=1)
    if campaign.items is not None:
        if visits is None or deductions is None:
            raise InputError(
                "items is {value!r}: give the visits and deductions of the past too", value=sorted(campaign.items)
            )
        guilty = deductions.loc[deductions["item"].isin(list(campaign.items)), "visit"]
        keep &= frame.index.isin(visits.loc[visits.index.isin(guilty), "checkpoint"])
    if not keep.any():
        raise InputError(
            "the campaign {value} leaves no checkpoint: check its categories, zones and items", value=str(campaign)
        )
    return frame[keep]
