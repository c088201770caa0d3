"""Does a file lie where the city is? On another continent it is its CRS or its digits that are wrong."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
from pyproj import Geod

from geo.sources.georeference import FAR_KM

_GEOD = Geod(ellps="WGS84")


def away_km(frame: gpd.GeoDataFrame, city: Iterable[gpd.GeoDataFrame | None]) -> float:
    """Return how far a file lies from what the city has, from its middle to their bounds; 0 within a city's width.

    Parameters
    ----------
    frame
        In EPSG:4326.
    city
        Streets, zones and checkpoints in EPSG:4326, as far as they are there.
    """
    bounds = np.array([part.total_bounds for part in city if part is not None and len(part)]).reshape(-1, 4)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    own = frame.geometry.bounds.to_numpy()
    own = own[np.isfinite(own).all(axis=1)]
    if not len(bounds) or not len(own):
        return 0.0
    lon, lat = np.median(own[:, [0, 2]].mean(axis=1)), np.median(own[:, [1, 3]].mean(axis=1))
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    nearest = np.clip((lon, lat), low, high)
    km = float(_GEOD.inv(lon, lat, *nearest)[2]) / 1000
    return km if km > FAR_KM else 0.0
