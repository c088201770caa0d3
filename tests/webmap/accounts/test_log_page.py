"""The page of the audit log: a planner's whole, an administrator's what happened to accounts, nobody else's."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.audit.events import Event
from geo.store import Store
from geo.store.audit import happening
from tests.webmap.conftest import PASSWORD
from webmap import create_app
from webmap.accounts.log_words import event_text, object_text


@pytest.fixture
def site(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Return the pages of the small city, whose covert round is out."""
    city = str(shutil.copy(city_file, tmp_path / "city.gpkg"))
    made = create_app({"CITY": city, "SECRET_KEY": "x", "TESTING": True, "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


def enter(site: Flask, name: str) -> FlaskClient:
    client = site.test_client()
    client.post("/language", data={"language": "en"})
    assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    return client


def store_of(site: Flask) -> Store:
    store = site.extensions["xundian"]
    assert isinstance(store, Store)
    return store


def lines(page: str) -> list[str]:
    """Return the rows of a page as text."""
    found = re.findall(r"<li>\s*<time.*?</li>", page, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def test_a_planner_reads_who_did_what_and_the_head(site: Flask) -> None:
    store = store_of(site)
    page = enter(site, "planner").get("/audit").text
    first, *others = lines(page)
    assert "planner logged in account planner from 127.0.0.1" in first
    assert any("routes planned routes 2026-06" in line for line in others)
    assert any(re.search(r"command of \S+ visits brought in visits", line) for line in others)
    assert f"<code>{store.audit.head().head}</code>" in page
    assert "没有" not in page


def test_an_administrator_sees_nothing_but_what_happened_to_accounts(site: Flask) -> None:
    enter(site, "planner").get("/rounds/2026-06")
    client = enter(site, "admin")
    client.post("/accounts/disable", data={"name": "observer"})
    for address in ("/audit", "/audit?who=planner", *(f"/audit?action={one}" for one in Event)):
        page = client.get(address).text
        assert "2026-06" not in re.sub(r'value="2026-06[^"]*"|2026-06-\d\d', "", page)
        assert not {"round", "routes", "draw", "visits"} & set(" ".join(lines(page)).split())
        assert "<code>" not in page.replace("<code>xundian", "")
        assert 'class="number' not in page
    shown = lines(client.get("/audit").text)
    assert "admin account disabled account observer" in shown[0]
    assert any("planner logged in" in line for line in shown)
    assert lines(client.get("/audit?action=covert.look").text) == []


def test_fifty_rows_are_a_page_and_what_is_asked_stays_asked(site: Flask) -> None:
    store = store_of(site)
    for number in range(60):
        store.audit.note(happening(Event.EXPORT, f"round/R{number}"))
    client = enter(site, "planner")
    first = client.get("/audit?action=export").text
    assert len(lines(first)) == 50
    assert "Newest" not in first
    earlier = unescape(re.search(r'<a class="button" href="([^"]+)">Earlier', first)[1])
    assert "action=export" in earlier
    second = client.get(earlier).text
    assert len(lines(second)) == 10
    assert not set(lines(first)) & set(lines(second))
    assert "Earlier" not in second
    assert "Newest" in second


def test_rows_are_asked_for_by_person_and_day(site: Flask) -> None:
    client = enter(site, "planner")
    assert {line.split()[2] for line in lines(client.get("/audit?who=planner").text)} <= {"planner", "command"}
    assert "No row fits" in client.get("/audit?who=nobody").text
    assert "No row fits" in client.get("/audit?day=2020-01-01").text
    for address, field in (("day=1", "day"), ("day=9999-12-31", "day"), ("action=x", "action"), ("before=5", "before")):
        answer = client.get(f"/audit?{address}")
        assert (answer.status_code, field in answer.text) == (400, True), address


def test_a_name_that_was_erased_and_a_strange_word_are_said(site: Flask) -> None:
    store = store_of(site)
    client = enter(site, "planner")
    enter(site, "team").post("/logout")
    store.audit.erase("team")
    assert any("name erased logged out" in line for line in lines(client.get("/audit").text))


def test_every_word_of_the_log_is_said_in_words(site: Flask) -> None:
    with site.test_request_context():
        assert [one for one in Event if event_text(one) == one] == []
        assert object_text("no-such-kind/1") == "no-such-kind 1"
        assert event_text("no.such") == "no.such"
