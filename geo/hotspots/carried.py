"""What a flagged cell carries for those who must act on it: the costliest items, the zone and the unit responsible."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.frames import DEDUCTIONS, VISITS, check
from geo.raster import OUTSIDE, Raster

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
        The class in time of each cell, from :func:`geo.trend.classify`.

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
        named = visits.loc[cell.index, column]
        named = named[named != ""]
        owner = (
            named.groupby(cell[named.index]).agg(lambda names: names.mode().iloc[0])
            if len(named)
            else pd.Series(dtype=str)
        )
        out[column] = owner.reindex(out.index).fillna("").astype(str)
    out["class"] = "" if classes is None else classes.reindex(out.index).fillna("").astype(str)
    return out


def _items(flagged: gpd.GeoDataFrame, cell: pd.Series, deductions: pd.DataFrame) -> pd.Series:
    """Rank the items of each place, or of the single cell where there is none."""
    # A place's number is negative here, so that it can't be taken for a cell's.
    group = pd.Series(np.where(flagged["place"] > 0, -flagged["place"], flagged.index.to_numpy()), index=flagged.index)
    lines = deductions[deductions["visit"].isin(cell.index)]
    of_line = cell.reindex(lines["visit"]).map(group).to_numpy()
    cost = lines.assign(group=of_line).dropna(subset="group").groupby(["group", "item"])["points"].sum().reset_index()
    ordered = cost.sort_values(["group", "points", "item"], ascending=[True, False, True])
    found = {name: tuple(items.iloc[:_WORST_ITEMS]) for name, items in ordered.groupby("group")["item"]}
    return pd.Series([found.get(g, ()) for g in group], index=flagged.index, dtype=object)
