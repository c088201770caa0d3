"""How far the city reaches, for the first look at its map."""

import functools

import geopandas as gpd
import shapely

from geo.model import Level
from geo.store import Store

CHINA = (73.5, 18.0, 135.1, 53.6)
DECIMALS = 5
Bounds = tuple[float, float, float, float]


def extent(store: Store) -> Bounds:
    """Return west, south, east, north of the zones, else the checkpoints, else the streets, else China, in degrees."""
    for part in (store.zones, store.checkpoints):
        frame = part.frame()
        if len(frame):
            return bounds_of(frame)
    sha256 = store.streets.sha256()
    return _of_streets(store, sha256) if sha256 else CHINA


def bounds_of(frame: gpd.GeoDataFrame) -> Bounds:
    """Return west, south, east, north of a frame in degrees, to about a metre."""
    west, south, east, north = (round(float(value), DECIMALS) for value in frame.total_bounds)
    return (west, south, east, north)


def outline(zones: gpd.GeoDataFrame) -> shapely.Geometry | None:
    """Return the outline of what is answered for: the districts, else the street offices; None without zones."""
    for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY):
        own = zones[zones["level"] == level]
        if len(own):
            return own.union_all()
    return None


@functools.lru_cache(maxsize=8)
def _of_streets(store: Store, sha256: str) -> Bounds:  # noqa: ARG001 - the key: streets change with their hash
    return bounds_of(store.streets.frame())
