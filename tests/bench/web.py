"""What pages cost, how fast they come under load, and what the server holds; over TLS, from a real ``xundian serve``.

    python -m tests.bench.web [--demo DIR] [--full DIR] [--seconds 60] [--parts pages,load] [--docs]

A city is a folder with ``city.gpkg``, of ``xundian demo`` and of ``tests.bench.full_city``; it is copied. ``pages``
opens every address that some role may open, twice, and counts the processor seconds of the server, what it began in
the background included. ``load`` is 20 planners who open a page every 5 s while a plan is worked out, then 50 phones
beside them. ``--docs`` writes the tables into docs/performance.md.
"""

import argparse
import asyncio
import datetime as dt
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.model import Role
from tests.bench import web_tables
from tests.bench.web_addresses import Address, addresses, made_parts
from tests.bench.web_browser import Browser, range_of
from tests.bench.web_city import PASSWORD, PLANNED, PROVED, BenchCity, prepare
from tests.bench.web_load import Latency, Person, Samples, drive
from tests.bench.web_served import Memory, Served, copied, served
from webmap import create_app

SEED = 11
PLANNERS, EVERY_S = 20, 5.0
PHONES, PHONE_S = 50, 10.0
TO_PLAN, PLAN_S = 1_090, 900


@dataclass(frozen=True, slots=True)
class PageCost:
    """What one address cost."""

    address: Address
    status: int
    size: int  # bytes of its body, as sent
    first_s: float  # processor seconds, with what it began
    second_s: float


@dataclass(frozen=True, slots=True)
class PageCosts:
    """All addresses of a city, and what the server held."""

    started: Memory
    pages: list[PageCost]
    after: Memory


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who looks, for how long, while a plan is worked out."""

    planners: int = PLANNERS
    phones: int = PHONES
    seconds: float = 60.0
    plan_s: float = PLAN_S


@dataclass(frozen=True, slots=True)
class Load:
    """How fast pages came."""

    alone: Mapping[str, Latency]
    together: Mapping[str, Latency]
    planned: bool  # the plan was worked on all the time
    errors: Sequence[str]
    busy: float  # load average of the machine before it began, of whatever else runs there


async def logged_in(server: Served, name: str) -> Browser:
    """Open a browser of an account."""
    browser = server.browser()
    await browser.log_in(name, PASSWORD)
    return browser


async def page_costs(
    server: Served, city: BenchCity, made: Mapping[str, str] | None = None, *, looks: int = 2
) -> PageCosts:
    """Open every address for every role, twice.

    Parameters
    ----------
    server
        That serves the city.
    city
        Prepared.
    made
        Parts of addresses of one person's work; None: they are made on the pages.
    looks
        How often. Of two, the first waits until the server has nothing more to do, and counts all of it.
    """
    rests = looks > 1
    if rests:
        await server.rest()
    started = server.memory()
    browsers: dict[Role | None, Browser] = {None: server.browser()}
    for role in Role:
        browsers[role] = await logged_in(server, city.accounts[role][0])
    if made is None:
        made = await made_parts(browsers[Role.PLANNER], city.roster, city.visits, PROVED)
    found = []
    for one in addresses(application(city.city), {**city.parts, **made}):
        browser, spent = browsers[one.role], []
        for look in range(looks):
            if rests and not look:
                await server.rest()
            before = server.cpu_s()
            answer = await browser.get(one.path, range_of(one.path))
            if rests and not look:
                await server.rest()
            spent.append(server.cpu_s() - before)
        found.append(PageCost(one, answer.status, len(answer.body), spent[0], spent[-1]))
        if rests:
            print(f"{spent[0]:7.2f} {spent[-1]:7.2f} {answer.status} {one.role or 'anybody'} {one.path}", flush=True)
    for browser in browsers.values():
        await browser.close()
    return PageCosts(started, found, server.memory())


def application(city: str) -> object:
    """Make the application, whose map of addresses is asked; nothing is served by it."""
    app = create_app({"CITY": city, "SECRET_KEY": "for its addresses only"})
    app.extensions["xundian"].close()
    return app


async def load(server: Served, city: BenchCity, crowd: Crowd) -> Load:
    """Let planners look while a plan is worked out, then phones beside them."""
    await server.rest(crowd.seconds)
    busy = os.getloadavg()[0]
    first = await logged_in(server, city.accounts[Role.PLANNER][0])
    teams = [await logged_in(server, name) for name in city.accounts[Role.TEAM]]
    planners = [Browser(server.port, server.tls, dict(first.cookies)) for _ in range(crowd.planners)]
    phones = [Browser(server.port, server.tls, dict(teams[at % len(teams)].cookies)) for at in range(crowd.phones)]
    tile = (int(city.parts["zoom"]), int(city.parts["column"]), int(city.parts["row"]))
    pages = await _menu(first, city.parts["round_id"])
    for path in pages:  # as in an office whose server runs since the morning
        await first.get(path)
    await server.rest(crowd.seconds)
    job = await _plan(first, crowd.plan_s)
    results = []
    for beside in ([], phones):
        samples, chance = Samples(), random.Random(SEED)
        look = [
            (Person(one, chance.sample(pages, len(pages)), samples, "page", tile).look, EVERY_S) for one in planners
        ]
        walk = [(Person(one, (), samples, "phone", tile).walk, PHONE_S) for one in beside]
        await drive([*look, *walk], crowd.seconds, SEED)
        results.append(samples)
    state = (await first.get(job, {"Accept": "application/json"})).body if job else b""
    await first.post(f"/rounds/{PLANNED}/plan/end", (await _tokens(first)) | {"how": "cancel"})
    for browser in (first, *teams, *planners, *phones):
        await browser.close()
    errors = [why for each in results for kind in each.errors.values() for why in kind]
    told = [{kind: each.of(kind) for kind in sorted(each.latency_s)} | _summed(each) for each in results]
    return Load(told[0], told[1], b'"finished":false' in state.replace(b" ", b""), errors, busy)


def _summed(samples: Samples) -> dict[str, Latency]:
    return {"all": samples.of(*{*samples.latency_s, *samples.errors})}


async def _menu(planner: Browser, round_id: str) -> list[str]:
    """Return the pages of a planner's menu, and the round's."""
    home = await planner.get("/map")
    bar = home.body.decode().partition('class="rooms"')[2].partition("</nav>")[0]
    paths = [part.partition('"')[0] for part in bar.split('href="')[1:]]
    return [path for path in paths if path != "/rounds"] + [f"/rounds/{round_id}"]


async def _tokens(browser: Browser) -> dict[str, str]:
    page = await browser.get(f"/rounds/{PLANNED}")
    return {"csrf_token": page.fields(f"/rounds/{PLANNED}/plan").get("csrf_token", "")}


async def _plan(planner: Browser, seconds: float) -> str:
    """Start a plan, and return the address that tells how far it is."""
    answer = await planner.post(f"/rounds/{PLANNED}/plan", (await _tokens(planner)) | {"seconds": str(seconds)})
    if answer.status != 302:
        raise RuntimeError(f"planning answers {answer.status}")
    return str((await planner.get(f"/rounds/{PLANNED}")).settings().get("job", ""))


MAKERS = {"demo": ("webmap.cli", "demo", "--no-serve"), "full": ("tests.bench.full_city",)}


def measure(folder: Path, parts: Sequence[str], seconds: float) -> tuple[PageCosts | None, Load | None]:
    """Measure a copy of a city."""
    with tempfile.TemporaryDirectory() as scratch:
        costs = found = None
        city = prepare(copied(str(folder / "city.gpkg"), Path(scratch)), to_plan=TO_PLAN)
        if "pages" in parts:
            with served(city.city) as server:
                costs = asyncio.run(page_costs(server, city))
        if "load" in parts:
            with served(city.city) as server:
                found = asyncio.run(load(server, city, Crowd(seconds=seconds)))
        return costs, found


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", type=Path, help="folder of a demo city; made when not there or not named")
    parser.add_argument("--full", type=Path, help="folder of a full-size city; made when not there or not named")
    parser.add_argument("--cities", default="demo,full")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--parts", default="pages,load")
    parser.add_argument("--docs", action="store_true")
    wanted = parser.parse_args()
    began = dt.datetime.now(dt.UTC)
    with tempfile.TemporaryDirectory() as scratch:
        folders = {"demo": wanted.demo or Path(scratch) / "demo", "full": wanted.full or Path(scratch) / "full"}
        parts = wanted.parts.split(",")
        measured = {}
        for name in wanted.cities.split(","):
            folder = _made(folders[name], *MAKERS[name])
            measured[name] = measure(folder, parts, wanted.seconds)
    costs = {name: each for name, (each, _) in measured.items() if each}
    loads = {name: each for name, (_, each) in measured.items() if each}
    tables = {"pages": web_tables.page_lines(costs), "load": web_tables.load_lines(loads)}
    for part in parts:
        print("\n".join([*tables[part], web_tables.machine(began)]), flush=True)
        if wanted.docs:
            web_tables.write(part, [*tables[part], web_tables.machine(began)])


def _made(folder: Path, module: str, *words: str) -> Path:
    """Make a city in a folder, unless there is one."""
    if not (folder / "city.gpkg").exists():
        subprocess.run([sys.executable, "-m", module, *words, "--dir", str(folder)], check=True)
    return folder


if __name__ == "__main__":
    main()
