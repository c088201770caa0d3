"""What pages tell of work, and to whom; which work a worker takes, and for whom."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.errors import AccessError, InputError
from geo.progress import silent
from geo.store import Store
from geo.store.job_rows import Job, Wanted, Worker
from webmap.jobs import worker
from webmap.jobs.faults import plain
from webmap.jobs.kinds import BULLETIN, KINDS, PLAN, PREVIEW, Kind
from webmap.jobs.work import now, run_job
from webmap.jobs.worker import WorkerLoop


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


def test_nothing_is_done_for_an_account_that_may_not_do_it_any_more(city_file: Path, tmp_path: Path) -> None:
    with Store.open(shutil.copy(city_file, tmp_path / "city.gpkg")) as store:
        for name in ("street", "gone", "planner"):
            store.jobs.enqueue(Wanted(BULLETIN.name, name, {"round": "2026-06", "language": "en"}), now())
        store.accounts.disable("planner")
        for _ in range(3):
            job = store.jobs.claim(Worker("one", (BULLETIN.name,), lease_s=60.0), now())
            assert job is not None
            with pytest.raises(AccessError, match=f"the account {job.owner} may not do this any more"):
                run_job(store.url, replace(BULLETIN, niceness=0), job.lease, silent)


def test_each_kind_of_work_waits_for_its_like_alone(
    city_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    class Endless:
        """Work that never ends."""

        over = False

        def __init__(self, _store: Store, job: Job, _kind: Kind) -> None:
            self.job = job
            begun.append(job.about)

        def hold(self) -> None:
            """Say nothing."""

    monkeypatch.setattr(worker, "HeldJob", Endless)
    with Store.open(shutil.copy(city_file, tmp_path / "city.gpkg")) as store:
        for kind in (PLAN, PREVIEW, BULLETIN):
            for number in range(3):
                about = f"{kind.name} {number}"
                store.jobs.enqueue(Wanted(kind.name, "planner", {}, about=about), now())
        loop = WorkerLoop(store, "one", list(KINDS.values()))
        loop.turn()
        loop.turn()
    assert begun == ["plan 0", "preview 0", "preview 1", "bulletin 0"]


def test_who_may_not_do_it_any_more_does_not_see_their_own_work(
    app: Flask, log_in: Callable[[str], FlaskClient]
) -> None:
    jobs = app.extensions["xundian"].jobs
    job = jobs.enqueue(Wanted(BULLETIN.name, "street", {"round": "2026-06"}), now())  # once a planner's account
    street = log_in("street")
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/finish")):
        assert street.open(f"/data/jobs/{job.id}{path}", method=method).status_code == 404
    jobs.cancel(job.id, "street", now())
