"""Flagged cells put together to places: what a list of hotspots has a row for."""

from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from geo.crs import unproject_xy
from geo.hotspots.verdict import compound_interval
from geo.rasters.raster import Raster
from geo.results.cells import CELL_M, raster_of

_NEIGHBOURS = np.ones((3, 3), int)  # a corner joins
_COLUMNS = ("hot", "cells", "visits", "deductions", "expected", "ratio", "rate", "rate_low", "rate_high")
_MOST_NAMES = 3


def hotspot_places(
    cells: gpd.GeoDataFrame, visits: gpd.GeoDataFrame, *, cell_m: float = CELL_M, confidence: float = 0.95
) -> pd.DataFrame:
    """Sum up the flagged cells of each place.

    A place is one of those that :func:`geo.hotspots.flag` proved; with one radius, which proves cells, it is flagged
    cells that touch.

    Parameters
    ----------
    cells
        From :func:`geo.results.hotspot_cells`.
    visits
        The visits that they rest on, all of them.
    cell_m
        The side of a cell, as it was there.
    confidence
        Of the interval around the rate.

    Returns
    -------
    DataFrame
        Index ``place`` from 1, hot ones first, the surest first. ``hot`` (bool), ``cells``, ``visits``, ``deductions``,
        ``expected`` points, their ``ratio``, ``rate`` (points per visit) with ``rate_low`` and ``rate_high``, ``q``,
        ``radius_m``, ``class`` (the most frequent one), ``zones`` (names, those with the most visits first, three at
        most), ``street_code``, ``unit`` (that of the most visits), ``items``, ``lon``, ``lat`` of the middle.
    """
    flagged = cells[cells["hot"] | cells["cold"]]
    if flagged.empty:
        return _nothing()
    raster = raster_of(visits, cell_m)
    label = pd.Series(_labels(flagged, raster), index=flagged.index)
    sums = flagged.groupby(label)[["visits", "deductions", "expected"]].sum()
    table = pd.DataFrame(
        {
            "hot": flagged["hot"].groupby(label).first(),
            "cells": label.groupby(label).size(),
            **{name: sums[name] for name in sums},
            "ratio": (sums["deductions"] / sums["expected"]).where(sums["expected"] > 0),
            **_rates(visits, raster, label, confidence),
            "q": flagged["q"].groupby(label).min(),
            "radius_m": flagged["radius_m"].groupby(label).max(),
            **_words(flagged, label),
            **_middle(flagged, raster, label),
        }
    )
    table = table.sort_values(["hot", "q", "deductions"], ascending=[False, True, False])
    return table.set_axis(pd.RangeIndex(1, len(table) + 1, name="place"))


def _labels(flagged: gpd.GeoDataFrame, raster: Raster) -> NDArray[np.int64]:
    proved: NDArray[np.int64] = flagged["place"].to_numpy(np.int64)
    if (proved > 0).all():
        return proved
    out = np.zeros(len(flagged), np.int64)
    for kind in ("hot", "cold"):
        mine = flagged[kind].to_numpy(bool)
        grid = np.zeros(raster.size, int)
        grid[flagged.index[mine]] = 1
        found = ndimage.label(grid.reshape(raster.n_rows, raster.n_cols), _NEIGHBOURS)[0].ravel()
        out[mine] = found[flagged.index[mine]] + out.max()
    return out


def _rates(visits: gpd.GeoDataFrame, raster: Raster, label: pd.Series, confidence: float) -> dict[str, pd.Series]:
    cell = pd.Series(raster.assign(visits.geometry.x.to_numpy(), visits.geometry.y.to_numpy()), index=visits.index)
    place = cell.map(label)
    points = visits["points"]
    known = place.notna()
    count = points[known].groupby(place[known]).size()
    total = points[known].groupby(place[known]).sum()
    squares = (points[known] ** 2).groupby(place[known]).sum()
    one_more = float((points**2).sum() / max(float(points.sum()), 1e-300))
    low, high = compound_interval(total.to_numpy(), squares.to_numpy(), one_more, confidence=confidence)
    return {"rate": total / count, "rate_low": low / count, "rate_high": high / count}


def _words(flagged: gpd.GeoDataFrame, label: pd.Series) -> dict[str, pd.Series]:
    """Return what names a place: the names with the most visits first, the class that most of its cells have."""
    return {
        "class": flagged["class"].groupby(label).agg(lambda kinds: kinds.mode().iloc[0]),
        "zones": _leading(flagged, label, "zone"),
        "street_code": _leading(flagged, label, "street_code").map(lambda codes: codes[0] if codes else ""),
        "unit": _leading(flagged, label, "unit").map(lambda units: units[0] if units else ""),
        "items": _items(flagged, label),
    }


def _items(flagged: gpd.GeoDataFrame, label: pd.Series) -> pd.Series:
    """Return the items of a proved place, which all its cells have; of touching cells those of the costliest ones."""
    ordered = flagged.sort_values("deductions", ascending=False, kind="stable")["items"]
    first = {
        place: tuple(dict.fromkeys(chain(*lists)))[:_MOST_NAMES] for place, lists in ordered.groupby(label.to_dict())
    }
    return pd.Series(first, dtype=object)


def _leading(flagged: gpd.GeoDataFrame, label: pd.Series, column: str) -> pd.Series:
    table = pd.DataFrame({"place": label, "name": flagged[column], "visits": flagged["visits"]})
    counts = table[table["name"] != ""].groupby(["place", "name"])["visits"].sum().reset_index()
    ordered = counts.sort_values(["place", "visits", "name"], ascending=[True, False, True])
    leading = {place: tuple(names.iloc[:_MOST_NAMES]) for place, names in ordered.groupby("place")["name"]}
    return pd.Series({place: leading.get(place, ()) for place in dict.fromkeys(label)}, dtype=object)


def _middle(flagged: gpd.GeoDataFrame, raster: Raster, label: pd.Series) -> dict[str, pd.Series]:
    x, y = raster.centres(flagged.index.to_numpy())
    x_mean = pd.Series(x, index=flagged.index).groupby(label).mean()
    y_mean = pd.Series(y, index=flagged.index).groupby(label).mean()
    lon, lat = unproject_xy(x_mean.to_numpy(), y_mean.to_numpy(), raster.crs_epsg)
    return {"lon": pd.Series(lon, index=x_mean.index), "lat": pd.Series(lat, index=x_mean.index)}


def _nothing() -> pd.DataFrame:
    names = (*_COLUMNS, "q", "radius_m", "class", "zones", "street_code", "unit", "items", "lon", "lat")
    return pd.DataFrame(columns=list(names), index=pd.RangeIndex(1, 1, name="place"))
