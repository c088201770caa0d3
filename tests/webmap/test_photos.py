"""Photos reach those who see what they show; to all others they are not there."""

import datetime as dt
import logging
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.clock import Today, zone_of
from geo.errors import NotFoundError
from geo.model import Role, User
from geo.store import Store
from tests.webmap.conftest import COVERT, DAY, OPEN_EAST, OPEN_WEST, SHARED
from webmap.accounts.visibility import VisibleCity
from webmap.findings.card import Picture, pictures

WEST, EAST = "420102001", "420102002"
UNKNOWN = "f" * 64
ALL = (OPEN_WEST, OPEN_EAST, COVERT, SHARED)
# Covert and shared are of a covert visit of today in the west; shared is also of an open visit in the east.
SEEN = {
    "planner": {OPEN_WEST, OPEN_EAST, COVERT, SHARED},
    "street": {OPEN_WEST},
    "team": set(),
    "nobody": set(),
}


@pytest.fixture
def store(city_file: Path) -> Iterator[Store]:
    """Open the small city."""
    with Store.open(city_file) as opened:
        yield opened


def visible(store: Store, role: Role, *, date: dt.date = DAY, zone: str = "") -> VisibleCity:
    return VisibleCity(store, User("someone", role, "", zone=zone), Today(date, zone_of(store), pinned=True))


def seen(eyes: VisibleCity, store: Store) -> set[object]:
    shown = set(eyes.photos(store.visits.deductions().index)["photo"])
    found = {one for one in ALL if one.sha256 in shown}
    with pytest.raises(NotFoundError) as unknown:
        eyes.photo(UNKNOWN)
    for one in found:
        assert eyes.photo(one.sha256) == one
    for one in set(ALL) - found:
        with pytest.raises(NotFoundError) as refused:
            eyes.photo(one.sha256)
        assert (refused.value.template, refused.value.values) == (unknown.value.template, unknown.value.values)
    return found


def bare(page: str, path: str) -> str:
    """Return a page without its own address and without what its forms are signed with, which changes by the second."""
    return re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", page).replace(path, "")


def test_a_planner_sees_every_photo(store: Store) -> None:
    assert seen(visible(store, Role.PLANNER), store) == set(ALL)


def test_a_street_office_sees_photos_of_what_it_sees(store: Store) -> None:
    tomorrow = DAY + dt.timedelta(days=1)
    assert seen(visible(store, Role.STREET, zone=WEST), store) == {OPEN_WEST}
    assert seen(visible(store, Role.STREET, zone=WEST, date=tomorrow), store) == {OPEN_WEST, COVERT, SHARED}
    assert seen(visible(store, Role.STREET, zone=EAST), store) == {OPEN_EAST, SHARED}


def test_nobody_else_sees_any(store: Store) -> None:
    assert seen(visible(store, Role.STREET), store) == set()
    assert seen(visible(store, Role.TEAM), store) == set()
    with pytest.raises(NotFoundError, match="no such photo"):
        visible(store, Role.STREET, zone="not there").photo(OPEN_WEST.sha256)


@pytest.mark.parametrize("who", SEEN)
def test_the_server_gives_what_each_may_see(
    app: Flask, log_in: Callable[[str], FlaskClient], caplog: pytest.LogCaptureFixture, who: str
) -> None:
    client = app.test_client() if who == "nobody" else log_in(who)
    caplog.set_level(logging.DEBUG)
    client.get("/login" if who == "nobody" else "/password")  # the first page sets the cookie of the form
    unknown = client.get(f"/photos/{UNKNOWN}")
    assert unknown.status_code == 404
    for one in ALL:
        for path, content in ((f"/photos/{one.sha256}", one.content), (f"/photos/{one.sha256}/small", one.thumbnail)):
            answer = client.get(path)
            assert answer.headers["Cache-Control"] == "no-store"
            assert not {"ETag", "Last-Modified", "Content-Disposition", "Location"} & set(answer.headers.keys())
            if one in SEEN[who]:
                assert (answer.status_code, answer.data, answer.mimetype) == (200, content, "image/jpeg")
                continue
            assert answer.status_code == 404
            assert set(answer.headers.keys()) == set(unknown.headers.keys())
            assert bare(answer.text, path) == bare(unknown.text, f"/photos/{UNKNOWN}")
            assert one.sha256 not in caplog.text


@pytest.mark.parametrize("name", ["", "..", "%2e%2e%2fcity.gpkg", "x" * 4000, "1' OR '1'='1"])
def test_odd_names_are_no_photos(log_in: Callable[[str], FlaskClient], name: str) -> None:
    assert log_in("planner").get(f"/photos/{name}").status_code == 404


def test_an_unseen_character_in_an_address_is_refused_before_any_look(log_in: Callable[[str], FlaskClient]) -> None:
    assert log_in("planner").get("/photos/%00").status_code == 400


def test_the_card_shows_thumbnails_of_known_size(log_in: Callable[[str], FlaskClient], store: Store) -> None:
    place = store.checkpoints.frame().loc["P003"].geometry
    page = log_in("planner").get(f"/data/hotspots/cell?at={place.x},{place.y}").text
    for one in (OPEN_EAST, SHARED):
        assert f'href="/photos/{one.sha256}"' in page
        assert f'src="/photos/{one.sha256}/small" width="240" height="180" loading="lazy"' in page
    assert "第 2 张照片，共 2 张：" in page
    assert page.index(OPEN_EAST.sha256) < page.index(SHARED.sha256)
    other = store.checkpoints.frame().loc["P009"].geometry
    assert "photo" not in log_in("planner").get(f"/data/hotspots/cell?at={other.x},{other.y}").text


def test_the_size_of_a_thumbnail_is_that_of_its_photo(store: Store) -> None:
    frame = store.photos.frame(store.visits.deductions().index).assign(width=100, height=3000)
    assert next(iter(pictures(frame).values()))[0] == Picture(OPEN_WEST.sha256, 100, 3000, 8, 240)


def test_other_pages_and_files_hold_no_photo(app: Flask, log_in: Callable[[str], FlaskClient], tmp_path: Path) -> None:
    hashes = [one.sha256 for one in ALL]
    street = log_in("street")
    for path in ("/street", "/data/problems.geojson", "/data/checkpoints.geojson"):
        text = street.get(path).text
        assert not [one for one in hashes if one in text]
    shutil.copytree(Path(app.config["CITY"]).parent, tmp_path / "copy")
    beside = [
        path for path in (tmp_path / "copy").rglob("*") if path.is_file() and not path.name.startswith("city.gpkg")
    ]
    assert not [path for path in beside if any(one.encode() in path.read_bytes() for one in hashes)]
