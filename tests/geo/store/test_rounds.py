"""Teams, rounds, draws and plans, on both databases."""

import datetime as dt
import math
from dataclasses import replace
from types import MappingProxyType

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import InputError, NotFoundError, StateError
from geo.frames import ROUTES, STOPS, UNSERVED, check
from geo.model import NO_LUNCH, Draw, Inspector, Mode, Round, Team, Visit
from geo.store.plans import NewPlan

JUNE = Round(
    "2026-06", dt.date(2026, 6, 12), days=4, teams=2, size=3, covert=True, quotas={"main_road": 3}, edition="1"
)
NOON = dt.datetime(2026, 6, 12, 4, 30, 15, 123456, tzinfo=dt.UTC)
DRAW = Draw("2026-06", b"\x00\xff" * 16, True, {"quotas": {"main_road": 3}, "share": 0.1}, "ab", 0.14, 0.17, NOON)


def drawn(*ids):
    data = {"inclusion_prob": [0.75] * len(ids), "day": range(1, len(ids) + 1), "ticket": range(len(ids), 0, -1)}
    return pd.DataFrame(data, index=pd.Index(ids, name="id", dtype="str"))


def plan(round_id="2026-06", checkpoints=("c0000", "c0001")):
    routes = gpd.GeoDataFrame(
        {
            "round_id": round_id,
            "team": ["A", "B"],
            "day": 1,
            "mode": "car",
            "travel_s": 60,
            "length_m": 1.5,
            "stops": 1,
        },
        index=pd.Index(["A-1", "B-1"], name="id"),
        geometry=[shapely.LineString([(114, 30), (114.1, 30)]), None],
        crs="EPSG:4326",
    )
    stops = gpd.GeoDataFrame(
        {
            "round_id": round_id,
            "team": "A",
            "day": [1, 1, 2],
            "order": [1, 0, 0],
            "kind": ["stop", "base", "stop"],
            "checkpoint": [checkpoints[0], "", checkpoints[1]],
            "arrive": pd.to_datetime([NOON, None, NOON], utc=True),
            "depart": pd.to_datetime([NOON, NOON, NOON], utc=True),
            "dwell_s": [600, 0, 600],
            "travel_s": [60, 0, 60],
        },
        index=pd.Index(["A-1-1", "A-1-0", "A-2-0"], name="id"),
        geometry=shapely.points([[114, 30], [114.1, 30], [114.2, 30]]),
        crs="EPSG:4326",
    )
    unserved = pd.DataFrame(
        {"round_id": round_id, "day": [2], "reason": "closed", "remedy": [{"change": "day", "values": {"day": 1}}]},
        index=pd.Index(["c0002"], name="checkpoint"),
    )
    return routes, stops, unserved


@pytest.fixture
def june(store, roster):
    store.checkpoints.upsert(roster(4))
    store.rounds.create(JUNE)
    return store


def test_teams_keep_their_order_and_people(store):
    teams = [
        Team("乙", 114.3, 30.5, Mode.WALK, (Inspector("李", "乙", "文明办", "一街"), Inspector("王", "乙"))),
        Team("甲", 114.0, 30.0),
        Team("丙", 114.0, 30.0, Mode.CAR, (), (28_800, 43_200), NO_LUNCH, open_end=True, days=frozenset({2, 1})),
        Team("丁", 114.0, 30.0, lunch_within_s=(39_600, 50_400), days=frozenset()),
    ]
    store.teams.replace([Team("old", 1.0, 2.0, inspectors=(Inspector("x", "old"),))])
    store.teams.replace(teams)
    assert store.teams.all() == teams


def test_rounds_come_back_the_oldest_first(store):
    may = Round("2026-05", dt.date(2026, 5, 12), days=1, teams=1, size=1)
    store.rounds.create(JUNE)
    store.rounds.create(may)
    assert store.rounds.all() == [may, JUNE]
    assert store.rounds.get("2026-06") == JUNE


def test_any_mapping_will_do(june):
    frozen = MappingProxyType({"main_road": 1})
    june.rounds.create(replace(JUNE, id="2026-07", quotas=frozen))
    june.draws.save(replace(DRAW, design=MappingProxyType({"quotas": frozen})), drawn("c0000"))
    assert june.rounds.get("2026-07").quotas == {"main_road": 1}
    assert june.draws.get("2026-06").design == {"quotas": {"main_road": 1}}


def test_a_round_is_made_once(june):
    with pytest.raises(StateError, match="2026-06"):
        june.rounds.create(replace(JUNE, size=9))


def test_a_round_is_changed_and_removed_until_something_hangs_on_it(june):
    june.rounds.change(replace(JUNE, size=9, covert=False))
    assert june.rounds.get("2026-06") == replace(JUNE, size=9, covert=False)
    june.rounds.remove("2026-06")
    assert june.rounds.all() == []
    june.rounds.create(JUNE)
    june.visits.record([Visit("c0000", "A", NOON, round_id="2026-06")])
    with pytest.raises(StateError, match="visits"):
        june.rounds.remove("2026-06")
    june.rounds.create(replace(JUNE, id="2026-07"))
    june.draws.save(replace(DRAW, round_id="2026-07"), drawn("c0000"))
    for refused in (lambda: june.rounds.remove("2026-07"), lambda: june.rounds.change(replace(JUNE, id="2026-07"))):
        with pytest.raises(StateError, match="drawn"):
            refused()


def test_an_unknown_round_is_an_error(june):
    for ask in (june.rounds.remove, lambda name: june.rounds.change(replace(JUNE, id=name))):
        with pytest.raises(NotFoundError, match="2030"):
            ask("2030")
    plans, draws = june.plans, june.draws
    for ask in (june.rounds.get, draws.get, draws.sample, plans.routes, plans.stops, plans.unserved):
        with pytest.raises(NotFoundError, match="2030"):
            ask("2030")
    with pytest.raises(NotFoundError, match="2030"):
        june.draws.save(replace(DRAW, round_id="2030"), drawn("c0000"))
    with pytest.raises(NotFoundError, match="2030"):
        june.plans.save(NewPlan("2030", *plan("2030")), after=june.plans.state("2030"))


def test_a_draw_comes_back(june):
    with pytest.raises(StateError, match="not drawn"):
        june.draws.get("2026-06")
    with pytest.raises(StateError, match="not drawn"):
        june.draws.sample("2026-06")
    june.draws.save(DRAW, drawn("c0003", "c0001"))
    assert june.draws.get("2026-06") == replace(DRAW, drawn_at=NOON.replace(microsecond=123000))
    sample = june.draws.sample("2026-06")
    assert sample.index.tolist() == ["c0001", "c0003"]  # in the order of the tickets
    assert sample["day"].tolist() == [2, 1]
    assert sample["name"].tolist() == ["点位1", "点位3"]
    assert sample.geometry.iloc[0] == june.checkpoints.frame().loc["c0001", "geometry"]


def test_a_balance_that_cannot_be_said_comes_back_so(june):
    june.draws.save(replace(DRAW, balance_city=math.nan), drawn())
    assert math.isnan(june.draws.get("2026-06").balance_city)
    assert june.draws.sample("2026-06").empty


def test_a_trial_is_replaced_with_its_plan(june):
    june.draws.save(DRAW, drawn("c0000", "c0001"))
    june.plans.save(NewPlan("2026-06", *plan()), after=june.plans.state("2026-06"))
    june.draws.save(replace(DRAW, trial=False), drawn("c0002"))
    assert june.draws.sample("2026-06").index.tolist() == ["c0002"]
    assert june.plans.routes("2026-06").empty
    assert june.plans.stops("2026-06").empty
    assert june.plans.unserved("2026-06").empty


def test_a_committed_draw_stands(june):
    june.draws.save(replace(DRAW, trial=False), drawn("c0000"))
    for trial in (True, False):
        with pytest.raises(StateError, match="stands"):
            june.draws.save(replace(DRAW, trial=trial), drawn("c0001"))
    assert june.draws.sample("2026-06").index.tolist() == ["c0000"]


def test_a_visited_trial_stands(june):
    june.draws.save(DRAW, drawn("c0000"))
    june.visits.record([Visit("c0000", "A", NOON, "2026-06")])
    with pytest.raises(StateError, match="1 visits"):
        june.draws.save(DRAW, drawn("c0001"))


def test_a_plan_comes_back_in_order(june):
    june.plans.save(NewPlan("2026-06", *plan()), after=june.plans.state("2026-06"))
    routes = check(june.plans.routes("2026-06"), ROUTES)
    assert routes.index.tolist() == ["A-1", "B-1"]
    assert routes.geometry.to_list() == [shapely.LineString([(114, 30), (114.1, 30)]), None]
    stops = check(june.plans.stops("2026-06"), STOPS)
    assert stops.index.tolist() == ["A-1-0", "A-1-1", "A-2-0"]
    assert stops["checkpoint"].tolist() == ["", "c0000", "c0001"]
    assert pd.isna(stops["arrive"].iloc[0])
    assert stops["arrive"].iloc[1] == NOON.replace(microsecond=123000)
    unserved = check(june.plans.unserved("2026-06"), UNSERVED)
    assert unserved.loc["c0002"].tolist() == ["2026-06", 2, "closed", {"change": "day", "values": {"day": 1}}]


def test_a_plan_of_one_team_or_day(june):
    june.plans.save(NewPlan("2026-06", *plan()), after=june.plans.state("2026-06"))
    assert june.plans.routes("2026-06", team="B").index.tolist() == ["B-1"]
    assert june.plans.routes("2026-06", day=2).empty
    assert june.plans.stops("2026-06", team="A", day=2).index.tolist() == ["A-2-0"]


def test_a_plan_is_replaced_alone(june):
    june.rounds.create(replace(JUNE, id="2026-07"))
    june.plans.save(NewPlan("2026-06", *plan()), after=june.plans.state("2026-06"))
    june.plans.save(NewPlan("2026-07", *plan("2026-07")), after=june.plans.state("2026-07"))  # the same ids as in June
    routes, stops, unserved = plan()
    june.plans.save(
        NewPlan("2026-06", routes.iloc[:1], stops.iloc[:1], unserved.iloc[:0]), after=june.plans.state("2026-06")
    )
    assert len(june.plans.routes("2026-06")) == 1
    assert june.plans.unserved("2026-06").empty
    assert len(june.plans.stops("2026-07")) == 3


def test_a_plan_with_a_fault_changes_nothing(june):
    june.plans.save(NewPlan("2026-06", *plan()), after=june.plans.state("2026-06"))
    routes, stops, unserved = plan()
    stops.loc["A-1-1", "checkpoint"] = "nobody"
    with pytest.raises(Exception, match="refused"):
        june.plans.save(NewPlan("2026-06", routes.iloc[:1], stops, unserved), after=june.plans.state("2026-06"))
    with pytest.raises(InputError, match="2026-07"):
        june.plans.save(NewPlan("2026-06", *plan("2026-07")), after=june.plans.state("2026-06"))
    stops["arrive"] = stops["arrive"].dt.tz_localize(None)
    with pytest.raises(InputError, match="time zone"):
        june.plans.save(NewPlan("2026-06", routes, stops, unserved), after=june.plans.state("2026-06"))
    assert len(june.plans.routes("2026-06")) == 2
