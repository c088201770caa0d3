"""A planted bad place is found, and each cell carries what an office needs; nothing known stays unknown."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph

from geo.crs import project_xy, unproject_xy
from geo.frames import DEDUCTIONS, VISITS, ZONES
from geo.rates import empirical_bayes
from geo.results import RADII_M, hotspot_cells, hotspot_places, raster_of
from geo.results.cells import NEAR_M

EPSG = 4547
MIDDLE = (114.3, 30.6)
SIDE_M = 3_000


def city(seed: int, *, months: int = 6, bad: float = 4.0) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Scatter visits over 3 x 3 km; in the middle 600 m the rate is ``bad`` times that elsewhere."""
    random = np.random.default_rng(seed)
    n = 3_000
    x0, y0 = project_xy(np.array([MIDDLE[0]]), np.array([MIDDLE[1]]), EPSG)
    x, y = (random.random((2, n)) - 0.5) * SIDE_M
    inside = (np.abs(x) < 300) & (np.abs(y) < 300)
    lon, lat = unproject_xy(x0 + x, y0 + y, EPSG)
    month = random.integers(0, months, n)
    table = pd.DataFrame(
        {
            "round_id": "",
            "checkpoint": [f"P{i}" for i in range(n)],
            "category": np.where(random.random(n) < 0.5, "main_road", "back_alley"),
            "team": "1",
            "arrived_at": [dt.datetime(2026, 1 + m, 10, tzinfo=dt.UTC) for m in month],
            "covert": False,
            "points": 2.0 * random.poisson(np.where(inside, 0.4 * bad, 0.4)),
            "street_code": np.where(x < 0, "420102001", "420102002"),
            "community_code": "",
            "unit": np.where(x < 0, "市政公司", ""),
        },
        index=pd.Index([f"v{i}" for i in range(n)], name="id"),
    )
    visits = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=4326)
    found = visits[visits["points"] > 0]
    lines = pd.DataFrame(
        {
            "visit": found.index,
            "item": np.where(inside[visits["points"] > 0], "main_road.litter", "main_road.parking"),
            "points": found["points"].to_numpy(),
            "note": "",
        },
        index=pd.Index([f"d{i}" for i in range(len(found))], name="id"),
    )
    assert set(VISITS.columns) <= set(visits.columns)
    assert set(DEDUCTIONS.columns) <= set(lines.columns)
    return visits, lines


def zones() -> gpd.GeoDataFrame:
    """Return a district, its western street, and a community in that; the east has no street."""
    lon, lat = MIDDLE
    boxes = {
        "420102": ("district", "江岸区", "", "区创建办", shapely.box(lon - 1, lat - 1, lon + 1, lat + 1)),
        "420102001": ("street", "大智街道", "420102", "大智街道办事处", shapely.box(lon - 1, lat - 1, lon, lat + 1)),
        "420102001001": ("community", "天声社区", "420102001", "", shapely.box(lon - 1, lat - 1, lon, lat)),
    }
    level, name, parent, unit, shape = zip(*boxes.values(), strict=True)
    index = pd.Index(list(boxes), name="code")
    columns = {"level": level, "name": name, "parent": parent, "unit": unit, "person": ""}
    frame = gpd.GeoDataFrame(columns, geometry=list(shape), crs=4326, index=index)
    assert set(ZONES.columns) <= set(frame.columns)
    return frame


@pytest.fixture(scope="module")
def found() -> gpd.GeoDataFrame:
    return hotspot_cells(*city(3), zones=zones())


def test_the_planted_place_is_flagged_and_nothing_far_from_it(found: gpd.GeoDataFrame) -> None:
    x, y = raster_of(city(3)[0]).centres(found.index.to_numpy())
    x0, y0 = project_xy(np.array([MIDDLE[0]]), np.array([MIDDLE[1]]), EPSG)
    planted = (np.abs(x - x0) < 250) & (np.abs(y - y0) < 250)
    assert found.loc[planted, "hot"].mean() > 0.8
    far = np.hypot(x - x0, y - y0) > 800
    assert not found.loc[far, "hot"].any()
    assert found["visits"].sum() == 3_000
    assert set(found["radius_m"].unique()) <= set(RADII_M)


def test_a_flagged_cell_carries_what_an_office_needs(found: gpd.GeoDataFrame) -> None:
    hot = found[found["hot"]]
    assert (hot["items"].map(lambda items: items[0]) == "main_road.litter").all()
    assert set(hot["class"]) <= {"persistent", "intensifying", "diminishing", "sporadic"}
    assert hot["class"].eq("persistent").any()
    assert hot["rate"].between(hot["rate_low"], hot["rate_high"]).all()
    assert (hot["q"] <= 0.05).all()


def test_the_most_detailed_zone_answers_and_its_unit_where_the_visits_name_none(found: gpd.GeoDataFrame) -> None:
    centre = found.to_crs(EPSG).centroid.to_crs(4326)
    west, south = centre.x < MIDDLE[0], centre.y < MIDDLE[1]
    assert set(found.loc[west & south, "zone"]) == {"天声社区"}
    assert set(found.loc[west & ~south, "zone"]) == {"大智街道"}
    assert set(found.loc[~west, "zone_code"]) == {"420102"}
    assert set(found.loc[west & (found["street_code"] == "420102001"), "unit"]) == {"市政公司"}
    assert set(found.loc[~west & (found["street_code"] == "420102002"), "unit"]) == {"区创建办"}


def test_the_smoothed_rate_is_the_local_estimate_of_the_graph(found: gpd.GeoDataFrame) -> None:
    visits, _ = city(3)
    x, y = raster_of(visits).centres(found.index.to_numpy())
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), index=found.index)
    graph = Graph.build_distance_band(points, NEAR_M, binary=True)
    unit = (visits["points"] ** 2).sum() / visits["points"].sum()
    want = empirical_bayes(found["deductions"] / unit, found["visits"], graph) * unit
    np.testing.assert_allclose(found["rate_eb"], want, rtol=1e-9)
    spread = found[["rate", "rate_eb"]].std()
    assert 0 < spread["rate_eb"] < spread["rate"]


def test_a_city_with_nothing_bad_has_no_hotspot() -> None:
    flagged = [hotspot_cells(*city(seed, bad=1.0))["hot"].sum() for seed in range(10, 15)]
    assert sum(n > 0 for n in flagged) <= 1


def test_no_visits_give_no_cells_of_the_same_columns(found: gpd.GeoDataFrame) -> None:
    visits, lines = city(3)
    none = hotspot_cells(visits[:0], lines[:0], zones=zones())
    assert len(none) == 0
    assert none.dtypes.equals(found.dtypes)
    assert none.crs == found.crs


def test_visits_that_found_nothing_have_a_rate_of_nothing() -> None:
    visits, lines = city(3)
    clean = hotspot_cells(visits.assign(points=0.0), lines[:0], zones=zones())
    assert (clean["rate_eb"] == 0).all()
    assert not clean["hot"].any()
    assert not clean["cold"].any()


def test_places_sum_their_cells_and_one_radius_gives_touching_ones(found: gpd.GeoDataFrame) -> None:
    visits, lines = city(3)
    places = hotspot_places(found, visits)
    assert list(places.index) == list(range(1, len(places) + 1))
    assert places["cells"].sum() == (found["hot"] | found["cold"]).sum()
    assert places["visits"].sum() == found.loc[found["hot"] | found["cold"], "visits"].sum()
    first = places.loc[1]
    assert first["hot"]
    assert first["ratio"] > 2
    assert first["rate_low"] < first["rate"] < first["rate_high"]
    assert first["items"][0] == "main_road.litter"
    assert abs(first["lon"] - MIDDLE[0]) < 0.005
    single = hotspot_cells(visits, lines, zones=zones(), radii_m=[300.0])
    assert (single["place"] == 0).all()
    touching = hotspot_places(single, visits)
    assert touching["cells"].sum() == (single["hot"] | single["cold"]).sum()
    assert touching.loc[1, "cells"] > 10


def test_no_flag_gives_no_place(found: gpd.GeoDataFrame) -> None:
    visits, _ = city(3)
    calm = found.assign(hot=False, cold=False)
    assert list(hotspot_places(calm, visits).columns) == list(hotspot_places(found, visits).columns)
    assert hotspot_places(calm, visits).empty
