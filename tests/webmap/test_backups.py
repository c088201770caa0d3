"""Backups on a page: whoever keeps the accounts starts one, only a planner takes one away."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.store import Store
from tests.webmap.conftest import PASSWORD
from tests.webmap.working import work_off
from webmap import create_app


@pytest.fixture
def site(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    shutil.copyfile(city_file, tmp_path / "city.gpkg")
    made = create_app({"CITY": str(tmp_path / "city.gpkg"), "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


def enter(site: Flask, name: str) -> FlaskClient:
    client = site.test_client()
    assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    return client


def test_an_administrator_makes_one_and_a_planner_takes_it(site: Flask, tmp_path: Path) -> None:
    admin, planner = enter(site, "admin"), enter(site, "planner")
    assert "还没有备份" in admin.get("/backups").text
    assert admin.post("/backups").status_code == 302
    work_off(site)
    page = admin.get("/backups").text
    made = list((tmp_path / "city.backups").iterdir())
    assert len(made) == 1
    assert made[0].name in page
    assert "/backups/" not in page
    assert admin.get(f"/backups/{made[0].name}").status_code == 403
    assert f'href="/backups/{made[0].name}"' in planner.get("/backups").text
    with planner.get(f"/backups/{made[0].name}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "no-store"
        (tmp_path / "taken.gpkg").write_bytes(answer.data)
    with Store.open(tmp_path / "taken.gpkg") as copy:
        assert len(copy.checkpoints.frame()) == 40
        assert [one.id for one in copy.rounds.all()] == ["2026-06"]


def test_the_folder_is_the_servers_alone(site: Flask, tmp_path: Path) -> None:
    admin = enter(site, "admin")
    admin.post("/backups")
    work_off(site)
    folder = tmp_path / "city.backups"
    assert [path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())] == [0, 0]


@pytest.mark.parametrize("name", ["../city.gpkg", "..%2Fcity.gpkg", "%2e%2e/city.gpkg", "x.txt", "none.gpkg"])
def test_nothing_else_of_the_disk_is_sent(site: Flask, tmp_path: Path, name: str) -> None:
    (tmp_path / "city.backups").mkdir()
    (tmp_path / "city.backups" / "x.txt").write_text("no backup")
    assert enter(site, "planner").get(f"/backups/{name}").status_code == 404


def test_a_backup_that_fails_says_why(site: Flask, tmp_path: Path) -> None:
    admin = enter(site, "admin")
    (tmp_path / "city.backups").write_text("a file in the way")
    admin.post("/backups")
    work_off(site)
    page = admin.get("/backups").text
    assert "error" in page
    with closing(sqlite3.connect(tmp_path / "city.gpkg")) as city:
        assert city.execute("SELECT count(*) FROM checkpoints").fetchone() == (40,)
