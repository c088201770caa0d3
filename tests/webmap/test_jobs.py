"""Long work in the background: progress, cancel, failure, and whose it is."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.errors import InputError, NotFoundError, StateError
from geo.progress import Progress
from webmap.jobs.threads import State, ThreadJob, ThreadJobs

WAIT_S = 120


def test_work_gives_its_result_and_says_how_far_it_is() -> None:
    jobs, reached, go = ThreadJobs(), threading.Event(), threading.Event()

    def work(progress: Progress) -> int:
        progress("rows", 3, 10)
        reached.set()
        assert go.wait(WAIT_S)
        return 42

    job = jobs.start("a", work)
    assert reached.wait(WAIT_S)
    assert (job.state, job.stage, job.done, job.total) == (State.RUNNING, "rows", 3, 10)
    assert not job.finished
    go.set()
    assert job.over.wait(WAIT_S)
    assert (job.state, job.result) == (State.DONE, 42)
    with pytest.raises(NotFoundError):
        jobs.get(job.id, "b")


def test_cancelled_work_stops_at_its_next_step() -> None:
    jobs, reached, go, after = ThreadJobs(), threading.Event(), threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        progress("rows", 1, 2)
        reached.set()
        assert go.wait(WAIT_S)
        progress("rows", 2, 2)
        after.set()

    job = jobs.start("a", work)
    assert reached.wait(WAIT_S)
    jobs.cancel(job.id, "a")
    go.set()
    assert job.over.wait(WAIT_S)
    assert job.state is State.CANCELLED
    assert not after.is_set()


@pytest.mark.parametrize("fault", [InputError("{field} is bad", field="x"), RuntimeError("a bug")])
def test_a_failure_ends_the_job_and_not_the_server(fault: Exception) -> None:
    jobs = ThreadJobs(at_once=1)

    def work(_progress: Progress) -> None:
        raise fault

    job = jobs.start("a", work)
    assert job.over.wait(WAIT_S)
    assert job.state is State.FAILED
    assert job.error is (fault if isinstance(fault, InputError) else None)
    following = jobs.start("a", lambda _progress: "still here")
    assert following.over.wait(WAIT_S)
    assert following.result == "still here"


def test_work_waits_for_its_turn_and_old_jobs_are_forgotten() -> None:
    jobs, go = ThreadJobs(at_once=1, kept=2), threading.Event()
    first = jobs.start("a", lambda _progress: go.wait(WAIT_S))
    second = jobs.start("a", lambda _progress: None)
    assert second.state is State.WAITING
    go.set()
    assert second.over.wait(WAIT_S)
    for _ in range(3):
        assert jobs.start("a", lambda _progress: None).over.wait(WAIT_S)
    with pytest.raises(NotFoundError):
        jobs.get(first.id, "a")


def test_a_page_asks_how_far_its_own_work_is(app: Flask, log_in: Callable[[str], FlaskClient]) -> None:
    jobs: ThreadJobs = app.extensions["xundian_jobs"]

    def work(_progress: Progress) -> None:
        raise InputError("{field} is {value!r}: write it as 2026-06-12", field="today", value="soon")

    job = jobs.start("planner", work)
    assert job.over.wait(WAIT_S)
    planner = log_in("planner")
    told = planner.get(f"/data/jobs/{job.id}").get_json()
    assert told["finished"] is True
    assert told["state"] == "failed"
    assert "请写成" in told["error"]
    assert log_in("team").get(f"/data/jobs/{job.id}").status_code == 404
    assert planner.post(f"/data/jobs/{job.id}/cancel").status_code == 200
    assert planner.get("/data/jobs/none").status_code == 404


def test_work_tells_figures_and_ends_with_what_it_has() -> None:
    jobs, reached = ThreadJobs(), threading.Event()

    def work(job: ThreadJob) -> str:
        job.told = {"travel_s": 100}
        reached.set()
        assert job.enough.wait(WAIT_S)
        return "best so far"

    job = jobs.start("a", work, about="round 1")
    assert reached.wait(WAIT_S)
    assert job.told == {"travel_s": 100}
    with pytest.raises(StateError):
        jobs.start("b", work, about="round 1")
    assert jobs.at_work("round 1") is job
    assert jobs.at_work("round 2") is None
    jobs.finish(job.id, "a")
    assert job.over.wait(WAIT_S)
    assert (job.state, job.result) == (State.DONE, "best so far")
    assert jobs.at_work("round 1") is None
    assert jobs.last("a", "round 1") is job
    assert jobs.last("b", "round 1") is None
