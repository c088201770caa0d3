"""The standalone map: one file, everything in it, nothing asked of the network."""

import datetime as dt
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from PIL import Image

from geo.errors import NotFoundError
from geo.model import Round
from geo.store import Store
from webmap.folium_map import round_map
from webmap.heat_image import CLASSES, heat_image

LOADS = re.compile(r"""(?:src|href)\s*=\s*["']?(?!data:|#)[a-z./]|url\((?!#)["']?(?!data:)|@import|\$\.ajax|fetch\(""")
# Leaflet's own code makes image tags of addresses that it is given; the map gives it none but data.
OWN = re.compile(r"<script>/\* @preserve.*?</script>", re.DOTALL)


@pytest.fixture(scope="module")
def store(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Open a copy of the small city."""
    copy = tmp_path_factory.mktemp("folium") / "city.gpkg"
    copyfile(city_file, copy)
    with Store.open(copy) as opened:
        yield opened


@pytest.fixture(scope="module")
def html(store: Store, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the map of the covert round."""
    path = tmp_path_factory.mktemp("map") / "map.html"
    round_map(store, "2026-06", path)
    return path.read_text(encoding="utf-8")


def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    assert not LOADS.findall(OWN.sub("", html))
    assert "cdn" not in html
    assert "b'" not in OWN.sub("", html)  # what folium's embedded=True leaves


def test_everything_is_in_it(html: str) -> None:
    assert "L.version" in html or "leafletjs.com" in html
    for text in ("2026-06 轮测评", "第 3 组", "次均扣分", "© OpenStreetMap contributors", "点位"):
        assert text in html, text
    assert html.count("L.imageOverlay(") == 1
    assert len(html.encode()) < 5_000_000


def test_a_covert_round_says_whose_file_it_is(html: str) -> None:
    assert "本轮为暗访" in html


def test_english_on_request(store: Store, tmp_path: Path) -> None:
    round_map(store, "2026-06", tmp_path / "map.html", language="en")
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "Round 2026-06" in text
    assert "for planners only" in text


def test_unknown_round_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="none"):
        round_map(store, "none", tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


def test_a_round_without_plan_and_a_city_without_visits(tmp_path: Path) -> None:
    with Store.open(tmp_path / "city.gpkg", create=True) as bare:
        bare.create_round(Round("R1", dt.date(2026, 6, 9), days=1, teams=1, size=1))
        round_map(bare, "R1", tmp_path / "map.html")
    assert "imageOverlay" not in OWN.sub("", (tmp_path / "map.html").read_text(encoding="utf-8"))


def test_heat_picture_shows_each_cell_in_its_class(store: Store) -> None:
    visits = store.visits_frame()
    image = heat_image(visits)
    picture = Image.open(BytesIO(image.png))
    index = np.asarray(picture)
    west, south, east, north = image.bounds
    worst = visits.loc[visits["points"].idxmax()]
    column = int((worst.geometry.x - west) / (east - west) * picture.width)
    row = int((north - worst.geometry.y) / (north - south) * picture.height)
    assert index[row, column] in {6, 6 + CLASSES}  # 9.5 points on one visit: the highest class, few visits
    assert set(np.unique(index)) >= {0, 6 + CLASSES}
    assert (index == 0).mean() > 0.5
