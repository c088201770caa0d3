"""The standalone map: one file, everything in it, nothing asked of the network."""

import base64
import datetime as dt
import json
import re
import zlib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from shutil import copyfile
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.catalogue import load
from geo.crs import unproject_xy
from geo.errors import NotFoundError
from geo.frames import CHECKPOINTS
from geo.model import Deduction, Round, Visit
from geo.rasters.raster import Raster
from geo.results import hotspot_cells, raster_of
from geo.results.names import item_names
from geo.store import Store
from geo.streets.edges import read_streets
from webmap.standalone.folium_cells import class_numbers, ground, monthly_classes, outlines, placed
from webmap.standalone.folium_map import Contents, round_map

LOADS = re.compile(r"""(?:src|href)\s*=\s*["']?(?!data:|#)[a-z./]|url\((?!#)["']?(?!data:)|@import|\$\.ajax|fetch\(""")
# Leaflet's own code makes image tags of addresses that it is given; the map gives it none but data.
OWN = re.compile(r"<script>/\* @preserve.*?</script>", re.DOTALL)
LARGEST_BYTES = 5_000_000
DISTRICT_CELLS = 30_000


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


def head_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="cells">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def arrays_of(head: dict[str, Any]) -> dict[str, np.ndarray]:
    """Unpack the arrays as the script of the file does."""
    raw, at, found = zlib.decompress(base64.b64decode(head["body"])), 0, {}
    for name, kind, size in head["arrays"]:
        found[name] = np.frombuffer(raw, kind, size, at)
        assert at % found[name].itemsize == 0
        at += found[name].nbytes
    assert at == len(raw)
    return found


def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    assert not LOADS.findall(OWN.sub("", html))
    assert "cdn" not in html
    assert "b'" not in OWN.sub("", html)  # what folium's embedded=True leaves
    assert "http://" not in OWN.sub("", html).replace("http://www.w3.org", "")


def test_everything_is_in_it(html: str) -> None:
    assert "L.version" in html or "leafletjs.com" in html
    for text in (
        "2026-06 轮测评",
        "第 3 组",
        "次均扣分",
        "© OpenStreetMap contributors",
        "点位",
        "偶然",
    ):
        assert text in html, text
    assert html.count("xundianCells(map_") == 1
    assert len(html.encode()) < LARGEST_BYTES


def test_cells_say_what_the_visits_say(store: Store, html: str) -> None:
    head, judged = (
        head_of(html),
        hotspot_cells(store.visits.frame(), store.visits.deductions(), zones=store.zones.frame()),
    )
    arrays = arrays_of(head)
    assert arrays["cell"].tolist() == judged.index.tolist()
    assert arrays["visits"].tolist() == judged["visits"].tolist()
    assert arrays["rateClass"].tolist() == class_numbers(judged["rate_eb"]).tolist()
    assert [head["names"]["zone"][at] for at in arrays["zone"]] == judged["zone"].tolist()
    assert head["monthNames"] == ["2026-05", "2026-06"]
    months = arrays["months"].reshape(2, -1)
    assert (months[0] > 0).sum() >= 20
    assert (months[1] > 0).sum() == 1  # the one visit of June
    worst = int(judged["deductions"].to_numpy().argmax())
    named = head["names"]["items"][arrays["items"][worst]]
    assert named.split("\n") == item_names(judged["items"].iloc[worst], store.catalogues.get(), "zh")


def test_what_was_not_visited_is_hatched_and_named(store: Store, html: str) -> None:
    raster = raster_of(store.visits.frame())
    below = ground(raster, store.zones.frame())
    assert below in html
    assert "无考察：情况未知" in html
    assert 'id="hatch"' in html
    drawn, box = (
        shapely.from_geojson(json.dumps(json.loads(text)["features"][0]["geometry"]))
        for text in (below, ground(raster, store.zones.frame().iloc[:0]))
    )
    whole = store.zones.frame().union_all()
    assert drawn.symmetric_difference(whole).area < 0.01 * whole.area
    assert box.bounds == pytest.approx(raster.polygons().total_bounds, abs=1e-4)  # without zones: where visits were


def test_a_covert_round_says_whose_file_it_is(html: str) -> None:
    assert "本轮为暗访" in html


def test_without_routes_nothing_of_a_covert_round_is_in_the_file(store: Store, tmp_path: Path) -> None:
    round_map(store, "2026-06", tmp_path / "map.html", Contents(routes=False))
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    for word in ("本轮为暗访", "第 3 组", "divIcon({html: html", '"title":', '"colour":{'):
        assert word not in text, word
    assert "xundianCells(map_" in text
    head, arrays = head_of(text), arrays_of(head_of(text))
    visits = store.visits.frame()
    assert arrays["visits"].sum() == len(visits) - 1 == (~visits["covert"]).sum()  # one of them is of today and covert
    assert head["monthNames"] == ["2026-05"]


@pytest.mark.parametrize(("first", "shown"), [("hotspots", "true"), ("routes", "false"), ("", "false")])
def test_the_layer_that_is_seen_first(store: Store, tmp_path: Path, first: str, shown: str) -> None:
    round_map(store, "2026-06", tmp_path / "map.html", Contents(first=first))
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert re.search(rf"xundianCells\(map_\w+, feature_group_\w+, .*, {shown}\);", text)


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
        bare.rounds.create(Round("R1", dt.date(2026, 6, 9), days=1, teams=1, size=1))
        round_map(bare, "R1", tmp_path / "map.html")
    text = OWN.sub("", (tmp_path / "map.html").read_text(encoding="utf-8"))
    assert "xundianCells(map_" not in text
    assert 'id="months"' not in text


@pytest.mark.parametrize(
    "bounds", [(114.2, 30.5, 114.4, 30.7), (116.4, 39.8, 116.6, 40.0), (-122.52, 37.7, -122.35, 37.83)]
)
def test_pixels_find_their_cells(bounds: tuple[float, float, float, float]) -> None:
    raster = Raster.cover(bounds)
    (west, south, east, north), (wide, high), fit, off = placed(raster)
    assert off < 0.02
    assert max(wide, high) <= 2_400
    random = np.random.default_rng(5)
    lon, lat = random.uniform(bounds[0], bounds[2], 2_000), random.uniform(bounds[1], bounds[3], 2_000)
    mercator = np.arcsinh(np.tan(np.radians([lat, np.full(2_000, north), np.full(2_000, south)])))
    u, v = (lon - west) / (east - west), (mercator[1] - mercator[0]) / (mercator[1] - mercator[2])
    basis = np.column_stack([u**0, u, v, u * u, u * v, v * v, u**3, u * u * v, u * v * v, v**3])
    column, row = np.floor(basis @ fit.T).astype(int).T
    assert (row * raster.n_cols + column == raster.assign(lon, lat)).mean() > 0.98


def test_a_month_without_visits_is_unknown_and_no_zero(store: Store) -> None:
    visits = store.visits.frame().copy()
    late = visits.index[-1]
    visits.loc[late, "arrived_at"] = pd.Timestamp("2026-08-03T02:00:00Z")
    judged = hotspot_cells(visits, store.visits.deductions())
    months, classes = monthly_classes(visits, judged, "Asia/Shanghai")
    assert "2026-07" in months
    assert not classes[months.index("2026-07")].any()
    assert classes[months.index("2026-08")].any()


def fill_district(store: Store) -> None:
    """Put visits of a year into 30,276 cells of 100 m, with a bad and a good part, on the demo's streets."""
    random = np.random.default_rng(6)
    side, more = 174, 5_000
    number = side * side + more
    at = np.r_[np.arange(side * side), random.integers(0, side * side, more)]
    x, y = 530_050 + 100.0 * (at % side), 3_380_050 + 100.0 * (at // side)
    lon, lat = unproject_xy(x, y, 4547)
    bad, good = np.hypot(x - 536_000, y - 3_386_000) < 2_500, np.hypot(x - 542_000, y - 3_392_000) < 2_500
    points = random.poisson(np.where(bad, 3.0, np.where(good, 0.05, 0.8)))
    hours = random.integers(0, 364 * 24, number)
    text = {column: "" for column, kind in CHECKPOINTS.columns.items() if kind == "str"}
    roster = gpd.GeoDataFrame(
        {
            **text,
            "name": [f"点位{one}" for one in range(number)],
            "category": "main_road",
            "fixed": False,
            "size": 1.0,
            "unit": [f"责任单位{one % 97}" for one in range(number)],
            "retired": False,
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
        index=pd.Index([f"P{one}" for one in range(number)], name="id"),
    )
    store.checkpoints.upsert(roster)
    first, items = dt.datetime(2025, 7, 1, tzinfo=dt.UTC), [item.code for item in load().categories["main_road"].items]
    store.visits.record(
        [
            Visit(
                f"P{one}",
                "1",
                first + dt.timedelta(hours=int(hours[one])),
                deductions=(Deduction(items[one % len(items)], float(points[one])),) if points[one] else (),
            )
            for one in range(number)
        ]
    )
    streets = read_streets(resources.files("data.demo") / "wuhan_middle.parquet")
    store.streets.replace(streets.edges, turn_bans=streets.turn_bans, source_sha256="7" * 64)
    store.rounds.create(Round("R1", dt.date(2026, 6, 9), days=1, teams=1, size=1))


def test_a_district_of_thirty_thousand_cells_is_below_five_megabytes(tmp_path: Path) -> None:
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        fill_district(store)
        round_map(store, "R1", tmp_path / "map.html")
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    arrays = arrays_of(head_of(text))
    assert arrays["cell"].size >= DISTRICT_CELLS
    assert len(head_of(text)["monthNames"]) == 12
    assert (arrays["flag"] == 1).sum() > 500
    assert (arrays["flag"] == 2).sum() > 500
    assert len(text.encode()) < LARGEST_BYTES


def test_edges_go_round_what_is_flagged(store: Store) -> None:
    judged = hotspot_cells(store.visits.frame(), store.visits.deductions())
    judged["hot"], judged["cold"] = np.arange(len(judged)) % 3 == 0, np.arange(len(judged)) % 3 == 1
    edges = gpd.GeoDataFrame.from_features(json.loads(outlines(judged))["features"]).set_index("flag")
    for flag, column in ((1, "hot"), (2, "cold")):
        middle = shapely.centroid(judged.geometry.to_numpy())
        assert shapely.contains(edges.geometry[flag], middle).tolist() == judged[column].tolist()
