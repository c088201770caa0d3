"""Sheets and files of routes, and the team's page: whole for their reader, nothing for anybody else."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from shutil import copyfile

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from geo.errors import NotFoundError
from geo.store import Store
from routing.sheets.gpx import NAMESPACE
from webmap import create_app
from webmap.route.sheet import write_sheets

ROUND = "2026-06"
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[1] / "reference" / "gpx.xsd"))
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
PAGE = re.compile(r'<section class="page')


@pytest.fixture
def changing(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Make the application on a copy of the small city that a test may change."""
    copyfile(city_file, tmp_path / "city.gpkg")
    app = create_app(
        {"CITY": str(tmp_path / "city.gpkg"), "SECRET_KEY": "for tests", "TESTING": True, "WTF_CSRF_ENABLED": False}
    )
    yield app
    app.extensions["xundian"].close()


@pytest.fixture
def team(changing: Flask) -> FlaskClient:
    client = changing.test_client()
    client.post("/login", data={"name": "team", "password": PASSWORD})
    client.post("/language", data={"language": "en", "next": "/"})
    return client


def test_planner_prints_every_team_of_a_day_a_page_each(log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("planner")
    assert len(PAGE.findall(client.get(f"/rounds/{ROUND}/sheets").text)) == 6
    day = client.get(f"/rounds/{ROUND}/sheets?day=2").text
    assert len(PAGE.findall(day)) == 3
    assert day.count("<svg") == 3
    assert "2026-06-10" in day
    assert "2026-06-09 " not in day.replace("2026-06-09</p>", "")  # but for the day on which it was made
    assert len(PAGE.findall(client.get(f"/rounds/{ROUND}/sheets?day=2&team=3").text)) == 1
    assert "没有可打印的路线" in client.get(f"/rounds/{ROUND}/sheets?day=9").text


def test_a_team_prints_its_own_route_whatever_it_asks(log_in: Callable[[str], FlaskClient]) -> None:
    page = log_in("team").get(f"/rounds/{ROUND}/sheets?team=1&day=2").text
    assert len(PAGE.findall(page)) == 1
    assert "第 2 组 · 2026-06-09" in page
    assert "本轮为暗访" in page
    assert "第 1 组" not in page


def test_files_are_the_readers_part_of_the_plan(log_in: Callable[[str], FlaskClient]) -> None:
    for name, asked, pairs in (
        ("team", "?team=1&day=2", {("2", 1)}),
        ("planner", "?team=1&day=2", {("1", 2)}),
        ("planner", "", {(team, day) for team in "123" for day in (1, 2)}),
    ):
        client = log_in(name)
        gpx = etree.fromstring(client.get(f"/rounds/{ROUND}/route.gpx{asked}").data)
        assert SCHEMA.validate(gpx), SCHEMA.error_log
        assert len(gpx.findall(f"{{{NAMESPACE}}}trk")) == len(pairs)
        assert len(gpx.findall(f"{{{NAMESPACE}}}wpt")) == 5 * len(pairs)
        sent = client.get(f"/rounds/{ROUND}/route.geojson{asked}").get_json(force=True)["features"]
        assert {(one["properties"]["team"], one["properties"]["day"]) for one in sent} == pairs
        book = pd.read_excel(
            BytesIO(client.get(f"/rounds/{ROUND}/route.xlsx{asked}").data), sheet_name=None, engine="calamine"
        )
        assert set(book["路线"]["测评组"].astype(str)) == {team for team, _ in pairs}
        assert {"到达", "开放时间", "考察内容", "问卷"} <= set(next(iter(list(book.values())[1:])).columns)
        left = list(book.values())[2]
        assert len(left) == (2 if name == "planner" and not asked else 0)
        assert set(left.get("原因", [])) <= {"无路可达"}


def test_no_file_name_tells_a_team_or_a_round(log_in: Callable[[str], FlaskClient]) -> None:
    answer = log_in("team").get(f"/rounds/{ROUND}/route.gpx")
    assert "xundian-2026-06-09.gpx" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["sheets", "route.gpx", "route.geojson", "route.xlsx"])
def test_a_street_office_and_a_stranger_get_none(log_in: Callable[[str], FlaskClient], app: Flask, path: str) -> None:
    assert log_in("street").get(f"/rounds/{ROUND}/{path}").status_code == 403
    assert app.test_client().get(f"/rounds/{ROUND}/{path}").status_code == 302
    assert log_in("team").get(f"/rounds/2026-05/{path}").status_code in {403, 404}


def test_sheets_as_a_file_open_without_a_network(city_file: Path, tmp_path: Path) -> None:
    with Store.open(city_file) as store:
        assert write_sheets(store, ROUND, tmp_path / "sheets.html", day=1, language="en") == 3
        with pytest.raises(NotFoundError, match=r"team is '9', which has no route in round .*: its teams are 1, 2, 3"):
            write_sheets(store, ROUND, tmp_path / "none.html", team="9")
    text = (tmp_path / "sheets.html").read_text(encoding="utf-8")
    assert len(PAGE.findall(text)) == 3
    assert "Team 3" in text
    assert "trial draw" in text
    assert not re.search(r"""(?:src|href)="(?!data:|#)""", text)


def test_a_sheet_without_addresses_leaves_their_room_to_the_items(city_file: Path, tmp_path: Path) -> None:
    copyfile(city_file, tmp_path / "city.gpkg")
    with Store.open(tmp_path / "city.gpkg") as store:
        write_sheets(store, ROUND, tmp_path / "with.html", day=1)
        store.checkpoints.upsert(store.checkpoints.frame().assign(address=""))
        write_sheets(store, ROUND, tmp_path / "without.html", day=1)
    for name, has in (("with", True), ("without", False)):
        page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert ('<col class="address">' in page) == ("<th>地址</th>" in page) == ("中山大道" in page) == has
        (heads,) = {row.count("<th>") for row in re.findall(r"<thead>.*?</thead>", page, re.DOTALL)}
        assert {row.count("<td") for row in re.findall(r"<tr>.*?</tr>", page) if "<td" in row} == {heads}


def test_the_page_leads_to_the_next_stop_and_remembers_it(team: FlaskClient) -> None:
    page = team.get("/field").text
    assert "Next stop, 1 of 5" in page
    first = re.search(r'id="next".*?href="(https://uri.amap.com[^"]+)"', page, re.DOTALL)
    assert first
    assert page.count("data-app=") == 6 * (5 + 1)
    assert page.count("amapuri://route/plan/") == 6
    moved = team.post("/field/at", data={"round": ROUND, "number": "4"})
    assert moved.headers["Location"].endswith("#next")
    assert "Next stop, 4 of 5" in team.get("/field").text
    team.post("/field/at", data={"round": ROUND, "number": "99"})
    assert "All stops are done" in team.get("/field").text
    assert team.post("/field/at", data={"round": "2026-05", "number": "1"}).status_code == 403


def test_the_page_says_when_a_stop_is_open_what_to_check_and_how_to_get_there(team: FlaskClient) -> None:
    page = team.get("/field").text
    assert "open 00:00–24:00" in page
    assert "What to check (" in page
    assert page.count('class="turns"') >= 5
    assert "and arrive" in page
    for format_ in ("gpx", "geojson", "xlsx"):
        assert f"/rounds/{ROUND}/route.{format_}" in page


def test_what_the_team_says_of_its_day_shows_with_its_reason(team: FlaskClient) -> None:
    assert "We are late" in team.get("/field").text
    said = {"kind": "late", "minutes": "20", "reason": "lift broken", "next": "/field"}
    answer = team.post(f"/changes/{ROUND}", data=said)
    assert answer.headers["Location"].endswith("/field")
    page = team.get("/field").text
    assert "20 minutes late" in page
    assert "because: lift broken" in page


def test_without_a_route_the_page_says_so(changing: Flask, team: FlaskClient) -> None:
    changing.extensions["xundian"].settings.set("today", "2026-07-01")
    page = team.get("/field").text
    assert "There is no route for you today" in page
    assert "data-go" not in page
