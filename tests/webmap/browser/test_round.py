"""The page of a round in a browser: look, choose, drag a stop and see the cost, plan again and stop, close a street."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from geo.store import Store

pytestmark = pytest.mark.browser

ROUND = "/rounds/2026-06"
PLAN_MS = 180_000


def centre(of: Locator) -> tuple[float, float]:
    """Return the middle of an element on the screen."""
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def movable(visitor: Any, city: Path) -> tuple[str, str]:
    """Find a stop of day 2 and a team that may take it over, by asking the page for quotes as a planner would."""
    with Store.open(city) as store:
        stops = store.plans.stops("2026-06", day=2).query("kind == 'stop'")
        teams = sorted(set(stops["team"]))
    found = visitor.page.evaluate(
        """async ([stops, teams]) => {
          for (const [stop, own] of stops) for (const team of teams) {
            if (team === own) continue;
            const answer = await fetch(`/data/rounds/2026-06/quote.html?stop=${stop}&to=${team}&to_day=2`);
            if ((await answer.text()).includes("data-possible")) return [stop, team];
          }
          return null;
        }""",
        [stops[["checkpoint", "team"]].iloc[::9].to_numpy().tolist(), teams],
    )
    assert found, "no stop of the demo may go to another team"
    return found[0], found[1]


def lift(page: Page, stop: str, row: Locator) -> None:
    """Drag a stop over a row with the mouse and keep it there until its cost is said."""
    block = page.locator(f"a.stop[data-stop='{stop}'] rect")
    block.scroll_into_view_if_needed()
    page.mouse.move(*centre(block))
    page.mouse.down()
    page.mouse.move(*centre(row.locator("svg")), steps=6)
    reach(row, lambda: page.mouse.move(*centre(row.locator("svg"))))
    expect(page.locator(".would, .ghost.refused")).to_have_count(1)


def reach(row: Locator, move: Callable[[], None]) -> None:
    """Move until the row is where a drop goes: near its edges the timeline scrolls away under what is held over it."""
    for _ in range(100):
        if "goal" in (row.get_attribute("class") or ""):
            return
        move()
    pytest.fail("the row was never reached")


@pytest.mark.parametrize(
    ("size", "language", "scheme"),
    [
        ("desk", "zh", "light"),
        ("desk", "en", "dark"),
        ("phone", "zh", "dark"),
        ("phone", "en", "light"),
    ],
)
def test_the_page_opens(visit: Callable, pictures: Path, size: str, language: str, scheme: str) -> None:
    visitor = visit("planner", size=size, language=language, color_scheme=scheme)
    visitor.open(f"{ROUND}?day=1")
    assert visitor.drawn("stops") > 100
    assert visitor.drawn("routes") > 5
    page = visitor.page
    expect(page.locator(".line[data-team]")).to_have_count(11)
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, "the page itself scrolls sideways"
    if size == "phone":
        who = page.locator(".line[data-team] .who").first
        before = centre(who)[0]
        page.evaluate("document.getElementById('timeline').scrollLeft = 600")
        assert centre(who)[0] == pytest.approx(before, abs=1)
    page.screenshot(path=pictures / f"round-{size}-{language}-{scheme}.png", full_page=size == "phone")
    assert visitor.strangers() == set()
    assert visitor.complaints == []


def test_blocks_stand_at_the_times_of_their_stops(visit: Callable, demo: Any) -> None:
    visitor = visit("planner")
    visitor.open(f"{ROUND}?day=2")
    with Store.open(demo.city) as store:
        stops = store.plans.stops("2026-06", day=2).query("kind == 'stop'").set_index("checkpoint")
    local = stops[["arrive", "depart"]].apply(lambda column: column.dt.tz_convert("Asia/Shanghai"))
    drawn = visitor.page.evaluate(
        """() => {
          const { from, to } = document.getElementById("timeline").dataset;
          return [...document.querySelectorAll("a.stop")].map((stop) => {
            const row = stop.closest("svg").getBoundingClientRect();
            const { left, right } = stop.querySelector("rect").getBoundingClientRect();
            const second = (x) => Number(from) + ((x - row.left) / row.width) * (to - from);
            return [stop.dataset.stop, stop.closest(".line").dataset.team, second(left), second(right)];
          });
        }"""
    )
    assert {(stop, team) for stop, team, _, _ in drawn} == set(stops["team"].items())
    for stop, _team, left_s, right_s in drawn:
        for moment, second in ((local["arrive"][stop], left_s), (local["depart"][stop], right_s)):
            assert moment.hour * 3600 + moment.minute * 60 + moment.second == pytest.approx(second, abs=60)


def test_day_team_and_stop_are_chosen_by_mouse_and_keyboard(visit: Callable) -> None:
    visitor = visit("planner", language="en")
    visitor.open(f"{ROUND}?day=1")
    page = visitor.page
    every = visitor.drawn("stops")
    page.click("#days [data-day='2']")
    expect(page.locator(".line[data-day='2']")).to_have_count(11)
    expect(page).to_have_url(re.compile("day=2$"))
    page.locator(".line[data-team]:has(a.stop) .who").first.click()
    visitor.settled()
    assert 0 < visitor.drawn("stops") < every / 2
    page.locator(".line[data-team]:has(a.stop) .who").first.click()
    first = page.locator(".line:has(a.stop) a.stop").first
    first.focus()
    expect(page.locator("#hint")).to_be_visible()
    expect(page.locator(".here")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.dataset.stop")
    assert focused != first.get_attribute("data-stop")
    page.keyboard.press("Enter")
    expect(page.locator("#stop .facts")).to_contain_text("Arrives")
    assert page.evaluate("document.activeElement.name") == "to"
    page.keyboard.press("Escape")
    expect(page.locator("#stop")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.stop") == focused
    page.click("#days [data-day='0']")
    expect(page.locator(".line[data-team]")).to_have_count(44)
    assert visitor.complaints == []


def test_a_stop_is_dragged_its_cost_is_said_it_is_moved_and_taken_back(
    visit: Callable,
    demo: Any,
    pictures: Path,
) -> None:
    visitor = visit("planner", language="en")
    visitor.open(f"{ROUND}?day=2")
    page = visitor.page
    stop, team = movable(visitor, demo.city)
    lift(page, stop, page.locator(f".line[data-team='{team}']"))
    expect(page.locator(".ghost")).to_contain_text("of travel")
    expect(page.locator(".ghost")).to_contain_text("arrives")
    page.screenshot(path=pictures / "round-drag-desk-en.png")
    page.mouse.up()
    expect(page.locator("#quote .cost")).to_contain_text("of travel")
    expect(page.locator(f".line[data-team='{team}'] a.stop[data-stop='{stop}']")).to_have_count(0)
    page.click("#leave")
    expect(page.locator("#quote .offer")).to_have_count(0)
    page.select_option("#move [name=to]", team)  # the way without a mouse
    expect(page.locator("#quote .cost")).to_contain_text("of travel")
    page.fill("#make [name=reason]", "closer to its base")
    page.click("#make button.main")
    expect(page.locator(f".line[data-team='{team}'] a.stop[data-stop='{stop}']")).to_have_count(1)
    expect(page.locator("#changes")).to_contain_text("closer to its base")
    with Store.open(demo.city) as store:
        assert store.plans.stops("2026-06").query("checkpoint == @stop")["team"].tolist() == [team]
    page.click("#undo button")
    expect(page.locator(f".line[data-team='{team}'] a.stop[data-stop='{stop}']")).to_have_count(0)
    expect(page.locator("#changes")).to_contain_text("taken back")
    assert visitor.complaints == []


def test_a_move_that_may_not_be_says_why_and_escape_ends_the_drag(visit: Callable) -> None:
    visitor = visit("planner", language="en")
    visitor.open(f"{ROUND}?day=2")
    page = visitor.page
    refused = page.evaluate(
        """async () => {
          for (const stop of [...document.querySelectorAll("a.stop")].filter((_, at) => at % 7 === 0)) {
            const own = stop.closest(".line").dataset.team;
            for (const line of document.querySelectorAll(".line[data-team]")) {
              if (line.dataset.team === own) continue;
              const query = `stop=${stop.dataset.stop}&to=${line.dataset.team}&to_day=2`;
              const answer = await fetch(`/data/rounds/2026-06/quote.html?${query}`);
              if ((await answer.text()).includes("refused")) return [stop.dataset.stop, line.dataset.team];
            }
          }
          return null;
        }"""
    )
    assert refused
    lift(page, refused[0], page.locator(f".line[data-team='{refused[1]}']"))
    expect(page.locator(".ghost")).to_contain_text("Not possible")
    page.keyboard.press("Escape")
    expect(page.locator(".ghost")).to_have_count(0)
    page.mouse.up()
    expect(page.locator("#stop")).to_be_hidden()


def test_a_finger_drags_the_stop_that_it_chose(visit: Callable) -> None:
    visitor = visit("planner", size="phone", has_touch=True)
    visitor.open(f"{ROUND}?day=2")
    page = visitor.page
    rows = page.locator(".line[data-team]:has(a.stop)")
    block = rows.first.locator("a.stop").first
    block.scroll_into_view_if_needed()
    page.touchscreen.tap(*centre(block.locator("rect")))
    expect(page.locator("#stop .facts")).to_be_visible()
    from_x, from_y = centre(block.locator("rect"))
    to_y = centre(rows.nth(1).locator(".who"))[1]
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", from_x, from_y)
    for part in range(1, 9):
        finger("touchMove", from_x, from_y + (to_y - from_y) * part / 8)
    reach(rows.nth(1), lambda: finger("touchMove", from_x, centre(rows.nth(1).locator(".who"))[1]))
    expect(page.locator(".line.goal")).to_have_count(1)
    expect(page.locator(".would, .ghost.refused")).to_have_count(1)
    finger("touchEnd")
    expect(page.locator("#quote .cost")).to_be_visible()
    assert visitor.complaints == []


def test_an_area_is_drawn_and_its_streets_are_closed(visit: Callable, pictures: Path) -> None:
    visitor = visit("planner", language="en")
    visitor.open(f"{ROUND}?day=1")
    page = visitor.page
    page.click("#closures summary")
    page.click("[data-tool=area]")
    visitor.settled()
    box = page.locator("#map").bounding_box()
    x, y = box["width"] / 2, box["height"] / 2
    for right, down in ((-50, -40), (50, -40), (50, 40), (-50, 40)):
        page.locator("#map").click(position={"x": x + right, "y": y + down})
        visitor.settled()
    expect(page.locator("#tool")).to_contain_text("4 corners")
    page.keyboard.press("Enter")
    page.fill("#close [name=reason]", "road works")
    visitor.leave("#close button:not([type])")
    expect(page.locator(".closure")).to_contain_text("road works")
    visitor.settled()
    assert visitor.drawn("closed-area") > 0
    assert visitor.drawn("closed") > 0
    page.screenshot(path=pictures / "round-closed-desk-en.png")
    visitor.leave(".closure button")
    expect(page.locator(".closure")).to_have_count(0)
    assert visitor.complaints == []


def test_planning_again_is_followed_and_stopped_with_the_best_so_far(
    visit: Callable,
    demo: Any,
    pictures: Path,
) -> None:
    with Store.open(demo.city) as store:
        before = store.plans.stops("2026-06")
    visitor = visit("planner", language="en")
    visitor.open(f"{ROUND}?day=1")
    page = visitor.page
    page.click("#planning summary")
    page.fill("[name=seconds]", "600")
    page.fill("[name=premium]", "0")
    page.uncheck("[name=price_days]")
    if page.locator("[name=lose]").count():
        page.check("[name=lose]")
    visitor.leave("#planning button.main")
    expect(page.locator("#best")).to_contain_text("h", timeout=PLAN_MS)
    expect(page.locator("#clock")).to_contain_text("s")
    visitor.until("document.getElementById('curve-line').getAttribute('d') !== null")
    visitor.settled()
    page.screenshot(path=pictures / "round-planning-desk-en.png")
    page.click("[value=finish]")
    expect(page.locator("#planning .note")).to_contain_text("Ended early", timeout=PLAN_MS)
    with Store.open(demo.city) as store:
        after = store.plans.stops("2026-06")
    assert not after.equals(before)
    assert (after["kind"] == "stop").sum() > 800
    assert visitor.complaints == []
