"""A real browser on a real demo: the demo city, drawn and planned, served by waitress on a port of this machine."""

import dataclasses
import datetime as dt
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from waitress.server import create_server

from data.demo import build
from geo.catalogue import load
from geo.model import Role, Round
from geo.store import Store
from routing.plan import PlanOptions, plan_round
from routing.rounds import draw_round
from webmap import create_app
from webmap.auth import add_account

ROUND = Round("2026-06", start=dt.date(2026, 6, 9), days=4, teams=11, size=1_090, covert=True)
PLAN_S = 6.0
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
EDGES = ("PROGRAMFILES", "PROGRAMFILES(X86)")
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
WAIT_MS = 60_000
FLAGS = (
    "--no-sandbox",
    "--use-angle=swiftshader",  # MapLibre needs WebGL, a test machine seldom has a graphics card
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


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
        """Wait until the map has drawn what it was asked to."""
        self.page.wait_for_selector("#stage.ready", timeout=WAIT_MS)
        self.until("globalThis.atlasMap?.loaded()")
        self.page.evaluate(
            "() => new Promise((idle) => { atlasMap.once('idle', idle); atlasMap.triggerRepaint(); }).then(() => true)"
        )

    def until(self, expression: str) -> None:
        """Wait until an expression holds. wait_for_function evaluates strings in the page, which its policy forbids."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"this never came true: {expression}"
            self.page.wait_for_timeout(50)

    def drawn(self, *layers: str) -> int:
        """Count the features of these layers that are on the screen."""
        return int(self.page.evaluate("layers => atlasMap.queryRenderedFeatures({layers}).length", list(layers)))

    def strangers(self) -> set[str]:
        """Give the hosts other than the server's own that were asked for anything."""
        own = urlsplit(self.address).netloc
        return {urlsplit(url).netloc for url in self.asked if not url.startswith(("data:", "blob:"))} - {own}


def chromium() -> str:
    """Find the browser, or fail and say what to install."""
    named = os.environ.get("XUNDIAN_CHROMIUM")
    found = [named] if named else [path for name in CHROMIUMS if (path := shutil.which(name))]
    found += [
        str(path)
        for variable in EDGES
        if (path := Path(os.environ.get(variable, "")) / "Microsoft/Edge/Application/msedge.exe").exists()
    ]
    if not found:
        pytest.fail("The browser tests need Chromium, Chrome or Edge: install one, or name it in XUNDIAN_CHROMIUM.")
    return found[0]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser."""
    expect.set_options(timeout=WAIT_MS)  # a busy machine draws slowly
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Build, draw and plan the demo city once; nobody serves or changes it."""
    city = tmp_path_factory.mktemp("demo") / "city.gpkg"
    with Store.open(city, create=True) as store:
        build(store)
        store.create_round(dataclasses.replace(ROUND, edition=load().edition))
        store.set_setting("today", ROUND.start.isoformat())
        draw_round(store, ROUND.id, seed=20260612)
        plan_round(store, ROUND.id, PlanOptions(seconds=PLAN_S, seed=20260612))
        team = store.routes(ROUND.id, day=1).sort_values("stops")["team"].iloc[-1]
        zone = str(store.zones("street").index[3])
        passwords = {
            "planner": add_account(store, "planner", Role.PLANNER),
            "team": add_account(store, "team", Role.TEAM, team=team),
            "street": add_account(store, "street", Role.STREET, zone=zone),
        }
    return Demo("", city, passwords, team, zone)


@pytest.fixture(scope="module")
def demo(built: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Serve a copy of the demo city that the tests of one file may change."""
    city = tmp_path_factory.mktemp("served") / "own" / built.city.name
    shutil.copytree(built.city.parent, city.parent)
    app = create_app({"CITY": str(city), "SECRET_KEY": "of one test run"})
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield dataclasses.replace(built, address=f"http://127.0.0.1:{server.effective_port}", city=city)
    server.close()
    thread.join(10)
    app.extensions["xundian"].close()


@pytest.fixture
def visit(browser: Browser, demo: Demo) -> Iterator[Callable[..., Visitor]]:
    """Log somebody in through the form, on a screen of one of the sizes, in one of the languages."""
    contexts = []

    def enter(name: str, *, size: str = "desk", language: str = "zh", **options: object) -> Visitor:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        visitor = Visitor(page, demo.address)
        page.on("request", lambda request: visitor.asked.append(request.url))
        page.on("console", lambda line: visitor.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        page.goto(demo.address + "/login")
        if language == "en":
            page.click("button[value=en]")
        page.fill("[name=name]", name)
        page.fill("[name=password]", demo.passwords[name])
        page.click("button.main")
        return visitor

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Give the folder of the screenshots."""
    folder = Path(os.environ.get("XUNDIAN_SCREENSHOTS", "build/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
