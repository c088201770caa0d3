"""The page of a round as the server writes it: what it shows, what it refuses, and that forms work without a script."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.store import Store
from geo.store.job_rows import Job, JobState
from routing.amend import Takeover
from tests.webmap.working import waited, work_off, working
from webmap import create_app
from webmap.rounds import planning

WAIT_S = 120
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
EARLY = {"seconds": "600", "premium": "0", "days": "drawn"}


@pytest.fixture
def own(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Make the application on a copy of the small city that a test may change."""
    shutil.copytree(city_file.parent, tmp_path / "own", dirs_exist_ok=True)
    made = create_app(
        {
            "CITY": str(tmp_path / "own" / city_file.name),
            "SECRET_KEY": "for tests only",
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
        }
    )
    yield made
    made.extensions["xundian"].close()


@pytest.fixture
def planner(own: Flask) -> FlaskClient:
    """Log the planner of the copy in, in English."""
    client = own.test_client()
    assert client.post("/login", data={"name": "planner", "password": PASSWORD}).status_code == 302
    client.post("/language", data={"language": "en"})
    return client


def store_of(app: Flask) -> Store:
    """Return the city of an application."""
    store: Store = app.extensions["xundian"]
    return store


def planned(app: Flask, client: FlaskClient, **form: str) -> None:
    """Plan the round by the form of its page, and wait until it is over."""
    assert client.post("/rounds/2026-06/plan", data=form).status_code == 302
    work_off(app)
    assert last(app).state is JobState.DONE, last(app).error


def last(app: Flask) -> Job:
    """Return the newest planning of the round."""
    job = store_of(app).jobs.last("planner", planning.about("2026-06"))
    assert job is not None
    return job


def test_every_stop_stands_in_the_timeline_at_its_times(planner: FlaskClient, own: Flask) -> None:
    page = planner.get("/rounds/2026-06?day=0").text
    shown = dict(re.findall(r'data-stop="(P\d+)" data-at="[\d.,]+" data-from="(\d+)"', page))
    stops = store_of(own).plans.stops("2026-06")
    served = stops[stops["kind"] == "stop"]
    local = served["arrive"].dt.tz_convert("Asia/Shanghai")
    seconds = local.dt.hour * 3600 + local.dt.minute * 60 + local.dt.second
    assert shown == {at: str(second) for at, second in zip(served["checkpoint"], seconds, strict=True)}
    assert page.count('class="line colour-') == 6


def test_a_team_with_hours_of_its_own_shows_them(planner: FlaskClient, own: Flask) -> None:
    assert 'class="off"' not in planner.get("/rounds/2026-06?day=1").text
    first, second, third = store_of(own).teams.all()
    early = replace(first, shift_s=(34_200, 43_200), days=frozenset({1}))
    store_of(own).teams.replace([early, second, third])
    page = planner.get("/rounds/2026-06?day=1").text
    assert page.count('<rect class="off"') == 2
    assert "works 09:30–12:00" in page
    assert '<i class="bar-key off"></i>' in page
    page = planner.get("/rounds/2026-06?day=2").text
    assert page.count('<rect class="off"') == 1
    assert '<rect class="off" x="0.0%" width="100.0%"/>' in page


def test_what_is_not_served_is_listed_with_its_reason(planner: FlaskClient) -> None:
    page = planner.get("/rounds/2026-06").text
    assert page.count("no way there") == 2
    assert 'href="/hotspots?round=2026-06"' in page
    card = planner.get("/data/rounds/2026-06/stop.html?stop=P030").text
    assert "no way there" in card
    assert planner.get("/data/rounds/2026-06/stop.html?stop=P039").status_code == 404


def test_only_the_planner_sees_a_round(log_in: Callable[[str], FlaskClient]) -> None:
    for name in ("team", "street"):
        client = log_in(name)
        for path in ("/rounds/2026-06", "/rounds"):
            assert client.get(path).status_code == 403, path
        for piece in ("timeline.html", "stop.html?stop=P001", "quote.html?stop=P001&to=2", "closures.geojson"):
            assert client.get(f"/data/rounds/2026-06/{piece}").status_code == 403, piece
        for action in ("plan", "plan/end", "closures", "closures/1/lift"):
            assert client.post(f"/rounds/2026-06/{action}").status_code == 403, action


def test_there_is_something_to_do_on_a_page_without_a_plan(planner: FlaskClient, own: Flask) -> None:
    round_ = store_of(own).rounds.get("2026-06")
    store_of(own).rounds.create(type(round_)("2026-07", round_.start, days=2, teams=3, size=10))
    page = planner.get("/rounds/2026-07").text
    assert "not drawn yet" in page
    assert 'href="/draw?round=2026-07"' in page
    assert planner.get("/rounds/1999-01").status_code == 404
    assert planner.get("/rounds").status_code == 302


def test_planning_ends_early_with_the_best_plan_so_far(planner: FlaskClient, own: Flask) -> None:
    before = store_of(own).plans.routes("2026-06").index.tolist()
    assert planner.post("/rounds/2026-06/plan", data=EARLY | {"lose": "yes"}).status_code == 302
    assert "Planning…" in planner.get("/rounds/2026-06").text
    assert planner.post("/rounds/2026-06/plan", data=EARLY | {"lose": "yes"}).status_code == 409  # one at a time
    with working(own):
        told = waited(lambda: (last(own).told or {}).get("travel_s") and last(own).told)
        assert told["seconds_left"] > 0
        assert planner.post("/rounds/2026-06/plan/end", data={"how": "finish"}).status_code == 302
        waited(lambda: last(own).finished)
    assert last(own).state is JobState.DONE, last(own).error
    kept = store_of(own).plans
    assert kept.routes("2026-06").index.tolist() != before
    assert len(kept.stops("2026-06").query("kind == 'stop'")) + len(kept.unserved("2026-06")) == 32
    page = planner.get("/rounds/2026-06?planned=yes").text
    assert "Ended early" in page
    assert "How good the plan is" in page


def test_a_base_off_the_streets_is_said_on_the_page(planner: FlaskClient, own: Flask) -> None:
    first, *others = store_of(own).teams.all()
    store_of(own).teams.replace([replace(first, base_lon=first.base_lon + 3), *others])
    planned(own, planner, seconds="1", premium="0", days="drawn")
    assert first.id not in set(store_of(own).plans.routes("2026-06")["team"])
    page = planner.get("/rounds/2026-06").text
    assert re.search(r"1 teams visit nothing, since no way leads from their bases: \S+ \(\d+\.\d km\)", page)
    planner.post("/language", data={"language": "zh"})
    assert "1 个小组未排入任何点位，因为驻地无路可出" in planner.get("/rounds/2026-06").text


def test_discarded_planning_changes_nothing(planner: FlaskClient, own: Flask) -> None:
    before = store_of(own).plans.stops("2026-06")
    planner.post("/rounds/2026-06/plan", data=EARLY | {"lose": "yes"})
    with working(own):
        waited(lambda: last(own).told)
        planner.post("/rounds/2026-06/plan/end", data={"how": "cancel"})
        waited(lambda: last(own).finished)
    assert last(own).state is JobState.CANCELLED
    assert store_of(own).plans.stops("2026-06").equals(before)
    assert "Nothing was changed" in planner.get("/rounds/2026-06?planned=yes").text


def test_a_stop_is_moved_and_taken_back_by_forms_alone(planner: FlaskClient, own: Flask) -> None:
    planned(own, planner, seconds="1", premium="0", days="free")
    store = store_of(own)
    stops = store.plans.stops("2026-06").query("kind == 'stop'")
    stop, team, day = stops.iloc[0][["checkpoint", "team", "day"]]
    other = next(one for one in ("1", "2", "3") if one != team)
    page = planner.get(f"/rounds/2026-06?day={day}&stop={stop}&to={other}&to_day={day}").text
    assert "of travel" in page
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page[page.index('id="make"') :]))
    moved = planner.post("/changes/2026-06", data={**form, "reason": "nearer"}, follow_redirects=True).text
    assert "Changes by hand" in moved
    assert "nearer" in moved
    now = store.plans.stops("2026-06").query("kind == 'stop'").set_index("checkpoint")
    assert now.loc[stop, "team"] == other
    assert "again drops 1 changes" in planner.post("/rounds/2026-06/plan", data=EARLY).text
    back = planner.post("/changes/2026-06/undo", data={"next": "/rounds/2026-06"}, follow_redirects=True).text
    assert "taken back" in back
    assert store.plans.stops("2026-06").query("kind == 'stop'").set_index("checkpoint").loc[stop, "team"] == team


def test_a_move_that_cannot_be_is_refused_with_the_reason(planner: FlaskClient, own: Flask) -> None:
    planned(own, planner, seconds="1", premium="0", days="free")
    stop, team, day = (
        store_of(own).plans.stops("2026-06").query("kind == 'stop'").iloc[0][["checkpoint", "team", "day"]]
    )
    quote = planner.get(f"/data/rounds/2026-06/quote.html?stop={stop}&to={team}&to_day={day}").text
    assert "Not possible" in quote
    assert "already" in quote
    assert 'id="make"' not in quote
    assert planner.get(f"/data/rounds/2026-06/quote.html?stop={stop}&to=99").status_code == 404
    assert Takeover(stop, int(day), team).goal == (team, day)


def test_streets_are_closed_listed_and_opened(planner: FlaskClient, own: Flask) -> None:
    store, name = store_of(own), "解放路"
    streets = store.streets.frame()
    streets["name"] = [name if at < 5 else "" for at in range(len(streets))]
    store.streets.replace(streets, turn_bans=store.streets.turn_bans(), source_sha256="6" * 64)
    west, south, east, north = streets.total_bounds
    middle = [(west + east) / 2, (south + north) / 2]
    corners = [[west, south], [middle[0], south], middle, [west, middle[1]], [west, south]]
    days = {"first_day": "2026-06-09", "last_day": "2026-06-10"}
    for what in ({"street": name}, {"area": json.dumps({"type": "Polygon", "coordinates": [corners]})}):
        answer = planner.post("/rounds/2026-06/closures", data={**what, **days, "reason": "road works"})
        assert answer.status_code == 302
    drawn = planner.get("/data/rounds/2026-06/closures.geojson").get_json()["features"]
    assert {(one["properties"]["part"], one["geometry"]["type"]) for one in drawn} >= {
        ("area", "Polygon"),
        ("street", "MultiLineString"),
    }
    page = planner.get("/rounds/2026-06").text
    assert name in page
    assert page.count('/lift"') == 2
    assert planner.post("/rounds/2026-06/closures/1/lift").status_code == 302
    assert planner.get("/rounds/2026-06").text.count('/lift"') == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"street": "nowhere"}, "no street has this name"),
        ({"area": "[1, 2"}, "draw it again"),
        ({}, "give a polygon"),
        ({"street": "x", "first_day": "soon"}, "2026-06-12"),
    ],
)
def test_a_closure_that_cannot_be_is_refused(planner: FlaskClient, form: dict[str, str], said: str) -> None:
    sent = {"first_day": "2026-06-09", "last_day": "2026-06-10", "reason": "market", **form}
    if form.get("street") == "x":
        sent["street"] = ""
        sent["area"] = json.dumps({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]})
    answer = planner.post("/rounds/2026-06/closures", data=sent)
    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.parametrize("form", [{"seconds": "0"}, {"seconds": "long"}, {"premium": "80"}, {"days": "never"}])
def test_planning_says_which_field_is_wrong(planner: FlaskClient, form: dict[str, str]) -> None:
    answer = planner.post("/rounds/2026-06/plan", data=EARLY | {"lose": "yes"} | form)
    assert answer.status_code == 400
    assert next(iter(form)) in answer.text
