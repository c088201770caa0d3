"""Pages leave rows in the audit log under the name of their account, also through jobs and child processes."""

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask

from geo.model import Role, Round, User
from geo.store import Store
from geo.store.audit_log import AuditRow
from tests.webmap.conftest import PASSWORD
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
