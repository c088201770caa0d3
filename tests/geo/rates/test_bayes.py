"""Rates beside the visits that they rest on."""

import geopandas as gpd
import pandas as pd
import pytest

from geo.errors import InputError
from geo.rasters.raster import Raster
from geo.rates import cell_rates


def visits_at(lon: list[float], lat: list[float], points: list[float]) -> gpd.GeoDataFrame:
    n = len(lon)
    frame = pd.DataFrame(
        {
            "round_id": "2026-06",
            "checkpoint": [f"c{i}" for i in range(n)],
            "category": "back_alley",
            "team": "t1",
            "arrived_at": pd.Timestamp("2026-06-12T02:00Z"),
            "covert": False,
            "points": points,
            "street_code": "",
            "community_code": "",
            "unit": "",
        },
        index=pd.Index([f"v{i}" for i in range(n)], name="id"),
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


def test_a_cell_visited_often_is_not_hot_for_that() -> None:
    raster = Raster.cover((114.25, 30.5, 114.27, 30.52))
    lon, lat = [114.2551, 114.2551, 114.2551, 114.2651], [30.505, 30.505, 30.505, 30.515]
    rates = cell_rates(visits_at(lon, lat, [1.0, 0.0, 2.0, 3.0]), raster)
    assert rates["visits"].tolist() == [3, 1]
    assert rates["deductions"].tolist() == [3.0, 3.0]
    assert rates["rate"].tolist() == [1.0, 3.0]
    assert rates.index.name == "cell"
    assert rates.crs.to_epsg() == 4326


def test_a_city_without_visits_has_no_rates() -> None:
    raster = Raster.cover((114.25, 30.5, 114.27, 30.52))
    assert cell_rates(visits_at([114.2551], [30.505], [1.0]).iloc[:0], raster).empty


def test_a_frame_that_is_no_visits_frame_is_refused() -> None:
    raster = Raster.cover((114.25, 30.5, 114.27, 30.52))
    with pytest.raises(InputError, match="points"):
        cell_rates(visits_at([114.2551], [30.505], [1.0]).drop(columns="points"), raster)
