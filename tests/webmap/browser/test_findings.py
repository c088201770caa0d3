"""The statistics map in a browser: layers, months, cells, filters, on phone and desk."""

import io
import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from geo.store import Store
from tests.webmap.browser.conftest import LOOKS
from webmap.maps.palette import rgb

pytestmark = pytest.mark.browser

OPACITY = 0.82  # of the texture, over the land
LAND = rgb("land")
DRAWN = "findingsCells.texture.cells?.columns > 0"
# The middle of a cell that is 2 x 2 cells of one class without a flag, so that no outline or neighbour interferes.
PLAIN = """([surface, wanted]) => {
  const { mesh, parts, columns, rows, bytes } = findingsCells.texture.cells;
  const at = (row, column, place) => bytes[4 * (row * columns + column) + place];
  for (let row = 1; row < rows - 2; row += 1) for (let column = 1; column < columns - 2; column += 1) {
    const four = [[0, 0], [0, 1], [1, 0], [1, 1]];
    const fits = ([j, i]) => at(row + j, column + i, surface) === wanted && !at(row + j, column + i, 3);
    if (!four.every(fits)) continue;
    const x = (column + 1) / columns * parts, y = (row + 1) / rows * parts;
    const [i, j] = [Math.floor(x), Math.floor(y)];
    const point = (k, l) => mesh.slice(2 * (l * (parts + 1) + k), 2 * (l * (parts + 1) + k) + 2);
    const [a, b, c] = [point(i, j), point(i + 1, j), point(i, j + 1)];
    return [0, 1].map((n) => a[n] + (x - i) * (b[n] - a[n]) + (y - j) * (c[n] - a[n]));
  }
  return null;
}"""

# Keeps what the months and their button show, from now on.
WATCH = """() => {
  globalThis.seen = [];
  const look = () => {
    const now = [document.getElementById("month").textContent, document.getElementById("play").ariaPressed];
    if (String(now) !== String(seen.at(-1))) seen.push(now);
  };
  look();
  const all = { subtree: true, childList: true, attributes: true };
  new MutationObserver(look).observe(document.getElementById("found"), all);
}"""


def opened(visit: Callable, path: str = "/hotspots", **options: object) -> object:
    visitor = visit("planner", **options)
    visitor.open(path)
    assert visitor.page.evaluate(DRAWN)
    return visitor


def shot(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def colours_at(page: Page, place: list[float], around: int = 8) -> set[tuple[int, int, int]]:
    """Return the colours of the screen around a place on the map."""
    point = page.evaluate("place => { const { x, y } = atlasMap.project(place); return [x, y]; }", place)
    box = page.locator("#map").bounding_box()
    x, y = round(box["x"] + point[0]), round(box["y"] + point[1])
    part = shot(page).crop((x - around, y - around, x + around, y + around))
    return {colour for _, colour in part.getcolors(1 << 16)}


def near(colour: tuple[int, ...], others: set[tuple[int, int, int]], by: int = 6) -> bool:
    return any(max(abs(a - b) for a, b in zip(colour, other, strict=True)) <= by for other in others)


def over_land(name: str) -> tuple[int, ...]:
    return tuple(round(OPACITY * top + (1 - OPACITY) * below) for top, below in zip(rgb(name), LAND, strict=True))


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_the_page_stands_on_both_screens(visit: Callable, pictures: Path, size: str, language: str) -> None:
    visitor = opened(visit, size=size, language=language)
    page = visitor.page
    expect(page.locator("h1")).to_have_text("热点" if language == "zh" else "Hotspots")
    expect(page.locator(".rooms [aria-current]")).to_have_text("热点" if language == "zh" else "Hotspots")
    page.screenshot(path=pictures / f"hotspots-{size}-{language}.png")
    page.screenshot(path=pictures / f"hotspots-{size}-{language}-whole.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert visitor.strangers() == set()
    assert visitor.complaints == []


@pytest.mark.parametrize("size", ["phone", pytest.param("desk", marks=pytest.mark.exhaustive)])
def test_each_layer_has_its_colours_and_its_legend(visit: Callable, size: str) -> None:
    visitor = opened(visit, size=size, language="en")
    page = visitor.page
    if size == "phone":
        page.click("#legend summary")
    page.uncheck("[name=layer][value=zones]")
    for place, (surface, wanted, colour) in enumerate(
        [("rate", 5, "heat-4"), ("density", 5, "heat-4"), ("count", 4, "count-3")]
    ):
        page.check(f"[name=surface][value={surface}]")
        expect(page.locator(".layer", has=page.locator(f"[value={surface}]")).locator(".ramp")).to_be_visible()
        at = page.evaluate(PLAIN, [place, wanted])
        assert at is not None, surface
        visitor.look_at(at, 13.9)
        page.evaluate("scrollTo(0, 0)")
        assert near(over_land(colour), colours_at(page, at)), surface
    expect(page.locator(".caution")).to_be_visible()
    expect(page).to_have_url(re.compile("surface=count"))
    page.check("[name=surface][value=none]")
    visitor.settled()
    assert not near(over_land("count-3"), colours_at(page, at))
    assert visitor.complaints == []


def test_flagged_cells_are_outlined_by_colour_and_pattern(visit: Callable, pictures: Path) -> None:
    visitor = opened(visit, "/hotspots?surface=none")
    page = visitor.page
    link = page.locator(".places-found [data-at]").first
    place = [float(part) for part in link.get_attribute("data-at").split(",")]
    page.uncheck("[name=layer][value=zones]")
    visitor.look_at(place, 13.5)
    assert near(rgb("hot"), colours_at(page, place, around=120))
    page.uncheck("[name=layer][value=outlines]")
    visitor.settled()
    assert not near(rgb("hot"), colours_at(page, place, around=120))
    expect(page).to_have_url(re.compile("outlines=0"))
    page.check("[name=layer][value=outlines]")
    visitor.look_at(place, 15)
    assert visitor.drawn("hot") > 0
    cold = page.evaluate("atlasMap.getPaintProperty('cold', 'line-dasharray')")
    assert cold
    assert page.evaluate("atlasMap.getPaintProperty('hot', 'line-dasharray')") is None
    page.screenshot(path=pictures / "hotspots-near-desk-zh.png")
    assert visitor.complaints == []


def test_cells_near_are_shapes_with_their_numbers(visit: Callable) -> None:
    visitor = opened(visit)
    page = visitor.page
    visitor.look_at(page.evaluate(PLAIN, [0, 5]), 16)
    assert visitor.drawn("cells") > 3
    assert visitor.drawn("cells-label") > 0
    assert page.evaluate("findingsCells.texture.hidden()")
    codes = page.evaluate("atlasMap.queryRenderedFeatures({layers: ['cells']}).map((one) => one.properties.rate)")
    assert set(codes) <= set(range(2, 8))
    page.evaluate("() => { atlasMap.jumpTo({zoom: 12}); }")
    visitor.settled()
    assert visitor.drawn("cells") == 0
    assert not page.evaluate("findingsCells.texture.hidden()")


@pytest.mark.parametrize("size", ["phone", pytest.param("desk", marks=pytest.mark.exhaustive)])
def test_the_slider_goes_through_the_months(visit: Callable, size: str) -> None:
    visitor = opened(visit, size=size)
    page = visitor.page
    months = page.get_attribute("#slider", "data-months").split()
    assert len(months) == 6
    expect(page.locator("#month")).to_have_text("全部月份")
    visits = "findingsCells.texture.cells.visits"
    every = page.evaluate(visits)
    page.focus("#slider")
    page.keyboard.press("ArrowRight")
    visitor.until(f"location.search.includes('month={months[0]}')")
    visitor.settled()
    expect(page.locator("#month")).to_have_text(months[0])
    expect(page.locator(".months .now")).to_have_count(1)
    expect(page.locator("#slider")).to_be_focused()
    first = page.evaluate(visits)
    assert first < every
    page.keyboard.press("End")
    visitor.until(f"location.search.includes('month={months[-1]}')")
    visitor.settled()
    expect(page.locator("#month")).to_have_text(months[-1])
    assert page.evaluate(visits) != first
    page.keyboard.press("Home")
    visitor.until("!location.search.includes('month=')")
    visitor.settled()
    assert page.evaluate(visits) == every
    page.evaluate(WATCH)
    page.click("#play")
    visitor.until("document.getElementById('play').ariaPressed === 'false'")
    visitor.settled()
    played = [[name, "true"] for name in ("全部月份", *months)]
    assert page.evaluate("seen") == [["全部月份", "false"], *played, [months[-1], "false"]]
    page.locator("[data-filter=month]").click()
    visitor.settled()
    assert page.evaluate(visits) == every
    assert visitor.complaints == []


def test_the_slider_stays_in_the_hand_that_holds_it(visit: Callable) -> None:
    visitor = opened(visit)
    page = visitor.page
    slider = page.locator("#slider")
    months = slider.get_attribute("data-months").split()
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x, y = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(x + 0.02 * box["width"], y)
    page.mouse.down()
    with page.expect_response(
        lambda answer: "/data/hotspots/panel?month=" in answer.url and answer.status == HTTPStatus.OK
    ):
        page.mouse.move(x + 0.5 * box["width"], y)
    page.wait_for_timeout(200)  # time for the panel to come
    page.mouse.move(x + 0.98 * box["width"], y)
    page.mouse.up()
    visitor.until(f"location.search.includes('month={months[-1]}')")
    visitor.settled()
    expect(page.locator("#month")).to_have_text(months[-1])
    expect(page.locator(".months .now")).to_have_attribute("title", re.compile(months[-1]))
    assert visitor.complaints == []


def test_a_month_without_visits_is_missing(visit: Callable, demo: object) -> None:
    with Store.open(demo.city) as store:
        visits = store.visits.frame()
    months = visits["arrived_at"].dt.strftime("%Y-%m").unique()
    assert "2025-06" not in months
    visitor = visit("planner")
    visitor.open("/hotspots?month=2025-06")
    assert visitor.page.evaluate("findingsCells.texture.cells.columns") == 0
    expect(visitor.page.locator("#found .note")).to_be_visible()
    assert visitor.complaints == []


@pytest.mark.parametrize("size", ["phone", pytest.param("desk", marks=pytest.mark.exhaustive)])
def test_a_click_on_a_cell_tells_all_of_it(visit: Callable, pictures: Path, size: str) -> None:
    visitor = opened(visit, size=size, language="en")
    page = visitor.page
    place = [float(part) for part in page.locator(".places-found [data-at]").first.get_attribute("data-at").split(",")]
    visitor.look_at(place, 15)
    assert visitor.drawn("cells") > 3
    at = page.evaluate(
        """() => {
          const middle = atlasMap.project(atlasMap.getCenter());
          const cells = atlasMap.queryRenderedFeatures({layers: ["cells"]});
          const flagged = cells.filter((one) => one.properties.flag === 1);
          const points = flagged.map((one) => {
            const ring = one.geometry.coordinates[0];
            return atlasMap.project([0, 1].map((n) => (ring[0][n] + ring[2][n]) / 2));
          });
          points.sort((a, b) => a.dist(middle) - b.dist(middle));
          return [points[0].x, points[0].y];
        }"""
    )
    page.locator("#map").click(position={"x": at[0], "y": at[1]})
    card = page.locator(".cell-card")
    expect(card).to_contain_text("worse than chance explains")
    for text in ("Visits", "Deductions", "95 % interval", "p · q", "Radius", "Unit", "Items", "Problems"):
        expect(card).to_contain_text(text)
    visitor.settled()
    if not card.locator(".problems").is_visible():
        card.locator("summary").click()
    expect(card.locator(".problems li").first).to_contain_text("202")
    expect(page).to_have_url(re.compile("at="))
    assert visitor.drawn("chosen") > 0
    page.screenshot(path=pictures / f"hotspots-cell-{size}-en.png")
    page.click("[data-close]")
    expect(card).to_have_count(0)
    expect(page).not_to_have_url(re.compile("at="))
    assert visitor.complaints == []


def test_the_keyboard_opens_the_cell_in_the_middle(visit: Callable) -> None:
    visitor = opened(visit)
    page = visitor.page
    visitor.look_at(page.evaluate(PLAIN, [0, 5]), 15)
    page.focus("#map canvas")
    page.keyboard.press("Enter")
    expect(page.locator(".cell-card")).to_contain_text("考察次数")


@pytest.mark.parametrize("size", ["phone", pytest.param("desk", marks=pytest.mark.exhaustive)])
def test_filters_narrow_map_and_panel_and_stand_in_the_address(visit: Callable, pictures: Path, size: str) -> None:
    visitor = opened(visit, size=size)
    page = visitor.page
    visits = "findingsCells.texture.cells.visits"
    every = page.evaluate(visits)
    page.click("#filters summary")
    page.select_option("[name=kind]", "covert")
    visitor.settled()
    covert = page.evaluate(visits)
    assert covert < every
    page.select_option("[name=kind]", "open")
    visitor.settled()
    assert covert + page.evaluate(visits) == every
    page.select_option("[name=kind]", "")
    page.select_option("[name=category]", "restaurant")
    visitor.settled()
    assert page.evaluate(visits) < every
    assert page.evaluate("location.search") == "?category=restaurant"
    expect(page.locator("#found .chart[data-name=category] .chosen")).to_have_count(1)
    page.fill("[name=since]", "2026-03-01")
    visitor.until("location.search.includes('since=2026-03-01')")
    page.select_option("[name=radius]", "500")
    visitor.until("location.search.includes('radius=500')")
    page.select_option("[name=round]", "2026-05")
    visitor.until("location.search.includes('round=2026-05')")
    expect(page.locator("#chosen")).to_have_text("4")
    visitor.settled()
    page.screenshot(path=pictures / f"hotspots-filter-{size}-zh.png")
    page.reload()
    visitor.settled()
    assert page.evaluate(DRAWN)
    assert page.input_value("[name=category]") == "restaurant"
    assert page.input_value("[name=radius]") == "500"
    page.click("#clear")
    visitor.settled()
    assert page.evaluate(visits) == every
    expect(page).not_to_have_url(re.compile("[?]"))
    assert visitor.complaints == []


def test_a_click_on_a_bar_or_an_item_filters(visit: Callable) -> None:
    visitor = opened(visit)
    page = visitor.page
    every = page.evaluate("findingsCells.texture.cells.visits")
    bar = page.locator(".chart[data-name=street] [data-filter]").first
    street = bar.get_attribute("data-value")
    name = bar.inner_text()
    bar.click()
    visitor.settled()
    expect(page).to_have_url(re.compile(f"street={street}"))
    assert page.evaluate("findingsCells.texture.cells.visits") < every
    expect(page.locator("h2", has_text=f"按类别：{name}")).to_be_visible()
    page.locator(".worst [data-filter=item]").first.click()
    visitor.settled()
    expect(page).to_have_url(re.compile("item="))
    page.locator(".chart[data-name=street] [aria-current]").click()
    visitor.settled()
    expect(page).not_to_have_url(re.compile("street="))
    assert visitor.complaints == []


def test_a_failure_is_said_and_what_was_there_stays(visit: Callable) -> None:
    visitor = opened(visit)
    page = visitor.page
    before = page.evaluate("findingsCells.texture.cells.visits")
    page.click("#filters summary")
    page.route("**/data/hotspots/cells?*", lambda route: route.abort())
    page.select_option("[name=kind]", "covert")
    visitor.settled()
    expect(page.locator("#trouble")).to_be_visible()
    assert page.evaluate("findingsCells.texture.cells.visits") == before
    page.unroute("**/data/hotspots/cells?*")
    page.select_option("[name=kind]", "")
    visitor.settled()  # an answer on its way would bring the cookie back
    expect(page.locator("#trouble")).to_be_hidden()
    page.context.clear_cookies()
    page.select_option("[name=kind]", "covert")
    expect(page.locator("#trouble")).to_contain_text("登录")


def test_the_page_works_without_javascript(visit: Callable) -> None:
    visitor = visit("planner", java_script_enabled=False)
    page = visitor.page
    page.goto(visitor.address + "/hotspots")
    page.click("#filters summary")
    page.select_option("[name=category]", "restaurant")
    visitor.leave("#filter .apply")
    expect(page).to_have_url(re.compile("category=restaurant"))
    visitor.leave(page.locator(".plain-months a").first)
    expect(page).to_have_url(re.compile("month=2025-12"))
    visitor.reload_until(page.locator("#found .figures"))
    expect(page.locator("#found .figures")).to_be_visible()


def test_the_maps_follow_the_dark(visit: Callable, pictures: Path) -> None:
    visitor = opened(visit, color_scheme="dark")
    page = visitor.page
    page.screenshot(path=pictures / "hotspots-dark-desk-zh.png")
    place = page.evaluate(PLAIN, [0, 5])
    page.uncheck("[name=layer][value=zones]")
    visitor.look_at(place, 13.9)
    dark = colours_at(page, place)
    assert not near(over_land("heat-4"), dark)
    page.emulate_media(color_scheme="light")
    visitor.until("atlasMap.getPaintProperty('land', 'background-color') === '#ecede9'")
    visitor.settled()
    assert near(over_land("heat-4"), colours_at(page, place))
    assert visitor.complaints == []
