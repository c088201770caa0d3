"""What an account is limited to, as the database is asked for it: both databases pick the same rows."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import select

from geo.errors import NotFoundError
from geo.frames import ROUTES, STOPS, UNSERVED, ZONES
from geo.model import NOTHING, Deduction, Draw, Round, RoutePart, Scope, Visit
from geo.store import Store, tables
from geo.store.plans import NewPlan
from geo.store.scope import condition

DAY = dt.datetime(2026, 6, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def city(store: Store, roster) -> Store:
    """Make two street offices with a community each, six checkpoints of two units, a plan and some visits."""
    codes = {"D": ("district", ""), "A": ("street", "D"), "B": ("street", "D"), "A1": ("community", "A")}
    names = {name: "" for name in ZONES.columns if name not in ("level", "parent")}
    zones = pd.DataFrame(
        {"level": [level for level, _ in codes.values()], "parent": [parent for _, parent in codes.values()], **names},
        index=pd.Index(list(codes), name="code"),
    )[list(ZONES.columns)]
    store.zones.upsert(gpd.GeoDataFrame(zones, geometry=[shapely.box(113, 29, 115, 31)] * len(codes), crs=4326))
    frame = roster(6)
    frame["street_code"] = ["A", "A", "A", "B", "B", "B"]
    frame["community_code"] = ["A1", "", "", "", "", ""]
    frame["unit"] = ["市场", "医院", "市场", "医院", "市场", ""]
    store.checkpoints.upsert(frame)
    store.rounds.create(Round("r", DAY.date(), days=2, teams=2, size=6, covert=True))
    sample = pd.DataFrame({"inclusion_prob": 1.0, "day": 1, "ticket": range(6)}, index=frame.index)
    store.draws.save(Draw("r", b"k", True, {}, "0" * 64, 0.0, 0.0, DAY), sample)
    store.plans.save(NewPlan("r", *_plan(frame)), after=store.plans.state("r"))
    found = (Deduction("a.b", 1.0),)
    store.visits.record(
        [
            Visit("c0000", "1", DAY - 24 * HOUR, "r", covert=True, deductions=found),
            Visit("c0002", "1", DAY + HOUR, "r", covert=True, deductions=found),
            Visit("c0001", "1", DAY + HOUR, deductions=found),
            Visit("c0004", "2", DAY + 2 * HOUR, "r", covert=True, deductions=found),
        ]
    )
    return store


def _plan(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    """Send team 1 on day 1 to the first two, on day 2 to the third, team 2 on day 1 to the fourth and fifth."""
    walks = {("1", 1): [0, 1], ("1", 2): [2], ("2", 1): [3, 4]}
    routes, stops = [], []
    for (team, day), places in walks.items():
        line = shapely.LineString([(114, 30), (114.1, 30.1)])
        routes.append(("r", team, day, "car", 60, 100.0, len(places), line))
        for order, place in enumerate(places):
            point = frame.geometry.iloc[place]
            stops.append(("r", team, day, order, "stop", frame.index[place], DAY, DAY + HOUR, 600, 0, point))
    left = pd.DataFrame({name: [] for name in UNSERVED.columns}, index=pd.Index([], name="checkpoint"))
    return (
        gpd.GeoDataFrame(routes, columns=[*ROUTES.columns, "geometry"], crs=4326).rename_axis(index="id"),
        gpd.GeoDataFrame(stops, columns=[*STOPS.columns, "geometry"], crs=4326).rename_axis(index="id"),
        left.astype({"round_id": "str", "day": int, "reason": "str"}),
    )


PART = RoutePart("r", "1", 1)


@pytest.mark.parametrize(
    ("scope", "numbers"),
    [
        (Scope(), [0, 1, 2, 3, 4, 5]),
        (Scope(zone="A"), [0, 1, 2]),
        (Scope(zone="A1"), [0]),
        (Scope(zone="D"), [0, 1, 2, 3, 4, 5]),
        (Scope(unit="市场"), [0, 2, 4]),
        (Scope(unit="市"), []),
        (Scope(unit="%"), []),
        (Scope(unit=""), []),  # never those of nobody
        (Scope(unit="市场", zone="B"), [4]),
        (Scope(routes=(PART,)), [0, 1]),
        (Scope(routes=(PART, RoutePart("r", "2", 1))), [0, 1, 3, 4]),
        (Scope(routes=(RoutePart("r", "2", 2),)), []),
        (Scope(routes=(RoutePart("another", "1", 1),)), []),
        (NOTHING, []),
    ],
)
def test_checkpoints(city: Store, scope: Scope, numbers: list[int]) -> None:
    assert city.checkpoints.frame(scope).index.tolist() == [f"c{number:04d}" for number in numbers]


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        (Scope(), ["A", "A1", "B", "D"]),
        (Scope(zone="A"), ["A", "A1"]),
        (Scope(zone="B"), ["B"]),
        (Scope(unit="市场"), []),
        (Scope(routes=(PART,)), []),
        (NOTHING, []),
    ],
)
def test_zones(city: Store, scope: Scope, codes: list[str]) -> None:
    assert city.zones.frame(scope=scope).index.tolist() == codes


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        (Scope(), ["c0000", "c0001", "c0002", "c0004"]),
        (Scope(covert_until=DAY), ["c0000", "c0001"]),
        (Scope(covert_until=DAY + 1.5 * HOUR), ["c0000", "c0001", "c0002"]),
        (Scope(covert_until=DAY - 48 * HOUR), ["c0001"]),
        (Scope(unit="市场", covert_until=DAY), ["c0000"]),
        (Scope(zone="A", covert_until=DAY), ["c0000", "c0001"]),
        (Scope(zone="B", covert_until=DAY), []),
        (Scope(unit=""), []),
        (Scope(routes=(PART,)), []),  # a team is told no visit
        (NOTHING, []),
    ],
)
def test_visits_and_what_they_found(city: Store, scope: Scope, places: list[str]) -> None:
    visits = city.visits.frame(scope)
    assert sorted(visits["checkpoint"]) == places
    assert set(city.visits.deductions(scope)["visit"]) == set(visits.index)
    seen = list(city.visits.deductions(scope).index)
    assert city.photos.within(city.visits.deductions().index, scope) == seen
    assert city.photos.within([*seen, "none"], scope) == seen


@pytest.mark.parametrize(
    ("scope", "count"),
    [(Scope(), 5), (Scope(routes=(PART,)), 2), (Scope(team="2"), 2), (Scope(zone="A"), 0), (NOTHING, 0)],
)
def test_stops(city: Store, scope: Scope, count: int) -> None:
    with city._database.reading() as connection:
        within = condition(connection, scope, tables.stops, city._database.backend)
        assert len(connection.execute(within.narrow(select(tables.stops.c.fid))).all()) == count


def test_a_special_zone_has_the_photos_inside_its_outline(city: Store) -> None:
    place = city.checkpoints.frame().geometry.iloc[0]
    names = {name: "" for name in ZONES.columns if name not in ("level", "parent")}
    zone = pd.DataFrame({"level": "special", "parent": "", **names}, index=pd.Index(["S"], name="code"))
    city.zones.upsert(gpd.GeoDataFrame(zone[list(ZONES.columns)], geometry=[place.buffer(1e-6)], crs=4326))
    (inside,) = city.visits.deductions(Scope(zone="S")).index
    assert city.photos.within(city.visits.deductions().index, Scope(zone="S")) == [inside]


def test_a_zone_that_is_not_there_is_an_error(city: Store) -> None:
    for ask in (
        city.checkpoints.frame,
        city.visits.frame,
        lambda scope: city.photos.within(["none"], scope),
        lambda scope: city.zones.frame(scope=scope),
    ):
        with pytest.raises(NotFoundError):
            ask(Scope(zone="nowhere"))


@pytest.mark.parametrize(
    "scope",
    [Scope(), Scope(zone="A"), Scope(zone="S"), Scope(unit="市场"), Scope(covert_until=DAY), Scope(routes=()), NOTHING],
)
def test_what_was_found_at_each_checkpoint(city: Store, scope: Scope) -> None:
    """The sums of the database are those of the rows, of a special zone too; a page begins behind the one before."""
    special = city.zones.frame().loc[["A"]].assign(level="special", parent="").rename(index={"A": "S"})
    city.zones.upsert(special.set_geometry([shapely.box(113.9, 29.9, 114.0015, 30.1)]))
    city.visits.record([Visit("c0000", "2", DAY - HOUR, deductions=(Deduction("a.c", 2.5), Deduction("a.d", 1.0)))])
    visits = city.visits.frame(scope)
    rows = city.visits.deductions(scope).join(visits[["checkpoint", "arrived_at"]], on="visit").groupby("checkpoint")
    found = city.visits.found_at(scope)
    assert found["points"].to_dict() == rows["points"].sum().to_dict()
    assert found["found"].to_dict() == rows.size().to_dict()
    assert found["last"].to_dict() == rows["arrived_at"].max().to_dict()
    places = city.checkpoints.frame().geometry
    assert all(shape.equals(places[id_]) for id_, shape in found.geometry.items())
    if scope == Scope():
        assert len(found) == 4
        pages = [city.visits.found_at(scope, after=after, limit=2).index.tolist() for after in ("", found.index[1])]
        assert [*pages[0], *pages[1]] == found.index.tolist()
    if scope.zone == "S":
        assert found.index.tolist() == ["c0000", "c0001"]
