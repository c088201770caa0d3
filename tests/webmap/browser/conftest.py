"""A real browser on a real demo: the demo city, drawn and planned, served on a port of this machine."""

import contextlib
import dataclasses
import datetime as dt
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Locator, Page, Route

from data.demo import build
from geo.catalogue import load
from geo.model import Role, Round
from geo.store import Store
from routing.plan.planner import PlanOptions, plan_round
from routing.rounds.making import draw_round
from tests.browser import WAIT_MS
from tests.webmap.working import working
from webmap import create_app
from webmap.accounts.limits import gate_of
from webmap.accounts.making import add_account
from webmap.serve import bound
from webmap.server import Server, running

ROUND = Round("2026-06", start=dt.date(2026, 6, 9), days=4, teams=11, size=1_090, covert=True)
PLAN_STEPS = 1_000  # in place of seconds: a busy machine makes the same plan
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
LOOKS = [
    ("phone", "zh"),
    ("desk", "en"),
    pytest.param("phone", "en", marks=pytest.mark.exhaustive),
    pytest.param("desk", "zh", marks=pytest.mark.exhaustive),
]
ALSO = pytest.param("desk", "zh", marks=pytest.mark.exhaustive)
# Nothing that the page asked for is under way, and the map lies still with all of it.
RESTS = """() => {
  const map = globalThis.atlasMap;
  if (!map || document.querySelector("#stage:not(.ready), [aria-busy=true]")) return false;
  return map.loaded() && !map.isMoving();
}"""
DRAWS = """(wait) => new Promise((drawn) => {
  atlasMap.once("idle", () => drawn(true));
  setTimeout(drawn, wait, false);
  atlasMap.triggerRepaint();
})"""


@dataclass(frozen=True)
class Demo:
    """The demo as it is served."""

    address: str
    city: Path
    passwords: dict[str, str]
    team: str
    zone: str


@dataclass
class Visitor:
    """A page, what it asked for, and what it complained of."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a path and wait until its map is drawn."""
        self.page.goto(self.address + path)
        self.settled()

    def settled(self) -> None:
        """Wait until the page has all that it asked for, and the map has drawn it and lies still."""
        while True:
            self.until(f"({RESTS})()")
            assert self.page.evaluate(DRAWS, WAIT_MS), "the map never came to rest"
            if self.page.evaluate(RESTS):  # what was drawn last may have asked for more
                return

    def until(self, expression: str) -> None:
        """Wait until an expression holds. wait_for_function evaluates strings in the page, which its policy forbids."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"this never came true: {expression}"
            self.page.wait_for_timeout(50)

    def leave(self, link: str | Locator) -> None:
        """Click what leads to another page, and wait until that has taken this one's place."""
        with self.page.expect_navigation(wait_until="commit"):
            self.page.locator(link).click() if isinstance(link, str) else link.click()

    def look_at(self, place: list[float], zoom: float) -> None:
        """Put a place in the middle of the map, and wait until that is drawn."""
        self.page.evaluate("([center, zoom]) => { atlasMap.jumpTo({center, zoom}); }", [place, zoom])
        self.settled()

    def drawn(self, *layers: str) -> int:
        """Count the features of these layers that are on the screen."""
        return int(self.page.evaluate("layers => atlasMap.queryRenderedFeatures({layers}).length", list(layers)))

    def reload_until(self, shown: Locator) -> None:
        """Load the page again until it shows something, as it asks its readers to while that is worked out."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while not shown.count():
            assert time.monotonic() < deadline, f"this never came: {shown}"
            self.page.reload()

    def holds(self, address: re.Pattern[str]) -> list[Route]:
        """Keep back the answers from an address, so that a test gives them when it wants; the list grows by itself."""
        held: list[Route] = []
        self.page.route(address, lambda route: held.append(route))  # noqa: PLW0108 - its arguments are counted
        return held

    def asks(self, held: list[Route], count: int) -> None:
        """Wait until so many answers are held."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while len(held) < count:
            assert time.monotonic() < deadline, f"only {len(held)} of {count} were asked for"
            self.page.wait_for_timeout(20)

    def late(self, route: Route, **answer: object) -> None:
        """Return an answer that the page should make nothing of, and time to make it all the same."""
        with contextlib.suppress(Error):  # when the page does not wait for it any more
            route.fulfill(**answer)
        self.page.wait_for_timeout(200)

    def strangers(self) -> set[str]:
        """Return the hosts other than the server's own that were asked for anything."""
        own = urlsplit(self.address).netloc
        return {urlsplit(url).netloc for url in self.asked if not url.startswith(("data:", "blob:"))} - {own}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Build, draw and plan the demo city once; nobody serves or changes it."""
    city = tmp_path_factory.mktemp("demo") / "city.gpkg"
    with Store.open(city, create=True) as store:
        build(store)
        store.rounds.create(dataclasses.replace(ROUND, edition=load().edition))
        store.settings.set("today", ROUND.start.isoformat())
        draw_round(store, ROUND.id, seed=20260612)
        plan_round(store, ROUND.id, PlanOptions(steps=PLAN_STEPS, seed=20260612))
        team = store.plans.routes(ROUND.id, day=1).sort_values("stops")["team"].iloc[-1]
        zone = str(store.zones.frame("street").index[3])
        passwords = {
            "planner": add_account(store, "planner", Role.PLANNER),
            "team": add_account(store, "team", Role.TEAM, team=team),
            "street": add_account(store, "street", Role.STREET, zone=zone),
            "unit": add_account(store, "unit", Role.UNIT, unit=store.checkpoints.frame()["unit"].mode()[0]),
            "observer": add_account(store, "observer", Role.OBSERVER),
            "admin": add_account(store, "admin", Role.ADMIN),
        }
    return Demo("", city, passwords, team, zone)


@contextlib.contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of this machine, with a worker beside it."""
    with running(Server(app, bound("127.0.0.1", 0), gate=gate_of(app))) as address, working(app):
        yield address
    app.extensions["xundian"].close()


@pytest.fixture(scope="session")
def serve() -> Callable[[Path], contextlib.AbstractContextManager[str]]:
    """Serve a city."""
    return lambda city: served(create_app({"CITY": str(city), "SECRET_KEY": "of one test run"}))


@pytest.fixture(scope="module")
def demo(built: Demo, serve: Callable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Serve a copy of the demo city that the tests of one file may change."""
    city = tmp_path_factory.mktemp("served") / "own" / built.city.name
    shutil.copytree(built.city.parent, city.parent)
    with serve(city) as address:
        yield dataclasses.replace(built, address=address, city=city)


@pytest.fixture
def enter(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Log somebody in through the form, on a screen of one of the sizes, in one of the languages."""
    contexts = []

    def log_in(
        address: str, name: str, password: str, *, size: str = "desk", language: str = "zh", **options: object
    ) -> Visitor:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        visitor = Visitor(page, address)
        page.on("request", lambda request: visitor.asked.append(request.url))
        page.on("console", lambda line: visitor.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        page.goto(address + "/login")
        if language == "en":
            visitor.leave("button[value=en]")
        page.fill("[name=name]", name)
        page.fill("[name=password]", password)
        visitor.leave("button.main")
        return visitor

    yield log_in
    for context in contexts:
        context.close()


@pytest.fixture
def visit(enter: Callable[..., Visitor], demo: Demo) -> Callable[..., Visitor]:
    """Log one of the demo's accounts in."""
    return lambda name, **look: enter(demo.address, name, demo.passwords[name], **look)


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Return the folder of the screenshots."""
    folder = Path(os.environ.get("XUNDIAN_SCREENSHOTS", "build/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
