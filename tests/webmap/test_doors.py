"""Every address of the server, every role, and what belongs to somebody else: written down, not worked out.

The table is not made from :mod:`webmap.rights`: a test that asks the table proves nothing about it. A new address fails
the first test until somebody has written here whom it opens for.
"""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.model import Role
from geo.store.job_rows import Wanted
from tests.webmap.conftest import COVERT, OPEN_EAST, OPEN_WEST, PASSWORD
from webmap import create_app
from webmap.jobs.kinds import BULLETIN

WHO = ("", "admin", "planner", "team", "street", "unit", "observer")
"""In the order of the numbers below; the first has no account."""

DOORS = {
    ("accounts.disable", "POST", "/accounts/disable"): "401 404 403 403 403 403 403",
    ("accounts.enable", "POST", "/accounts/enable"): "401 404 403 403 403 403 403",
    ("accounts.end", "POST", "/accounts/end"): "401 404 404 403 403 403 403",
    ("accounts.end_own", "POST", "/sessions/end"): "401 404 404 404 404 404 404",
    ("accounts.own", "GET", "/sessions"): "302 200 200 200 200 200 200",
    ("accounts.page", "GET", "/accounts"): "302 200 200 403 403 403 403",
    ("amending.change", "POST", "/changes/none"): "401 403 302 403 403 403 403",
    ("amending.changed", "POST", "/data/changes/none"): "401 403 400 403 403 403 403",
    ("amending.listed", "GET", "/data/changes/2026-06"): "401 403 200 200 403 403 403",
    ("amending.quoted", "POST", "/data/changes/none/quote"): "401 403 400 403 403 403 403",
    ("amending.take_back", "POST", "/changes/none/undo"): "401 403 302 403 403 403 403",
    ("amending.undone", "POST", "/data/changes/none/undo"): "401 403 404 403 403 403 403",
    ("auth.change_password", "POST", "/password"): "401 400 400 400 400 400 400",
    ("auth.enter", "POST", "/login"): "401 401 401 401 401 401 401",
    ("auth.login", "GET", "/login"): "200 302 302 302 302 302 302",
    ("auth.password", "GET", "/password"): "302 200 200 200 200 200 200",
    ("backups.file", "GET", "/backups/x"): "302 403 404 403 403 403 403",
    ("backups.make", "POST", "/backups"): "401 302 302 403 403 403 403",
    ("backups.page", "GET", "/backups"): "302 200 200 403 403 403 403",
    ("bulletin.file", "GET", "/rounds/2026-06/bulletin/1.docx"): "302 403 404 403 403 403 403",
    ("bulletin.make", "GET", "/rounds/none/bulletin.docx"): "302 403 404 403 403 403 403",
    ("bulletin.show", "GET", "/rounds/2026-06/bulletin/1"): "302 403 404 403 403 403 403",
    ("closures.close", "POST", "/rounds/none/closures"): "401 403 400 403 403 403 403",
    ("closures.drawn", "GET", "/data/rounds/2026-06/closures.geojson"): "401 403 200 403 403 403 403",
    ("closures.lift", "POST", "/rounds/none/closures/1/lift"): "401 403 404 403 403 403 403",
    ("draw.change", "POST", "/draw/none/change"): "401 403 400 403 403 403 403",
    ("draw.commit", "POST", "/draw/none/commit"): "401 403 404 403 403 403 403",
    ("draw.day", "GET", "/draw/2026-06/day-1.json"): "302 403 409 403 403 403 403",
    ("draw.page", "GET", "/draw?round=none"): "302 403 404 403 403 403 403",
    ("draw.receipt", "GET", "/draw/2026-06/receipt.json"): "302 403 409 403 403 403 403",
    ("draw.remove", "POST", "/draw/none/remove"): "401 403 400 403 403 403 403",
    ("draw.replace", "POST", "/draw/none/replace"): "401 403 404 403 403 403 403",
    ("draw.reveal", "GET", "/draw/2026-06/reveal.json"): "302 403 409 403 403 403 403",
    ("draw.run", "POST", "/draw/none/run"): "401 403 404 403 403 403 403",
    ("draw.survey", "POST", "/draw/none/survey"): "401 403 404 403 403 403 403",
    ("draw.teams", "POST", "/draw/none/teams"): "401 403 404 403 403 403 403",
    ("draw.trial", "POST", "/draw/none/trial"): "401 403 404 403 403 403 403",
    ("draw.void", "POST", "/draw/none/void"): "401 403 404 403 403 403 403",
    ("field.move", "POST", "/field/at"): "401 403 403 403 403 403 403",
    ("field.page", "GET", "/field"): "302 403 403 200 403 403 403",
    ("findings.cell", "GET", "/data/hotspots/cell"): "401 403 200 403 403 403 403",
    ("findings.cells", "GET", "/data/hotspots/cells"): "401 403 200 403 403 403 403",
    ("findings.page", "GET", "/hotspots"): "302 403 200 403 403 403 403",
    ("findings.panel", "GET", "/data/hotspots/panel"): "401 403 200 403 403 403 403",
    ("findings.shapes", "GET", "/data/hotspots/cells.geojson"): "401 403 400 403 403 403 403",
    ("log.page", "GET", "/audit"): "302 200 200 403 403 403 403",
    ("home", "GET", "/"): "302 302 302 302 302 302 302",
    ("intake.choose", "POST", "/import/1"): "401 403 404 403 403 403 403",
    ("intake.confirm", "POST", "/import/1/confirm"): "401 403 404 403 403 403 403",
    ("intake.discard", "POST", "/import/1/discard"): "401 403 404 403 403 403 403",
    ("intake.done", "GET", "/import/1/done/1"): "302 403 404 403 403 403 403",
    ("intake.faults", "GET", "/data/import/1/faults.geojson"): "401 403 404 403 403 403 403",
    ("intake.page", "GET", "/import"): "302 403 200 403 403 403 403",
    ("intake.places", "GET", "/data/import/1/places.geojson"): "401 403 404 403 403 403 403",
    ("intake.rejected", "GET", "/import/1/rejected.xlsx"): "302 403 404 403 403 403 403",
    ("intake.rejected_of", "GET", "/import/done/1/rejected.xlsx"): "302 403 404 403 403 403 403",
    ("intake.show", "GET", "/import/1"): "302 403 404 403 403 403 403",
    ("intake.template", "GET", "/import/template.xlsx"): "302 403 200 403 403 403 403",
    ("intake.undo", "POST", "/import/undo/1"): "401 403 404 403 403 403 403",
    ("intake.upload", "POST", "/import"): "401 403 400 403 403 403 403",
    ("jobs.cancel", "POST", "/data/jobs/1/cancel"): "401 404 404 404 404 404 404",
    ("jobs.finish", "POST", "/data/jobs/1/finish"): "401 404 404 404 404 404 404",
    ("jobs.state", "GET", "/data/jobs/1"): "401 404 404 404 404 404 404",
    ("language.choose", "POST", "/language"): "302 302 302 302 302 302 302",
    ("layers.checkpoints", "GET", "/data/checkpoints.geojson"): "401 403 200 200 200 200 403",
    ("layers.problems", "GET", "/data/problems.geojson"): "401 403 200 403 200 200 403",
    ("layers.routes", "GET", "/data/rounds/2026-06/routes.geojson"): "401 403 200 200 403 403 403",
    ("layers.stops", "GET", "/data/rounds/2026-06/stops.geojson"): "401 403 200 200 403 403 403",
    ("layers.zone_names", "GET", "/data/zone-names.geojson"): "401 403 200 403 403 403 403",
    ("layers.zones", "GET", "/data/zones.geojson"): "401 403 200 403 200 403 403",
    ("office.page", "GET", "/street"): "302 403 403 403 200 200 403",
    ("photos.large", "GET", "/photos/1"): "404 404 404 404 404 404 404",
    ("photos.small", "GET", "/photos/1/small"): "404 404 404 404 404 404 404",
    ("placing.page", "GET", "/placing"): "302 403 200 403 403 403 403",
    ("placing.put", "POST", "/placing"): "401 403 400 403 403 403 403",
    ("placing.undo", "POST", "/placing/undo"): "401 403 302 403 403 403 403",
    ("planner.page", "GET", "/map"): "302 403 200 403 403 403 403",
    ("results.page", "GET", "/results"): "302 403 200 403 403 403 200",
    ("point_tiles.checkpoints", "GET", "/tiles/checkpoints/0/0/0.mvt"): "401 403 200 200 200 200 403",
    ("rounds.end", "POST", "/rounds/none/plan/end"): "401 403 302 403 403 403 403",
    ("rounds.newest", "GET", "/rounds"): "302 403 302 403 403 403 403",
    ("rounds.page", "GET", "/rounds/2026-06"): "302 403 200 403 403 403 403",
    ("rounds.plan", "POST", "/rounds/none/plan"): "401 403 404 403 403 403 403",
    ("rounds.quoted", "GET", "/data/rounds/2026-06/quote.html"): "401 403 404 403 403 403 403",
    ("rounds.stop", "GET", "/data/rounds/2026-06/stop.html"): "401 403 404 403 403 403 403",
    ("rounds.timeline", "GET", "/data/rounds/2026-06/timeline.html"): "401 403 200 403 403 403 403",
    ("route.file", "GET", "/rounds/2026-06/route.gpx"): "302 403 200 200 403 403 403",
    ("route.sheets", "GET", "/rounds/2026-06/sheets"): "302 403 200 200 403 403 403",
    ("static", "GET", "/static/icon.svg"): "200 200 200 200 200 200 200",
    ("tiles.streets", "GET", "/tiles/streets/x"): "401 403 404 404 404 404 403",
    ("tiles.zones", "GET", "/tiles/zones/x"): "401 403 404 403 403 403 403",
    ("verify.commitment", "GET", "/verify/1/1.json"): "404 404 404 404 404 404 404",
    ("verify.commitment", "GET", "/verify/1/list.json"): "404 404 404 404 404 404 404",
    ("verify.offline", "GET", "/verify/verify_draw.html"): "200 200 200 200 200 200 200",
    ("verify.page", "GET", "/verify"): "200 200 200 200 200 200 200",
    ("verify.program", "GET", "/verify/verify_draw.py"): "200 200 200 200 200 200 200",
    ("visit_intake.choose", "POST", "/import/visits/1/choose"): "401 403 404 403 403 403 403",
    ("visit_intake.confirm", "POST", "/import/visits/1/confirm"): "401 403 404 403 403 403 403",
    ("visit_intake.discard", "POST", "/import/visits/1/discard"): "401 403 404 403 403 403 403",
    ("visit_intake.rejected", "GET", "/import/visits/1/rejected.xlsx"): "302 403 404 403 403 403 403",
    ("visit_intake.show", "GET", "/import/visits/1"): "302 403 404 403 403 403 403",
    ("visit_intake.upload", "POST", "/import/visits"): "401 403 400 403 403 403 403",
    ("zone_pages.faults", "GET", "/data/zone-faults.geojson"): "401 403 200 403 403 403 403",
    ("zone_pages.page", "GET", "/zones"): "302 403 200 403 403 403 403",
    ("auth.logout", "POST", "/logout"): "302 302 302 302 302 302 302",  # the last: nobody is logged in after it
}

# Of the planner is the job, of the administrator the session and the account; West and east are streets, and units too.
FOREIGN = {
    ("GET", f"/photos/{OPEN_WEST.sha256}", ""): "404 404 200 404 200 200 404",
    ("GET", f"/photos/{OPEN_EAST.sha256}", ""): "404 404 200 404 404 404 404",
    ("GET", f"/photos/{OPEN_EAST.sha256}/small", ""): "404 404 200 404 404 404 404",
    ("GET", f"/photos/{COVERT.sha256}", ""): "404 404 200 404 404 404 404",
    ("GET", "/data/jobs/{job}", ""): "401 404 200 404 404 404 404",
    ("POST", "/data/jobs/{job}/finish", ""): "401 404 200 404 404 404 404",
    ("POST", "/data/jobs/{job}/cancel", ""): "401 404 200 404 404 404 404",
    ("GET", "/rounds/2026-06/sheets?team=1&day=2", ""): "302 403 200 200 403 403 403",
    ("GET", "/data/rounds/none/stops.geojson", ""): "401 403 404 403 403 403 403",
    ("GET", "/data/rounds/none/routes.geojson", ""): "401 403 404 403 403 403 403",
    ("GET", "/data/changes/none", ""): "401 403 404 403 403 403 403",
    ("GET", "/results?round=2026-06", ""): "302 403 404 403 403 403 404",
    ("GET", "/backups/backup-1.gpkg", ""): "302 403 200 403 403 403 403",
    ("GET", "/backups/..%2fcity.gpkg", ""): "404 404 404 404 404 404 404",
    ("GET", "/audit?action=plan.save", ""): "302 200 200 403 403 403 403",
    ("GET", "/street?zone=420102002", ""): "302 403 403 403 200 200 403",
    ("POST", "/sessions/end", "session={session}"): "401 302 404 404 404 404 404",
    ("POST", "/accounts/end", "name=admin"): "401 302 404 403 403 403 403",
    ("POST", "/accounts/end", "name=planner"): "401 302 404 403 403 403 403",
    ("POST", "/accounts/end", "name=team"): "401 302 302 403 403 403 403",
    ("POST", "/accounts/enable", "name=planner"): "401 302 403 403 403 403 403",
    ("POST", "/accounts/disable", "name=observer"): "401 302 403 403 403 403 403",
    ("POST", "/accounts/disable", "name=admin"): "401 409 403 403 403 403 403",
}


@pytest.fixture
def site(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Make an application whose city a test may change."""
    shutil.copyfile(city_file, tmp_path / "city.gpkg")
    made = create_app(
        {"CITY": str(tmp_path / "city.gpkg"), "SECRET_KEY": "x", "TESTING": True, "WTF_CSRF_ENABLED": False}
    )
    folder = tmp_path / "city.backups"
    folder.mkdir()
    (folder / "backup-1.gpkg").write_bytes(b"a backup")
    yield made
    made.extensions["xundian"].close()


def browser(site: Flask, name: str) -> FlaskClient:
    client = site.test_client()
    if name:
        assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    return client


def status(client: FlaskClient, method: str, path: str, data: dict[str, str] | None = None) -> int:
    with client.open(path, method=method, data=data) as answer:
        return answer.status_code


def test_every_address_is_in_the_table(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    there = {(rule.endpoint, method) for rule in rules for method in (rule.methods or set()) & {"GET", "POST"}}
    assert there == {(endpoint, method) for endpoint, method, _ in DOORS}
    for endpoint, method, path in DOORS:
        adapter = app.url_map.bind("localhost")
        assert adapter.match(path.partition("?")[0], method=method)[0] == endpoint


@pytest.mark.parametrize("name", WHO)
def test_every_door_opens_for_whom_it_is_written(site: Flask, name: str) -> None:
    client, at = browser(site, name), WHO.index(name)
    found = {(method, path): status(client, method, path) for _, method, path in DOORS}
    assert found == {(method, path): int(row.split()[at]) for (_, method, path), row in DOORS.items()}


@pytest.mark.parametrize("name", WHO)
def test_what_is_somebody_elses_stays_theirs(site: Flask, name: str) -> None:
    at, store = WHO.index(name), site.extensions["xundian"]
    job = store.jobs.enqueue(Wanted(BULLETIN.name, "planner", {"round": "2026-06"}), dt.datetime.now(dt.UTC))
    foreign = browser(site, "admin")
    client = foreign if name == "admin" else browser(site, name)
    browser(site, "admin")  # the last of the administrator's sessions is nobody's here
    session = site.extensions["xundian"].sessions.of([Role.ADMIN], dt.datetime.now(dt.UTC), "admin")[0].id
    for (method, path, sent), row in FOREIGN.items():
        if name == "admin" and sent == "name=admin" and path.endswith("/end"):
            continue  # it would end its own
        data = dict([sent.format(session=session).split("=")]) if sent else None
        assert status(client, method, path.format(job=job.id), data) == int(row.split()[at]), (method, path, sent)


def test_a_team_that_asks_for_another_gets_its_own(log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("team")
    own = client.get("/rounds/2026-06/route.geojson").data
    assert b'"2"' in own
    for asked in ("team=1", "team=1&day=2", "day=2"):
        assert client.get(f"/rounds/2026-06/route.geojson?{asked}").data == own


def test_an_office_that_asks_for_another_gets_its_own(log_in: Callable[[str], FlaskClient]) -> None:
    for name, places in (("street", "P000"), ("unit", "P000")):
        client = log_in(name)
        for path in ("/data/checkpoints.geojson", "/data/problems.geojson"):
            own = client.get(path).get_json()
            assert client.get(f"{path}?zone=420102002&unit=园林局&round=2026-06").get_json() == own
            ids = {each["properties"]["id"] for each in own["features"]}
            assert places in ids
            assert not ids & {"P003", "P007", "P011"}
