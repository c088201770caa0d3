"""A city in which every text is hostile, as its file and as its application."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from geo.catalogue import Catalogue, load
from geo.model import Avoidance, Deduction, Inspector, LoginSession, Team, Visit
from geo.store import Store
from geo.store.tables import catalogues, rounds, streets
from tests.webmap.conftest import EAST, MIDDLE, PASSWORD, SOUTH, TEAMS, WEST, fill, roster
from tests.webmap.foreign.texts import ROUND, TYPED, hostile, make_hostile, without_checks
from webmap import create_app

FIRST = f"{ROUND}2026-06"
SECOND = f"{ROUND}2026-07"
THIRD = f"{ROUND}2026-08"
VALUE = "03,11,17,22,28,31+09"


def hostile_catalogue() -> Catalogue:
    """Make an edition of the catalogue whose names are hostile; its codes can't be."""
    shipped = load()
    categories = {
        code: replace(
            one,
            name_zh=f"=1+1{TYPED}{one.name_zh}",
            name_en=f"@SUM(1){TYPED}{one.name_en}",
            items=tuple(
                replace(i, name_zh=f"-1{TYPED}{i.name_zh}", name_en=f"+1{TYPED}{i.name_en}") for i in one.items
            ),
        )
        for code, one in shipped.categories.items()
    }
    return Catalogue(hostile(shipped.edition, {shipped.edition}, set()), categories)


def _more(store: Store) -> None:
    """Fill what the small city leaves empty."""
    now = dt.datetime.now(dt.UTC)
    store.sessions.begin(
        store.accounts.all()[0], "a token", LoginSession(0, "admin", now, now, "an address", "a phone")
    )
    store.accounts.disable("planner", who="admin")
    store.accounts.disable("planner", disabled=False, who="admin")
    zones = store.zones.frame()
    store.zones.upsert(zones.assign(unit="街道办", person="张三"))
    own = roster()
    texts = {
        "street": "大智街道",
        "community": "天声社区",
        "community_code": "420102001001",
        "grid_code": "420102001001",
    }
    store.checkpoints.upsert(own.assign(**texts, cell="420102001001001"))
    store.checkpoints.save_unplaced(
        pd.DataFrame(own.drop(columns="geometry").assign(**texts, cell="420102001001001"))
        .rename(index=lambda one: f"U{one}")
        .iloc[:3]
    )
    people = {
        team: tuple(Inspector(f"督查员{team}{n}", team, "财政局", "外地街道") for n in range(3)) for team in TEAMS
    }
    store.teams.replace([Team(team, MIDDLE, SOUTH, inspectors=people[team]) for team in TEAMS])
    store.fieldwork.replace_avoidances([Avoidance("督查员10", "一元街道", "教育局", "P001", "亲属", "督查员21")])
    cells = {"community": "420102001001", "area_m2": 10_000.0}
    box = shapely.box(WEST, SOUTH, WEST + 0.001, SOUTH + 0.001)
    index = pd.Index(["420102001001001"], name="code")
    store.zones.replace_cells(gpd.GeoDataFrame(cells, geometry=[box], index=index, crs=4326))
    store.closures.add(
        area=shapely.box(WEST, SOUTH, EAST, SOUTH + 0.001),
        street="临时路",  # none of the streets that the routes need
        first_day=dt.date(2026, 6, 1),
        last_day=dt.date(2026, 7, 30),
        reason="施工",
        who="planner",
    )
    found = Deduction("a record of another system", 1.0, note="地面有垃圾")
    store.visits.record(
        [Visit("P001", "1", dt.datetime(2026, 5, 20, 1, tzinfo=dt.UTC), "2026-06", deductions=(found,))]
    )
    with store._database.backend.writer.begin() as connection:
        connection.execute(update(streets).values(name="中山大道").where(streets.c.edge % 2 == 0))
        connection.execute(update(rounds).values(edition=load().edition))
    store.rounds.create(replace(store.rounds.all()[0], id="2026-07", start=dt.date(2026, 6, 2), size=16, covert=False))
    store.rounds.create(replace(store.rounds.all()[0], id="2026-08", start=dt.date(2026, 8, 7), size=16, covert=False))


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the city, and let its planner work in it: bind, draw, replace, change, import, void."""
    path = tmp_path_factory.mktemp("hostile") / "city.gpkg"
    with Store.open(path, create=True) as store:
        fill(store)
        _more(store)
        with store._database.backend.writer.begin() as connection:
            without_checks(connection)
            make_hostile(connection)
            connection.execute(delete(catalogues))
        store.catalogues.save(hostile_catalogue())
    app = _application(path)
    _work(app)
    app.extensions["xundian"].close()
    return path


def _application(path: Path) -> Flask:
    return create_app({"CITY": str(path), "SECRET_KEY": "for tests", "TESTING": True, "WTF_CSRF_ENABLED": False})


@pytest.fixture(scope="session")
def hostile_app(hostile_file: Path) -> Iterator[Flask]:
    """Serve the city."""
    app = _application(hostile_file)
    yield app
    app.extensions["xundian"].close()


def entered(app: Flask, role: str) -> FlaskClient:
    """Log the account of a role in."""
    user = next(one for one in app.extensions["xundian"].accounts.all() if one.role.value == role)
    client = app.test_client()
    answer = client.post("/login", data={"name": user.name, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.fixture
def enter(hostile_app: Flask) -> Callable[[str], FlaskClient]:
    """Log the account of a role in."""
    return lambda role: entered(hostile_app, role)


def _work(app: Flask) -> None:
    """Do what a planner does, with hostile words wherever words are asked for."""
    client, store = entered(app, "planner"), app.extensions["xundian"]

    def post(path: str, **form: str) -> None:
        answer = client.post(path, data=form, follow_redirects=True)
        assert answer.status_code == 200, re.findall(r"class=\"error[^>]*>([^<]*)", answer.text) or answer.text

    second, third = f"/draw/{quote(SECOND)}", f"/draw/{quote(THIRD)}"
    post(f"{second}/commit", public_number="双色球 2026068", streets="yes")
    post(f"{second}/run", value=VALUE)
    post(f"{second}/replace", checkpoint=str(store.draws.sample(SECOND).index[0]), reason=f"=1+1{TYPED}")
    post(f"{second}/survey", total="20")
    post(f"{second}/teams")
    post(f"{third}/commit", public_number="双色球 2026078")
    post(f"{third}/void", reason=f"@SUM(1){TYPED}")
    for number, undone in enumerate((True, False)):
        _hand_over(client, store, number)
        if undone:
            assert client.post(f"/data/changes/{quote(FIRST)}/undo").status_code == 200
    user = next(one for one in store.accounts.all() if one.role.value == "planner")
    changed = store.checkpoints.frame().iloc[:3].assign(size=2.0)
    store.checkpoints.upsert(changed, import_of=f"=1+1{TYPED}.xlsx", who=user.name)


def _hand_over(client: FlaskClient, store: Store, number: int) -> None:
    """Give a stop to another team."""
    teams = sorted(store.plans.routes(FIRST)["team"].unique())
    stops = store.plans.stops(FIRST, team=teams[0], day=1)
    ahead = (stops["kind"] == "stop") & ~stops["checkpoint"].isin(list(store.plans.done(FIRST)))
    stop = stops.loc[ahead, "checkpoint"].iloc[number + 1]
    asked = {"kind": "takeover", "checkpoint": stop, "day": 1, "to_team": teams[1]}
    quoted = client.post(f"/data/changes/{quote(FIRST)}/quote", json=asked).json
    said = {**asked, "reason": f"-1{TYPED}", "revision": quoted["revision"]}
    answer = client.post(f"/data/changes/{quote(FIRST)}", json=said)
    assert answer.status_code == 200, re.findall(r"class=\"error[^>]*>([^<]*)", answer.text) or answer.text
