"""Bringing data in with a browser: upload, look, confirm, place by a tap, see what is wrong with the zones."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from PIL import Image
from playwright.sync_api import Page, expect

from geo.crs import Datum, from_wgs84
from geo.store import Store
from tests.webmap.browser.conftest import ALSO

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"  # noqa: S105 - of the small city's accounts
WEST, SOUTH, MIDDLE, NORTH = 114.28, 30.55, 114.295, 30.575


@pytest.fixture
def address(serve: Callable, city_file: Path, tmp_path: Path) -> Iterator[str]:
    """Serve a copy of the small city."""
    shutil.copy(city_file, tmp_path / "city.gpkg")
    with serve(tmp_path / "city.gpkg") as address:
        yield address


@pytest.fixture
def roster(city_file: Path, tmp_path: Path) -> Path:
    """Write the city's roster as Amap sees it: some changed, new, refused, without a place; four left out."""
    with Store.open(city_file) as store:
        known = store.checkpoints.frame().iloc[:36]
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
def planner(enter: Callable, address: str) -> Callable:
    """Log the planner in on a screen of one of the sizes."""
    return lambda size, language="zh", **look: enter(address, "planner", PASSWORD, size=size, language=language, **look)


def narrow(page: Page) -> bool:
    """Tell whether nothing sticks out of the screen sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def upload(visitor: Any, file: Path, datum: str, kind: str = "checkpoints") -> None:
    """Fill in the form and wait for the preview."""
    page = visitor.page
    page.goto(f"{visitor.address}/import")
    expect(page.locator("[name=datum]:checked")).to_have_count(0)
    page.check(f"[name=kind][value={kind}]")
    page.set_input_files("[name=file]", str(file))
    page.check(f"[name=datum][value={datum}]")
    if kind == "zones":
        page.select_option("[name=level]", "community")
    judged(visitor, ".card-form button.main")


def judged(visitor: Any, button: str) -> None:
    """Send a file's form, and wait for the preview and its map; while the file is read, another page stands there."""
    visitor.leave(button)
    expect(visitor.page.locator("form.confirm")).to_be_visible()
    visitor.settled()


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ALSO])
def test_a_roster_is_looked_at_confirmed_placed_and_undone(
    planner: Callable, roster: Path, pictures: Path, size: str, language: str
) -> None:
    visitor = planner(size, language, color_scheme="dark" if size == "phone" else "light")
    page = visitor.page
    upload(visitor, roster, "bd09")
    expect(page.locator(".judgement.error")).to_contain_text("GCJ-02")
    page.screenshot(path=pictures / f"import-wrong-{size}-{language}.png", full_page=size == "phone")
    judged(visitor, ".judgement button")
    expect(page.locator(".judgement.good")).to_be_visible()
    expect(page.locator(".figures dd")).to_have_text(["1", "1", "35", "1", "4", "1"])
    assert narrow(page)
    assert visitor.drawn("places") > 0
    assert visitor.drawn("places-same") > 0
    page.screenshot(path=pictures / f"import-preview-{size}-{language}.png", full_page=size == "phone")
    visitor.leave(".confirm button.main")
    expect(page.locator(".answer")).to_contain_text("江岸区点位清单.xlsx")
    page.screenshot(path=pictures / f"import-done-{size}-{language}.png", full_page=size == "phone")
    visitor.leave(".answer a[href='/placing']")
    visitor.settled()
    page.locator("#map").click()
    expect(page.locator("#where")).to_contain_text("保存" if language == "zh" else "save")
    assert narrow(page)
    page.screenshot(path=pictures / f"placing-{size}-{language}.png")
    visitor.leave("#put button.main")
    expect(page.locator(".flash")).to_contain_text("没有坐标的市场")
    visitor.settled()
    assert page.locator("#put").count() == 0
    page.goto(f"{visitor.address}/import")
    page.screenshot(path=pictures / f"import-{size}-{language}.png", full_page=size == "phone")
    assert narrow(page)
    visitor.leave(".history button")
    expect(page.locator(".history .tag")).to_be_visible()
    assert visitor.complaints == []


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ALSO])
def test_overlaps_and_gaps_are_on_the_map_and_in_the_list(
    planner: Callable, tmp_path: Path, pictures: Path, size: str, language: str
) -> None:
    visitor = planner(size, language)
    page = visitor.page
    shapes = [
        shapely.box(WEST, SOUTH, MIDDLE, 30.563),
        shapely.box(WEST, 30.561, MIDDLE - 0.002, NORTH),
    ]
    columns = {"编码": ["420102001001", "420102001002"], "名称": ["天声社区", "新社区"]}
    file = tmp_path / "社区.geojson"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(file)
    upload(visitor, file, "wgs84", kind="zones")
    assert visitor.drawn("faults") > 0
    page.screenshot(path=pictures / f"import-zones-{size}-{language}.png", full_page=size == "phone")
    visitor.leave(".confirm button.main")
    expect(page.locator(".answer")).to_be_visible()
    visitor.open("/zones")
    assert visitor.drawn("faults") > 0
    assert narrow(page)
    page.screenshot(path=pictures / f"zones-{size}-{language}.png", full_page=size == "phone")
    before = page.evaluate("atlasMap.getZoom()")
    page.click(".places button >> nth=0")
    visitor.settled()
    assert page.evaluate("atlasMap.getZoom()") > before
    assert visitor.complaints == []


@pytest.mark.parametrize(("size", "language"), [("desk", "zh"), ("phone", "en")])
def test_visits_are_looked_at_and_kept_with_their_photos(
    planner: Callable, tmp_path: Path, pictures: Path, size: str, language: str
) -> None:
    visitor = planner(size, language)
    page = visitor.page
    table, archive = tmp_path / "五月考察.csv", tmp_path / "照片.zip"
    rows = ["P001,1,2026-05-20 09:30,lamps,1,门口.jpg", "P002,1,2026-05-20 10:30,licences,1,没有.jpg"]
    table.write_text("编号,组别,时间,扣分项,扣分,照片\n" + "\n".join(rows), encoding="utf-8")
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "门口.jpg")
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(tmp_path / "门口.jpg", "门口.jpg")
    page.goto(f"{visitor.address}/import")
    page.screenshot(path=pictures / f"import-form-{size}-{language}.png", full_page=True)
    page.set_input_files("[action='/import/visits'] [name=file]", str(table))
    page.set_input_files("[name=photos]", str(archive))
    visitor.leave("[action='/import/visits'] button")
    expect(page.locator(".answer .figures dd")).to_have_text(["1", "1"])
    page.screenshot(path=pictures / f"import-visits-{size}-{language}.png")
    assert narrow(page)
    visitor.leave(".answer button.main")
    expect(page.locator(".answer form[action^='/import/undo/']")).to_be_visible()
    page.screenshot(path=pictures / f"import-visits-done-{size}-{language}.png")
    assert narrow(page)
    assert visitor.complaints == []
