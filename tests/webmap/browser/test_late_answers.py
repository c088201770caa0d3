"""Answers that come in another order than they were asked for: what was asked for last stands on the page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_card_is_of_the_cell_that_was_clicked_last(visit: Callable) -> None:
    visitor = visit("planner", language="en")
    visitor.settled()
    page = visitor.page
    page.uncheck("[name=layer][value=routes]")
    page.check("[name=layer][value=heat]")
    visitor.settled()
    held = visitor.holds(re.compile("/data/hotspots/cell[?]"))
    for count, y in enumerate((300, 340, 380), 1):
        page.locator("#map").click(position={"x": 300, "y": y})
        visitor.asks(held, count)
    held[1].fulfill(body="the second", content_type="text/html")
    held[2].fulfill(body="the last", content_type="text/html")
    expect(page.locator(".card")).to_have_text("the last")
    visitor.late(held[0], body="the first", content_type="text/html")
    expect(page.locator(".card")).to_have_text("the last")
    page.locator("#map").click(position={"x": 600, "y": 300})
    visitor.asks(held, 4)
    held[3].abort()
    expect(page.locator("#trouble")).to_be_visible()


def test_the_card_is_of_the_cell_that_was_asked_for_last(visit: Callable) -> None:
    visitor = visit("planner")
    visitor.open("/hotspots")
    page = visitor.page
    held = visitor.holds(re.compile("/data/hotspots/cell[?]"))
    places = page.locator(".places-found [data-at]")
    for number in range(2):
        places.nth(number).click()
        visitor.asks(held, number + 1)
    last = places.nth(1).get_attribute("data-at")
    held[1].continue_()
    visitor.settled()
    expect(page).to_have_url(re.compile("at=" + last.replace(",", "(,|%2C)")))
    shown = page.locator(".cell-card").inner_html()
    visitor.late(held[0], body="<p class='cell-card'>of another cell</p>", content_type="text/html")
    assert page.locator(".cell-card").inner_html() == shown
    places.nth(0).click()
    visitor.asks(held, 3)
    page.click("[data-close]")  # while another is on its way
    visitor.late(held[2], body="<p class='cell-card'>of a card that was shut</p>", content_type="text/html")
    expect(page.locator(".cell-card")).to_have_count(0)


def test_the_cost_and_the_day_are_those_that_were_chosen_last(visit: Callable) -> None:
    visitor = visit("planner", language="en")
    visitor.open("/rounds/2026-06?day=2")
    page = visitor.page
    page.locator("a.stop rect").first.click()
    expect(page.locator("#stop .facts")).to_be_visible()
    teams = page.locator("#move [name=to] option").evaluate_all("all => all.map((one) => one.value).filter(Boolean)")
    quotes = visitor.holds(re.compile("/quote[.]html[?]"))
    for count, team in enumerate(teams[:2], 1):
        page.select_option("#move [name=to]", team)
        visitor.asks(quotes, count)
    quotes[1].fulfill(body="the second", content_type="text/html")
    expect(page.locator("#quote")).to_have_text("the second")
    visitor.late(quotes[0], body="the first", content_type="text/html")
    expect(page.locator("#quote")).to_have_text("the second")
    days = visitor.holds(re.compile("/timeline[.]html[?]"))
    for count, day in enumerate((3, 1), 1):
        page.click(f"#days [data-day='{day}']")
        visitor.asks(days, count)
    days[1].continue_()
    expect(page.locator(".line[data-day='1']")).to_have_count(11)
    visitor.late(days[0], body="<div id='timeline'></div>", content_type="text/html")
    expect(page.locator(".line[data-day='1']")).to_have_count(11)
    assert visitor.complaints == []
