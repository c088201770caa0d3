"""A small clustered city to draw from."""

import geopandas as gpd
import numpy as np
import pytest


@pytest.fixture(scope="session")
def town() -> gpd.GeoDataFrame:
    """400 points in 5 categories and 6 street offices, in Wuhan's metric zone; 3 of them are fixed."""
    rng = np.random.default_rng(11)
    centres = rng.random((12, 2)) * 8000
    xy = centres[rng.integers(0, 12, 400)] + rng.normal(0, 500, (400, 2)) + [530_000, 3_380_000]
    frame = gpd.GeoDataFrame(
        {
            "category": np.array(list("abcde"))[rng.choice(5, 400, p=[0.4, 0.3, 0.15, 0.1, 0.05])],
            "street": [f"s{int(x) % 6}" for x in xy[:, 0] // 2000],
            "size": rng.lognormal(0, 0.6, 400),
            "fixed": np.arange(400) % 150 == 7,
        },
        geometry=gpd.points_from_xy(*xy.T),
        crs="EPSG:4547",
    )
    frame.index = [f"点{i:03d}" for i in range(400)]
    return frame.rename_axis("id")
