"""Every address of the server that is asked for by GET, filled with what is in a city, for every role that may open it.

The addresses are those of the application's own map of them. What stands in an address or its query is looked up by
its name below; an address with a part that nobody fills is an error, so a new page is measured, or the bench says that
it isn't.
"""

import asyncio
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import MapAdapter, Rule

from geo.errors import XundianError
from geo.model import Role
from tests.bench.web_browser import Answer, Browser
from webmap.accounts.access import action_of
from webmap.rights import ANYBODY, RIGHTS

ZOOM = 12
WAIT_S, PAUSE_S = 600.0, 0.3
QUERIES = {  # of addresses that answer nothing without one; {names} are filled as parts of addresses are
    "findings.shapes": "bbox={bbox}",
    "findings.cell": "at={at}",
    "rounds.stop": "stop={stop}",
    "rounds.quoted": "stop={stop}&to={team}&to_day=1",
    "draw.page": "round={round_id}",
    "draw.receipt": "checkpoint={proved_stop}",
}
OF_PAST = ("results.page",)  # of a round that is over
OF_PROVED = ("draw.day", "draw.receipt", "draw.reveal")  # of a round that was committed to
ENDINGS = {"docx": "docx", "xlsx": "xlsx"}
ELSEWHERE = frozenset({"home", "auth.login", "rounds.newest", "bulletin.make"})
"""Addresses that send their reader on: to the first page, the newest round, the work that they began."""


@dataclass(frozen=True, slots=True)
class Address:
    """Something to ask for."""

    endpoint: str
    path: str
    role: Role | None  # None: nobody is logged in


class UnfilledAddressError(Exception):
    """An address has a part that nobody fills."""


def addresses(app: Flask, parts: Mapping[str, str]) -> list[Address]:
    """Return every GET address for every role that may open it; those that need no account once, for nobody.

    Parameters
    ----------
    app
        The application.
    parts
        What may stand in addresses, by name; ``endpoint.name`` comes before ``name``.

    Raises
    ------
    UnfilledAddressError
        Naming every address with a part that isn't there.
    """
    adapter, found, unfilled = app.url_map.bind("localhost"), [], []
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        if "GET" not in (rule.methods or ()):
            continue
        try:
            paths = list(_paths(adapter, rule, parts))
        except KeyError as error:
            unfilled.append(f"{rule.rule} ({rule.endpoint}): {error.args[0]}")
            continue
        found += [Address(rule.endpoint, path, role) for role in _roles(app, rule.endpoint) for path in paths]
    if unfilled:
        raise UnfilledAddressError("nobody says what to ask for at " + "; ".join(unfilled))
    return found


def _roles(app: Flask, endpoint: str) -> list[Role | None]:
    action = action_of(app, endpoint)
    if action in ANYBODY:
        return [None]
    return [role for role in Role if action is not None and role in RIGHTS[action]]


def _paths(adapter: MapAdapter, rule: Rule, parts: Mapping[str, str]) -> Iterator[str]:
    values: dict[str, Any] = {}
    for name in sorted(rule.arguments - set(rule.defaults or ())):
        values[name] = _part(rule.endpoint, name, parts)
        if name in ("zoom", "column", "row", "day", "position"):
            values[name] = int(values[name])
    path = adapter.build(rule.endpoint, {**values, **(rule.defaults or {})}, method="GET")
    query = QUERIES.get(rule.endpoint, "")
    names = [each.partition("}")[0] for each in query.split("{")[1:]]
    filled = query.format_map({name: _part(rule.endpoint, name, parts) for name in names})
    yield path + (f"?{filled}" if filled else "")


def _part(endpoint: str, name: str, parts: Mapping[str, str]) -> str:
    own = parts.get(f"{endpoint}.{name}")
    if own is not None:
        return own
    if name == "round_id" and endpoint in OF_PAST:
        name = "past_round"
    if name == "round_id" and endpoint in OF_PROVED:
        name = "proved_round"
    return parts[name]


def tile_parts(lon: float, lat: float) -> dict[str, str]:
    """Return the tile of a place."""
    count = 1 << ZOOM
    x = int((lon + 180) / 360 * count)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count)
    return {"zoom": str(ZOOM), "column": str(x), "row": str(y)}


async def made_parts(planner: Browser, roster: bytes, visits: bytes, round_id: str) -> dict[str, str]:
    """Make on the pages what addresses stand for that are of one person's work, and return their parts.

    Parameters
    ----------
    planner
        Logged in.
    roster, visits
        Files to bring in; each has a row that is refused.
    round_id
        For a bulletin.
    """
    parts = {}
    form = {"kind": "checkpoints", "datum": "wgs84", "part": "yes"}
    for name in ("token", "intake.done.token"):  # one is looked at, the other imported
        page = await planner.get("/import")
        sent = await planner.send_file("/import", page.fields("/import") | form, "roster.csv", roster)
        parts[name] = sent.location.rpartition("/")[2]
        await finished(planner, sent.location)
    path = f"/import/{parts['intake.done.token']}"
    look = await planner.get(path)
    done = await planner.post(f"{path}/confirm", look.fields(f"{path}/confirm"))
    await finished(planner, done.location)
    parts["intake.done.job_id"] = parts["intake.rejected_of.job_id"] = done.location.rpartition("/")[2]
    page = await planner.get("/import")
    sent = await planner.send_file("/import/visits", page.fields("/import/visits"), "visits.csv", visits)
    await finished(planner, sent.location)
    parts["visit_intake.show.job_id"] = parts["visit_intake.rejected.job_id"] = sent.location.rpartition("/")[2]
    sent = await planner.get(f"/rounds/{round_id}/bulletin.docx")
    await finished(planner, sent.location)
    parts["job_id"] = sent.location.rpartition("/")[2]
    page = await planner.get("/backups")
    await planner.post("/backups", page.fields("/backups"))
    made = await finished(planner, "/backups")
    parts["backups.file.name"] = made.body.decode().partition("/backups/")[2].partition('"')[0]
    return parts | {"bulletin.make.ending": "docx", "bulletin.file.ending": "docx", "format_": "gpx"}


async def finished(browser: Browser, path: str) -> Answer:
    """Return a page of work once the work is over."""
    for _ in range(round(WAIT_S / PAUSE_S)):
        page = await browser.get(path)
        if page.status >= 400 or not page.location:
            if page.status == 200 and page.settings().get("job"):
                await asyncio.sleep(PAUSE_S)
                continue
            if page.status != 200:
                raise XundianError("{path} answers {status}", path=path, status=page.status)
            return page
        path = page.location
    raise TimeoutError(path)
