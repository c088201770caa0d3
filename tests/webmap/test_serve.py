"""What the server makes before anybody asks."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webmap import serve
from webmap.findings import pages, work
from webmap.findings.choice import Choice


def test_the_first_planner_finds_the_statistics_ready(
    app: Flask, log_in: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve.prepare(app)
    with app.test_request_context():
        job = work.desk()._asked[Choice()]
    assert job.over.wait(300.0)
    monkeypatch.setattr(work, "find", None)  # nobody works it out again
    monkeypatch.setattr(pages, "PATIENCE_S", 0.0)
    assert "data-working" not in log_in("planner").get("/hotspots").text
