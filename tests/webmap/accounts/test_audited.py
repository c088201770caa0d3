"""Pages leave rows in the audit log under the name of their account, also through jobs and child processes."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from geo.model import Role, Round, User
from geo.store import Store
from geo.store.audit_log import AuditRow
from tests.webmap.conftest import DAY, PASSWORD
from webmap import create_app
from webmap.accounts.passwords import hash_password


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    """Return the pages of a city with two accounts and a round."""
    city = tmp_path / "city.gpkg"
    with Store.open(city, create=True) as store:
        for role in (Role.PLANNER, Role.ADMIN):
            store.accounts.save(User(str(role), role, hash_password(PASSWORD)))
        store.rounds.create(Round("R1", dt.date(2026, 6, 12), days=1, teams=1, size=1, covert=True))
    return create_app({"CITY": str(city), "TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": "test"})


def _rows(site: Flask) -> list[AuditRow]:
    store: Store = site.extensions["xundian"]
    assert store.audit.verify().fault is None
    return store.audit.page()


def test_login_failure_and_logout_are_rows(site: Flask) -> None:
    client = site.test_client()
    assert client.post("/login", data={"name": "planner", "password": "wrong"}).status_code == 401
    assert client.post("/login", data={"name": PASSWORD, "password": "planner"}).status_code == 401
    assert client.post("/login", data={"name": "planner", "password": PASSWORD}).status_code == 302
    assert client.post("/logout").status_code == 302
    rows = [(row.who, row.action, row.object) for row in reversed(_rows(site)[:4])]
    assert rows == [
        ("-", "login.refused", "account/planner"),
        ("-", "login.refused", "account/"),
        ("planner", "login", "account/planner"),
        ("planner", "logout", "account/planner"),
    ]
    assert _rows(site)[1].detail == {"address": "127.0.0.1"}
    assert PASSWORD not in repr(_rows(site))


def test_a_change_on_a_page_is_its_account_s(site: Flask) -> None:
    client = site.test_client()
    client.post("/login", data={"name": "planner", "password": PASSWORD})
    new = "another good long password"
    assert client.post("/password", data={"old": PASSWORD, "new": new, "again": new}).status_code == 302
    row = _rows(site)[0]
    assert (row.who, row.action, row.object) == ("planner", "account.password", "account/planner")


@pytest.fixture
def secret(tmp_path: Path, city_file: Path) -> Callable[..., Flask]:
    """Return the pages of the small city, whose covert round is out today and tomorrow, on a day."""

    def on(day: dt.date = DAY) -> Flask:
        shutil.copy(city_file, tmp_path / "city.gpkg")
        with Store.open(tmp_path / "city.gpkg") as store:
            store.settings.set("today", day.isoformat())
        city = str(tmp_path / "city.gpkg")
        return create_app({"CITY": city, "TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": "test"})

    return on


def _looks(site: Flask, name: str, *paths: str) -> list[tuple[str, str, str]]:
    """Return the rows that an account's pages leave."""
    client = site.test_client()
    client.post("/login", data={"name": name, "password": PASSWORD})
    for path in paths:
        assert client.get(path).status_code == 200, path
    found = [row for row in reversed(_rows(site)) if row.action in ("covert.look", "export")]
    assert {row.who for row in found} <= {name}
    return [(row.action, row.object, str(row.detail["page"])) for row in found]


def test_a_page_of_a_secret_round_is_a_row_each_time(secret: Callable[..., Flask]) -> None:
    looks = _looks(secret(), "planner", "/rounds/2026-06", "/rounds/2026-06")
    assert len(looks) == 2
    assert {look[:2] for look in looks} == {("covert.look", "round/2026-06")}


def test_an_export_is_a_row_of_its_own(secret: Callable[..., Flask]) -> None:
    (look,) = _looks(secret(), "planner", "/rounds/2026-06/route.gpx?team=1&day=1")
    assert look[:2] == ("export", "round/2026-06")


def test_a_team_s_own_route_is_a_look_and_what_repeats_is_one_an_hour(secret: Callable[..., Flask]) -> None:
    looks = _looks(secret(), "team", "/field", "/data/changes/2026-06", "/data/changes/2026-06")
    assert [look[:2] for look in looks] == [("covert.look", "round/2026-06")] * 2
    assert len({look[2] for look in looks}) == 2


def test_a_round_that_is_over_and_an_office_leave_none(secret: Callable[..., Flask]) -> None:
    assert _looks(secret(DAY + dt.timedelta(days=2)), "planner", "/rounds/2026-06") == []
    assert _looks(secret(), "street", "/street") == []
