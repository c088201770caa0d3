"""How far the city reaches, for the first look at its map."""

from collections.abc import Iterable

import geopandas as gpd
import shapely

from geo.model import Level
from geo.store import Store
from geo.store.places import Bounds

CHINA = (73.5, 18.0, 135.1, 53.6)
DECIMALS = 5


def extent(store: Store) -> Bounds:
    """Return west, south, east, north of the zones, else the checkpoints, else the streets, else China, in degrees."""
    return extent_of(store.extent())


def extent_of(found: Bounds | None) -> Bounds:
    """Return bounds in degrees to about a metre; of nothing those of China."""
    return CHINA if found is None else _rounded(found)


def bounds_of(frame: gpd.GeoDataFrame) -> Bounds:
    """Return west, south, east, north of a frame in degrees, to about a metre."""
    return _rounded(frame.total_bounds)


def outline(zones: gpd.GeoDataFrame) -> shapely.Geometry | None:
    """Return the outline of what is answered for: the districts, else the street offices; None without zones."""
    for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY):
        own = zones[zones["level"] == level]
        if len(own):
            return own.union_all()
    return None


def _rounded(bounds: Iterable[float]) -> Bounds:
    west, south, east, north = (round(float(value), DECIMALS) for value in bounds)
    return (west, south, east, north)
