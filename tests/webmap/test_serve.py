"""What the server makes before anybody asks."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.errors import InputError, StateError
from webmap import serve
from webmap.findings import desk, pages


def test_the_first_planner_finds_the_statistics_ready(
    app: Flask, log_in: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve.prepare(app)
    with app.test_request_context():
        at_work = list(desk.desk()._at_work.values())
    assert all(job.over.wait(300.0) for _, job in at_work)
    monkeypatch.setattr("webmap.findings.kept.find", None)  # nobody works it out again
    monkeypatch.setattr(pages, "PATIENCE_S", 0.0)
    answer = log_in("planner").get("/hotspots")
    assert (answer.status_code, "data-working" in answer.text) == (200, False)


def test_small_answers_do_not_wait_for_each_other() -> None:
    """Asyncio switches Nagle's algorithm off for what is named TCP alone; 40 ms an answer else."""
    with serve.bound("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_refused() -> None:
    with serve.bound("127.0.0.1", 0) as listening:
        listening.listen()
        port = listening.getsockname()[1]
        with pytest.raises(StateError, match=f"port {port} of 127"):
            serve.bound("127.0.0.1", port)


def test_a_key_alone_is_no_certificate(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no certificate is named"):
        serve.ServedSite(key=tmp_path / "key.pem").tls()
    assert serve.ServedSite(host="::1", port=443, certificate=tmp_path / "a.pem").address == "https://[::1]:443"
