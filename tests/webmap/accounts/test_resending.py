"""A form whose session has ended: nothing is changed, and nothing that was typed is lost."""

import html
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webmap import create_app

PASSWORD = "correct horse battery"  # noqa: S105 - of the small city's accounts
TYPED = "沿江大道 <3>\n第二行 & 'more'"


@pytest.fixture
def site(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Serve a copy of the small city, with the tokens that forms have."""
    copy = tmp_path / "city.gpkg"
    copy.write_bytes(city_file.read_bytes())
    made = create_app({"CITY": str(copy), "SECRET_KEY": "x"})
    yield made
    made.extensions["xundian"].close()


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def enter(client: FlaskClient) -> None:
    form = {"name": "planner", "password": PASSWORD, "csrf_token": token(client.get("/login").text)}
    assert client.post("/login", data=form, headers={"Origin": "http://localhost"}).status_code == 302


def send(client: FlaskClient, form: dict[str, str], origin: str = "http://localhost") -> object:
    return client.post("/placing", data=form, headers={"Origin": origin})


def test_a_token_is_good_as_long_as_its_session(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.test_client()
    enter(client)
    old = token(client.get("/map").text)
    later = time.time() + 3 * 3600
    monkeypatch.setattr("time.time", lambda: later)
    answer = client.post(
        "/language", data={"language": "en", "csrf_token": old}, headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 302


def test_what_was_typed_is_sent_again_after_logging_in_in_a_new_tab(site: Flask) -> None:
    client = site.test_client()
    enter(client)
    form = {"id": "P1", "lon": "114.3", "lat": TYPED, "datum": "wgs84", "csrf_token": token(client.get("/map").text)}
    client.delete_cookie("xundian")  # the session is over
    page = send(client, form)
    assert page.status_code == 400
    assert "您输入的内容" in page.text or "已保留" in page.text
    kept = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', page.text, re.DOTALL))
    assert html.unescape(kept["lat"]) == TYPED
    assert "csrf_token" not in kept
    assert 'target="_blank"' in page.text
    enter(client)  # in the new tab
    again = send(client, {name: html.unescape(text) for name, text in kept.items()} | {"csrf_token": token(page.text)})
    assert again.status_code == 400  # the form is read now: the latitude is what is refused
    assert "会话" not in again.text
    assert "lat" in again.text or "纬度" in again.text


def test_a_form_of_another_site_is_not_given_back(site: Flask) -> None:
    for origin in ("https://evil.example", "null", ""):
        page = send(site.test_client(), {"id": "P1", "lat": TYPED}, origin)
        assert page.status_code == 400
        assert "textarea" not in page.text


def test_passwords_are_never_given_back(site: Flask) -> None:
    form = {"name": "planner", "password": "a long secret", "old": "old secret", "new": "new secret"}
    for path in ("/login", "/password"):
        page = site.test_client().post(path, data=form, headers={"Origin": "http://localhost"})
        assert page.status_code == 400
        assert "secret" not in page.text


def test_an_account_whose_session_was_ended_keeps_its_typing_too(site: Flask) -> None:
    client = site.test_client()
    enter(client)
    form = {"id": "P1", "lat": TYPED, "csrf_token": token(client.get("/map").text)}
    site.extensions["xundian"].sessions.end_all("planner")
    page = send(client, form)
    assert page.status_code == 401
    assert "textarea" in page.text


@pytest.mark.fails
def test_the_log_holds_no_token(site: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    client = site.test_client()
    enter(client)

    def fail(*_args: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(site.extensions["xundian_uploads"], "get", fail)
    assert client.get("/import/0123456789abcdef0123456789abcdef?password=hidden").status_code == 500
    assert "a bug" in caplog.text
    assert "0123456789abcdef" not in caplog.text
    assert "hidden" not in caplog.text
