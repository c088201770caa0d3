"""The bulletin from the planner's pages; nobody else gets it."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient

from tests.webmap.working import work_off
from webmap import create_app

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
DONE = "2026-05"


@pytest.fixture(scope="module")
def pages(visited_file: Path) -> Iterator[Flask]:
    made = create_app(
        {"CITY": str(visited_file), "SECRET_KEY": "for tests only", "TESTING": True, "WTF_CSRF_ENABLED": False}
    )
    yield made
    made.extensions["xundian"].close()


@pytest.fixture
def enter(pages: Flask) -> Callable[[str], FlaskClient]:
    def log_in(name: str) -> FlaskClient:
        client = pages.test_client()
        assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
        return client

    return log_in


def finished(pages: Flask, client: FlaskClient, address: str) -> str:
    """Have the work done and return its page."""
    work_off(pages)
    return client.get(address).text


def test_a_planner_makes_the_bulletin_and_takes_both_files(pages: Flask, enter: Callable[[str], FlaskClient]) -> None:
    client = enter("planner")
    answer = client.get(f"/rounds/{DONE}/bulletin.docx")
    assert answer.status_code == 302
    address = answer.location.partition("#")[0]
    page = finished(pages, client, address)
    assert "江岸区实地考察（明查）情况通报（2026-05 轮）" in page
    document = client.get(f"{address}.docx")
    assert document.headers["Content-Disposition"].startswith("attachment")
    assert Document(BytesIO(document.data)).paragraphs[0].text.startswith("江岸区")
    assert client.get(f"{address}.xlsx").data.startswith(b"PK")
    other = address.replace(DONE, "2026-06")
    assert client.get(f"{other}.docx").status_code == 404


def test_a_round_without_visits_says_so(pages: Flask, enter: Callable[[str], FlaskClient]) -> None:
    client = enter("planner")
    answer = client.get("/rounds/2026-06/bulletin.xlsx")
    assert "还没有点位考察记录" in finished(pages, client, answer.location.partition("#")[0])
    assert client.get("/rounds/nope/bulletin.docx").status_code == 404


@pytest.mark.parametrize("name", ["team", "street"])
def test_nobody_else_gets_it(enter: Callable[[str], FlaskClient], name: str) -> None:
    planner, other = enter("planner"), enter(name)
    address = planner.get(f"/rounds/{DONE}/bulletin.docx").location.partition("#")[0]
    for path in (f"/rounds/{DONE}/bulletin.docx", address, f"{address}.docx"):
        assert other.get(path).status_code == 403
