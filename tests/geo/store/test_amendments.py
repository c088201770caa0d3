"""Single routes replaced with the line that says why, and taken back, on both databases."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import StateError
from geo.frames import ROUTES, STOPS, UNSERVED
from geo.model import Round
from geo.store import Store
from geo.store.amendments import LogLine, NewRoutes, UndoWish
from geo.store.plans import NewPlan

DAY = dt.date(2026, 6, 12)
NOON = dt.datetime(2026, 6, 12, 4, tzinfo=dt.UTC)


def route(team: str, travel_s: int) -> gpd.GeoDataFrame:
    line = shapely.LineString([(114.3, 30.6), (114.31, 30.61)])
    row = ("R1", team, 1, "car", travel_s, 900.0, 2)
    index = pd.Index([f"R1-{team}-1"], name="id")
    return gpd.GeoDataFrame([row], columns=list(ROUTES.columns), geometry=[line], crs=4326, index=index)


def stops(team: str, names: list[str]) -> gpd.GeoDataFrame:
    rows = [
        ("R1", team, 1, order, "stop", name, NOON, NOON + dt.timedelta(minutes=9), 540, 60)
        for order, name in enumerate(names)
    ]
    index = pd.Index([f"R1-{team}-1-{order:02d}" for order in range(len(rows))], name="id")
    frame = pd.DataFrame(rows, columns=list(STOPS.columns), index=index)
    return gpd.GeoDataFrame(frame, geometry=[shapely.Point(114.3, 30.6)] * len(rows), crs=4326)


def unserved(*names: str) -> pd.DataFrame:
    rows = [("R1", 1, "shift_full", {"change": "more", "values": {}}) for _ in names]
    kinds = {"round_id": "str", "day": "int64", "reason": "str", "remedy": object}
    index = pd.Index(list(names), name="checkpoint", dtype="str")
    return pd.DataFrame(rows, columns=list(UNSERVED.columns), index=index).astype(kinds)


PLANNER = UndoWish("planner")


def line(*notes: str) -> LogLine:
    touched = [{"team": "B", "day": 1, "notes": [("for B", {})]}]
    return LogLine(NOON, "planner", "late", "jam", {"minutes": 9}, touched, [(note, {}) for note in notes])


@pytest.fixture
def planned(store: Store, roster) -> tuple[Store, list[str]]:
    """Return a city whose plan has two routes and a stop that none serves."""
    found = roster(5)
    store.checkpoints.upsert(found)
    names = list(found.index)
    store.rounds.create(Round("R1", start=DAY, days=1, teams=2, size=5))
    both = [pd.concat([make("A"), make("B")]) for make in (lambda team: route(team, 600), lambda t: _half(t, names))]
    store.plans.save(NewPlan("R1", *both, unserved(names[4])), after=store.plans.state("R1"))
    return store, names


def _half(team: str, names: list[str]) -> gpd.GeoDataFrame:
    return stops(team, names[:2] if team == "A" else names[2:4])


def test_one_route_changes_and_goes_back(planned) -> None:
    store, names = planned
    before = store.plans.routes("R1"), store.plans.stops("R1"), store.plans.unserved("R1")
    new = NewRoutes([("B", 1)], route("B", 700), stops("B", [names[3], names[4]]), unserved(names[2]), [names[4]])
    before_it = store.plans.state("R1")
    revision = before_it.revision
    assert store.amendments.replace_route("R1", new, line("told"), after=before_it) == revision + 1
    assert store.plans.stops("R1", team="B")["checkpoint"].tolist() == [names[3], names[4]]
    assert store.plans.stops("R1", team="A").equals(before[1][before[1]["team"] == "A"])
    assert store.plans.unserved("R1").index.tolist() == [names[2]]
    made = store.amendments.made_plan("R1")
    assert made.changes == 1
    assert made.stops["checkpoint"].tolist() == before[1]["checkpoint"].tolist()
    assert made.unserved.index.tolist() == [names[4]]
    assert store.amendments.frame("R1")["text"].tolist() == ["told"]
    assert store.amendments.frame("R1", team="B")["text"].tolist() == ["for B"]
    assert store.amendments.frame("R1", team="A").empty
    with pytest.raises(StateError, match="changed meanwhile"):
        store.amendments.replace_route("R1", new, line("again"), after=before_it)
    assert store.amendments.undo("R1", PLANNER, after=store.plans.state("R1")) == revision + 1
    after = store.plans.routes("R1"), store.plans.stops("R1"), store.plans.unserved("R1")
    assert all(one.equals(other) for one, other in zip(before, after, strict=True))
    assert store.amendments.frame("R1")["undone"].tolist() == [True]
    with pytest.raises(StateError, match="no change to undo"):
        store.amendments.undo("R1", PLANNER, after=store.plans.state("R1"))


def test_a_new_plan_ends_the_list(planned) -> None:
    store, names = planned
    new = NewRoutes(
        [("B", 1)], route("B", 1).iloc[:0], stops("B", names[2:]).iloc[:0], unserved(names[2], names[3]), []
    )
    store.amendments.replace_route("R1", new, line("gone"), after=store.plans.state("R1"))
    assert store.plans.routes("R1")["team"].tolist() == ["A"]
    store.plans.save(
        NewPlan("R1", route("A", 600), stops("A", names[:2]), unserved(*names[2:])), after=store.plans.state("R1")
    )
    assert store.amendments.frame("R1").empty
    assert store.amendments.frame("R1", current=False)["text"].tolist() == ["gone"]
    assert store.amendments.made_plan("R1").changes == 0
