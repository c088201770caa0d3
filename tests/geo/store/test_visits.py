"""Visits and deductions, on both databases."""

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import InputError, NotFoundError
from geo.frames import DEDUCTIONS, VISITS, check
from geo.model import Changes, Deduction, Round, Scope, Visit

EIGHT = dt.datetime(2026, 6, 12, 0, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LITTER, PARKING = Deduction("litter", 0.5, "两处"), Deduction("parking", 1.0)


@pytest.fixture
def city(store, roster):
    frame = roster(4, category=["main_road", "mall", "mall", "hotel"], grid_code=["G1", "G2", "G2", ""])
    store.checkpoints.upsert(frame)
    store.rounds.create(Round("r1", dt.date(2026, 6, 12), days=2, teams=1, size=4))
    return store


def test_a_visit_comes_back(city):
    china = dt.timezone(8 * HOUR)
    visit = Visit("c0001", "A", (EIGHT + HOUR).astimezone(china), "r1", covert=True, deductions=(LITTER, PARKING))
    assert city.visits.record([visit]) == Changes(accepted=1)
    back = check(city.visits.frame(), VISITS)
    row = back.iloc[0]
    assert row["points"] == 1.5
    assert row["arrived_at"] == EIGHT + HOUR
    assert (row["round_id"], row["checkpoint"], row["category"], row["team"]) == ("r1", "c0001", "mall", "A")
    assert bool(row["covert"])
    assert row["geometry"] == city.checkpoints.frame().loc["c0001", "geometry"]
    found = check(city.visits.deductions(), DEDUCTIONS)
    assert found["visit"].tolist() == [back.index[0]] * 2
    assert found[["item", "points", "note"]].to_numpy().tolist() == [["litter", 0.5, "两处"], ["parking", 1.0, ""]]


def test_nothing_found_is_a_visit(city):
    city.visits.record([Visit("c0000", "A", EIGHT)])
    assert city.visits.frame()["points"].tolist() == [0.0]
    assert city.visits.frame()["round_id"].tolist() == [""]
    assert check(city.visits.deductions(), DEDUCTIONS).empty


def test_the_same_visit_twice_is_one(city):
    visits = [Visit("c0000", "A", EIGHT, deductions=(LITTER,)), Visit("c0001", "A", EIGHT + HOUR)]
    assert city.visits.record(visits) == Changes(accepted=2)
    assert city.visits.record(visits) == Changes(unchanged=2)
    moved = dt.timedelta(microseconds=400)  # below what is kept
    assert city.visits.record([replace(visits[0], arrived_at=EIGHT + moved)]) == Changes(unchanged=1)
    assert len(city.visits.deductions()) == 1


def test_merging_takes_nothing_away(city):
    visit = Visit("c0000", "A", EIGHT, deductions=(LITTER,))
    city.visits.record([visit])
    assert city.visits.record([replace(visit, deductions=(PARKING,))]) == Changes(updated=1)
    assert city.visits.record([replace(visit, deductions=())]) == Changes(unchanged=1)
    assert city.visits.frame()["points"].tolist() == [1.5]
    dearer = replace(visit, deductions=(replace(LITTER, points=2.0),), round_id="r1")
    assert city.visits.record([dearer]) == Changes(updated=1)
    assert city.visits.frame()["points"].tolist() == [3.0]
    assert city.visits.frame()["round_id"].tolist() == ["r1"]
    assert city.visits.record([replace(visit, deductions=(replace(LITTER, points=2.0),))]) == Changes(unchanged=1)


def test_one_visit_may_deduct_an_item_twice(city):
    visit = Visit("c0000", "A", EIGHT, deductions=(LITTER, LITTER))
    city.visits.record([visit, visit])
    city.visits.record([visit])
    assert len(city.visits.deductions()) == 2
    assert city.visits.frame()["points"].tolist() == [1.0]


def test_one_list_may_bring_a_visit_in_pieces(city):
    visit = Visit("c0000", "A", EIGHT)
    pieces = [replace(visit, deductions=(LITTER,), round_id="r1"), replace(visit, deductions=(PARKING,), covert=True)]
    assert city.visits.record(pieces) == Changes(accepted=1)
    row = city.visits.frame().iloc[0]
    assert (row["points"], row["round_id"], bool(row["covert"])) == (1.5, "r1", True)


def test_the_place_at_the_time_stays(city, roster):
    city.visits.record([Visit("c0000", "A", EIGHT)])
    was = city.visits.frame().iloc[0]
    frame = roster(1, category="hotel", street_code="420102999", unit="x")
    frame["geometry"] = shapely.points([[115, 31]])
    city.checkpoints.upsert(frame)
    city.visits.record([Visit("c0000", "A", EIGHT + HOUR), Visit("c0000", "A", EIGHT, deductions=(LITTER,))])
    back = city.visits.frame()
    for column in ("category", "street_code", "unit", "geometry"):
        assert back.iloc[0][column] == was[column]
    assert back.iloc[1][["category", "street_code", "unit", "geometry"]].tolist() == [
        "hotel",
        "420102999",
        "x",
        shapely.Point(115, 31),
    ]


def test_all_or_none(city):
    with pytest.raises(NotFoundError, match="nobody"):
        city.visits.record([Visit("c0000", "A", EIGHT), Visit("nobody", "A", EIGHT)])
    with pytest.raises(NotFoundError, match="r9"):
        city.visits.record([Visit("c0000", "A", EIGHT), Visit("c0001", "A", EIGHT, "r9")])
    with pytest.raises(InputError, match="time zone"):
        city.visits.record([Visit("c0000", "A", EIGHT.replace(tzinfo=None))])
    assert city.visits.frame().empty
    assert city.visits.record([]) == Changes()


def test_a_retired_checkpoint_can_be_visited(city):
    city.checkpoints.retire(["c0000"])
    assert city.visits.record([Visit("c0000", "A", EIGHT)]).accepted == 1


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(), [0, 1, 2, 3]),
        (Scope(round_id="r1"), [0, 2]),
        (Scope(team="B"), [3]),
        (Scope(categories=("mall",)), [1, 2]),
        (Scope(categories=("mall", "hotel")), [1, 2, 3]),
        (Scope(since=EIGHT + HOUR), [1, 2, 3]),
        (Scope(until=EIGHT + HOUR), [0]),
        (Scope(since=EIGHT + HOUR, until=EIGHT + 3 * HOUR, covert=False), [2]),
        (Scope(covert=True), [1]),
        (Scope(zone="S"), [0, 1, 2, 3]),
        (Scope(zone="G2"), [1, 2]),
        (Scope(zone="P"), [1]),
        (Scope(zone="P", round_id="r1"), []),
    ],
)
def test_scopes(city, scope, found):
    zones = {"level": ["street", "grid", "special"], "name": "", "parent": ["", "S", ""], "unit": "", "person": ""}
    square = shapely.box(113, 29, 115, 31)
    shapes = [square, square, shapely.Point(114.001, 30.002).buffer(0.0001)]
    index = pd.Index(["S", "G2", "P"], name="code")
    city.zones.upsert(gpd.GeoDataFrame(zones, index=index, geometry=shapes, crs="EPSG:4326"))
    everyone = city.checkpoints.frame()
    everyone["street_code"] = "S"
    city.checkpoints.upsert(everyone)
    city.visits.record(
        [
            Visit("c0000", "A", EIGHT, "r1", deductions=(LITTER,)),
            Visit("c0001", "A", EIGHT + HOUR, covert=True, deductions=(LITTER,)),
            Visit("c0002", "A", EIGHT + 2 * HOUR, "r1", deductions=(LITTER,)),
            Visit("c0003", "B", EIGHT + 3 * HOUR, deductions=(LITTER,)),
        ]
    )
    visits = city.visits.frame(scope)
    assert visits["checkpoint"].tolist() == [f"c{i:04d}" for i in found]
    assert city.visits.deductions(scope)["visit"].tolist() == visits.index.tolist()


def test_a_scope_without_time_zone_is_refused(city):
    with pytest.raises(InputError, match="time zone"):
        city.visits.frame(Scope(since=EIGHT.replace(tzinfo=None)))
