"""Streets, on both databases."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geo.frames import STREET_HOURS, STREETS, TURN_BANS, TURN_HOURS, check


def edges(count):
    data = {
        "u": range(10**10, 10**10 + count),  # OSM's node ids need 64 bits
        "v": range(count),
        "name": "长江大道",
        "highway": "primary",
        "walk": 3,
        "ebike": 3,
        "car": 1,
        "bridge": [i % 2 == 0 for i in range(count)],
        "tunnel": False,
        "length_m": 12.5,
        "part": 0,
    }
    lines = [shapely.LineString([(114, 30 + i / 100), (114.1, 30 + i / 100), (114.2, 30.5)]) for i in range(count)]
    index = pd.Index(range(count), name="edge", dtype="int64")
    return gpd.GeoDataFrame(data, index=index, geometry=lines, crs="EPSG:4326")


BANS = pd.DataFrame({"from_edge": [0], "via": [10**10], "to_edge": [1]}, index=pd.Index([7], name="id"))


def test_nothing_before_the_first_import(store):
    assert check(store.streets.frame(), STREETS).empty
    assert check(store.streets.turn_bans(), TURN_BANS).empty
    assert check(store.streets.hours(), STREET_HOURS).empty
    assert check(store.streets.turn_hours(), TURN_HOURS).empty
    assert store.streets.sha256() is None


def test_streets_are_replaced_with_their_bans(store):
    store.streets.replace(edges(9), turn_bans=BANS, source_sha256="old")
    store.streets.replace(edges(4), turn_bans=BANS.iloc[:0], source_sha256="new")
    assert_geodataframe_equal(check(store.streets.frame(), STREETS), edges(4), check_dtype=False)
    assert check(store.streets.turn_bans(), TURN_BANS).empty
    assert store.streets.sha256() == "new"


def test_turn_bans_come_back(store):
    store.streets.replace(edges(2), turn_bans=BANS, source_sha256="x")
    pd.testing.assert_frame_equal(store.streets.turn_bans(), BANS)


def test_a_refused_import_changes_nothing(store):
    store.streets.replace(edges(2), turn_bans=BANS, source_sha256="old")
    with pytest.raises(Exception, match="turn_bans"):
        store.streets.replace(edges(3), turn_bans=BANS.drop(columns="via"), source_sha256="new")
    assert len(store.streets.frame()) == 2
    assert store.streets.sha256() == "old"


def test_what_holds_at_some_hours_comes_back_and_goes_with_its_streets(store):
    streets = pd.DataFrame(
        {
            "edge": [1, 0],
            "hours": ["Mo-Fr 07:00-09:00; Sa-Su off", "22:00-24:00"],
            "walk": 3,
            "ebike": 0,
            "car": [0, 3],
        },
        index=pd.Index([0, 1], name="id"),
    )
    turns = BANS.assign(hours="07:00-09:00")
    store.streets.replace(edges(2), turn_bans=BANS, source_sha256="x", street_hours=streets, turn_hours=turns)
    pd.testing.assert_frame_equal(store.streets.hours(), streets)
    pd.testing.assert_frame_equal(store.streets.turn_hours(), turns)
    store.streets.replace(edges(2), turn_bans=BANS, source_sha256="y")
    assert store.streets.hours().empty
    assert store.streets.turn_hours().empty
