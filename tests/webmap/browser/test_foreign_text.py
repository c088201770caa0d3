"""Hostile texts in a real browser: shown as they are, in files that open from disk and on the pages of the server."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.store import Store
from routing.rounds.report import report_round
from tests.webmap.browser.conftest import SIZES, Visitor
from tests.webmap.conftest import PASSWORD
from tests.webmap.foreign.conftest import FIRST, SECOND, hostile_file  # noqa: F401 - a fixture
from tests.webmap.foreign.texts import MARK, ROUND
from webmap.draw.sheet import write_sheet
from webmap.draw.verify import standalone_page
from webmap.route.sheet import write_sheets
from webmap.standalone.folium_map import Contents, round_map

AT = """([lon, lat]) => {
  const map = window[Object.keys(window).find((name) => name.startsWith("map_"))];
  const point = map.latLngToContainerPoint([lat, lon]), box = map.getContainer().getBoundingClientRect();
  return [box.x + point.x, box.y + point.y];
}"""
STILL_MS = 1_000
PAUSE_MS = 80  # Leaflet looks at the pointer every 32
CLOSE = '() => window[Object.keys(window).find((name) => name.startsWith("map_"))].closePopup()'
CLEAR = """() => [...document.querySelectorAll(".mark")].findIndex((mark) => {
  const box = mark.getBoundingClientRect(), top = document.elementFromPoint(box.x + 9, box.y + 9);
  return mark.querySelector("i.stop") && top?.closest(".mark") === mark;
})"""


@pytest.fixture
def city(hostile_file: Path, tmp_path: Path) -> Iterator[Store]:  # noqa: F811 - the fixture
    copytree(hostile_file.parent, tmp_path / "own")
    with Store.open(tmp_path / "own" / hostile_file.name) as store:
        yield store


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Open a file from disk; note every dialog, fault and request for anything else."""
    contexts = []

    def open_file(path: Path, size: str = "desk") -> tuple[Page, list[str]]:
        width, height = SIZES[size]
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page, wrong = contexts[-1].new_page(), list[str]()
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda line: wrong.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda one: wrong.append(one.url) if not one.url.startswith(("file:", "data:")) else None)
        page.goto(path.as_uri())
        return page, wrong

    yield open_file
    for context in contexts:
        context.close()


def names_in(page: Page, block: str) -> Any:
    return json.loads(page.locator(f"script#{block}").text_content() or "")


def hovered(page: Page, place: tuple[float, float], texts: set[str]) -> None:
    """Point at a place when the map lies still; the tooltip shows one of the texts, letter by letter."""
    page.wait_for_timeout(STILL_MS)
    x, y = page.evaluate(AT, list(place))
    for off in (-30.0, 0.5, 0.0):
        page.mouse.move(x + off, y + off)
        page.wait_for_timeout(PAUSE_MS)
    expect(page.locator(".leaflet-tooltip")).to_have_count(1, timeout=20_000)
    assert page.locator(".leaflet-tooltip").text_content() in texts


@pytest.mark.parametrize("size", SIZES)
def test_the_standalone_map_shows_hostile_names(
    opened: Callable[..., tuple[Page, list[str]]], city: Store, tmp_path: Path, pictures: Path, size: str
) -> None:
    round_map(city, FIRST, tmp_path / "map.html")
    page, wrong = opened(tmp_path / "map.html", size)
    expect(page.locator(".sheet summary")).to_contain_text(ROUND)
    page.locator(".mark").nth(page.evaluate(CLEAR)).click()
    card = page.locator(".leaflet-popup .card")
    expect(card).to_contain_text(MARK)
    expect(card).to_contain_text("<img src=x onerror=alert(1)></script><script>alert(1)</script>]]>\"'&amp;")
    assert card.locator("img, script").count() == 0
    page.screenshot(path=pictures / f"foreign-map-{size}.png")
    page.evaluate(CLOSE)
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    routes = [one for part in names_in(page, "day-1")["routes"] for one in part["shapes"]["features"]]
    line = routes[0]["geometry"]["coordinates"]
    while isinstance(line[0][0], list):
        line = line[0]
    (lon, lat), (to_lon, to_lat) = line[1], line[2]
    hovered(
        page, (lon + (to_lon - lon) * 0.37, lat + (to_lat - lat) * 0.37), {one["properties"]["title"] for one in routes}
    )
    assert wrong == []


def test_dots_zones_and_cells_show_hostile_names(
    opened: Callable[..., tuple[Page, list[str]]], city: Store, tmp_path: Path, pictures: Path
) -> None:
    round_map(city, FIRST, tmp_path / "map.html", Contents(first="hotspots", routes=False))
    page, wrong = opened(tmp_path / "map.html")
    expect(page.locator("#months.ready")).to_be_visible()
    place = city.visits.frame().geometry.iloc[0]
    page.mouse.click(*page.evaluate(AT, [place.x, place.y]))
    expect(page.locator(".leaflet-popup .card dd").last).to_contain_text("<img src=x onerror=alert(1)>")
    page.screenshot(path=pictures / "foreign-cells.png")
    page.reload()  # the card moved the map
    page.locator(".leaflet-control-layers-overlays label").last.click()
    roster = names_in(page, "roster")
    last = len(roster["x"])
    dot = (sum(roster["x"][:last]) / roster["perDegree"], sum(roster["y"][:last]) / roster["perDegree"])
    hovered(
        page,
        dot,
        {f"{name} · {roster['kinds'][kind]}" for name, kind in zip(roster["name"], roster["kind"], strict=True)},
    )
    assert MARK in roster["name"][-1]
    assert wrong == []


def test_other_files_run_nothing_foreign(
    opened: Callable[..., tuple[Page, list[str]]], city: Store, tmp_path: Path
) -> None:
    write_sheets(city, FIRST, tmp_path / "sheets.html")
    write_sheet(city, report_round(city, SECOND), tmp_path / "draw.html")
    (tmp_path / "verify.html").write_text(standalone_page("zh"), encoding="utf-8")
    for name, text in (("sheets", MARK), ("draw", ROUND), ("verify", "")):
        page, wrong = opened(tmp_path / f"{name}.html")
        expect(page.locator("body")).to_contain_text(text)
        assert page.evaluate("getComputedStyle(document.body).fontFamily").count("YaHei") == 1  # its style is let in
        assert wrong == []


def test_a_reveal_with_hostile_names_is_verified_as_text(
    opened: Callable[..., tuple[Page, list[str]]], tmp_path: Path
) -> None:
    (tmp_path / "verify.html").write_text(standalone_page("en"), encoding="utf-8")
    hostile = {"parameters": {"round": "<img src=x onerror=alert(1)>"}, "sample": ["<script>alert(1)</script>"]}
    (tmp_path / "reveal.json").write_text(json.dumps(hostile), encoding="utf-8")
    page, wrong = opened(tmp_path / "verify.html")
    page.set_input_files("#file", tmp_path / "reveal.json")
    expect(page.locator(".verdict")).to_be_visible()
    assert page.locator("main img").count() == 0
    assert wrong == []


def test_the_pages_show_hostile_names(
    enter: Callable[..., Visitor], serve: Callable[[Path], AbstractContextManager[str]], city: Store, tmp_path: Path
) -> None:
    pages = {
        "planner": (
            "/map",
            f"/rounds?round={quote(FIRST)}",
            "/hotspots",
            f"/draw?round={quote(SECOND)}",
            "/import",
            "/placing",
            "/zones",
            "/verify",
        ),
        "team": ("/field",),
        "street": ("/street",),
    }
    users = {user.role.value: user.name for user in city.accounts.all()}
    with serve(tmp_path / "own" / "city.gpkg") as address:
        for role, addresses in pages.items():
            visitor, dialogs = enter(address, users[role], PASSWORD), list[str]()
            visitor.page.on("dialog", lambda one, dialogs=dialogs: (dialogs.append(one.message), one.dismiss()))
            for path in addresses:
                visitor.page.goto(address + path)
                visitor.page.wait_for_load_state("networkidle")
                expect(visitor.page.locator("body")).to_contain_text("{{7")
                assert visitor.page.locator("img[src=x]").count() == 0
                if path.startswith("/rounds"):
                    visitor.page.locator("[data-stop]").first.click()
                    visitor.page.wait_for_load_state("networkidle")
            assert visitor.complaints == []
            assert dialogs == []
