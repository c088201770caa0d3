"""The demo's checkpoints stand where such places are."""

import numpy as np
import pytest
import shapely
from scipy.spatial import KDTree

from data.demo.clip import METRIC
from data.demo.rules import RULES
from data.demo.zones import RIVERS
from geo import frames, openings
from geo.catalogue import load
from geo.crs import to_metric
from geo.zones.locate import locate

# categories whose street is the nearest one by far; a place deep in a block may be as near to another
BESIDE = ["bus_stop", "back_alley", "main_road", "secondary_road", "taxi_rank", "shopping_street", "main_junction"]


@pytest.fixture(scope="module")
def metric(demo):
    return to_metric(demo.checkpoints, crs=METRIC)


@pytest.fixture(scope="module")
def streets(demo):
    return to_metric(demo.streets, crs=METRIC)


def test_six_thousand_in_all_36_categories(demo) -> None:
    frames.check(demo.checkpoints, frames.CHECKPOINTS)
    assert len(demo.checkpoints) == 6_000
    assert demo.checkpoints["category"].value_counts().to_dict() == {code: rule.count for code, rule in RULES.items()}
    assert set(RULES) == set(load().categories)


def test_each_lies_in_exactly_one_zone_of_every_level(demo) -> None:
    points = demo.checkpoints.geometry.to_numpy()
    for level in ("street", "community", "grid"):
        members = demo.zones[demo.zones["level"] == level].geometry.to_numpy()
        point, _ = shapely.STRtree(members).query(points, predicate="within")
        assert np.array_equal(np.bincount(point, minlength=6_000), np.ones(6_000)), level
    found = locate(demo.checkpoints, demo.zones)
    for level in ("street", "community", "grid"):
        assert (found[level] == demo.checkpoints[f"{level}_code"]).all()


def test_each_lies_in_its_unit_cell(demo) -> None:
    cells = demo.store.zones.cells()
    own = cells.geometry.reindex(demo.checkpoints["cell"])
    assert shapely.intersects(own.to_numpy(), demo.checkpoints.geometry.to_numpy()).all()
    assert (demo.checkpoints["cell"].str[:12] == demo.checkpoints["community_code"]).all()
    assert not set(cells.index) & set(demo.zones.index)


def test_roster_names_the_zones_it_lies_in(demo) -> None:
    for name, code in (("street", "street_code"), ("community", "community_code")):
        assert (demo.zones["name"].reindex(demo.checkpoints[code]).to_numpy() == demo.checkpoints[name]).all()


def test_ids_names_and_fixed_flags(demo) -> None:
    roster = demo.checkpoints
    assert list(roster.index[[0, 122, -1]]) == ["WH-000001", "WH-000123", "WH-006000"]
    assert not roster["name"].duplicated().any()
    for column in ("name", "address", "unit"):
        assert roster[column].str.contains(r"[一-鿿]").all()
    catalogue = load()
    assert (roster["fixed"] == [catalogue.categories[code].fixed for code in roster["category"]]).all()
    assert 0 < roster["fixed"].sum() < 400
    assert (roster["size"] > 0).all()


def test_posted_hours_can_be_read(demo) -> None:
    posted = demo.checkpoints.loc[demo.checkpoints["hours"] != "", "hours"]
    assert 200 < len(posted) < 3_000
    assert all(any(openings.parse(hours).windows(day) for day in range(7)) for hours in set(posted))


@pytest.mark.parametrize("category", BESIDE)
def test_category_stands_on_its_class_of_street(metric, streets, category: str) -> None:
    rule = RULES[category]
    fit = streets[streets["highway"].isin(rule.classes)].geometry.to_numpy()
    points = metric[metric["category"] == category].geometry.to_numpy()
    _, away = shapely.STRtree(fit).query_nearest(points, return_distance=True, all_matches=False)
    assert away.max() <= rule.aside_m[1] + 0.1


def test_bus_stops_stand_on_through_roads_and_alleys_do_not(metric, streets) -> None:
    tree = shapely.STRtree(streets.geometry.to_numpy())
    for category, share in (("bus_stop", 0.75), ("back_alley", 0.0)):
        points = metric[metric["category"] == category].geometry.to_numpy()
        nearest = tree.query_nearest(points, all_matches=False)[1]
        through = streets["highway"].iloc[nearest].isin(("primary", "secondary", "tertiary")).mean()
        assert through >= share
        assert category == "bus_stop" or through < 0.15


def test_junctions_are_crossings_of_two_names(metric, streets) -> None:
    wide = streets[streets["highway"].isin(("trunk", "primary", "secondary", "tertiary"))]
    tree = shapely.STRtree(wide.geometry.to_numpy())
    points = metric[metric["category"] == "main_junction"].geometry.to_numpy()
    point, street = tree.query(points, predicate="dwithin", distance=45)
    names = [set(wide["name"].iloc[street[point == i]]) - {""} for i in range(len(points))]
    assert min(map(len, names)) >= 2


@pytest.mark.parametrize("category", ["bus_stop", "public_toilet", "park", "farmers_market", "school"])
def test_places_of_a_category_keep_apart(metric, category: str) -> None:
    points = shapely.get_coordinates(metric[metric["category"] == category].geometry.to_numpy())
    apart = KDTree(points).query(points, k=2)[0][:, 1]
    deepest = RULES[category].aside_m[1]
    assert apart.min() >= RULES[category].apart_m - 2 * deepest - 0.1


def test_nothing_stands_in_the_rivers(metric) -> None:
    middles = shapely.multilinestrings([shapely.LineString(river) for river in RIVERS])
    away = metric.distance(middles)
    assert away.min() > 40  # half of the Han's width
    yangtze = shapely.LineString(RIVERS[0])
    assert metric.distance(yangtze).min() > 350


def test_one_office_each(demo) -> None:
    roster = demo.checkpoints
    assert roster.loc[roster["category"] == "community_office", "community_code"].nunique() == 80
    assert roster.loc[roster["category"] == "service_hall", "street_code"].nunique() == 12


def test_school_surroundings_are_near_schools(metric) -> None:
    schools = metric[metric["category"] == "school"].geometry.to_numpy()
    around = metric[metric["category"] == "school_surroundings"].geometry.to_numpy()
    _, away = shapely.STRtree(schools).query_nearest(around, return_distance=True, all_matches=False)
    assert away.max() < 260


def test_markets_stand_where_people_live(metric, streets) -> None:
    lanes = streets[streets["highway"].isin(("residential", "living_street", "tertiary"))].geometry.to_numpy()
    tree = shapely.STRtree(lanes)

    def lanes_m(category: str) -> float:
        disc = shapely.buffer(metric[metric["category"] == category].geometry.to_numpy(), 200)
        place, lane = tree.query(disc, predicate="intersects")
        return float(shapely.length(shapely.intersection(disc[place], lanes[lane])).sum() / len(disc))

    assert lanes_m("farmers_market") > 1.3 * lanes_m("park")
