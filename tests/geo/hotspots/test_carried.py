"""What a flagged cell says to those who must act on it."""

import geopandas as gpd
import pandas as pd
import pytest

from geo.hotspots import carry
from geo.rasters.raster import Raster

RASTER = Raster(crs_epsg=4547, x0_m=500_000.0, y0_m=3_380_000.0, cell_m=100.0, n_cols=4, n_rows=1)


@pytest.fixture
def visits() -> gpd.GeoDataFrame:
    x = [50, 60, 150, 160, 170, 250]
    table = pd.DataFrame(
        {
            "round_id": "",
            "checkpoint": [f"c{i}" for i in range(6)],
            "category": "mall",
            "team": "",
            "arrived_at": pd.Timestamp("2026-06-12T02:00Z"),
            "covert": False,
            "points": 1.0,
            "street_code": ["s1", "s1", "s2", "s2", "s1", ""],
            "community_code": "",
            "unit": ["u1", "u2", "u2", "u2", "", "u3"],
        },
        index=pd.Index([f"v{i}" for i in range(6)], name="id"),
    )
    places = gpd.GeoSeries(gpd.points_from_xy([500_000 + a for a in x], [3_380_050] * 6), crs=4547)
    return gpd.GeoDataFrame(table, geometry=places.to_crs(4326).array, crs=4326)


def test_items_are_those_of_the_place_and_owners_those_of_the_cell(visits: gpd.GeoDataFrame) -> None:
    flagged = RASTER.polygons()
    flagged["place"] = [1, 1, 0, 0]
    lines = [
        ("v0", "litter", 2),
        ("v2", "bins", 3),
        ("v3", "litter", 2),
        ("v4", "kerb", 1),
        ("v1", "lamp", 0.5),
        ("v5", "smell", 1),
    ]
    deductions = pd.DataFrame(lines, columns=["visit", "item", "points"]).assign(note="")
    deductions.index = pd.Index([f"d{i}" for i in range(6)], name="id")
    found = carry(flagged, visits, deductions, RASTER, classes=pd.Series({0: "new"}))
    assert found["items"].tolist() == [("litter", "bins", "kerb"), ("litter", "bins", "kerb"), ("smell",), ()]
    assert found["street_code"].tolist() == ["s1", "s2", "", ""]
    assert found["unit"].tolist() == ["u1", "u2", "u3", ""]
    assert found["class"].tolist() == ["new", "", "", ""]
    assert "items" not in flagged.columns
