"""The planner's page of a draw and the public verifier, without a browser."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.model import Round
from geo.store import Store
from webmap import create_app

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
VALUE = "03,11,17,22,28,31+09"


@pytest.fixture
def drawing(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    path = tmp_path / "city.gpkg"
    path.write_bytes(city_file.read_bytes())
    with Store.open(path) as store:
        start = store.rounds.all()[0].start
        store.rounds.create(Round("2026-07", start.replace(month=7), days=2, teams=3, size=16))
        store.settings.set("today", str(start.replace(month=8)))
    app = create_app({"CITY": str(path), "SECRET_KEY": "for tests", "TESTING": True, "WTF_CSRF_ENABLED": False})
    yield app
    app.extensions["xundian"].close()


@pytest.fixture
def planner(drawing: Flask) -> FlaskClient:
    client = drawing.test_client()
    client.post("/login", data={"name": "planner", "password": PASSWORD})
    client.post("/language", data={"language": "en", "next": "/"})
    return client


def post(client: FlaskClient, what: str, **form: str) -> str:
    return client.post(f"/draw/2026-07/{what}", data=form, follow_redirects=True).text


def test_a_round_is_bound_drawn_and_published_on_its_page(planner: FlaskClient, drawing: Flask) -> None:
    assert "Commit to the round" in planner.get("/draw?round=2026-07").text
    page = post(planner, "commit", public_number="双色球 2026068", streets="yes")
    assert "Publish the commitment now" in page
    assert "Publish their root before the commitment" in page
    assert "Draw with the public number" in page
    page = post(planner, "run", value=VALUE)
    assert f"<b>{VALUE}</b>" in page
    assert "all exact" in page
    assert "<svg" in page
    assert "Drawn at random" not in page
    assert "Drawn at random" in planner.get("/draw?round=2026-07&compare=1").text
    document = planner.get("/draw/2026-07/reveal.json").json
    assert len(document["sample"]) == 16
    assert planner.get("/draw/2026-07/day-1.json").json["day"] == 1
    receipt = planner.get("/draw/2026-07/receipt.json?checkpoint=P005").json
    assert receipt["point"]["id"] == "P005"
    public = drawing.test_client().get("/verify")
    assert receipt["commitment"] in public.text
    assert drawing.test_client().get("/verify/2026/1.json").json["commitment"] == receipt["commitment"]
    listed = drawing.test_client().get("/verify/2026/list.json").json
    assert [(one["position"], one["state"]) for one in listed["commitments"]] == [(1, "revealed")]


def test_a_page_tells_nothing_before_the_round_is_over(planner: FlaskClient, drawing: Flask) -> None:
    store = drawing.extensions["xundian"]
    post(planner, "commit", public_number="双色球 2026068")
    post(planner, "run", value=VALUE)
    last = store.rounds.get("2026-07").date(2)
    store.settings.set("today", str(last))
    page = planner.get("/draw?round=2026-07").text
    assert f"secret until {last} is over" in page
    assert "reveal.json" not in page
    assert "day-1.json" in page
    assert "day-2.json" not in page
    for address in ("reveal.json", "day-2.json"):
        refused = planner.get(f"/draw/2026-07/{address}")
        assert refused.status_code >= 400
        assert f"secret until {last} is over" in refused.text
    assert planner.get("/draw/2026-07/day-1.json").status_code == 200


def test_a_covert_round_is_drawn_by_trial_only_when_asked_for(planner: FlaskClient, drawing: Flask) -> None:
    store = drawing.extensions["xundian"]
    store.rounds.create(replace(store.rounds.get("2026-07"), id="C", covert=True))
    words = "anyone who learns the seed can compute this"
    assert words in planner.get("/draw?round=C").text
    refused = planner.post("/draw/C/trial", data={}, follow_redirects=True).text
    assert words in refused
    assert "tick that you want a trial draw" in refused
    assert store.draws.find("C") is None
    assert "trial draw" in planner.post("/draw/C/trial", data={"trial": "yes"}, follow_redirects=True).text
    first = store.draws.get("C").key
    planner.post("/draw/C/trial", data={"trial": "yes"})
    assert store.draws.get("C").key != first


def test_a_round_is_changed_and_removed_on_its_page_until_it_is_drawn(planner: FlaskClient, drawing: Flask) -> None:
    form = {"start": "2026-07-06", "days": "3", "teams": "2", "size": "20", "covert": "yes"}
    assert "Made up" not in planner.get("/draw?round=2026-07").text
    assert "the city: T01 – T02. Give" in post(planner, "change", **form | {"teams": "5"})
    assert "the city: T01 – T02. Give" in planner.get("/rounds/2026-07").text
    assert "The round is changed" in post(planner, "change", **form)
    made = drawing.extensions["xundian"].rounds.get("2026-07")
    assert (made.start.isoformat(), made.days, made.teams, made.size, made.covert) == ("2026-07-06", 3, 2, 20, True)
    assert "40 checkpoints can be drawn" in post(planner, "change", **form | {"size": "41"})
    assert "write a date" in post(planner, "change", **form | {"start": "6.7."})
    assert "1 or more" in post(planner, "change", **form | {"days": "0"})
    assert "tick that it may go" in post(planner, "remove")
    post(planner, "trial", seed="2", trial="yes")
    assert "can be neither changed nor removed" in planner.get("/draw?round=2026-07").text
    assert "is drawn and stays" in post(planner, "remove", agreed="yes")


def test_a_round_that_is_not_drawn_goes(planner: FlaskClient, drawing: Flask) -> None:
    assert planner.post("/draw/2026-07/remove", data={"agreed": "yes"}).status_code == 302
    assert "Round 2026-07 is removed" in planner.get("/map?round=2026-06").text
    assert [one.id for one in drawing.extensions["xundian"].rounds.all()] == ["2026-06"]


def test_what_is_refused_is_said(planner: FlaskClient) -> None:
    post(planner, "commit", public_number="双色球 2026068")
    assert "no result of the form" in post(planner, "run", value="1,2")
    assert "committed to" in post(planner, "trial", seed="1")
    post(planner, "run", value=VALUE)
    assert "drawn once" in post(planner, "run", value=VALUE)
    assert "say why" in post(planner, "void", reason=" ")
    assert "whole number" in post(planner, "survey", total="many")


def test_a_trial_is_marked_on_its_page_and_a_void_is_counted(planner: FlaskClient) -> None:
    page = post(planner, "trial", seed="2", reserve="40")
    assert "trial draw" in page
    assert "nobody can verify it" in page
    post(planner, "commit", public_number="双色球 2026068")
    assert "trial draw</span>" not in planner.get("/draw?round=2026-07").text
    page = post(planner, "void", reason="wrong issue")
    assert "wrong issue" in page
    page = post(planner, "trial", seed="2")
    assert "Void rounds of the city" in page
    assert "wrong issue" in page


def test_the_field_is_told_on_the_page(planner: FlaskClient, drawing: Flask) -> None:
    post(planner, "trial", seed="2")
    store = drawing.extensions["xundian"]
    out = store.draws.sample("2026-07").index[0]
    assert "is replaced by" in post(planner, "replace", checkpoint=out, reason="closed")
    assert out not in store.draws.sample("2026-07").index
    done = [
        unescape(re.sub(r"<[^>]+>", " ", one)).split()
        for one in re.findall(r"<li>\s*<time.*?</li>", planner.get("/draw?round=2026-07").text, re.DOTALL)
    ]
    assert [words[2:5] for words in done[:2]] == [["planner", "checkpoint", "replaced"], ["planner", "drawn", "by"]]
    assert "37 questionnaires" in post(planner, "survey", total="37")
    assert "no inspectors" in post(planner, "teams")


def test_the_public_page_asks_for_nothing(drawing: Flask) -> None:
    client = drawing.test_client()
    page = client.get("/verify")
    assert page.status_code == 200
    assert "No round was committed to yet" in client.get("/verify").text or "还没有" in page.text
    assert client.get("/verify/2026/9.json").status_code == 404
    program = client.get("/verify/verify_draw.py")
    assert "def faults" in program.text
    offline = client.get("/verify/verify_draw.html").text
    assert "src=" not in offline.replace('src="data:', "")
    assert json.loads(offline.split('id="texts">')[1].split("</script>")[0])["Sample"] == "样本"


def test_only_planners_draw(log_in: Callable[[str], FlaskClient]) -> None:
    for name in ("team", "street"):
        client = log_in(name)
        for path in ("/draw", "/draw/2026-06/reveal.json", "/draw/2026-06/day-1.json"):
            assert client.get(path).status_code == 403
        for what in ("trial", "commit", "run", "void", "replace", "survey", "teams"):
            assert client.post(f"/draw/2026-06/{what}").status_code == 403
