"""Rows that look like one place twice."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_metric
from geo.readers.values import half_width

NEAR_M = 30.0


def near_duplicates(checkpoints: gpd.GeoDataFrame, *, near_m: float = NEAR_M) -> pd.DataFrame:
    """Find pairs of checkpoints with the same name and category within ``near_m``, for a person to decide.

    Returns
    -------
    DataFrame
        ``id, other, name, category, distance_m``; ``id`` is the one that stands first.
    """
    empty = pd.DataFrame({"id": [], "other": [], "name": [], "category": [], "distance_m": []})
    pairs = zip(checkpoints["name"].tolist(), checkpoints["category"].tolist(), strict=True)
    keys = [f"{half_width(name).casefold()}\x1f{category}" for name, category in pairs]
    key = pd.Series(keys, dtype=object)
    some = np.flatnonzero(key.duplicated(keep=False).to_numpy())
    if not len(some):
        return empty
    points = to_metric(checkpoints.iloc[some]).geometry.to_numpy()
    group = pd.factorize(key.iloc[some])[0]
    one, two = shapely.STRtree(points).query(points, predicate="dwithin", distance=near_m)
    pair = (one < two) & (group[one] == group[two])
    one, two = one[pair], two[pair]
    order = np.lexsort((two, one))
    one, two = one[order], two[order]
    first, second = some[one], some[two]
    return pd.DataFrame(
        {
            "id": checkpoints.index.to_numpy()[first],
            "other": checkpoints.index.to_numpy()[second],
            "name": checkpoints["name"].to_numpy()[first],
            "category": checkpoints["category"].to_numpy()[first],
            "distance_m": shapely.distance(points[one], points[two]).round(1),
        }
    )
