"""Every address of the server opens for the roles that it is meant for and for nobody else."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

EVERYBODY = {
    "static",
    "home",
    "auth.login",
    "auth.enter",
    "auth.logout",
    "auth.password",
    "auth.change_password",
    "language.choose",
    "jobs.state",
    "jobs.cancel",
    "jobs.finish",
    "layers.checkpoints",
    "tiles.streets",
}
OPEN_TO = {
    "team": {
        "field.page",
        "field.move",
        "layers.routes",
        "layers.stops",
        "route.sheets",
        "route.file",
        "amending.listed",
        "amending.changed",
        "amending.undone",
        "amending.change",
        "amending.take_back",
    },
    "street": {"office.page", "layers.zones", "layers.problems"},
}
HIDDEN = {"photos.large", "photos.small"}  # that there is anything behind them is a secret too
VALUES = {"round_id": "2026-06", "format_": "gpx", "ending": "docx", "name": "x.pmtiles"}


@pytest.mark.parametrize("role", OPEN_TO)
def test_no_other_door_opens(app: Flask, log_in: Callable[[str], FlaskClient], role: str) -> None:
    client, shut = log_in(role), 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in EVERYBODY | OPEN_TO[role] or rule.endpoint.startswith("verify."):
            continue
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda part: VALUES.get(part[1], "1"), rule.rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            refused = 404 if rule.endpoint in HIDDEN else 403
            assert client.open(path, method=method).status_code == refused, (method, path)
            shut += 1
    assert shut > 40


def test_a_street_office_is_told_no_route_and_no_change(app: Flask, log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("street")
    for endpoint in OPEN_TO["team"]:
        for rule in app.url_map.iter_rules(endpoint):
            path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda part: VALUES.get(part[1], "1"), rule.rule)
            method = "GET" if "GET" in (rule.methods or set()) else "POST"
            assert client.open(path, method=method).status_code == 403, path
