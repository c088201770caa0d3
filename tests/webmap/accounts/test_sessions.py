"""Sessions as a browser meets them: the cookie, the page of the own sessions, and the desk of accounts."""

import datetime as dt
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from geo.model import Role, User
from geo.store import Store, tables
from geo.store.sessions import SessionLimits
from tests.webmap.conftest import PASSWORD
from webmap import create_app
from webmap.accounts.passwords import hash_password

PHONE = {"User-Agent": "Phone\u202e of a <b>team</b>"}


@pytest.fixture
def site(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Make an application whose city a test may change."""
    shutil.copyfile(city_file, tmp_path / "city.gpkg")
    made = create_app({"CITY": str(tmp_path / "city.gpkg"), "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})
    for one in store_of(made).accounts.all():
        store_of(made).sessions.end_all(one.name)
    yield made
    made.extensions["xundian"].close()


def store_of(site: Flask) -> Store:
    found = site.extensions["xundian"]
    assert isinstance(found, Store)
    return found


def enter(site: Flask, name: str, **headers: str) -> FlaskClient:
    client = site.test_client()
    answer = client.post("/login", data={"name": name, "password": PASSWORD}, headers={**PHONE, **headers})
    assert answer.status_code == 302
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/sessions").status_code == 200


def test_a_copied_cookie_is_of_no_use_after_the_logout(site: Flask) -> None:
    client = enter(site, "team")
    thief = site.test_client()
    thief.set_cookie("xundian", client.get_cookie("xundian").value)
    assert is_in(thief)
    client.post("/logout")
    assert not is_in(client)
    assert not is_in(thief)


def test_the_cookie_is_not_sent_again_with_every_answer(site: Flask) -> None:
    client = enter(site, "team")
    client.get("/field")  # its forms get their token
    for path in ("/field", "/static/icon.svg", "/data/checkpoints.geojson", "/sessions"):
        with client.get(path) as answer:
            assert "Set-Cookie" not in answer.headers, path
            assert answer.status_code == 200


def test_a_script_or_a_picture_costs_no_look_into_the_city(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = enter(site, "team")

    def refuse(*_args: object) -> None:
        raise AssertionError

    monkeypatch.setattr(store_of(site).sessions, "find", refuse)
    with client.get("/static/icon.svg") as answer:
        assert answer.status_code == 200
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_everybody_ends_their_own_sessions_and_no_others(site: Flask) -> None:
    here, phone, other = enter(site, "street"), enter(site, "street"), enter(site, "team")
    page = here.get("/sessions").text
    ids = re.findall(r'name="session" value="(\d+)"', page)
    assert len(ids) == 1
    assert "&lt;b&gt;team&lt;/b&gt;" in page
    assert "\u202e" not in page
    assert other.post("/sessions/end", data={"session": ids[0]}).status_code == 404
    assert is_in(phone)
    assert here.post("/sessions/end", data={"session": ids[0]}).status_code == 302
    assert is_in(here)
    assert not is_in(phone)
    assert here.post("/sessions/end", data={"session": ids[0]}).status_code == 404


def test_a_new_password_ends_the_other_sessions(site: Flask) -> None:
    here, other = enter(site, "street"), enter(site, "street")
    new = "another long password"
    here.post("/password", data={"old": PASSWORD, "new": new, "again": new})
    assert is_in(here)
    assert not is_in(other)


def test_a_planner_ends_the_sessions_of_a_team_and_of_nobody_else(site: Flask) -> None:
    planner, team, street = enter(site, "planner"), enter(site, "team"), enter(site, "street")
    page = planner.get("/accounts").text
    assert 'value="team"' in page
    assert 'value="street"' not in page
    assert "/accounts/disable" not in page
    assert planner.post("/accounts/end", data={"name": "street"}).status_code == 404
    assert planner.post("/accounts/end", data={"name": "team"}).status_code == 302
    assert not is_in(team)
    assert is_in(street)


def test_an_administrator_disables_an_account_and_lets_it_in_again(site: Flask) -> None:
    admin, street = enter(site, "admin"), enter(site, "street")
    assert admin.post("/accounts/disable", data={"name": "street"}).status_code == 302
    assert not is_in(street)
    assert "已停用" in admin.get("/accounts").text
    login = site.test_client().post("/login", data={"name": "street", "password": PASSWORD})
    assert login.status_code == 403
    assert admin.post("/accounts/enable", data={"name": "street"}).status_code == 302
    assert is_in(enter(site, "street"))
    assert admin.post("/accounts/disable", data={"name": "admin"}).status_code == 409
    assert is_in(admin)


def test_every_planner_is_told_of_a_new_planner(site: Flask) -> None:
    planner, street = enter(site, "planner"), enter(site, "street")
    store_of(site).accounts.save(User("小王", Role.PLANNER, hash_password(PASSWORD)), who="admin")
    for path in ("/map", "/accounts"):
        assert "小王" in planner.get(path).text, path
    assert "小王" not in street.get("/street").text
    assert "小王" in enter(site, "admin").get("/accounts").text
    week_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=8)
    with store_of(site)._database.backend.writer.begin() as connection:
        connection.execute(update(tables.planner_notices).values(at=week_ago))
    assert "小王" not in planner.get("/map").text
    assert "小王" in planner.get("/accounts").text


def test_limits_are_said_and_hold(site: Flask) -> None:
    client = enter(site, "team")
    store_of(site).sessions.set_limits(SessionLimits(2, 3))
    assert "2 小时" in client.get("/sessions").text
    ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2.1)
    with store_of(site)._database.backend.writer.begin() as connection:
        connection.execute(update(tables.sessions).values(seen_at=ago))
    assert client.get("/field").status_code == 302


def test_a_city_that_can_only_be_read_is_logged_in_to_all_the_same(site: Flask, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "city.gpkg", timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")  # for as long as an import takes
        client = enter(site, "street")
        assert is_in(client)
        assert client.get("/street").status_code == 200
        admin = enter(site, "admin")
        assert "street" in admin.get("/accounts").text
        assert client.post("/logout").status_code == 302
        assert not is_in(client)
        other.rollback()
