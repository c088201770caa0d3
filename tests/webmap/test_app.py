"""The application as a whole: what it needs, what it sends with every page, how it fails."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.errors import InputError, NotFoundError
from webmap import create_app

PUBLIC = {
    "static",
    "home",
    "auth.login",
    "auth.enter",
    "auth.logout",
    "language.choose",
    "verify.page",
    "verify.commitment",
    "verify.listed",  # what became of every commitment is public by its nature
    "verify.program",
    "verify.offline",
}


@pytest.mark.parametrize("missing", ["CITY", "SECRET_KEY"])
def test_configuration_has_no_defaults(city_file: Path, missing: str) -> None:
    config = {"CITY": str(city_file), "SECRET_KEY": "x", missing: ""}
    with pytest.raises(InputError, match=f"{missing} is ''"):
        create_app(config)


def test_there_must_be_a_city(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no city"):
        create_app({"CITY": str(tmp_path / "none.gpkg"), "SECRET_KEY": "x"})


def test_every_page_carries_the_security_headers(app: Flask) -> None:
    for path in ("/login", "/static/xundian.css", "/nowhere", "/data/hotspots/cells"):
        with app.test_client().get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_and_data_are_never_stored(log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("planner")
    for path in ("/map", "/data/checkpoints.geojson", "/login", "/nowhere", "/password"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


def test_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    cookie = app.test_client().post("/language", data={"language": "en"}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_secure_cookie_when_asked(city_file: Path) -> None:
    app = create_app({"CITY": str(city_file), "SECRET_KEY": "x", "HTTPS": True})
    assert app.config["SESSION_COOKIE_SECURE"] is True
    app.extensions["xundian"].close()


def test_scripts_are_served_as_scripts(app: Flask) -> None:
    for path in ("planner.js", "vendor/maplibre-gl/maplibre-gl.mjs"):
        with app.test_client().get(f"/static/{path}") as answer:
            assert answer.mimetype == "text/javascript"


VALUES = {"round_id": "2026-06", "format_": "gpx", "ending": "docx", "name": "x.pmtiles"}


def test_nothing_is_open_but_the_door(app: Flask) -> None:
    client = app.test_client()
    seen = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            continue
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda part: VALUES.get(part[1], "1"), rule.rule)
        method = "GET" if "GET" in rule.methods else "POST"
        answer = client.open(path, method=method)
        if rule.endpoint.startswith("photos."):  # a login would tell that there is something to log in for
            assert answer.status_code == 404
            continue
        assert answer.status_code in {302, 401}, path
        assert answer.status_code == 401 or answer.location.startswith("/login")
        seen += 1
    assert seen > 60


def test_home_leads_each_role_to_its_page(app: Flask, log_in: Callable[[str], FlaskClient]) -> None:
    assert app.test_client().get("/").location == "/login"
    for name, page in {"planner": "/map", "team": "/field", "street": "/street"}.items():
        assert log_in(name).get("/").location == page


def test_failures_say_what_to_do(app: Flask, log_in: Callable[[str], FlaskClient]) -> None:
    page = app.test_client().get("/nowhere")
    assert page.status_code == 404
    assert "没有这个页面" in page.text
    client = log_in("planner")
    assert client.get("/map?round=none").status_code == 404
    answer = client.get("/data/rounds/none/routes.geojson")
    assert answer.status_code == 404
    assert "none" in answer.json["error"]
    assert app.test_client().delete("/login").status_code == 405


@pytest.mark.fails
def test_an_unforeseen_error_says_what_was_kept(app: Flask, log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("planner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        patch.setattr("webmap.maps.layers.with_category", lambda _: 1 / 0)
        answer = client.get("/data/checkpoints.geojson")
    assert answer.status_code == 500
    assert "没有丢失" in answer.json["error"]
