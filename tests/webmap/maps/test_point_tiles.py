"""The roster as tiles: what each account may see, kept by its browser only as long as it is so."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pandas as pd
import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webmap.conftest import PASSWORD
from webmap import create_app
from webmap.maps import point_tiles
from webmap.maps.kept_tiles import KeptTiles

WORLD = "/tiles/checkpoints/0/0/0.mvt"


@pytest.fixture
def own(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Make an application of a copy of the small city, which a test may change."""
    copyfile(city_file, tmp_path / "city.gpkg")
    made = create_app({"CITY": str(tmp_path / "city.gpkg"), "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


def entered(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    return client


def read(content: bytes, tmp_path: Path) -> pd.DataFrame:
    (tmp_path / "tile.pbf").write_bytes(content)
    frame: pd.DataFrame = pyogrio.read_dataframe(f"MVT:{tmp_path / 'tile.pbf'}", layer="checkpoints")
    return frame


def test_an_account_is_sent_its_own_checkpoints(log_in: Callable[[str], FlaskClient], tmp_path: Path) -> None:
    for name in ("planner", "team", "street", "unit"):
        client = log_in(name)
        listed = {one["properties"]["id"] for one in client.get("/data/checkpoints.geojson").json["features"]}
        found = read(client.get(WORLD).data, tmp_path)
        assert set(found["id"]) == listed
        assert set(found.columns) - {"mvt_id"} == {"id", "name", "address", "unit", "category", "geometry"}


def test_many_are_counted(own: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(point_tiles, "MOST", 10)
    planner, street = (read(entered(own, name).get(WORLD).data, tmp_path) for name in ("planner", "street"))
    assert planner["count"].tolist() == [40]
    assert street["count"].tolist() == [20]
    assert "name" not in planner


def test_a_browser_asks_each_time_and_is_told_that_nothing_changed(own: Flask) -> None:
    planner, street = entered(own, "planner"), entered(own, "street")
    first = planner.get(WORLD)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = planner.get(WORLD, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = street.get(WORLD, headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
    planner.post("/language", data={"language": "en"})
    assert planner.get(WORLD, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    planner.post("/language", data={"language": "zh"})
    own.extensions["xundian"].checkpoints.retire(["P000"])
    changed = planner.get(WORLD, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, len(changed.data) < len(first.data)) == (200, True)


@pytest.mark.parametrize("path", ["0/1/0", "3/8/0", "3/0/8", "99/0/0", "0/0/-1"])
def test_what_is_no_tile_is_not_there(log_in: Callable[[str], FlaskClient], path: str) -> None:
    assert log_in("planner").get(f"/tiles/checkpoints/{path}.mvt").status_code == 404


def test_the_last_tiles_are_kept() -> None:
    made: list[str] = []

    def make(key: str) -> bytes:
        made.append(key)
        return key.encode()

    kept = KeptTiles(2)
    for key in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(key, lambda key=key: make(key)) == key.encode()  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
