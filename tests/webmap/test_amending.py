"""Changes of the day over the web: who may ask for what, and who is told of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.store import Store
from webmap import create_app

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
ROUND = "2026-06"
Enter = Callable[[str], FlaskClient]


@pytest.fixture
def day(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    path = tmp_path / "city.gpkg"
    path.write_bytes(city_file.read_bytes())
    app = create_app({"CITY": str(path), "SECRET_KEY": "for tests", "TESTING": True, "WTF_CSRF_ENABLED": False})
    yield app
    app.extensions["xundian"].close()


@pytest.fixture
def store(day: Flask) -> Store:
    return day.extensions["xundian"]


@pytest.fixture
def enter(day: Flask) -> Enter:
    def log_in(name: str, language: str = "en") -> FlaskClient:
        client = day.test_client()
        assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
        client.post("/language", data={"language": language, "next": "/"})
        return client

    return log_in


def on_route(store: Store, team: str, day: int = 1) -> list[str]:
    stops = store.plans.stops(ROUND, team=team, day=day)
    return stops.loc[stops["kind"] == "stop", "checkpoint"].tolist()


def test_the_planner_sees_the_cost_of_a_stop_handed_over_and_does_it(enter: Enter, store: Store) -> None:
    planner, stop = enter("planner"), on_route(store, "1")[2]
    asked = {"kind": "takeover", "checkpoint": stop, "day": 1, "to_team": "3"}
    found = planner.post(f"/data/changes/{ROUND}/quote", json=asked).json
    assert found["possible"]
    assert [(one["team"], one["day"]) for one in found["routes"]] == [("3", 1), ("1", 1)]
    assert stop in {one["checkpoint"] for one in found["routes"][0]["stops"]}
    assert on_route(store, "3").count(stop) == 0
    refused = planner.post(f"/data/changes/{ROUND}", json=asked)
    assert refused.status_code == 400
    assert "say why" in refused.json["error"]
    answer = planner.post(
        f"/data/changes/{ROUND}", json={**asked, "reason": "broken car", "revision": found["revision"]}
    )
    assert answer.status_code == 200
    assert stop in answer.json["text"]
    assert stop in on_route(store, "3")
    assert stop not in on_route(store, "1")
    stale = planner.post(
        f"/data/changes/{ROUND}", json={**asked, "to_team": "2", "reason": "x", "revision": found["revision"]}
    )
    assert stale.status_code == 409
    assert "changed meanwhile" in stale.json["error"]
    assert planner.post(f"/data/changes/{ROUND}/undo").status_code == 200
    assert stop in on_route(store, "1")
    lines = planner.get(f"/data/changes/{ROUND}").json["changes"]
    assert [(line["kind"], line["undone"], line["by"]) for line in lines] == [("takeover", True, "planner")]


def test_a_stop_goes_to_another_day_of_the_same_team(enter: Enter, store: Store) -> None:
    stop = on_route(store, "2")[0]
    asked = {"kind": "takeover", "checkpoint": stop, "day": 1, "to_team": "2", "to_day": 2, "reason": "rain"}
    answer = enter("planner").post(f"/data/changes/{ROUND}", json=asked)
    assert answer.status_code == 200
    assert stop in on_route(store, "2", 2)
    lines = enter("team").get(f"/data/changes/{ROUND}").json["changes"]
    assert [line["text"] for line in lines] == [f"点位{int(stop[1:])} ({stop}) is no longer on this route"]
    assert lines[0]["by"] == ""


def test_a_team_says_that_it_is_late_and_takes_it_back(enter: Enter, store: Store) -> None:
    team = enter("team")
    before = store.plans.stops(ROUND, team="2", day=1)["arrive"].tolist()
    page = team.post(
        f"/changes/{ROUND}", data={"kind": "late", "minutes": "40", "reason": "jam"}, follow_redirects=True
    )
    assert page.status_code == 200
    assert "40 minutes late" in page.text
    after = store.plans.stops(ROUND, team="2", day=1)["arrive"].tolist()
    assert after[0] > before[0]
    assert store.plans.stops(ROUND, team="1", day=1)["arrive"].tolist()[0] == before[0]
    page = team.post(f"/changes/{ROUND}/undo", follow_redirects=True)
    assert "taken back" in page.text
    assert store.plans.stops(ROUND, team="2", day=1)["arrive"].tolist() == before


def test_a_closed_stop_without_a_reserve_leaves_the_route(enter: Enter, store: Store) -> None:
    stop = on_route(store, "2")[1]
    answer = enter("team", "zh").post(
        f"/data/changes/{ROUND}", json={"kind": "stop_closed", "checkpoint": stop, "reason": "关门"}
    )
    assert answer.status_code == 200
    assert stop in answer.json["text"]
    assert "closed" not in answer.json["text"]
    assert stop not in on_route(store, "2")
    assert [line.out for line in store.fieldwork.replacements(ROUND)] == [stop]


def test_a_team_changes_only_its_own_route_of_today(enter: Enter, store: Store) -> None:
    team, foreign = enter("team"), on_route(store, "1")[1]
    before = store.plans.stops(ROUND)
    late = {"kind": "late", "minutes": 30, "reason": "jam", "team": "1", "day": 2}
    assert team.post(f"/data/changes/{ROUND}", json=late).status_code == 200
    assert store.plans.stops(ROUND, team="1").equals(before[before["team"] == "1"])
    closed = {"kind": "stop_closed", "checkpoint": foreign, "reason": "closed"}
    assert team.post(f"/data/changes/{ROUND}", json=closed).status_code == 409
    for kind in ("takeover", "street_closed"):
        asked = {"kind": kind, "checkpoint": foreign, "to_team": "2", "day": 1, "reason": "x", "street": "y"}
        assert team.post(f"/data/changes/{ROUND}", json=asked).status_code == 403
    assert team.post(f"/data/changes/{ROUND}/quote", json=late).status_code == 403
    assert len(store.amendments.frame(ROUND)) == 1


def test_a_team_cannot_take_back_what_the_planner_did(enter: Enter) -> None:
    asked = {"kind": "late", "team": "2", "day": 1, "minutes": 20, "reason": "jam"}
    assert enter("planner").post(f"/data/changes/{ROUND}", json=asked).status_code == 200
    assert enter("team").post(f"/data/changes/{ROUND}/undo").status_code == 403


def test_a_team_hears_nothing_of_another(enter: Enter, store: Store) -> None:
    planner = enter("planner")
    stop = on_route(store, "1")[1]
    asked = {"kind": "takeover", "checkpoint": stop, "day": 1, "to_team": "3", "reason": "secret reason"}
    assert planner.post(f"/data/changes/{ROUND}", json=asked).status_code == 200
    answer = enter("team").get(f"/data/changes/{ROUND}")
    assert answer.json == {"changes": []}


def test_a_street_office_and_a_stranger_get_nothing(enter: Enter, day: Flask) -> None:
    street = enter("street")
    late = {"kind": "late", "team": "2", "day": 1, "minutes": 20, "reason": "jam"}
    for client, status in ((street, 403), (day.test_client(), 401)):
        assert client.get(f"/data/changes/{ROUND}").status_code == status
        for path in ("", "/quote", "/undo"):
            assert client.post(f"/data/changes/{ROUND}{path}", json=late).status_code == status
        for path in ("", "/undo"):
            assert client.post(f"/changes/{ROUND}{path}", data=late).status_code == status


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"kind": "flood"}, "kind is 'flood'"),
        ([1, 2], "kind is ''"),
        ("late", "kind is ''"),
        ({"kind": "street_closed", "team": "2", "day": 1, "street": ["a"]}, "no street has this name"),
        ({"kind": "late", "team": "2", "day": 1}, "minutes"),
        ({"kind": "late", "team": "2", "day": 1, "minutes": "many"}, "whole number"),
        ({"kind": "late", "team": "2", "day": 1, "minutes": 0}, "minutes"),
        ({"kind": "street_closed", "team": "2", "day": 1}, "polygon or a street"),
        ({"kind": "street_closed", "team": "2", "day": 1, "area": {"type": "Nonsense"}}, "polygon"),
        ({"kind": "street_closed", "team": "2", "day": 1, "area": "no shape"}, "polygon"),
        ({"kind": "street_closed", "team": "2", "day": 1, "edges": "abc"}, "edges"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(enter: Enter, asked: object, told: str) -> None:
    answer = enter("planner").post(f"/data/changes/{ROUND}/quote", json=asked)
    assert answer.status_code == 400
    assert told in answer.json["error"]


def test_unknown_teams_days_and_rounds_are_not_found(enter: Enter) -> None:
    planner = enter("planner")
    late = {"kind": "late", "team": "2", "day": 1, "minutes": 10, "reason": "jam"}
    assert planner.post(f"/data/changes/{ROUND}", json={**late, "team": "9"}).status_code == 404
    assert planner.post(f"/data/changes/{ROUND}", json={**late, "day": 7}).status_code == 404
    assert planner.post("/data/changes/2030-01", json=late).status_code == 404


def test_a_change_needs_the_token_of_the_page(city_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    path.write_bytes(city_file.read_bytes())
    app = create_app({"CITY": str(path), "SECRET_KEY": "for tests", "TESTING": True})
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert token
    client.post("/login", data={"name": "planner", "password": PASSWORD, "csrf_token": token[1]})
    late = {"kind": "late", "team": "2", "day": 1, "minutes": 20, "reason": "jam"}
    assert client.post(f"/data/changes/{ROUND}", json=late).status_code == 400
    page = client.get("/password").text
    fresh = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert fresh
    answer = client.post(f"/data/changes/{ROUND}", json=late, headers={"X-CSRFToken": fresh[1]})
    assert answer.status_code == 200
    app.extensions["xundian"].close()
