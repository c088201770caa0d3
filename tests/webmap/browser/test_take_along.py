"""What leaves the office: a team's phone with its map app, the sheet of paper, and the map as one file."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.store import Store
from webmap.route.sheet import write_sheets
from webmap.standalone.folium_map import Contents, round_map

pytestmark = pytest.mark.browser

ROUND = "2026-06"
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)
PDF_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
A4_PT = (595, 842)
PAINTED = """() => {
  const surface = document.querySelector("#surface");
  const pixels = surface.getContext("2d").getImageData(0, 0, surface.width, surface.height).data;
  return pixels.reduce((sum, part) => (sum * 31 + part) % 1000003, 7);
}"""
CORNER = """(edge) => {
  const point = edge.getPointAtLength(0).matrixTransform(edge.getScreenCTM());
  return [point.x, point.y];
}"""

UNCOVERED = """(marks) => marks.findIndex((mark) => {
  const { x, y, width, height } = mark.getBoundingClientRect();
  const there = document.elementFromPoint(x + width / 2, y + height / 2);
  return there !== null && mark.contains(there);
})"""


def test_one_tap_opens_the_app_that_was_chosen_last(visit: Callable, pictures: Path) -> None:
    visitor = visit("team", size="phone", user_agent=ANDROID)
    visitor.settled()
    page = visitor.page
    go = page.locator("#next [data-go]")
    expect(go).to_be_in_viewport()
    page.screenshot(path=pictures / "team-next-phone-zh.png")
    assert go.get_attribute("href").startswith("amapuri://route/plan/")
    page.locator("#next .apps summary").click()
    expect(page.locator("#next [data-app=amap-ios]")).to_be_hidden()
    # The app itself cannot open here: what matters is what is remembered.
    page.locator("#next [data-app=tencent]").evaluate("one => one.addEventListener('click', (e) => e.preventDefault())")
    page.locator("#next [data-app=tencent]").click()
    assert go.get_attribute("href").startswith("qqmap://map/routeplan?")
    page.reload()
    visitor.settled()
    links = [urlsplit(one.get_attribute("href")) for one in page.locator("#route [data-go]").all()]
    assert {one.scheme for one in links} == {"qqmap"}
    assert len({tuple(parse_qs(one.query)["tocoord"]) for one in links}) > 5
    assert visitor.complaints == []
    assert visitor.strangers() == set()


def test_the_next_stop_moves_on_and_a_change_shows(visit: Callable, pictures: Path) -> None:
    visitor = visit("team", size="phone", language="en")
    visitor.settled()
    page = visitor.page
    first = page.locator("#next h2").inner_text()
    visitor.leave(page.get_by_role("button", name="Done, next stop"))
    visitor.settled()
    expect(page.locator("#next")).to_contain_text("Next stop, 2 of")
    assert page.locator("#next h2").inner_text() != first
    page.locator("#next .tell summary").first.click()
    page.select_option("#next [name=minutes]", "20")
    page.fill("#next .tell details[open] [name=reason]", "flat tyre")
    visitor.leave(page.locator("#next .tell details[open] button.main"))
    visitor.settled()
    expect(page.locator(".changes li").first).to_contain_text("flat tyre")
    page.screenshot(path=pictures / "team-changed-phone-en.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    assert visitor.complaints == []


def test_every_sheet_is_one_page_of_a4(browser: Browser, demo: object, pictures: Path, tmp_path: Path) -> None:
    with Store.open(demo.city) as store:
        most = store.plans.routes(ROUND).sort_values("stops").iloc[-1]
        assert most["stops"] >= 30
        pages = write_sheets(store, ROUND, tmp_path / "all.html")
        write_sheets(store, ROUND, tmp_path / "one.html", team=most["team"], day=int(most["day"]))
    context = browser.new_context(viewport={"width": 900, "height": 1200}, offline=True)
    page = context.new_page()
    for name, expected in (("all", pages), ("one", 1)):
        page.goto((tmp_path / f"{name}.html").as_uri())
        sheets = page.locator(".page")
        assert sheets.count() == expected
        over = sheets.evaluate_all("all => all.map((one) => one.scrollHeight - one.clientHeight)")
        assert max(over) <= 0
        tables = sheets.evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().bottom"
            " - one.querySelector('table').getBoundingClientRect().bottom)"
        )
        assert min(tables) > 0
        pdf = page.pdf(prefer_css_page_size=True)
        assert len(PDF_PAGE.findall(pdf)) == expected
        boxes = {
            tuple(round(float(side)) for side in box.split()[2:])
            for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf)
        }
        assert all(abs(a - b) <= 1 for box in boxes for a, b in zip(box, A4_PT, strict=True))
    page.screenshot(path=pictures / "sheet.png")
    context.close()


def test_a_team_prints_from_its_page(visit: Callable) -> None:
    visitor = visit("team", size="phone")
    visitor.settled()
    page = visitor.page
    visitor.leave(page.get_by_role("link", name="打印"))
    expect(page.locator("#print")).to_be_visible()
    assert len(PDF_PAGE.findall(page.pdf(prefer_css_page_size=True))) == 1
    assert visitor.complaints == []
    assert visitor.strangers() == set()


@pytest.fixture(scope="module")
def alone(demo: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the map as a file, the hotspots first."""
    path = tmp_path_factory.mktemp("alone") / "map.html"
    with Store.open(demo.city) as store:
        round_map(store, ROUND, path, Contents(first="hotspots"))
    assert path.stat().st_size < 5_000_000
    return path


@pytest.fixture
def opened(browser: Browser, alone: Path) -> Iterator[Callable[[str], tuple[Page, list[str], list[str]]]]:
    """Open it from the disk, with the network off."""
    contexts = []

    def open_(size: str) -> tuple[Page, list[str], list[str]]:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        contexts.append(context)
        context.set_default_timeout(180_000)
        page = context.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text)
                if line.type in {"error", "warning"}
                and "Canvas2D" not in line.text  # it is this test that reads so often
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(alone.as_uri())
        page.wait_for_selector("#months.ready")
        return page, asked, complaints

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_standalone_map_opens_from_disk_with_no_network(opened: Callable, pictures: Path, size: str) -> None:
    page, asked, complaints = opened(size)
    page.screenshot(path=pictures / f"standalone-hotspots-{size}-zh.png")
    whole = page.evaluate(PAINTED)
    page.locator("#months input").fill("3")
    expect(page.locator("#months output")).to_have_text(re.compile(r"\d{4}-\d{2}"))
    third = page.evaluate(PAINTED)
    page.screenshot(path=pictures / f"standalone-month-{size}-zh.png")
    page.locator("#months input").fill("4")
    assert len({whole, third, page.evaluate(PAINTED)}) == 3
    fourth = page.locator("#months output").inner_text()
    page.locator("#months button").click()
    expect(page.locator("#months output")).not_to_have_text(fourth)
    page.locator("#months button").click()
    page.locator("#months input").fill("0")
    assert page.evaluate(PAINTED) == whole
    assert {urlsplit(url).scheme for url in asked} <= {"file", "data", "blob"}
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert complaints == []


def test_a_click_on_a_cell_and_a_stop_tells_what_is_known(opened: Callable, pictures: Path) -> None:
    page, _, complaints = opened("desk")
    edge = page.locator("path.hot").first.evaluate(CORNER)
    for off in ((3, 3), (-3, 3), (3, -3), (-3, -3)):  # one of the four lies in the flagged cell
        page.mouse.click(edge[0] + off[0], edge[1] + off[1])
        if page.locator(".card dl").count():  # a click is answered at once, and moves the map only with a card
            break
    expect(page.locator(".card")).to_contain_text("考察次数")
    expect(page.locator(".card")).to_contain_text("95%")
    page.screenshot(path=pictures / "standalone-cell-desk-zh.png")
    page.locator(".leaflet-control-layers-base label").nth(1).click()
    marks = page.locator(".mark")
    expect(marks.nth(1)).to_be_attached()
    expect(page.locator(".leaflet-pan-anim")).to_have_count(0)  # the card that was opened moves the map
    free = marks.evaluate_all(UNCOVERED)
    assert free >= 0
    marks.nth(free).click()
    expect(page.locator(".leaflet-popup-content").last).to_contain_text("到达")
    page.locator(".leaflet-control-layers-overlays label").first.click()
    expect(page.locator("#months")).to_be_hidden()
    assert complaints == []
