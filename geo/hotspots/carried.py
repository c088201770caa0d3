"""What a flagged cell carries for those who must act on it: the costliest items, the zone and the unit responsible."""

from itertools import groupby
from operator import itemgetter

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.frames import DEDUCTIONS, VISITS, check
from geo.rasters.raster import OUTSIDE, Raster

_WORST_ITEMS = 3
_OWNERS = ("street_code", "community_code", "unit")


def carry(
    flagged: gpd.GeoDataFrame,
    visits: gpd.GeoDataFrame,
    deductions: pd.DataFrame,
    raster: Raster,
    *,
    classes: pd.Series | None = None,
) -> gpd.GeoDataFrame:
    """Put on each cell what its visits say about it.

    Parameters
    ----------
    flagged
        From :func:`geo.hotspots.flag`, indexed by the raster's cells.
    visits, deductions
        Frames of these schemas: those that the flags rest on.
    raster
        Whose cells they are.
    classes
        The class in time of each cell, from :func:`geo.hotspots.trend.classify`.

    Returns
    -------
    GeoDataFrame
        ``flagged`` with ``items``, the codes of the three that cost its place most (its own visits, outside a place),
        most first; ``street_code``, ``community_code`` and ``unit``, the most frequent of its visits, of equals the
        first in order, empty where they name none; ``class``, empty where it has none.
    """
    check(visits, VISITS)
    check(deductions, DEDUCTIONS)
    cell = pd.Series(raster.assign(visits.geometry.x.to_numpy(), visits.geometry.y.to_numpy()), index=visits.index)
    cell = cell[cell != OUTSIDE]
    out = flagged.copy()
    out["items"] = _items(flagged, cell, deductions)
    for column in _OWNERS:
        owner = _most_frequent(visits.loc[cell.index, column], cell)
        out[column] = owner.reindex(out.index).fillna("").astype(str)
    out["class"] = "" if classes is None else classes.reindex(out.index).fillna("").astype(str)
    return out


def _items(flagged: gpd.GeoDataFrame, cell: pd.Series, deductions: pd.DataFrame) -> pd.Series:
    """Rank the items of each place, or of the single cell where there is none."""
    # A place's number is negative here, so that it can't be taken for a cell's.
    group = pd.Series(np.where(flagged["place"] > 0, -flagged["place"], flagged.index.to_numpy()), index=flagged.index)
    of_line = cell.reindex(deductions["visit"]).map(group).to_numpy()  # of no group: a visit outside
    cost = (
        deductions.assign(group=of_line).dropna(subset="group").groupby(["group", "item"])["points"].sum().reset_index()
    )
    ordered = cost.sort_values(["group", "points", "item"], ascending=[True, False, True])
    worst = ordered[ordered.groupby("group").cumcount() < _WORST_ITEMS]
    found = {
        name: tuple(item for _, item in of_group)
        for name, of_group in groupby(zip(worst["group"], worst["item"], strict=True), key=itemgetter(0))
    }
    return pd.Series([found.get(g, ()) for g in group], index=flagged.index, dtype=object)


def _most_frequent(names: pd.Series, cell: pd.Series) -> pd.Series:
    """Return each cell's most frequent name, of equals the first in order; empty ones don't count."""
    table = pd.DataFrame({"cell": cell, "name": names})
    counts = table[table["name"] != ""].groupby(["cell", "name"]).size().rename("n").reset_index()
    ordered = counts.sort_values(["cell", "n", "name"], ascending=[True, False, True])
    return ordered.drop_duplicates("cell").set_index("cell")["name"]
