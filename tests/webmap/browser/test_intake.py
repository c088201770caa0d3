"""Bringing data in with a browser: upload, look, confirm, place by a tap, see what is wrong with the zones."""

import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from waitress.server import create_server

from geo.crs import Datum, from_wgs84
from geo.store import Store
from webmap import create_app

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"  # noqa: S105 - of the small city's accounts
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
WAIT_MS = 60_000
WEST, SOUTH, MIDDLE, NORTH = 114.28, 30.55, 114.295, 30.575


@pytest.fixture
def address(city_file: Path, tmp_path: Path) -> Iterator[str]:
    """Serve a copy of the small city."""
    shutil.copy(city_file, tmp_path / "city.gpkg")
    app = create_app({"CITY": str(tmp_path / "city.gpkg"), "SECRET_KEY": "of one test"})
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)
    app.extensions["xundian"].close()


@pytest.fixture
def roster(city_file: Path, tmp_path: Path) -> Path:
    """Write the city's roster as Amap sees it: some changed, new, refused, without a place; four left out."""
    with Store.open(city_file) as store:
        known = store.checkpoints().iloc[:36]
    lon, lat = from_wgs84(known.geometry.x.to_numpy(), known.geometry.y.to_numpy(), Datum.GCJ02)
    columns = {"编号": known.index, "名称": known["name"], "类别": known["category"], "地址": known["address"]}
    table = pd.DataFrame({**columns, "责任单位": known["unit"], "经度": lon, "纬度": lat}).reset_index(drop=True)
    table.loc[3, "名称"] = "改了名的点位"
    more = [
        ("N1", "新医院", "医院", "胜利街1号", "卫健委", 114.29, 30.56),
        ("N2", "月球基地", "火箭发射场", "胜利街2号", "", 114.29, 30.561),
        ("N3", "没有坐标的市场", "集贸市场", "沿江大道3号", "", None, None),
    ]
    whole = pd.concat([table, pd.DataFrame(more, columns=table.columns)], ignore_index=True)
    path = tmp_path / "江岸区点位清单.xlsx"
    whole.to_excel(path, index=False, engine="xlsxwriter")
    return path


@pytest.fixture
def planner(browser: Browser, address: str) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Log the planner in on a screen of one of the sizes; gives the page and what it complains of."""
    contexts = []

    def enter(size: str, language: str = "zh", scheme: str = "light") -> tuple[Page, list[str]]:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page, complaints = context.new_page(), []
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/login")
        if language == "en":
            page.click("button[value=en]")
        page.fill("[name=name]", "planner")
        page.fill("[name=password]", PASSWORD)
        page.click("button.main")
        return page, complaints

    yield enter
    for context in contexts:
        context.close()


def drawn(page: Page) -> None:
    """Wait until the map has drawn what it was asked to."""
    page.wait_for_selector("#stage.ready", timeout=WAIT_MS)
    page.wait_for_timeout(600)


def narrow(page: Page) -> bool:
    """Tell whether nothing sticks out of the screen sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def upload(page: Page, address: str, file: Path, datum: str, kind: str = "checkpoints") -> None:
    """Fill in the form and wait for the preview."""
    page.goto(f"{address}/import")
    assert page.locator("[name=datum]:checked").count() == 0
    page.check(f"[name=kind][value={kind}]")
    page.set_input_files("[name=file]", str(file))
    page.check(f"[name=datum][value={datum}]")
    if kind == "zones":
        page.select_option("[name=level]", "community")
    page.click(".card-form button.main")
    drawn(page)


@pytest.mark.parametrize(("size", "language"), [("desk", "zh"), ("phone", "en")])
def test_a_roster_is_looked_at_confirmed_placed_and_undone(
    planner: Callable, address: str, roster: Path, pictures: Path, size: str, language: str
) -> None:
    page, complaints = planner(size, language, "dark" if size == "phone" else "light")
    upload(page, address, roster, "bd09")
    expect(page.locator(".judgement.error")).to_contain_text("GCJ-02")
    page.screenshot(path=pictures / f"import-wrong-{size}-{language}.png", full_page=size == "phone")
    page.click(".judgement button")
    drawn(page)
    expect(page.locator(".judgement.good")).to_be_visible()
    figures = [text.strip() for text in page.locator(".figures dd").all_inner_texts()]
    assert figures == ["1", "1", "35", "1", "4", "1"]
    assert narrow(page)
    counts = page.evaluate(
        """() => ["places", "places-same"].map((id) => atlasMap.queryRenderedFeatures({layers: [id]}).length)"""
    )
    assert counts[0] > 0
    assert counts[1] > 0
    page.screenshot(path=pictures / f"import-preview-{size}-{language}.png", full_page=size == "phone")
    page.click(".confirm button.main")
    page.wait_for_selector(".answer", timeout=WAIT_MS)
    expect(page.locator(".answer")).to_contain_text("江岸区点位清单.xlsx")
    page.screenshot(path=pictures / f"import-done-{size}-{language}.png", full_page=size == "phone")
    page.click(".answer a[href='/placing']")
    drawn(page)
    stage = page.locator("#map").bounding_box()
    assert stage is not None
    page.mouse.click(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    expect(page.locator("#where")).to_contain_text("保存" if language == "zh" else "save")
    assert narrow(page)
    page.screenshot(path=pictures / f"placing-{size}-{language}.png")
    page.click("#put button.main")
    expect(page.locator(".flash")).to_contain_text("没有坐标的市场")
    assert page.locator("#put").count() == 0
    page.goto(f"{address}/import")
    page.screenshot(path=pictures / f"import-{size}-{language}.png", full_page=size == "phone")
    assert narrow(page)
    page.click(".history button")
    expect(page.locator(".history .tag")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize(("size", "language"), [("desk", "zh"), ("phone", "en")])
def test_overlaps_and_gaps_are_on_the_map_and_in_the_list(
    planner: Callable, address: str, tmp_path: Path, pictures: Path, size: str, language: str
) -> None:
    page, complaints = planner(size, language)
    shapes = [
        shapely.box(WEST, SOUTH, MIDDLE, 30.563),
        shapely.box(WEST, 30.561, MIDDLE - 0.002, NORTH),
    ]
    columns = {"编码": ["420102001001", "420102001002"], "名称": ["天声社区", "新社区"]}
    file = tmp_path / "社区.geojson"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(file)
    upload(page, address, file, "wgs84", kind="zones")
    assert page.evaluate("atlasMap.queryRenderedFeatures({layers: ['faults']}).length") > 0
    page.screenshot(path=pictures / f"import-zones-{size}-{language}.png", full_page=size == "phone")
    page.click(".confirm button.main")
    page.wait_for_selector(".answer", timeout=WAIT_MS)
    page.goto(f"{address}/zones")
    drawn(page)
    assert page.evaluate("atlasMap.queryRenderedFeatures({layers: ['faults']}).length") > 0
    assert narrow(page)
    page.screenshot(path=pictures / f"zones-{size}-{language}.png", full_page=size == "phone")
    before = page.evaluate("atlasMap.getZoom()")
    page.click(".places button >> nth=0")
    page.wait_for_timeout(1500)
    assert page.evaluate("atlasMap.getZoom()") > before
    assert complaints == []


@pytest.mark.parametrize(("size", "language"), [("desk", "zh"), ("phone", "en")])
def test_visits_are_looked_at_and_kept_with_their_photos(
    planner: Callable, address: str, tmp_path: Path, pictures: Path, size: str, language: str
) -> None:
    page, complaints = planner(size, language)
    table, archive = tmp_path / "五月考察.csv", tmp_path / "照片.zip"
    rows = ["P001,1,2026-05-20 09:30,lamps,1,门口.jpg", "P002,1,2026-05-20 10:30,licences,1,没有.jpg"]
    table.write_text("编号,组别,时间,扣分项,扣分,照片\n" + "\n".join(rows), encoding="utf-8")
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "门口.jpg")
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(tmp_path / "门口.jpg", "门口.jpg")
    page.goto(f"{address}/import")
    page.screenshot(path=pictures / f"import-form-{size}-{language}.png", full_page=True)
    page.set_input_files("[action='/import/visits'] [name=file]", str(table))
    page.set_input_files("[name=photos]", str(archive))
    page.click("[action='/import/visits'] button")
    page.wait_for_selector(".answer", timeout=WAIT_MS)
    assert [text.strip() for text in page.locator(".figures dd").all_inner_texts()] == ["1", "1"]
    page.screenshot(path=pictures / f"import-visits-{size}-{language}.png")
    assert narrow(page)
    page.click(".answer button.main")
    page.wait_for_selector(".answer form[action^='/import/undo/']", timeout=WAIT_MS)
    page.screenshot(path=pictures / f"import-visits-done-{size}-{language}.png")
    assert narrow(page)
    assert complaints == []
