"""The page of results: rounds that are over, for those who only look."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.store import Store
from tests.webmap.bulletin.conftest import DONE, GOING_ON, TEAM, TODAY
from tests.webmap.conftest import PASSWORD
from webmap import create_app


@pytest.fixture
def site(visited: Path) -> Iterator[Flask]:
    made = create_app({"CITY": str(visited), "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


def observer(site: Flask) -> FlaskClient:
    client = site.test_client()
    assert client.post("/login", data={"name": "observer", "password": PASSWORD}).headers["Location"] == "/results"
    return client


def test_an_observer_reads_the_round_that_is_over(site: Flask) -> None:
    page = observer(site).get("/results").text
    assert DONE in page
    assert "大智街道" in page
    assert "得分" in page


def test_a_round_that_goes_on_is_as_unknown_as_one_that_is_not_there(site: Flask) -> None:
    client = observer(site)
    page = client.get("/results").text
    assert GOING_ON not in page
    for asked in (GOING_ON, "2026-06", "unvisited"):
        answer = client.get(f"/results?round={asked}")
        nothing = client.get("/results?round=nothing")
        assert answer.status_code == nothing.status_code == 404
        assert said(answer.text, asked) == said(nothing.text, "nothing")


def said(page: str, asked: str) -> str:
    """Leave out of a page what was asked for, in its own address and in its message."""
    bare = re.sub(r'name="csrf_token" value="[^"]*"', "", page)  # changes by the second
    return bare.replace(f"round={asked}", "").replace(f"轮次 {asked}", "")


def test_no_team_and_no_hour_is_told(site: Flask) -> None:
    page = observer(site).get("/results").text
    assert TEAM not in page
    assert "02:" not in page


def test_a_covert_round_is_told_from_the_day_after_its_last(site: Flask) -> None:
    store, client = site.extensions["xundian"], observer(site)
    assert isinstance(store, Store)
    for date, status in ((TODAY + dt.timedelta(days=1), 404), (TODAY + dt.timedelta(days=2), 200)):
        store.settings.set("today", date.isoformat())
        assert client.get(f"/results?round={GOING_ON}").status_code == status


def test_the_newest_round_that_was_visited_comes_first(site: Flask) -> None:
    store, client = site.extensions["xundian"], observer(site)
    assert f'value="{GOING_ON}"' not in client.get("/results").text
    store.settings.set("today", "2026-08-01")
    page = client.get("/results").text  # the newest that was visited, not the one that nobody went to
    assert f'value="{GOING_ON}" selected' in page
    assert "unvisited" in page
    assert "得分" not in client.get("/results?round=unvisited").text
