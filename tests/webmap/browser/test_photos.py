"""Photos on the card of a cell in a browser: small ones in the list, a large one over the page."""

import dataclasses
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from geo.model import Deduction, Photo, Visit
from geo.readers.pictures import as_photo
from geo.store import Store
from tests.webmap.browser.conftest import ALSO

pytestmark = pytest.mark.browser

ITEM = "main_road.litter"


def picture(width: int, height: int, shade: int) -> Photo:
    """Draw what may pass for a street with something on it."""
    fall = np.linspace(210, 90, height).astype(np.uint8)[:, None, None]
    image = Image.fromarray(np.broadcast_to(fall, (height, width, 3)) // np.uint8([1, 1, 2]) + np.uint8([0, 0, shade]))
    draw = ImageDraw.Draw(image)
    draw.polygon(
        [(0, height), (width * 0.42, height * 0.4), (width * 0.58, height * 0.4), (width, height)], fill="#555"
    )
    for at in range(9):
        x, y = width * (0.2 + 0.07 * at), height * (0.62 + 0.1 * ((at * 7) % 4))
        draw.rectangle((x, y, x + width / 20, y + height / 26), fill=("#c43", "#ddd", "#3a6")[at % 3])
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return as_photo(file.getvalue(), "a.jpg")


@pytest.fixture(scope="module")
def place(demo: object) -> str:
    """Have a problem with three photos reported in the demo, and another without; give where."""
    photos = [picture(2400, 1800, 40), picture(1500, 2000, 90), picture(900, 675, 0)]
    with Store.open(demo.city) as store:
        roster = store.checkpoints.frame()
        here = roster[roster["category"] == "main_road"].iloc[0]
        day = store.visits.frame()["arrived_at"].max() + dt.timedelta(hours=1)
        shown = Deduction(ITEM, 2.0, "路口东侧", photos=tuple(one.sha256 for one in photos))
        bare = dataclasses.replace(shown, points=1.0, note="", photos=())
        visit = Visit(str(here.name), "T01", day.to_pydatetime(), deductions=(shown, bare))
        store.visits.record([visit], brought={one.sha256: one for one in photos})
    return f"{here.geometry.x:.6f},{here.geometry.y:.6f}"


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ALSO])
def test_a_problem_shows_its_photos(visit: Callable, place: str, pictures: Path, size: str, language: str) -> None:
    visitor = visit("planner", size=size, language=language)
    visitor.open(f"/hotspots?at={place}")
    page = visitor.page
    card = page.locator(".cell-card")
    if not card.locator(".problems").is_visible():
        card.locator("summary").click()
    problem = card.locator(".problems li").first
    expect(problem.locator(".photos img")).to_have_count(3)
    before = problem.bounding_box()
    problem.scroll_into_view_if_needed()
    visitor.until("[...document.querySelectorAll('.photos img')].slice(0, 3).every((one) => one.naturalWidth > 0)")
    assert problem.bounding_box()["height"] == before["height"]  # nothing jumped
    alts = problem.locator(".photos img").evaluate_all("all => all.map((one) => one.alt)")
    assert len(set(alts)) == 3
    assert all(alts)
    expect(card.locator(".problems li").nth(1).locator(".photos")).to_have_count(0)
    page.screenshot(path=pictures / f"hotspots-photos-{size}-{language}.png")
    if size == "phone":
        card.screenshot(path=pictures / f"hotspots-photos-{size}-{language}-card.png")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    problem.locator(".photos a").first.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog.photo")
    expect(dialog).to_be_visible()
    width, height = dialog.locator("img").evaluate("one => [one.offsetWidth, one.offsetHeight]")
    visitor.until("document.querySelector('dialog.photo img').naturalWidth === 1600")
    assert dialog.locator("img").evaluate("one => [one.offsetWidth, one.offsetHeight]") == [width, height]
    expect(dialog).to_contain_text(alts[0])
    page.screenshot(path=pictures / f"hotspots-photo-{size}-{language}.png")
    page.keyboard.press("ArrowRight")
    expect(dialog.locator("img")).to_have_attribute("alt", alts[1])
    visitor.until("document.querySelector('dialog.photo img').naturalHeight === 1600")
    box, inner = dialog.bounding_box(), dialog.locator("img").bounding_box()
    assert min(box["x"], box["y"]) >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    assert box["y"] + box["height"] <= page.viewport_size["height"]
    assert box["x"] <= inner["x"]
    assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 0.5
    assert inner["width"] / inner["height"] == pytest.approx(0.75, abs=0.01)
    page.screenshot(path=pictures / f"hotspots-photo-tall-{size}-{language}.png")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(dialog.locator("img")).to_have_attribute("alt", alts[0])
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.photo") is not None
    assert visitor.strangers() == set()
    assert visitor.complaints == []


def test_without_javascript_a_photo_opens_as_a_page(visit: Callable, place: str) -> None:
    visitor = visit("planner", java_script_enabled=False)
    visitor.page.goto(visitor.address + f"/hotspots?at={place}")
    problems = visitor.page.locator(".cell-card details")
    visitor.reload_until(problems)
    if problems.get_attribute("open") is None:
        problems.locator("summary").click()
    with visitor.page.expect_navigation() as opened:
        visitor.page.locator(".photos a").first.click()
    assert opened.value.headers["content-type"] == "image/jpeg"
    assert opened.value.headers["cache-control"] == "no-store"
