"""The draw in a browser: the verdict of Python and of the one-file verifier, served or not; and the planner's page."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.model import Round
from geo.store import Store
from routing.draw.onefile import standalone
from routing.draw.reveal import day_release, seals
from routing.draw.verify import read, verify
from routing.rounds import proof, publishing
from routing.rounds.frame import Choices
from tests.webmap.browser.conftest import LOOKS
from webmap.draw.verify import standalone_page

pytestmark = pytest.mark.browser

VALUE = "03,11,17,22,28,31+09"
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
TAMPERINGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a changed point": lambda d: d["frame"][7].update(x_cm=d["frame"][7]["x_cm"] + 1),
    "a changed quota": lambda d: d["parameters"]["quotas"].update(bank=1),
    "a changed probability": lambda d: d["frame"][7].update(prob=d["frame"][7]["prob"] - 1),
    "a changed secret": lambda d: d.update(secret="0" * 64),
    "a changed public number": lambda d: d.update(public_number="01,02,03,04,05,06+08"),
    "a changed order": lambda d: d["sample"].reverse(),
}


@pytest.fixture(scope="module")
def revealed(demo: Any) -> dict[str, Any]:
    """Commit to and draw a round of the demo city, and give what is published of it."""
    with Store.open(demo.city) as store:
        start = store.rounds.get("2026-06").start.replace(month=7)
        store.rounds.create(Round("2026-07", start, days=4, teams=11, size=400, edition=store.catalogues.get().edition))
        proof.commit_round(store, "2026-07", "双色球 2026078", choices=Choices(streets=True))
        proof.draw_committed(store, "2026-07", VALUE)
        drawn = proof.drawn_of(store, "2026-07")
        return {
            "document": publishing.reveal_round(store, "2026-07", start.replace(month=8)),
            "commitment": proof.hash_of(store.commitments.of_round("2026-07")),
            "day": day_release(drawn, 2),
            "seals": seals(drawn),
            "receipt": publishing.receipt(store, "2026-07", drawn.rows[11][0]),
        }


@pytest.fixture
def pages(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages for somebody without an account."""
    contexts = []

    def opened(size: str = "desk", **options: Any) -> Page:
        width, height = SIZES[size]
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        contexts[-1].set_default_timeout(180_000)
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def give(page: Page, path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    page.set_input_files("#file", path)
    expect(page.locator(".verdict")).to_be_visible()


@pytest.mark.parametrize("look", [("phone", "zh"), ("desk", "en")], ids="-".join)
def test_anyone_verifies_without_an_account_and_nothing_is_uploaded(
    pages: Callable[..., Page],
    demo: Any,
    revealed: dict[str, Any],
    pictures: Path,
    tmp_path: Path,
    look: tuple[str, str],
) -> None:
    size, language = look
    page, asked, complaints = pages(size), [], []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(demo.address + "/verify")
    if language == "en":
        with page.expect_navigation():
            page.click("button[value=en]")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=pictures / f"verify-empty-{size}-{language}.png")
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    give(page, tmp_path / "reveal.json", revealed["document"])
    expect(page.locator(".verdict.good")).to_be_visible()
    expect(page.locator(".checks .good")).to_have_count(12)
    expect(page.locator("#findings")).to_contain_text(VALUE)
    expect(page.locator("#findings")).to_contain_text(revealed["commitment"])
    page.fill("#published", revealed["commitment"])
    page.locator("#published").blur()
    expect(page.locator(".verdict.good")).to_be_visible()
    first = revealed["document"]["sample"][0]["id"]
    page.fill("#findings input[type=search]", first)
    expect(page.locator("#findings .scroll tbody tr")).to_have_count(1)
    page.fill("#findings input[type=search]", "")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=pictures / f"verify-good-{size}-{language}.png", full_page=True)
    page.fill("#published", "0" * 64)
    page.locator("#published").blur()
    expect(page.locator(".verdict.bad")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert asked == []
    assert complaints == []


def test_every_tampering_is_refused_by_all_three(
    pages: Callable[..., Page], demo: Any, revealed: dict[str, Any], pictures: Path, tmp_path: Path
) -> None:
    program = tmp_path / "verify_draw.py"
    program.write_text(standalone(), encoding="utf-8")
    page = pages()
    page.goto(demo.address + "/verify")
    for number, (name, change) in enumerate(TAMPERINGS.items()):
        document = copy.deepcopy(revealed["document"])
        change(document)
        path = tmp_path / f"tampered{number}.json"
        give(page, path, document)
        expect(page.locator(".verdict.bad")).to_be_visible()
        told = page.locator(".checks .where").all_text_contents()
        ours = list(verify(read(path.read_text(encoding="utf-8"))).faults)
        alone = subprocess.run(
            [sys.executable, "-I", program, path], capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert alone.returncode == 1, name
        assert json.loads(alone.stdout.splitlines()[-1])["faults"] == ours, name
        assert sorted("; ".join(told).split("; ")) == sorted(ours), name
    page.screenshot(path=pictures / "verify-bad-desk-zh.png", full_page=True)


def test_the_page_works_as_a_file_of_its_own(
    pages: Callable[..., Page], revealed: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "verify_draw.html"
    path.write_text(standalone_page("en"), encoding="utf-8")
    page, asked, complaints = pages(offline=True), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    give(page, tmp_path / "reveal.json", revealed["document"])
    expect(page.locator(".verdict.good")).to_contain_text("The draw is what it says.")
    assert {url.split(":")[0] for url in asked} <= {"file", "data", "blob"}
    assert complaints == []


def test_receipts_and_days_are_verified_too(
    pages: Callable[..., Page], demo: Any, revealed: dict[str, Any], tmp_path: Path
) -> None:
    page = pages("phone")
    page.goto(demo.address + "/verify")
    give(page, tmp_path / "receipt.json", revealed["receipt"])
    expect(page.locator(".verdict.good")).to_be_visible()
    expect(page.locator("#findings")).to_contain_text(revealed["receipt"]["root"])
    forged = copy.deepcopy(revealed["receipt"])
    forged["point"]["prob"] += 1
    give(page, tmp_path / "forged.json", forged)
    expect(page.locator(".verdict.bad")).to_be_visible()
    give(page, tmp_path / "day.json", revealed["day"])
    expect(page.locator("#findings")).to_contain_text(revealed["seals"][1])
    give(page, tmp_path / "nonsense.json", [1])
    expect(page.locator(".verdict.bad")).to_be_visible()


@pytest.mark.usefixtures("revealed")
@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_the_planner_sees_where_a_draw_stands(
    visit: Callable[..., Any], pictures: Path, size: str, language: str
) -> None:
    visitor = visit("planner", size=size, language=language)
    page = visitor.page
    page.goto(visitor.address + "/draw?round=2026-07&compare=1")
    expect(page.locator("svg.sample")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text(VALUE)
    page.screenshot(path=pictures / f"draw-drawn-{size}-{language}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(visitor.address + "/draw?round=2026-06")
    expect(page.locator("h1 .tag.warn")).to_be_visible()
    page.screenshot(path=pictures / f"draw-trial-{size}-{language}.png")
    assert visitor.complaints == []


def test_a_planner_binds_and_draws_in_the_browser(
    visit: Callable[..., Any], demo: Any, pictures: Path, tmp_path: Path
) -> None:
    with Store.open(demo.city) as store:
        start = store.rounds.get("2026-06").start.replace(month=8)
        store.rounds.create(Round("2026-08", start, days=2, teams=11, size=400, edition=store.catalogues.get().edition))
    visitor = visit("planner", language="en")
    page = visitor.page
    page.goto(visitor.address + "/draw?round=2026-08")
    page.screenshot(path=pictures / "draw-open-desk-en.png", full_page=True)
    page.fill("[name=public_number]", "排列5 26158")
    visitor.leave("form[action$=commit] button")
    expect(page.locator(".flash").last).to_contain_text("committed")
    page.screenshot(path=pictures / "draw-committed-desk-en.png", full_page=True)
    page.fill("[name=value]", "07319")
    visitor.leave("form[action$=run] button")
    expect(page.locator("h1 .tag")).to_contain_text("drawn")
    expect(page.locator("main")).to_contain_text("is secret until")
    with Store.open(demo.city) as store:
        pinned = store.settings.get("today")
        store.settings.set("today", str(start.replace(day=28)))
    page.reload()
    with page.expect_download() as download:
        page.click("a[href$='reveal.json']")
    download.value.save_as(tmp_path / "reveal.json")
    with Store.open(demo.city) as store:
        store.settings.set("today", pinned)
    assert verify(read((tmp_path / "reveal.json").read_text(encoding="utf-8"))).valid
    visitor.leave("form[action$=teams] button")
    expect(page.locator("section", has_text="Inspectors").locator("tbody tr")).to_have_count(11)
    assert visitor.complaints == []
