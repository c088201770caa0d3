"""Every form and button that changes something leaves its row in the audit log, by the account that pressed it."""

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.model import Inspector, Role, Round, Team
from geo.store import Store
from tests.webmap import test_intake as intake
from tests.webmap.conftest import DAY, MIDDLE, PASSWORD, SOUTH, TEAMS
from tests.webmap.working import work_off
from webmap import create_app

ROWS = {
    "accounts.disable": "account.disable",
    "accounts.enable": "account.enable",
    "accounts.end": "session.end",
    "accounts.end_own": "session.end",
    "amending.change": "plan.change",
    "amending.changed": "plan.change",
    "amending.take_back": "plan.undo",
    "amending.undone": "plan.undo",
    "auth.change_password": "account.password",
    "auth.enter": "login",
    "auth.logout": "logout",
    "backups.make": "backup",
    "closures.close": "closure.add",
    "closures.lift": "closure.lift",
    "draw.change": "round.change",
    "draw.commit": "draw.commit",
    "draw.remove": "round.remove",
    "draw.replace": "point.replace",
    "draw.run": "draw.save",
    "draw.survey": "questionnaires.save",
    "draw.teams": "teams.draw",
    "draw.trial": "draw.trial",
    "draw.void": "draw.void",
    "intake.confirm": "checkpoints.import",
    "intake.undo": "import.undo",
    "placing.put": "checkpoint.place",
    "placing.undo": "checkpoint.unplace",
    "rounds.plan": "plan.save",
    "visit_intake.confirm": "visits.record",
}
"""Of each address that changes something the row that it leaves."""

NONE = {
    "amending.quoted": "answers what a change would cost",
    "field.move": "keeps in the cookie of the phone which stop is next",
    "intake.choose": "shows a file as what it is taken for",
    "intake.discard": "forgets a file that nobody imported",
    "intake.upload": "shows what an import would change",
    "jobs.cancel": "ends work that has written nothing",
    "jobs.finish": "ends a search; what it found is written as a plan, with its row",
    "language.choose": "keeps the language in a cookie",
    "rounds.end": "ends a search; what it found is written as a plan, with its row",
    "visit_intake.choose": "shows a file as what it is taken for",
    "visit_intake.discard": "forgets a file that nobody imported",
    "visit_intake.upload": "shows what an import would change",
}
"""Addresses of forms that change nothing of the city."""

VALUE = "03,11,17,22,28,31+09"
NEW = "another good long password"
Post = Callable[[], object]


def _pair(team: str) -> tuple[Inspector, ...]:
    return (Inspector(f"甲{team}", team), Inspector(f"乙{team}", team))


@pytest.fixture
def site(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Return the pages of the small city with inspectors and three more rounds."""
    with Store.open(shutil.copy(city_file, tmp_path / "city.gpkg")) as store:
        store.teams.replace([Team(team, MIDDLE, SOUTH, inspectors=_pair(team)) for team in TEAMS])
        for name, weeks in (("A", 1), ("B", 2), ("C", 3)):
            start = DAY + dt.timedelta(weeks=weeks)
            store.rounds.create(Round(name, start, days=1, teams=3, size=12))
    city = str(tmp_path / "city.gpkg")
    made = create_app({"CITY": city, "SECRET_KEY": "x", "TESTING": True, "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


def test_every_address_of_a_form_is_in_a_table(app: Flask) -> None:
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts == set(ROWS) | set(NONE)
    assert not set(ROWS) & set(NONE)


def _enter(site: Flask, name: str) -> FlaskClient:
    client = site.test_client()
    assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    client.post("/language", data={"language": "en"})
    return client


def _imports(site: Flask, planner: FlaskClient) -> Iterator[tuple[str, Post]]:
    address = intake.send(planner, intake.roster()).location
    page = intake.looked(planner, site, address)
    yield "intake.confirm", lambda: intake.confirmed(planner, site, address, page)
    put = {"id": "N3", "lon": "114.30", "lat": "30.56", "datum": "wgs84"}
    yield "placing.put", lambda: planner.post("/placing", data=put)
    yield "placing.undo", lambda: planner.post("/placing/undo")
    read = intake.over(planner, site, intake.send_visits(planner, intake.photos(a=intake.jpeg(), b=intake.jpeg())))
    confirm = re.search(r"/import/visits/\w+/confirm", read)
    assert confirm is not None
    done: list[str] = []
    yield "visit_intake.confirm", lambda: done.append(intake.over(planner, site, planner.post(confirm[0])))
    yield "intake.undo", lambda: planner.post(re.findall(r"/import/undo/\d+", done[0])[0])


def _draws(site: Flask, planner: FlaskClient) -> Iterator[tuple[str, Post]]:
    store = site.extensions["xundian"]
    shape = {"start": "2026-06-17", "days": "1", "teams": "3", "size": "9"}
    yield "draw.change", lambda: planner.post("/draw/A/change", data=shape)
    yield "draw.commit", lambda: planner.post("/draw/A/commit", data={"public_number": "双色球 2026068"})
    yield "draw.run", lambda: planner.post("/draw/A/run", data={"value": VALUE})
    yield "draw.void", lambda: planner.post("/draw/A/void", data={"reason": "wrong issue"})
    yield "draw.trial", lambda: planner.post("/draw/B/trial", data={"seed": "2"})
    gone = {"reason": "closed"}
    yield (
        "draw.replace",
        lambda: planner.post("/draw/B/replace", data={**gone, "checkpoint": store.draws.sample("B").index[0]}),
    )
    yield "draw.survey", lambda: planner.post("/draw/B/survey", data={"total": "20"})
    yield "draw.teams", lambda: planner.post("/draw/B/teams")
    yield "draw.remove", lambda: planner.post("/draw/C/remove", data={"agreed": "yes"})


def _routes(site: Flask, planner: FlaskClient) -> Iterator[tuple[str, Post]]:
    store = site.extensions["xundian"]

    def plan() -> None:
        assert planner.post("/rounds/B/plan", data={"seconds": "1"}).status_code == 302
        work_off(site)

    yield "rounds.plan", plan
    stops = store.plans.stops("2026-06", team="1", day=1)
    stop = stops.loc[stops["kind"] == "stop", "checkpoint"].iloc[2]
    asked = {"kind": "takeover", "checkpoint": stop, "day": 1, "to_team": "3"}
    found = planner.post("/data/changes/2026-06/quote", json=asked).json
    change = {**asked, "reason": "broken car", "revision": found["revision"]}
    yield "amending.changed", lambda: planner.post("/data/changes/2026-06", json=change)
    yield "amending.undone", lambda: planner.post("/data/changes/2026-06/undo")
    corners = [[MIDDLE, SOUTH], [MIDDLE + 0.001, SOUTH], [MIDDLE, SOUTH + 0.001], [MIDDLE, SOUTH]]
    area = json.dumps({"type": "Polygon", "coordinates": [corners]})
    closed = {"area": area, "first_day": "2026-06-09", "last_day": "2026-06-10", "reason": "works"}
    yield "closures.close", lambda: planner.post("/rounds/2026-06/closures", data=closed)
    yield "closures.lift", lambda: planner.post("/rounds/2026-06/closures/1/lift")


def _late(team: FlaskClient) -> Iterator[tuple[str, Post]]:
    late = {"kind": "late", "minutes": "40", "reason": "jam"}
    yield "amending.change", lambda: team.post("/changes/2026-06", data=late)
    yield "amending.take_back", lambda: team.post("/changes/2026-06/undo")


def _accounts(site: Flask, admin: FlaskClient) -> Iterator[tuple[str, Post]]:
    def back_up() -> None:
        admin.post("/backups")
        work_off(site)

    yield "backups.make", back_up
    _enter(site, "unit")
    yield "accounts.end", lambda: admin.post("/accounts/end", data={"name": "unit"})
    yield "accounts.disable", lambda: admin.post("/accounts/disable", data={"name": "unit"})
    yield "accounts.enable", lambda: admin.post("/accounts/enable", data={"name": "unit"})
    _enter(site, "admin")
    newest = site.extensions["xundian"].sessions.of([Role.ADMIN], dt.datetime.now(dt.UTC), "admin")[0].id
    yield "accounts.end_own", lambda: admin.post("/sessions/end", data={"session": str(newest)})
    changed = {"old": PASSWORD, "new": NEW, "again": NEW}
    yield "auth.change_password", lambda: admin.post("/password", data=changed)
    yield "auth.logout", lambda: admin.post("/logout")
    yield "auth.enter", lambda: admin.post("/login", data={"name": "admin", "password": NEW})


def test_every_form_that_changes_something_leaves_its_row(site: Flask) -> None:
    store = site.extensions["xundian"]
    planner, team, admin = (_enter(site, name) for name in ("planner", "team", "admin"))
    parts = (
        ("planner", _imports(site, planner)),
        ("planner", _draws(site, planner)),
        ("planner", _routes(site, planner)),
        ("team", _late(team)),
        ("admin", _accounts(site, admin)),
    )
    pressed = set()
    for name, steps in parts:
        for endpoint, post in steps:
            before = store.audit.head().count
            post()
            rows = store.audit.page(count=max(1, store.audit.head().count - before))
            assert (name, ROWS[endpoint]) in [(row.who, row.action) for row in rows], endpoint
            pressed.add(endpoint)
    assert pressed == set(ROWS)
    assert store.audit.verify().fault is None
