"""What pages tell of work, and to whom."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from geo.errors import InputError
from geo.store.job_rows import Wanted, Worker
from webmap.jobs.faults import plain
from webmap.jobs.kinds import BULLETIN
from webmap.jobs.work import now


def test_a_page_asks_how_far_its_own_work_is(app: Flask, log_in: Callable[[str], FlaskClient]) -> None:
    jobs = app.extensions["xundian"].jobs
    job = jobs.enqueue(Wanted(BULLETIN.name, "planner", {}), now())
    taken = jobs.claim(Worker("one", (BULLETIN.name,), lease_s=15.0), now())
    assert taken is not None
    fault = InputError("{field} is {value!r}: write it as 2026-06-12", field="today", value="soon")
    jobs.fail(taken.lease, plain(fault), now())
    planner = log_in("planner")
    told = planner.get(f"/data/jobs/{job.id}").get_json()
    assert told["finished"] is True
    assert told["state"] == "failed"
    assert "请写成" in told["error"]
    assert log_in("team").get(f"/data/jobs/{job.id}").status_code == 404
    assert planner.post(f"/data/jobs/{job.id}/cancel").status_code == 200
    assert planner.get("/data/jobs/none").status_code == 404


def test_who_may_not_do_it_any_more_does_not_see_their_own_work(
    app: Flask, log_in: Callable[[str], FlaskClient]
) -> None:
    jobs = app.extensions["xundian"].jobs
    job = jobs.enqueue(Wanted(BULLETIN.name, "street", {"round": "2026-06"}), now())  # once a planner's account
    street = log_in("street")
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/finish")):
        assert street.open(f"/data/jobs/{job.id}{path}", method=method).status_code == 404
    jobs.cancel(job.id, "street", now())
