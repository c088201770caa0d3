"""Tiles: made once, served by ranges, renewed when what they show has changed."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pandas as pd
import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.errors import NotFoundError
from geo.store import Store
from webmap.maps import tiles


@pytest.fixture
def store(city_file: Path, tmp_path: Path) -> Iterator[Store]:
    """Open a copy of the small city."""
    copyfile(city_file, tmp_path / "city.gpkg")
    with Store.open(tmp_path / "city.gpkg") as opened:
        yield opened


def test_streets_become_one_archive_with_names_and_ranks(store: Store) -> None:
    archive = tiles.street_archive(store)
    assert archive.parent == store.cache_dir / "tiles"
    head = archive.read_bytes()[:127]
    assert head[:8] == b"PMTiles\x03"
    lowest, highest = struct.unpack_from("BB", head, 100)
    assert (lowest, highest) == (8, 14)
    drawn = pyogrio.read_dataframe(archive, layer="streets")
    assert {"rank", "name", "bridge"} <= set(drawn.columns)
    assert set(drawn["rank"]) <= set(range(6))
    assert len(drawn) > 100


def test_archives_are_kept_until_their_content_changes(store: Store) -> None:
    streets, zones = tiles.street_archive(store), tiles.zone_archive(store)
    made = streets.stat().st_mtime_ns
    assert tiles.street_archive(store) == streets
    assert streets.stat().st_mtime_ns == made
    frame = store.zones.frame()
    frame.loc["420102001", "name"] = "新名街道"
    store.zones.upsert(frame)
    renewed = tiles.zone_archive(store)
    assert renewed != zones
    assert not zones.exists()
    assert streets.exists()
    assert "新名街道" in set(pyogrio.read_dataframe(renewed, layer="zones")["name"])


def test_both_directions_of_a_street_are_one_line(store: Store) -> None:
    edges = store.streets.frame()
    back = edges.set_geometry(edges.geometry.reverse())
    assert len(tiles.street_lines(pd.concat([edges, back]))) == len(tiles.street_lines(edges))


def test_tiles_are_made_ahead(store: Store) -> None:
    tiles.prepare(store)
    assert {path.name.partition("-")[0] for path in (store.cache_dir / "tiles").iterdir()} == {"streets", "zones"}


def test_an_empty_city_has_no_tiles(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new.gpkg", create=True) as store:
        tiles.prepare(store)
        assert tiles.street_address(store) == ""
        assert tiles.zone_address(store) == ""
        with pytest.raises(NotFoundError, match="streets"):
            tiles.street_archive(store)


def test_ranges_are_served(log_in: Callable[[str], FlaskClient], app: Flask) -> None:
    with Store.open(app.config["CITY"]) as store:
        archive = tiles.street_archive(store)
    whole = archive.read_bytes()
    client = log_in("team")
    with client.get(f"/tiles/streets/{archive.name}", headers={"Range": "bytes=100-299"}) as part:
        assert part.status_code == 206
        assert part.data == whole[100:300]
        assert part.headers["Content-Range"] == f"bytes 100-299/{len(whole)}"
        assert part.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert client.get("/tiles/streets/streets-1-0000.pmtiles").status_code == 404
    assert client.get("/tiles/streets/..%2f..%2fcity.gpkg").status_code == 404


def test_zones_as_tiles_are_for_planners(log_in: Callable[[str], FlaskClient], app: Flask) -> None:
    with Store.open(app.config["CITY"]) as store:
        name = tiles.zone_archive(store).name
    for user, status in {"planner": 200, "team": 403, "street": 403}.items():
        with log_in(user).get(f"/tiles/zones/{name}") as answer:
            assert answer.status_code == status
