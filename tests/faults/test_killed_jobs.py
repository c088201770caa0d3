"""``kill -9`` at every step of a job: none is lost, none takes effect twice, on both databases."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.store import Store
from geo.store.job_rows import Job, JobState, Wanted
from tests.faults.crew import Crew, all_over, gone, started
from tests.faults.steps import KIND, Step, effect
from tests.geo.store.conftest import city_url, new_database, postgis_url, postgres, shared_database, store
from webmap.jobs.work import now

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL; its end of a process is one")
__all__ = ["city_url", "new_database", "postgis_url", "postgres", "shared_database", "store"]

WORKER_FIRST = [(step, ("worker", "child")[place % 2]) for place, step in enumerate(Step)]
CHILD_FIRST = [(step, ("child", "worker")[place % 2]) for place, step in enumerate(Step)][1:]  # no child is there yet
"""Each step with one victim on one database, the other on the other; ``tests.bench.kill_jobs`` kills on both."""


def asked(store: Store, about: str, **params: object) -> Job:
    return store.jobs.enqueue(Wanted(KIND.name, "planner", {"about": about, **params}, about=about), now())


def test_a_kill_at_any_step_loses_nothing_and_does_nothing_twice(store: Store) -> None:
    cases = WORKER_FIRST if store.url.startswith("postgresql") else CHILD_FIRST
    for step, victim in cases:
        asked(store, f"{step} {victim}", step=step, victim=victim)
    with Crew(store.url) as crew:
        killed = sum(victim == "worker" for _, victim in cases)
        crew.until(lambda: all_over(store, "planner") and crew.deaths >= killed)
    jobs = {job.about: job for job in store.jobs.of_owner("planner")}
    assert {about: job.state for about, job in jobs.items()} == dict.fromkeys(jobs, JobState.DONE)
    assert {about: store.settings.get(effect(about)) for about in jobs} == dict.fromkeys(jobs, "1")
    for step, victim in cases:
        job = jobs[f"{step} {victim}"]
        # What was on the disk when it died is not done again; everything else is.
        assert (job.attempt == 1) if step is Step.AFTER_END else (job.attempt > 1), job.about
        assert store.jobs.file(job.id, "planner", "attempt.txt") == str(job.result["attempt"]).encode()
    assert crew.deaths == killed


def test_two_workers_and_one_that_was_only_asleep_never_both_succeed(store: Store) -> None:
    job = asked(store, "asleep", pause_s=1.0)
    with Crew(store.url) as crew:
        crew.until(lambda: (store.jobs.get(job.id, "planner").told or {}).get("done") == 1)
        sleeper, child = crew.workers[0], store.jobs.get(job.id, "planner").told["pid"]
        for pid in (child, sleeper.pid):
            os.kill(pid, signal.SIGSTOP)
        other = started(store.url)
        crew.workers.append(other)
        crew.count = 2
        crew.until(lambda: store.jobs.get(job.id, "planner").finished)
        for pid in (child, sleeper.pid):
            os.kill(pid, signal.SIGCONT)
        crew.until(lambda: gone(child))
        assert sleeper.poll() is None  # it goes on with other work
    done = store.jobs.get(job.id, "planner")
    assert (done.state, done.attempt, done.result) == (JobState.DONE, 2, {"attempt": 2})
    assert store.settings.get(effect("asleep")) == "1"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Store]:
    """Make a city for what the database has no part in."""
    with Store.open(tmp_path / "city.gpkg", create=True) as made:
        yield made


def test_a_dead_worker_takes_the_process_of_its_job_along(file: Store) -> None:
    store = file
    job = asked(store, "long", pause_s=60.0)
    with Crew(store.url) as crew:
        crew.until(lambda: bool(store.jobs.get(job.id, "planner").told))
        child = store.jobs.get(job.id, "planner").told["pid"]
        crew.workers[0].kill()
        crew.until(lambda: gone(child))
        store.jobs.cancel(job.id, "planner", now())
        crew.until(lambda: store.jobs.get(job.id, "planner").finished)
    assert store.jobs.get(job.id, "planner").state is JobState.CANCELLED
    assert store.settings.get(effect("long")) is None


def test_work_that_kills_its_process_each_time_is_given_up_and_said(file: Store) -> None:
    store = file
    job = store.jobs.enqueue(Wanted("steps", "planner", {"about": "fatal", "step": "begun", "always": True}), now())
    with Crew(store.url) as crew:
        crew.until(lambda: store.jobs.get(job.id, "planner").finished)
    over = store.jobs.get(job.id, "planner")
    assert over.state is JobState.FAILED
    assert over.error is not None
    assert over.error["values"] == {"attempts": 3}
    assert crew.deaths == 0
