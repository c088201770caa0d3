"""Stops with what people want to read of them."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import geopandas as gpd

from geo.natural import by_team


def stop_rows(
    stops: gpd.GeoDataFrame, roster: gpd.GeoDataFrame, *, zone: ZoneInfo, category: Callable[[str], str]
) -> gpd.GeoDataFrame:
    """Put stops in their order and say their names, numbers and local times.

    Parameters
    ----------
    stops
        A frame of schema ``stops``.
    roster
        The checkpoints that may be named.
    zone
        The city's time zone.
    category
        Names a category by its code.

    Returns
    -------
    GeoDataFrame
        With ``number`` (from 1 on each route, 0 of bases and lunches), ``name``, ``category``, and ``from`` and ``to``
        as ``HH:MM``.
    """
    ordered = by_team(stops, "day", "team", "order")
    at, visited = ordered["checkpoint"], ordered["kind"].eq("stop")
    times = {"from": ordered["arrive"], "to": ordered["depart"]}
    return ordered.assign(
        number=visited.groupby([ordered["day"], ordered["team"]]).cumsum().where(visited, 0).astype(int),
        name=at.map(roster["name"]).fillna(""),
        category=at.map(roster["category"]).fillna("").map(category),
        **{name: moments.dt.tz_convert(zone).dt.strftime("%H:%M") for name, moments in times.items()},
    )
