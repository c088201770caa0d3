"""What the listed closures take away, on which days."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.model import Round
from routing.streets.closures import closed_edges, closed_in

DAYS = [dt.date(2026, 6, day) for day in range(9, 14)]


@pytest.fixture
def edges() -> gpd.GeoDataFrame:
    """Return three edges eastward of 0.001 degrees each; the first and the last have the same name."""
    lines = [shapely.LineString([(114 + 0.001 * n, 30), (114.001 + 0.001 * n, 30)]) for n in range(3)]
    return gpd.GeoDataFrame({"name": ["中山路", "", "中山路"]}, geometry=lines, crs=4326, index=[4, 7, 9])


def listed(*rows: tuple[object, str, str, str]) -> gpd.GeoDataFrame:
    """Return closures by area, street, first and last day."""
    areas, streets, first, last = zip(*rows, strict=True)
    columns = {"street": list(streets), "first_day": list(first), "last_day": list(last)}
    lifted = pd.Series([pd.NaT] * len(rows)).dt.tz_localize("UTC")
    return gpd.GeoDataFrame(columns | {"lifted_at": lifted}, geometry=list(areas), crs=4326)


WEST = shapely.box(113.9999, 29.9999, 114.0015, 30.0001)


def test_an_area_a_street_or_both(edges) -> None:
    rows = [(WEST, "", "2026-06-10", "2026-06-10"), (None, "中山路", "2026-06-11", "2026-06-12")]
    closures = listed(*rows, (WEST, "中山路", "2026-06-13", "2026-06-13"), (None, "天安门", "2026-06-09", "2026-06-09"))
    found = [closed_edges(edges, closures, day) for day in DAYS]
    assert found == [set(), {4, 7}, {4, 9}, {4, 9}, {4}]
    assert closed_edges(edges, closures, DAYS) == {4, 7, 9}


def test_a_lifted_closure_closes_nothing(edges) -> None:
    closures = listed((WEST, "", "2026-06-10", "2026-06-10"), (None, "中山路", "2026-06-10", "2026-06-10"))
    closures.loc[0, "lifted_at"] = pd.Timestamp("2026-06-01T00:00Z")
    assert closed_edges(edges, closures, DAYS[1]) == {4, 9}


def test_a_round_keeps_off_what_is_closed_on_any_of_its_days(edges) -> None:
    closures = listed((WEST, "", "2026-06-12", "2026-06-30"), (None, "中山路", "2026-06-01", "2026-06-08"))
    two = Round("R1", DAYS[0], days=2, teams=1, size=1)
    assert closed_in(edges, closures, two) == set()
    four = Round("R1", DAYS[0], days=4, teams=1, size=1)
    assert closed_in(edges, closures, four) == {4, 7}
    assert closed_in(edges, closures.iloc[:0], four) == set()
