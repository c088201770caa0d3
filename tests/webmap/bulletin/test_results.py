"""The page of results: rounds that are over, for those who only look."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient
from scipy import special

from geo.model import Visit
from geo.progress import silent
from geo.rates import beats
from geo.store import Store
from geo.store.job_rows import Worker
from tests.webmap.bulletin.conftest import DONE, GOING_ON, TEAM, TODAY
from tests.webmap.conftest import PASSWORD
from webmap import create_app
from webmap.bulletin import results
from webmap.jobs.work import RunningJob, now


@pytest.fixture
def site(visited: Path) -> Iterator[Flask]:
    made = create_app({"CITY": str(visited), "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


def observer(site: Flask) -> FlaskClient:
    client = site.test_client()
    assert client.post("/login", data={"name": "observer", "password": PASSWORD}).headers["Location"] == "/results"
    return client


def test_an_observer_reads_the_round_that_is_over(site: Flask) -> None:
    page = observer(site).get("/results").text
    assert DONE in page
    assert "大智街道" in page
    assert "得分" in page


def test_a_round_that_goes_on_is_as_unknown_as_one_that_is_not_there(site: Flask) -> None:
    client = observer(site)
    page = client.get("/results").text
    assert GOING_ON not in page
    for asked in (GOING_ON, "2026-06", "unvisited"):
        answer = client.get(f"/results?round={asked}")
        nothing = client.get("/results?round=nothing")
        assert answer.status_code == nothing.status_code == 404
        assert said(answer.text, asked) == said(nothing.text, "nothing")


def test_scores_of_a_large_round_are_worked_out_beside_the_server(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client, store = observer(site), site.extensions["xundian"]
    small = client.get(f"/results?round={DONE}").text
    site.extensions.pop("xundian_results")
    monkeypatch.setattr(results, "FEW_VISITS", 0)
    for _ in range(2):
        page = client.get(f"/results?round={DONE}").text
        assert "data-working" in page
        assert 'class="figures"' not in page
    assert [one.kind for one in store.jobs.of_owner("observer")] == ["results"]
    job = store.jobs.claim(Worker("w", ("results",), 60.0), now())
    results.work_out(RunningJob(store, job, silent))
    for _ in range(2):  # from the city, then from the memory
        assert without_token(client.get(f"/results?round={DONE}").text) == without_token(small)
    monkeypatch.setattr(results, "ROWS", 1)
    page = client.get(f"/results?round={DONE}&from=1").text
    assert "第 2 至 2 行" in page
    assert page.count("<tr>") < small.count("<tr>")
    finished = site.extensions.pop("xundian_results")
    store.visits.record([Visit("P000", "1", dt.datetime(2026, 5, 12, 9, tzinfo=dt.UTC), round_id=DONE)])
    assert "正在重新计算" in client.get(f"/results?round={DONE}").text
    assert DONE in finished


def test_long_boards_hold_the_pairs_that_a_comparison_of_all_does() -> None:
    """Holm's step down over all pairs, of which those alone are kept that may hold."""
    random = np.random.default_rng(3)
    score, half = random.random(40), random.choice([0.0, 0.02, 0.2], 40)
    score[5], score[7] = score[4], np.nan
    table = pd.DataFrame({"score": score, "low": score - half, "high": score + half})
    pairs = [(a, b) for a in range(40) for b in range(40) if score[a] > score[b]]
    width = {pair: np.hypot(*half[list(pair)]) / (-special.ndtri(0.025)) for pair in pairs}
    p = {(a, b): 2 * special.ndtr(-(score[a] - score[b]) / width[a, b]) if width[a, b] else 0.0 for a, b in pairs}
    wanted, every = np.zeros((40, 40), bool), 39 * 38 // 2
    for place, pair in enumerate(sorted(pairs, key=lambda one: p[one])):
        if p[pair] * (every - place) > 0.05:
            break
        wanted[pair] = True
    assert 0 < wanted.sum() < len(pairs)
    assert (beats(table).to_numpy() == wanted).all()


def without_token(page: str) -> str:
    """Leave out what changes by the second."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def said(page: str, asked: str) -> str:
    """Leave out of a page what was asked for, in its own address and in its message."""
    return without_token(page).replace(f"round={asked}", "").replace(f"轮次 {asked}", "")


def test_no_team_and_no_hour_is_told(site: Flask) -> None:
    page = observer(site).get("/results").text
    assert TEAM not in page
    assert "02:" not in page


def test_a_covert_round_is_told_from_the_day_after_its_last(site: Flask) -> None:
    store, client = site.extensions["xundian"], observer(site)
    assert isinstance(store, Store)
    for date, status in ((TODAY + dt.timedelta(days=1), 404), (TODAY + dt.timedelta(days=2), 200)):
        store.settings.set("today", date.isoformat())
        assert client.get(f"/results?round={GOING_ON}").status_code == status


def test_the_newest_round_that_was_visited_comes_first(site: Flask) -> None:
    store, client = site.extensions["xundian"], observer(site)
    assert f'value="{GOING_ON}"' not in client.get("/results").text
    store.settings.set("today", "2026-08-01")
    page = client.get("/results").text  # the newest that was visited, not the one that nobody went to
    assert f'value="{GOING_ON}" selected' in page
    assert "unvisited" in page
    assert "得分" not in client.get("/results?round=unvisited").text
