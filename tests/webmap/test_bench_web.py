"""The benchmark of the web in short: every address is asked, waiting is counted, nothing fails. No time is asserted."""

import asyncio
import shutil
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask

from geo.model import Action, Role
from tests.bench.web import Crowd, load, page_costs
from tests.bench.web_addresses import UnfilledAddressError, addresses
from tests.bench.web_browser import Answer, asked_by
from tests.bench.web_city import PROVED, BenchCity, prepare
from tests.bench.web_load import Samples, at_pace
from tests.bench.web_served import served
from tests.bench.web_tables import page_lines
from webmap.accounts.access import needs

Found = TypeVar("Found")
OF_WORK = (
    "token job_id intake.done.token intake.done.job_id intake.rejected_of.job_id visit_intake.show.job_id",
    "visit_intake.rejected.job_id backups.file.name",
)
UNMADE = dict.fromkeys(" ".join(OF_WORK).split(), "none")
UNMADE |= {
    "draw.page.round_id": PROVED,
    "bulletin.make.ending": "docx",
    "bulletin.file.ending": "docx",
    "format_": "gpx",
}
STALL_S, EVERY_S, COUNT = 0.3, 0.02, 10


def run(work: Coroutine[object, object, Found]) -> Found:
    """Do asynchronous work on a thread of its own: the browser of other tests keeps a loop on this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def bench_city(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> BenchCity:
    """Prepare a copy of the small city, as the bench does with a large one."""
    copy = tmp_path_factory.mktemp("bench") / "city.gpkg"
    shutil.copy(city_file, copy)
    return prepare(str(copy), to_plan=40)


def test_every_address_is_asked_over_tls_and_people_look_beside_each_other(bench_city: BenchCity, app: Flask) -> None:
    with served(bench_city.city) as server:
        costs = run(page_costs(server, bench_city, UNMADE, looks=1))
        found = run(load(server, bench_city, Crowd(planners=2, phones=2, seconds=3.0, plan_s=1.0)))
    asked = {page.address.endpoint for page in costs.pages}
    assert asked == {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert {page.address.role for page in costs.pages} == {None, *Role}
    failed = {page.address.path for page in costs.pages if page.status >= 400 and "none" not in page.address.path}
    assert {path for path in failed if "/data/jobs/" not in path} == set()
    assert all(page.size > 0 for page in costs.pages if page.status == 200 and page.address.endpoint != "field.page")
    assert all(page.first_s >= 0 for page in costs.pages)
    assert costs.after.server_mb > 50
    assert found.errors == []
    assert found.alone["page"].count == 2
    assert (found.together["phone"].count, found.together["phone post"].count) == (2, 2)
    assert found.together["phone data"].count == 6, "the map of a route asks for the route and its stops"
    assert page_lines({"demo": costs})[0].startswith("| address")


def test_an_address_that_nobody_fills_is_named(app: Flask, bench_city: BenchCity) -> None:
    parts = bench_city.parts | UNMADE
    with pytest.raises(UnfilledAddressError, match=r"/photos/<sha256> .*sha256"):
        addresses(app, {name: value for name, value in parts.items() if name != "sha256"})
    other = Flask("other")
    other.add_url_rule("/new/<thing>", "new", needs(Action.PLAN)(lambda thing: thing))
    with pytest.raises(UnfilledAddressError, match=r"/new/<thing> \(new\): thing"):
        addresses(other, parts)


def test_waiting_counts_from_the_moment_at_which_a_request_was_due() -> None:
    samples = Samples()

    async def stalls() -> None:
        served_one = asyncio.Lock()
        first = True

        async def step(due: float) -> None:
            nonlocal first
            async with served_one:  # a server that answers one at a time, and takes long for the first
                if first:
                    first = False
                    await asyncio.sleep(STALL_S)
            samples.note("page", due, 200, "")

        await at_pace(step, time.monotonic(), EVERY_S, EVERY_S * COUNT)

    run(stalls())
    waited = samples.latency_s["page"]
    assert len(waited) == COUNT
    assert [late >= STALL_S - at * EVERY_S - 1e-6 for at, late in enumerate(waited)] == [True] * COUNT


def test_a_generator_that_is_held_up_itself_counts_that_as_waiting() -> None:
    samples = Samples()

    async def held_up() -> None:
        async def step(due: float) -> None:
            if not samples.latency_s:
                time.sleep(STALL_S)  # noqa: ASYNC251 - the generator itself stands still
            samples.note("page", due, 200, "")

        await at_pace(step, time.monotonic(), EVERY_S, EVERY_S * COUNT)

    run(held_up())
    assert len(samples.latency_s["page"]) == COUNT
    assert min(samples.latency_s["page"]) >= STALL_S - COUNT * EVERY_S - 1e-6


def test_percentiles_and_errors_are_of_all_kinds_that_are_asked_for() -> None:
    samples = Samples({"a": [0.1] * 19, "b": [2.0]}, {})
    samples.fail("c", "no connection")
    samples.note("b", time.monotonic() - 3.0, 503, "/map")
    assert samples.errors == {"c": ["no connection"], "b": ["503 /map"]}
    both = samples.of("a", "b", "c")
    assert (both.count, both.errors) == (21, 2)
    assert both.p50_ms == pytest.approx(100)
    assert 100 < both.p95_ms <= 2000
    assert both.most_ms >= 3000
    assert samples.of("none").count == 0


def test_a_page_says_what_it_asks_for() -> None:
    body = b"""<form method="post" action="/field/at"><input type="hidden" name="csrf_token" value="t&amp;t">
    <input name="note"><button name="number" value="3">Done</button></form>
    <script type="application/json" id="settings">{"streets": "/tiles/streets/s.pmtiles", "stop": "/data/stop.html",
    "more": {"points": "/tiles/c/{z}/{x}/{y}.mvt"}, "name": "/nowhere"}</script>"""
    page = Answer(200, {"content-type": "text/html; charset=utf-8"}, body)
    assert page.fields("/field/at") == {"csrf_token": "t&t", "number": "3"}
    assert page.fields("/other") == {}
    tiles = [f"/tiles/c/9/{column}/{row}.mvt" for column in (4, 5) for row in (7, 8)]
    assert asked_by(page, (9, 4, 7)) == ["/tiles/streets/s.pmtiles", *tiles]
    assert page.kind == "text/html"
