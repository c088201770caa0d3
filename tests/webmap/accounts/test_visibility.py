"""Who sees what: the planner everything, a team its route of today, a street office its zone and never a route."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.clock import Today, zone_of
from geo.errors import AccessError
from geo.model import Role, User
from geo.store import Store
from webmap.accounts.visibility import VisibleCity

ROUND = "2026-06"
DAY = dt.date(2026, 6, 9)


@pytest.fixture
def store(city_file: Path) -> Iterator[Store]:
    """Open the small city."""
    with Store.open(city_file) as opened:
        yield opened


def visible(store: Store, role: Role, *, date: dt.date = DAY, zone: str = "", team: str = "") -> VisibleCity:
    return VisibleCity(store, User("someone", role, "", zone=zone, team=team), Today(date, zone_of(store), pinned=True))


def test_planner_sees_every_route(store: Store) -> None:
    eyes = visible(store, Role.PLANNER)
    assert len(eyes.routes(ROUND)) == 6
    stops, named = eyes.stops(ROUND)
    assert set(stops["team"]) == {"1", "2", "3"}
    assert set(named.index) == set(stops["checkpoint"]) - {""}
    assert len(eyes.store.plans.unserved(ROUND)) == 2
    assert len(eyes.store.draws.sample(ROUND)) == 32
    assert len(eyes.checkpoints()) == 40
    assert len(eyes.zones()) == 5


@pytest.mark.parametrize("day", [1, 2])
def test_team_sees_its_own_route_of_today_alone(store: Store, day: int) -> None:
    eyes = visible(store, Role.TEAM, team="2", date=DAY + dt.timedelta(days=day - 1))
    routes, (stops, named) = eyes.routes(ROUND), eyes.stops(ROUND, day=3 - day)  # whatever it asks for
    assert set(zip(routes["team"], routes["day"], strict=True)) == {("2", day)}
    assert set(zip(stops["team"], stops["day"], strict=True)) == {("2", day)}
    assert set(eyes.checkpoints().index) == set(named.index) == set(stops["checkpoint"]) - {""}


@pytest.mark.parametrize("date", [DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=2)])
def test_team_sees_nothing_before_and_after_the_round(store: Store, date: dt.date) -> None:
    eyes = visible(store, Role.TEAM, team="2", date=date)
    assert eyes.rounds() == []
    assert eyes.checkpoints().empty
    for look in (eyes.routes, eyes.stops):
        with pytest.raises(AccessError):
            look(ROUND)


def test_team_without_a_name_sees_no_route(store: Store) -> None:
    with pytest.raises(AccessError):
        visible(store, Role.TEAM).routes(ROUND)


def test_team_sees_no_more_than_its_route(store: Store) -> None:
    eyes = visible(store, Role.TEAM, team="2")
    for look in (lambda: eyes.store, eyes.visits, eyes.zones):
        with pytest.raises(AccessError):
            look()


@pytest.mark.parametrize("look", ["routes", "stops", "plan"])
def test_street_never_sees_a_route(store: Store, look: str) -> None:
    with pytest.raises(AccessError):
        getattr(visible(store, Role.STREET, zone="420102001"), look)(ROUND)
    with pytest.raises(AccessError):
        _ = visible(store, Role.STREET, zone="420102001").store
    with pytest.raises(AccessError):
        visible(store, Role.STREET, zone="420102001").rounds()


def test_street_sees_its_zone_and_what_lies_in_it(store: Store) -> None:
    eyes = visible(store, Role.STREET, zone="420102001")
    assert set(eyes.zones().index) == {"420102001", "420102001001"}
    assert set(eyes.checkpoints()["street_code"]) == {"420102001"}
    assert set(eyes.visits()["checkpoint"]) <= set(eyes.checkpoints().index)
    assert set(eyes.deductions()["checkpoint"]) <= set(eyes.checkpoints().index)


def test_street_without_a_zone_sees_nothing(store: Store) -> None:
    eyes = visible(store, Role.STREET)
    for look in (eyes.zones, eyes.checkpoints, eyes.visits, eyes.deductions):
        with pytest.raises(AccessError):
            look()


def test_street_learns_neither_team_nor_hour(store: Store) -> None:
    visits = visible(store, Role.STREET, zone="420102001").visits()
    assert not {"team", "round_id", "covert"} & set(visits.columns)
    assert set(visits["arrived_at"].dt.strftime("%H:%M")) == {"00:00"}


def test_covert_visit_of_today_reaches_the_street_tomorrow(store: Store) -> None:
    today = visible(store, Role.STREET, zone="420102001")
    tomorrow = visible(store, Role.STREET, zone="420102001", date=DAY + dt.timedelta(days=1))
    assert "back_alley.litter" not in set(today.deductions()["item"])
    assert "back_alley.litter" in set(tomorrow.deductions()["item"])
    assert len(tomorrow.visits()) == len(today.visits()) + 1


TOLD = {
    "/map": {"planner": 200, "team": 403, "street": 403},
    "/field": {"planner": 403, "team": 200, "street": 403},
    "/street": {"planner": 403, "team": 403, "street": 200},
    f"/data/rounds/{ROUND}/routes.geojson": {"planner": 200, "team": 200, "street": 403},
    f"/data/rounds/{ROUND}/stops.geojson": {"planner": 200, "team": 200, "street": 403},
    "/data/checkpoints.geojson": {"planner": 200, "team": 200, "street": 200},
    "/data/zones.geojson": {"planner": 200, "team": 403, "street": 200},
    "/data/zone-names.geojson": {"planner": 200, "team": 403, "street": 403},
    "/hotspots": {"planner": 200, "team": 403, "street": 403},
    "/data/hotspots/cells.geojson?bbox=114,30,115,31": {"planner": 200, "team": 403, "street": 403},
    "/data/hotspots/cell?at=114.29,30.56": {"planner": 200, "team": 403, "street": 403},
    "/data/problems.geojson": {"planner": 200, "team": 403, "street": 200},
    "/password": {"planner": 200, "team": 200, "street": 200},
}


@pytest.mark.parametrize("path", TOLD)
def test_every_address_knows_its_readers(log_in: Callable[[str], FlaskClient], path: str) -> None:
    for name, status in TOLD[path].items():
        assert log_in(name).get(path).status_code == status, name


def test_what_a_team_is_sent_names_no_other_team(log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("team")
    for what in ("routes", "stops"):
        sent = client.get(f"/data/rounds/{ROUND}/{what}.geojson?team=1&day=2").json
        assert {(one["properties"]["team"], one["properties"]["day"]) for one in sent["features"]} == {("2", 1)}
    page = client.get("/field?round=2026-06&day=2&team=1").text
    assert "第 2 组" in page
    assert "第 1 组" not in page


def test_the_street_page_holds_no_trace_of_a_route(log_in: Callable[[str], FlaskClient]) -> None:
    page = log_in("street").get("/street").text
    assert "大智街道" in page
    assert "/data/rounds" not in page
    assert "点位2<" not in page  # visited today, covertly
    assert "-9.5" not in page
    assert "−9.5" not in page


def test_planner_page_holds_the_figures(log_in: Callable[[str], FlaskClient]) -> None:
    page = log_in("planner").get("/map").text
    for text in ("2026-06 轮测评", "暗访", "试抽", "第 3 组", "无路可达", "点位31"):
        assert text in page, text
    assert 'data-day="2"' in page
