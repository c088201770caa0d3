"""What one does on the pages: choose, click, switch, and what is said when something is missing."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

# A stop that no base and no lunch lies over.
LONE_STOP = """() => {
  const all = atlasMap.queryRenderedFeatures({layers: ["stops"]});
  const [stops, others] = [true, false].map((yes) => all.filter((one) => (one.properties.kind === "stop") === yes));
  const far = ([x, y], [u, v]) => Math.hypot(x - u, y - v) > 0.002;
  const places = stops.map((one) => one.geometry.coordinates);
  return places.find((place) => others.every((other) => far(place, other.geometry.coordinates)));
}"""
CELL = """() => {
  const [cell] = atlasMap.queryRenderedFeatures({layers: ["cells"]});
  const [corner, , across] = cell.geometry.coordinates[0];
  return [0, 1].map((n) => (corner[n] + across[n]) / 2);
}"""


def test_planner_chooses_day_team_and_layers(visit: Callable, pictures: Path) -> None:
    visitor = visit("planner")
    visitor.settled()
    page = visitor.page
    first = visitor.drawn("stops")
    page.click("#days [data-day='2']")
    visitor.settled()
    expect(page.locator("#teams tbody[data-day='2']")).to_be_visible()
    expect(page.locator("#teams tbody[data-day='1']")).to_be_hidden()
    expect(page).to_have_url(re.compile("day=2$"))
    assert visitor.drawn("stops") > 0
    page.click("#teams tbody:not([hidden]) button >> nth=0")
    visitor.settled()
    assert 0 < visitor.drawn("stops") < first
    expect(page.locator("#teams tbody:not([hidden]) [aria-pressed=true]")).to_have_count(1)
    page.uncheck("[name=layer][value=routes]")
    page.check("[name=layer][value=heat]")
    visitor.settled()
    assert page.evaluate("atlasMap.getLayer('cells-far').implementation.cells.visits") > 0
    expect(page.locator(".ramp")).to_be_visible()
    expect(page.locator(".unit")).to_have_text("次均扣分")
    page.screenshot(path=pictures / "planner-heat-desk-zh.png")
    assert visitor.complaints == []


def test_a_click_on_a_cell_and_on_a_stop_gives_the_numbers(visit: Callable) -> None:
    visitor = visit("planner", language="en")
    visitor.settled()
    page = visitor.page
    visitor.look_at(page.evaluate(LONE_STOP), 16)
    page.locator("#map").click()
    card = page.locator(".card")
    expect(card).to_contain_text("Arrives")
    expect(card).to_contain_text("On the spot")
    page.click(".maplibregl-popup-close-button")
    expect(card).to_have_count(0)
    page.uncheck("[name=layer][value=routes]")
    page.check("[name=layer][value=heat]")
    visitor.settled()
    visitor.look_at(page.evaluate(CELL), 16)
    page.locator("#map").click()
    expect(card).to_contain_text("points per visit")
    expect(card).to_contain_text("Visits")


def test_another_round_is_a_page_of_its_own(visit: Callable) -> None:
    visitor = visit("planner")
    visitor.settled()
    page = visitor.page
    with page.expect_navigation():
        page.select_option("#round", "2026-05")
    expect(page.locator("h1")).to_contain_text("2026-05")
    expect(page.locator(".note a").first).to_have_attribute("href", "/rounds/2026-05")


def test_dark_and_light_are_followed_without_a_reload(visit: Callable, pictures: Path) -> None:
    visitor = visit("planner", color_scheme="dark")
    visitor.settled()
    page = visitor.page
    land = "atlasMap.getPaintProperty('land', 'background-color')"
    dark = page.evaluate(land)
    page.screenshot(path=pictures / "planner-dark-desk-zh.png")
    page.emulate_media(color_scheme="light")
    visitor.until(f"{land} !== '{dark}'")
    visitor.settled()
    assert visitor.drawn("routes") > 0
    assert visitor.drawn("stops") > 0
    assert visitor.complaints == []


def test_team_reads_its_stops_on_the_phone(visit: Callable, pictures: Path) -> None:
    visitor = visit("team", size="phone")
    visitor.settled()
    page = visitor.page
    stops = page.locator("#route .stop")
    assert stops.count() >= 10
    page.locator("#route details:has(.items)").first.locator("summary").click()
    expect(page.locator("#route .items").first).to_be_visible()
    before = page.evaluate("atlasMap.getZoom()")
    stops.nth(2).click()
    visitor.until(f"atlasMap.getZoom() > {before} && !atlasMap.isMoving()")
    expect(page.locator("#map")).to_be_in_viewport()
    visitor.settled()
    page.screenshot(path=pictures / "team-list-phone-zh.png", full_page=True)
    assert visitor.complaints == []


def test_pages_work_without_javascript(visit: Callable) -> None:
    visitor = visit("planner", java_script_enabled=False)
    page = visitor.page
    expect(page.locator("h1")).to_contain_text("2026-06")
    expect(page.locator("noscript p")).to_contain_text("地图需要 JavaScript")
    expect(page.locator("#loading")).to_be_hidden()
    visitor.leave("#days [data-day='3']")
    expect(page.locator("#teams tbody[data-day='3']")).to_be_visible()
    page.select_option("#round", "2026-05")
    visitor.leave("#pick button")
    expect(page.locator("h1")).to_contain_text("2026-05")


def test_a_browser_without_webgl_is_told_so(visit: Callable, demo: object) -> None:
    visitor = visit("planner")
    page = visitor.page
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(demo.address + "/map")
    expect(page.locator("#trouble")).to_contain_text("WebGL")
    expect(page.locator("#teams")).to_be_visible()


def test_an_ended_session_is_said_on_the_map(visit: Callable) -> None:
    visitor = visit("planner")
    visitor.settled()
    page = visitor.page
    page.check("[name=layer][value=heat]")
    visitor.settled()  # an answer on its way would bring the cookie back
    page.context.clear_cookies()
    page.check("[name=of][value=round]")
    expect(page.locator("#trouble")).to_contain_text("登录已失效")


def test_language_is_switched_on_the_spot(visit: Callable) -> None:
    visitor = visit("street", size="phone")
    visitor.settled()
    page = visitor.page
    visitor.leave("button[value=en]")
    visitor.settled()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".maplibregl-ctrl-zoom-in")).to_have_attribute("title", "Zoom in")
    assert urlsplit(page.url).path == "/street"


def test_wrong_password_is_said_and_the_door_looks_right(browser: Browser, demo: object, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(demo.address)
    page.screenshot(path=pictures / "login-phone-zh.png")
    page.fill("[name=name]", "nobody")
    page.fill("[name=password]", "wrong password")
    page.click("button.main")
    expect(page.locator("[role=alert]")).to_contain_text("未登录")
    context.close()
