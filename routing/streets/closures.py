"""Which street edges the closures that a city lists take away, on a day or in a round."""

import datetime as dt
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.model import Round
from routing.streets.network import StreetNetwork

Flags = npt.NDArray[np.bool_]


def closed_edges(
    streets: StreetNetwork | gpd.GeoDataFrame, closures: gpd.GeoDataFrame, days: dt.date | Iterable[dt.date]
) -> frozenset[int]:
    """Return the labels of the edges that are closed on a day, or on any of several.

    Parameters
    ----------
    streets
        The network, or its STREETS frame.
    closures
        A frame of :data:`geo.frames.CLOSURES`. A closure with an area closes the edges that touch it; one with a
        street's name the edges of this name; one with both the edges of this name that touch the area. A name that no
        street has any more closes nothing.
    days
        One date or several.
    """
    edges = streets.edges if isinstance(streets, StreetNetwork) else streets
    holding = closures[_hold(closures, days)]
    closed = np.zeros(len(edges), bool)
    for one in holding.itertuples():
        closed |= _touched(edges, one.street, one.geometry)
    return frozenset(edges.index[closed].tolist())


def closed_in(streets: StreetNetwork | gpd.GeoDataFrame, closures: gpd.GeoDataFrame, round_: Round) -> frozenset[int]:
    """Return the labels of the edges that are closed on any day of a round.

    A round is planned on one network for all its days, so what is closed on one of them is not used on the others
    either.
    """
    return closed_edges(streets, closures, [round_.start + dt.timedelta(days=day) for day in range(round_.days)])


def _hold(closures: gpd.GeoDataFrame, days: dt.date | Iterable[dt.date]) -> Flags:
    texts = [day.isoformat() for day in ([days] if isinstance(days, dt.date) else days)]
    first, last = closures["first_day"].to_numpy(str), closures["last_day"].to_numpy(str)
    hold = closures["lifted_at"].isna().to_numpy()
    within = np.zeros(len(closures), bool)
    for text in texts:
        within |= (first <= text) & (text <= last)
    held: Flags = hold & within
    return held


def _touched(edges: gpd.GeoDataFrame, street: str, area: shapely.Geometry | None) -> Flags:
    named: Flags = (edges["name"] == street).to_numpy() if street else np.ones(len(edges), bool)
    if area is None:
        return named
    found: Flags = np.zeros(len(edges), bool)
    found[edges.sindex.query(area, predicate="intersects")] = True
    found &= named
    return found
