"""How much may be sent: by address and role, known before it is read; the server asks the same."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webmap import hostile
from webmap.accounts.limits import FORM_BYTES, MB, PARTS, STRANGER_BYTES, gate_of
from webmap.serve import bound
from webmap.server import Server, running


@pytest.mark.parametrize(
    ("name", "path", "most"),
    [
        ("", "/import", STRANGER_BYTES),
        ("", "/login", STRANGER_BYTES),
        ("", "/no/such/page", STRANGER_BYTES),
        ("team", "/import", STRANGER_BYTES),
        ("street", "/import/visits", STRANGER_BYTES),
        ("team", "/data/changes/2026-06", FORM_BYTES),
        ("planner", "/placing", FORM_BYTES),
        ("planner", "/import", 64 * MB),
        ("planner", "/import/visits", 64 * MB),
    ],
)
def test_who_may_send_how_much_where(
    name: str, path: str, most: int, app: Flask, log_in: Callable[[str], FlaskClient]
) -> None:
    cookie = ""
    if name:
        cookie = "; ".join(f"{one.key}={one.value}" for one in log_in(name)._cookies.values())
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "a",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "HTTP_COOKIE": cookie,
    }
    assert gate_of(app)(environ) == most


def test_too_much_is_said_with_what_may_be_sent(app: Flask, log_in: Callable[[str], FlaskClient]) -> None:
    answer = app.test_client().post("/login", data={"name": "x" * 100_000})
    assert answer.status_code == 413
    assert "64 KB" in answer.text
    answer = log_in("planner").post("/placing", data={"id": "x" * (2 * MB)})
    assert answer.status_code == 413
    assert "1 MB" in answer.text


def test_a_form_has_not_any_number_of_parts(log_in: Callable[[str], FlaskClient]) -> None:
    many = {f"column-{number}": "x" for number in range(PARTS + 1)}
    assert log_in("planner").post("/import", data=many, content_type="multipart/form-data").status_code == 413


def test_json_nested_to_no_end_is_refused(log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("team")
    for path in ("/data/changes/2026-06/quote", "/data/changes/2026-06", "/login"):
        answer = client.post(path, data=hostile.nested_json(30_000), content_type="application/json")
        assert answer.status_code < 500, path
    area = "[" * 100_000 + "]" * 100_000
    answer = log_in("planner").post("/rounds/2026-06/closures", data={"area": area, "reason": "x"})
    assert answer.status_code == 400


@pytest.fixture
def place(app: Flask) -> Iterator[tuple[str, int]]:
    """Serve the small city on a port of this machine."""
    listening = bound("127.0.0.1", 0)
    where = listening.getsockname()
    with running(Server(app, listening, gate=gate_of(app))):
        yield where


def test_150_mb_of_a_stranger_are_answered_before_they_are_sent(place: tuple[str, int]) -> None:
    with closing(http.client.HTTPConnection(*place, timeout=60)) as client:
        client.putrequest("POST", "/import")
        client.putheader("Content-Length", str(150 * MB))
        client.putheader("Content-Type", "application/octet-stream")
        client.endheaders()
        answer = client.getresponse()
        assert answer.status == 413
        assert "64 KB" in answer.read().decode()


def test_a_planner_uploads_through_the_server(place: tuple[str, int], log_in: Callable[[str], FlaskClient]) -> None:
    cookie = "; ".join(f"{one.key}={one.value}" for one in log_in("planner")._cookies.values())
    body = (
        b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\ncheckpoints\r\n'
        b'--b\r\nContent-Disposition: form-data; name="datum"\r\n\r\nmars\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + b"x" * MB + b"\r\n--b--\r\n"
    )
    with closing(http.client.HTTPConnection(*place, timeout=60)) as client:
        head = {"Cookie": cookie, "Content-Type": "multipart/form-data; boundary=b"}
        client.request("POST", "/import", body, head)
        assert client.getresponse().status == 400  # read whole: the datum is what is refused
