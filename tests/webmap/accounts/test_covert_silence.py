"""Whether a covert round is out, and which, makes no difference to anybody inspected: not a byte, at any address.

Three cities are the same but for that: in the first no round is out, in the second one is with its plan and a visit of
this morning, in the third another one, with other points, another team and a change of the day.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from geo.store import Store
from tests.webmap.conftest import COVERT, OPEN_WEST, PASSWORD, SHARED, add_covert_round, fill_without_round
from webmap import create_app

ROLES = ("", "street", "unit", "observer", "admin")
KEPT_APART = {"backups.make", "auth.enter", "auth.logout"}  # they change what the next answer says, not what it knows
VALUES = {
    "round_id": ("2026-06", "2026-05"),
    "sha256": (COVERT.sha256, SHARED.sha256, OPEN_WEST.sha256),
    "token": ("1",),
    "job_id": ("1",),
    "secret_set": ("2026",),
    "position": ("1",),
    "day": ("1",),
    "closure": ("1",),
    "import_id": ("1", "2"),
    "format_": ("gpx",),
    "ending": ("docx",),
    "filename": ("office.js",),
    "name": ("x", "city.gpkg"),
    "zoom": ("0", "14", "16"),
    "column": ("0", "13390", "53562"),
    "row": ("0", "6726", "26906"),
}
SENT = {"round": "2026-06", "name": "nobody", "checkpoint": "P002", "language": "zh", "number": "1"}
EVER_NEW = (
    re.compile(rb'name="csrf_token" value="[^"]*"'),
    re.compile(rb"\d\d:\d\d"),  # when these three logged in; /sessions, /accounts and /audit alone hold a time of day
    re.compile(rb"/tmp/[^<\"\s]*"),  # the folder of each city
)
SCRUBBED = {"accounts.own", "accounts.page", "backups.page", "log.page"}


def no_round(_store: Store) -> None:
    """Leave the city as it is."""


def one_round(store: Store) -> None:
    add_covert_round(store, [f"P{i:03d}" for i in range(32)], visited="P002")


def another_round(store: Store) -> None:
    add_covert_round(store, [f"P{i:03d}" for i in range(39, 7, -1)], visited="P010", team="3")
    first, last = dt.date(2026, 6, 9), dt.date(2026, 6, 10)
    store.closures.add(street="中山大道", first_day=first, last_day=last, reason="施工", who="planner")


@pytest.fixture(scope="module")
def three_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Flask]]:
    """Make the three cities and their applications."""
    sites = [site(tmp_path_factory.mktemp("city"), change) for change in (no_round, one_round, another_round)]
    yield sites
    for one in sites:
        one.extensions["xundian"].close()


def site(folder: Path, change: Callable[[Store], None]) -> Flask:
    with Store.open(folder / "city.gpkg", create=True) as store:
        fill_without_round(store)
        change(store)
    return create_app({"CITY": str(folder / "city.gpkg"), "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})


def paths(rule: Rule) -> list[str]:
    """Return every address of a rule with each of the values that its parts may have."""
    found = [rule.rule]
    for name in rule.arguments:
        if f"{name}>" in rule.rule:
            part = re.compile(rf"<(?:[^<>]+:)?{name}>")
            found = [part.sub(value, path) for path in found for value in VALUES[name]]
    return found


def everything(client: FlaskClient, site_: Flask) -> dict[tuple[str, str], tuple[int, dict[str, str], bytes]]:
    """Ask every address of the server, and return all that was answered but what is new in every answer."""
    found = {}
    for rule in sorted(site_.url_map.iter_rules(), key=lambda one: one.rule):
        if rule.endpoint in KEPT_APART:
            continue
        for method in (rule.methods or set()) & {"GET", "POST"}:
            for path in paths(rule):
                sent = SENT if method == "POST" else None
                with client.open(path, method=method, data=sent, query_string=None if sent else SENT) as answer:
                    headers = {name: text for name, text in answer.headers if name not in ("Set-Cookie", "Date")}
                    body = answer.data
                if rule.endpoint in SCRUBBED or b"csrf_token" in body:
                    for pattern in EVER_NEW if rule.endpoint in SCRUBBED else EVER_NEW[:1]:
                        body = pattern.sub(b"", body)
                    headers.pop("Content-Length", None)
                found[method, path] = (answer.status_code, headers, body)
    return found


@pytest.mark.parametrize("name", ROLES)
def test_no_byte_tells_whether_a_covert_round_is_out(three_sites: list[Flask], name: str) -> None:
    answers = []
    for one in three_sites:
        client = one.test_client()
        if name:
            assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
        answers.append(everything(client, one))
    quiet, out, other = answers
    assert len(quiet) > 100
    assert [key for key in quiet if not quiet[key] == out[key] == other[key]] == []


def test_the_same_question_would_find_a_difference(three_sites: list[Flask]) -> None:
    """Ask as those who may know, whose answers must differ: else the test above could not fail."""
    answers = []
    for one in three_sites:
        client = one.test_client()
        client.post("/login", data={"name": "planner", "password": PASSWORD})
        answers.append([client.get(path).data for path in ("/data/checkpoints.geojson", "/draw?round=none", "/map")])
    assert answers[0][0] == answers[1][0] == answers[2][0]
    assert len({one[2] for one in answers}) == 3


def test_no_address_is_left_out(three_sites: list[Flask]) -> None:
    rules = list(three_sites[0].url_map.iter_rules())
    asked = {rule.endpoint for rule in rules}
    unknown = {name for rule in rules for name in rule.arguments} - set(VALUES)
    assert unknown == set(), "say which values of these parts of an address are to be tried"
    assert asked > KEPT_APART
