"""Every address of the server, in a city of hostile texts: they are shown as they are, and nothing of them runs."""

import json
import math
import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo.store import Store
from tests.webmap.foreign import literal
from tests.webmap.foreign.conftest import FIRST, SECOND, VALUE
from tests.webmap.foreign.texts import MARK, ROUND, TYPED
from tests.webmap.working import work_off
from webmap.maps.vector_tile import HIGHEST_ZOOM, MIME

Enter = Callable[[str], FlaskClient]
OPAQUE = ("image/", "application/octet-stream", "application/vnd.pmtiles", "text/javascript")
ROLES = {"field.page": "team", "layers.problems": "street", "office.page": "street"}
SILENT = {
    "auth.login",
    "backups.page",
    "findings.cells",
    "findings.shapes",
    "photos.large",
    "photos.small",
    "static",
    "tiles.streets",
    "tiles.zones",
    "verify.offline",
    "verify.program",
    "closures.drawn",
    "zone_pages.faults",
    "layers.problems",
}
"""What shows no text of the city."""
ASKED = {
    "backups.file",
    "bulletin.make",
    "bulletin.file",
    "bulletin.show",
    "intake.done",
    "intake.faults",
    "intake.places",
    "intake.rejected",
    "intake.rejected_of",
    "intake.show",
    "jobs.state",
    "visit_intake.rejected",
    "visit_intake.show",
}
"""Answers to what was sent or asked for before; the tests of an upload and of a bulletin look at them."""


def tile_of(lon: float, lat: float, zoom: int = HIGHEST_ZOOM) -> dict[str, str]:
    """Return the tile of a place, as its address has it."""
    whole, up = 2**zoom, math.asinh(math.tan(math.radians(lat))) / math.pi
    column, row = int((lon + 180) / 360 * whole), int((1 - up) / 2 * whole)
    return {"zoom": str(zoom), "column": str(column), "row": str(row)}


def addresses(app: Flask, store: Store) -> dict[str, str]:
    """Return an address for each endpoint that can be asked for; with what each takes."""
    stop, zone = store.draws.sample(FIRST).index[0], store.zones.frame("street").index[0]
    team = store.plans.routes(FIRST)["team"].iloc[0]
    visit = store.visits.frame().iloc[0]
    place = {"lon": visit.geometry.x, "lat": visit.geometry.y}
    photo = store.photos.frame(store.visits.deductions().index)["photo"].iloc[0]
    tiles = {kind: next((store.cache_dir / "tiles").glob(f"{kind}-*")).name for kind in ("streets", "zones")}
    taken = {
        "draw.day": {"round_id": SECOND, "day": "1"},
        "draw.receipt": {"round_id": SECOND},
        "draw.reveal": {"round_id": SECOND},
        "photos.large": {"sha256": photo},
        "photos.small": {"sha256": photo},
        "point_tiles.checkpoints": tile_of(place["lon"], place["lat"]),
        "static": {"filename": "xundian.css"},
        "tiles.streets": {"name": tiles["streets"]},
        "tiles.zones": {"name": tiles["zones"]},
        "verify.commitment": {"secret_set": "2026", "position": "1"},
        "verify.listed": {"secret_set": "2026"},
    }
    asked = {
        "draw.page": {"round": SECOND, "compare": "1"},
        "draw.receipt": {"checkpoint": store.draws.sample(SECOND).index[0]},
        "findings.cell": {"lon": place["lon"], "lat": place["lat"], "at": f"{place['lon']},{place['lat']}"},
        "findings.page": {"street": zone},
        "findings.shapes": {"bbox": "114,30,115,31"},
        "office.page": {},
        "planner.page": {"round": FIRST, "team": team},
        "rounds.page": {"stop": stop, "day": "1"},
        "rounds.quoted": {"stop": stop, "day": "1", "to": store.plans.routes(FIRST)["team"].iloc[-1]},
        "rounds.stop": {"stop": stop, "day": "1"},
    }
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint in ASKED:
            continue
        values = {"round_id": FIRST, "format_": "gpx", "ending": "docx"} | taken.get(rule.endpoint, {})
        path = re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda part, values=values: quote(values[part[1]]), rule.rule)
        query = urlencode(asked.get(rule.endpoint, {}))
        found[rule.endpoint] = f"{path}?{query}" if query else path
    return found


def looked_at(answer: TestResponse) -> str:
    """Look at an answer of any kind, and return the texts in it."""
    literal.headers(list(answer.headers))
    kind = answer.mimetype or ""
    if kind == "text/html":
        return literal.html(answer.text, apart="attachment" in answer.headers.get("Content-Disposition", ""))
    if kind.endswith("json"):
        return json.dumps(json.loads(answer.text), ensure_ascii=False)
    if kind.endswith("xml") and "office" not in kind:
        return literal.xml(answer.data)
    if "spreadsheetml" in kind:
        return literal.xlsx(answer.data)
    if "wordprocessingml" in kind:
        return literal.docx(answer.data)
    assert kind.startswith((*OPAQUE, MIME, "text/css", "text/x-python")), kind
    return answer.data.decode(errors="replace") if kind == MIME else ""  # its strings stand in it as they are


def test_every_address_shows_texts_as_they_are(hostile_app: Flask, enter: Enter) -> None:
    store = hostile_app.extensions["xundian"]
    clients = {role: enter(role) for role in ("planner", "team", "street")}
    clients["planner"].get("/hotspots")
    clients["planner"].get(f"/rounds/{quote(FIRST)}")
    asked = addresses(hostile_app, store)
    wrong = {}
    for endpoint, address in asked.items():
        with clients[ROLES.get(endpoint, "planner")].get(address, follow_redirects=True) as answer:
            if answer.status_code != HTTPStatus.OK:
                wrong[endpoint] = f"{answer.status}: {answer.text[-300:]}"
                continue
            told = looked_at(answer)
            if endpoint not in SILENT and MARK not in told and ROUND not in told:
                wrong[endpoint] = "shows no text of the city"
    assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong.items())
    assert len(asked) >= 35


@pytest.mark.parametrize("format_", ["gpx", "geojson", "xlsx"])
def test_files_of_routes(enter: Enter, format_: str) -> None:
    for role in ("planner", "team"):
        answer = enter(role).get(f"/rounds/{quote(FIRST)}/route.{format_}")
        assert answer.status_code == 200
        assert MARK in looked_at(answer)


def test_a_bulletin_takes_no_text_for_a_name_of_its_template(hostile_app: Flask, enter: Enter) -> None:
    client = enter("planner")
    shown = client.get(f"/rounds/{quote(FIRST)}/bulletin.docx")
    page = shown.headers["Location"].partition("#")[0]
    work_off(hostile_app)
    assert ROUND in literal.html(client.get(page).text)
    for ending in ("docx", "xlsx"):
        answer = client.get(f"{page}.{ending}")
        assert answer.status_code == 200, answer.text
        assert MARK in looked_at(answer)


def test_policy_of_the_pages_runs_no_script_inside_them(enter: Enter) -> None:
    client = enter("planner")
    for address in ("/map", "/login", "/verify", "/rounds/none"):
        policy = dict(
            part.strip().split(" ", 1) for part in client.get(address).headers["Content-Security-Policy"].split(";")
        )
        assert policy.get("script-src", policy["default-src"]) == "'self'"
        assert policy.get("style-src", policy["default-src"]) == "'self'"
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in str(policy)


@pytest.mark.parametrize("address", ["/rounds/a%00b", "/map?round=a%1bb", "/draw?round=%E2%80%AE"])
def test_an_address_with_unseen_characters_is_refused_in_words(enter: Enter, address: str) -> None:
    answer = enter("planner").get(address)
    assert answer.status_code == 400
    assert "看不见的字符" in answer.text
    literal.html(answer.text)


def test_a_form_with_unseen_characters_is_refused_and_changes_nothing(hostile_app: Flask, enter: Enter) -> None:
    store, client = hostile_app.extensions["xundian"], enter("planner")
    form = {"street": "", "area": "", "first_day": "2026-06-01", "last_day": "2026-06-02", "reason": "a\u202eb"}
    before = len(store.closures.frame())
    assert client.post(f"/rounds/{quote(FIRST)}/closures", data=form).status_code == 400
    asked = {"kind": "late", "minutes": 5, "team": "x", "day": 1, "reason": "a\x00b"}
    assert client.post(f"/data/changes/{quote(FIRST)}", json=asked).status_code == 400
    assert len(store.closures.frame()) == before


def test_values_that_errors_repeat_are_text(enter: Enter) -> None:
    client = enter("planner")
    for answer in (
        client.get(f"/rounds/{quote(TYPED.replace('/', ''))}"),
        client.post(f"/draw/{quote(SECOND)}/run", data={"value": TYPED}),
        client.post(f"/draw/{quote(SECOND)}/replace", data={"checkpoint": TYPED, "reason": VALUE}),
    ):
        assert answer.status_code in {400, 404, 409}
        assert MARK in literal.html(answer.text)
