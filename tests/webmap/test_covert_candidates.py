"""What a plan was chosen from is told to nobody before the days are over: it gives every way of every team away."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.store import Store
from routing.plan.planner import PlanOptions, plan_round
from routing.vary.candidates import VERSION
from webmap import create_app

VALUES = {"round_id": "2026-06", "day": "1", "number": "1", "team": "2", "z": "12", "x": "3350", "y": "1680"}


@pytest.fixture(scope="module")
def planned(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the small city whose round is planned."""
    path = Path(shutil.copy(city_file, tmp_path_factory.mktemp("planned") / "city.gpkg"))
    with Store.open(path) as store:
        plan_round(store, "2026-06", PlanOptions(steps=1_000))
    return path


@pytest.fixture
def app(planned: Path) -> Iterator[Flask]:
    """Serve it."""
    made = create_app({"CITY": str(planned), "SECRET_KEY": "for tests", "TESTING": True, "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


def addresses(app: Flask) -> list[str]:
    """Fill in every address that can be asked for."""
    found = []
    for rule in app.url_map.iter_rules():
        values = {name: VALUES.get(name, "1") for name in rule.arguments}
        if "GET" in (rule.methods or ()):
            found.append(re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda part, values=values: values[part[1]], rule.rule))
    return found


def test_no_address_tells_a_team_or_a_street_office_the_candidates(
    app: Flask, planned: Path, log_in: Callable[[str], FlaskClient]
) -> None:
    with Store.open(planned) as store:
        content, kept = store.plans.candidates("2026-06")
    assert VERSION.encode() in content
    secrets = (VERSION.encode(), kept.sha256.encode())
    every = addresses(app)
    assert len(every) > 20
    told = {
        (name, address)
        for name, client in (("nobody", app.test_client()), ("team", log_in("team")), ("street", log_in("street")))
        for address in every
        if address != "/logout" and any(secret in client.get(address).data for secret in secrets)
    }
    assert told == set()


def test_gis_programs_do_not_list_them(planned: Path) -> None:
    with closing(sqlite3.connect(planned)) as plain:
        listed = {name for (name,) in plain.execute("SELECT table_name FROM gpkg_contents")}
        there = {name for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"candidates", "plans"} <= there - listed
    assert {"routes", "closures"} <= listed


def test_no_cache_holds_them(planned: Path) -> None:
    with Store.open(planned) as store:
        sha256 = store.plans.candidates("2026-06")[1].sha256.encode()
        for file in store.cache_dir.rglob("*"):
            assert file.is_dir() or sha256 not in file.read_bytes()
            assert sha256.decode() not in file.name
