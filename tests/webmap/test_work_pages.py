"""What pages say of long work is true: with a worker, without one, after one died, after the server was restarted."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.errors import InputError
from geo.notes import Names, Note, Sentences
from geo.store import Store
from geo.store.job_rows import Job, JobProgress, JobState, Wanted, Worker
from tests.webmap.working import work_off
from webmap import create_app
from webmap.jobs import pages
from webmap.jobs.faults import error_of, plain
from webmap.jobs.kinds import PLAN
from webmap.jobs.work import now
from webmap.rounds import planning

ROUND = "/rounds/2026-06"
FORM = {"seconds": "1", "premium": "0", "days": "drawn", "lose": "yes"}
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
WORKER = Worker("one", (PLAN.name,), lease_s=15.0)


def made(city: Path) -> Flask:
    """Make an application on a city, as a server that starts does."""
    return create_app({"CITY": str(city), "SECRET_KEY": "for tests", "TESTING": True, "WTF_CSRF_ENABLED": False})


def enter(app: Flask, name: str = "planner") -> FlaskClient:
    client = app.test_client()
    assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    client.post("/language", data={"language": "en"})
    return client


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Path:
    """Copy the small city."""
    shutil.copytree(city_file.parent, tmp_path / "own", dirs_exist_ok=True)
    return tmp_path / "own" / city_file.name


@pytest.fixture
def app(city: Path) -> Iterator[Flask]:
    """Make an application on the copy."""
    served = made(city)
    yield served
    served.extensions["xundian"].close()


def last(app: Flask) -> Job:
    job = app.extensions["xundian"].jobs.last("planner", planning.about("2026-06"))
    assert isinstance(job, Job)
    return job


def said(client: FlaskClient, job: Job) -> str:
    return str(client.get(f"/data/jobs/{job.id}").get_json()["stage"])


def test_work_without_a_worker_says_so_and_goes_on_when_one_comes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    planner = enter(app)
    planner.post(f"{ROUND}/plan", data=FORM)
    assert said(planner, last(app)) == "Waiting for its turn…"
    monkeypatch.setattr(pages, "now", lambda: now() + dt.timedelta(seconds=6))
    assert "no worker is running" in said(planner, last(app))
    assert "no worker is running" in planner.get(ROUND).text
    work_off(app)
    assert last(app).state is JobState.DONE
    assert "stops on" in planner.get(f"{ROUND}?planned=yes").text


def test_work_whose_worker_is_not_heard_of_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    planner, store = enter(app), app.extensions["xundian"]
    planner.post(f"{ROUND}/plan", data=FORM)
    assert store.jobs.claim(WORKER, now()) is not None
    assert said(planner, last(app)) == "Beginning…"
    store.jobs.enqueue(Wanted(PLAN.name, "planner", {}, about="another"), now())
    monkeypatch.setattr(pages, "now", lambda: now() + dt.timedelta(seconds=10))
    another = store.jobs.last("planner", "another")
    assert said(planner, another) == "Waiting for its turn…"  # its queue is held
    monkeypatch.setattr(pages, "now", lambda: now() + dt.timedelta(seconds=20))
    assert said(planner, last(app)).startswith("Interrupted")
    assert "Interrupted" in planner.get(ROUND).text
    assert "no worker is running" in said(planner, another)


def test_progress_result_and_cancel_outlive_the_server(app: Flask, city: Path) -> None:
    planner = enter(app)
    planner.post(f"{ROUND}/plan", data=FORM)
    first = last(app)
    with Store.open(city) as elsewhere:  # as a worker of another process
        lease = elsewhere.jobs.claim(WORKER, now()).lease
        elsewhere.jobs.renew(lease, now() + dt.timedelta(seconds=15), JobProgress("streets", 1, 4))
        elsewhere.jobs.tell(lease, {"travel_s": 5})
        restarted = made(city)
        again = enter(restarted)
        told = again.get(f"/data/jobs/{first.id}").get_json()
        assert (told["done"], told["total"], told["told"]) == (1, 4, {"travel_s": 5})
        assert again.post(f"/data/jobs/{first.id}/cancel").get_json() == {"state": "running"}
        assert elsewhere.jobs.asked(lease).cancel
        elsewhere.jobs.stop(lease, now())
        assert "Nothing was changed" in again.get(f"{ROUND}?planned=yes").text
        restarted.extensions["xundian"].close()
    planner.post(f"{ROUND}/plan", data=FORM)
    work_off(app)
    restarted = made(city)
    assert "stops on" in enter(restarted).get(f"{ROUND}?planned=yes").text
    restarted.extensions["xundian"].close()


def test_the_work_of_a_planner_is_nobody_elses(app: Flask) -> None:
    planner = enter(app)
    planner.post(f"{ROUND}/plan", data=FORM)
    for name in ("team", "street", "unit", "observer", "admin"):
        other = enter(app, name)
        for answer in (other.get(f"/data/jobs/{last(app).id}"), other.post(f"/data/jobs/{last(app).id}/cancel")):
            assert answer.status_code == 404
    assert last(app).state is JobState.WAITING


def test_a_plan_that_is_refused_says_why_in_the_language_of_the_page(app: Flask) -> None:
    planner = enter(app)
    params = {"round": "none", "form": FORM, "after": {}}
    wanted = Wanted(PLAN.name, "planner", params, about=planning.about("2026-06"))
    app.extensions["xundian"].jobs.enqueue(wanted, now())
    work_off(app)
    assert last(app).state is JobState.FAILED
    assert "there is no round" in planner.get(f"{ROUND}?planned=yes").text
    planner.post("/language", data={"language": "zh"})
    page = planner.get(f"{ROUND}?planned=yes").text
    assert "there is no round" not in page
    assert 'class="error" role="alert"' in page


def test_an_error_is_the_same_after_it_was_kept() -> None:
    note = Note("{count} rows", {"count": 3})
    error = InputError(
        "{field}: {notes} of {names} in {file}",
        field="x",
        notes=Sentences([note]),
        names=Names("ab"),
        file=Path("/a/b.csv"),
    )
    kept = error_of(plain(error))
    assert str(kept) == "x: 3 rows of a, b in b.csv"
    assert isinstance(kept.values["notes"], Sentences)
