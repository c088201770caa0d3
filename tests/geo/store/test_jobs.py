"""Jobs as rows, on both databases: one holder of a lease, one end, and effects that commit with it."""

import datetime as dt
import threading
from dataclasses import replace

import pytest

from geo.errors import NotFoundError, StateError
from geo.store import Store
from geo.store.job_rows import Job, JobProgress, JobState, Lease, StaleLeaseError, Wanted, Worker
from geo.store.jobs import ATTEMPTS, DEATHS

NOW = dt.datetime(2026, 6, 9, 1, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(seconds=31)
WORKER = Worker("one", ("plan", "look"), lease_s=30.0)
OTHER = replace(WORKER, name="two")


def wanted(about: str = "plan 2026-06", **more: str) -> Wanted:
    return Wanted(**{"kind": "plan", "owner": "planner", "params": {"seconds": 60}, "about": about} | more)


def claimed(store: Store, worker: Worker = WORKER, now: dt.datetime = NOW) -> Job:
    job = store.jobs.claim(worker, now)
    assert job is not None
    return job


def test_a_job_is_claimed_once_and_ends_with_its_effects(store: Store) -> None:
    asked = store.jobs.enqueue(wanted(), NOW)
    assert (asked.state, asked.params, asked.finished) == (JobState.WAITING, {"seconds": 60}, False)
    job = claimed(store)
    assert (job.id, job.attempt, job.worker, job.state) == (asked.id, 1, "one", JobState.RUNNING)
    assert store.jobs.claim(OTHER, NOW) is None
    with store.jobs.finishing(job.lease, NOW) as ending:
        store.settings.set("effect", "there")
        ending.result = {"stops": 3}
        ending.files["a.txt"] = b"abc"
    ended = store.jobs.get(job.id, "planner")
    assert (ended.state, ended.result, ended.finished) == (JobState.DONE, {"stops": 3}, True)
    assert store.settings.get("effect") == "there"
    assert store.jobs.file(job.id, "planner", "a.txt") == b"abc"
    with pytest.raises(StaleLeaseError), store.jobs.finishing(job.lease, NOW):
        pytest.fail("it is over")


def test_effects_that_fail_leave_the_job_running_and_nothing_else(store: Store) -> None:
    store.jobs.enqueue(wanted(), NOW)
    job = claimed(store)

    def end() -> None:
        with store.jobs.finishing(job.lease, NOW):
            store.settings.set("effect", "there")
            assert store.settings.get("effect") == "there"  # what a thread is writing, it reads
            raise RuntimeError

    with pytest.raises(RuntimeError):
        end()
    assert store.settings.get("effect") is None
    assert store.jobs.asked(job.lease).state is JobState.RUNNING


def test_a_block_within_a_block_that_fails_takes_only_itself_back(store: Store) -> None:
    def inner() -> None:
        with store._database.writing(None):
            store.settings.set("inner", "1")
            raise RuntimeError

    with store._database.writing(None):
        store.settings.set("outer", "1")
        with pytest.raises(RuntimeError):
            inner()
        store.settings.set("after", "1")
    assert [store.settings.get(key) for key in ("outer", "inner", "after")] == ["1", None, "1"]


def test_a_stale_lease_writes_nothing(store: Store) -> None:
    store.jobs.enqueue(wanted(), NOW)
    first = claimed(store)
    second = claimed(store, OTHER, LATER)
    assert second.attempt == first.attempt + 1
    with pytest.raises(StaleLeaseError), store.jobs.finishing(first.lease, LATER):
        store.settings.set("effect", "of the first")
    store.jobs.renew(first.lease, LATER + dt.timedelta(hours=1), JobProgress("stale", 9, 9))
    store.jobs.tell(first.lease, {"stale": True})
    assert not store.jobs.fail(first.lease, None, LATER)
    assert not store.jobs.stop(first.lease, LATER)
    assert not store.jobs.give_back_dead(first.lease, None)
    with pytest.raises(StaleLeaseError):
        store.jobs.asked(first.lease)
    assert store.jobs.get(first.id, "planner") == second
    with store.jobs.finishing(second.lease, LATER):
        store.settings.set("effect", "of the second")
    assert store.settings.get("effect") == "of the second"


def test_an_unfinished_finish_by_two_writes_one(store: Store) -> None:
    """Two holders of different attempts end at the same moment, over and over: one succeeds each time."""
    for turn in range(8):
        store.jobs.enqueue(wanted(), NOW)
        leases = [claimed(store).lease, claimed(store, OTHER, LATER).lease]
        done, together = [], threading.Barrier(2)

        def end(lease: Lease, done: list[int] = done, together: threading.Barrier = together, turn: int = turn) -> None:
            together.wait(30)
            try:
                with store.jobs.finishing(lease, LATER):
                    store.settings.set(f"turn {turn}", str(lease.attempt))
                done.append(lease.attempt)
            except StaleLeaseError:
                pass

        threads = [threading.Thread(target=end, args=(lease,)) for lease in leases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert done == [2]
        assert store.settings.get(f"turn {turn}") == "2"


def test_many_workers_claim_each_job_once(store: Store) -> None:
    for number in range(24):
        store.jobs.enqueue(wanted(f"plan {number}"), NOW)
    got: list[str] = []

    def take(name: str) -> None:
        while (job := store.jobs.claim(replace(WORKER, name=name), NOW)) is not None:
            got.append(job.id)

    threads = [threading.Thread(target=take, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    while (late := store.jobs.claim(WORKER, NOW)) is not None:  # skipped while another had it locked
        got.append(late.id)
    assert len(got) == len(set(got)) == 24


def test_one_job_at_a_time_works_on_the_same(store: Store) -> None:
    first = store.jobs.enqueue(wanted(), NOW)
    with pytest.raises(StateError, match="worked on already"):
        store.jobs.enqueue(wanted(owner="another"), NOW)
    store.jobs.enqueue(wanted(""), NOW)
    store.jobs.enqueue(wanted(""), NOW)
    assert store.jobs.at_work("plan 2026-06") == first
    assert store.jobs.cancel(first.id, "planner", NOW).state is JobState.CANCELLED
    assert store.jobs.at_work("plan 2026-06") is None
    second = store.jobs.enqueue(wanted(), NOW)
    assert store.jobs.last("planner", "plan 2026-06") == second
    assert store.jobs.last("another", "plan 2026-06") is None


def test_nobody_sees_the_work_of_another(store: Store) -> None:
    job = store.jobs.enqueue(wanted(), NOW)
    for ask in (
        lambda: store.jobs.get(job.id, "street"),
        lambda: store.jobs.cancel(job.id, "street", NOW),
        lambda: store.jobs.finish_early(job.id, "street", NOW),
        lambda: store.jobs.file(job.id, "street", "a"),
    ):
        with pytest.raises(NotFoundError):
            ask()
    assert store.jobs.of_owner("street") == []
    assert store.jobs.of_owner("planner") == [job]


def test_cancelled_work_writes_nothing(store: Store) -> None:
    store.jobs.enqueue(wanted(), NOW)
    job = claimed(store)
    assert store.jobs.cancel(job.id, "planner", NOW).state is JobState.RUNNING  # until it has heard
    assert store.jobs.asked(job.lease).cancel
    with pytest.raises(StaleLeaseError), store.jobs.finishing(job.lease, NOW):
        pytest.fail("somebody cancelled")
    assert store.jobs.stop(job.lease, NOW)
    assert store.jobs.cancel(job.id, "planner", NOW).state is JobState.CANCELLED


def test_work_whose_worker_is_gone_is_cancelled_at_once(store: Store) -> None:
    store.jobs.enqueue(wanted(), NOW)
    job = claimed(store)
    assert store.jobs.cancel(job.id, "planner", LATER).state is JobState.CANCELLED
    with pytest.raises(StaleLeaseError), store.jobs.finishing(job.lease, LATER):
        pytest.fail("it is cancelled")


def test_work_that_ends_its_process_is_given_up_and_a_dead_worker_is_not_its_fault(store: Store) -> None:
    asked = store.jobs.enqueue(wanted(), NOW)
    for _ in range(2):
        claimed(store)
        assert store.jobs.release_all("one", NOW) == 1
    for _ in range(DEATHS):
        assert store.jobs.give_back_dead(claimed(store).lease, None)
    assert store.jobs.claim(WORKER, NOW) is None
    over = store.jobs.get(asked.id, "planner")
    assert over.state is JobState.FAILED
    assert over.error is not None
    assert "{attempts} times" in over.error["template"]
    second, now = store.jobs.enqueue(wanted(), NOW), NOW
    for _ in range(ATTEMPTS):
        claimed(store, now=now)
        now += dt.timedelta(seconds=31)
    assert store.jobs.claim(WORKER, now) is None
    assert store.jobs.get(second.id, "planner").state is JobState.FAILED


def test_a_worker_takes_only_what_it_knows_and_has_the_files_of(store: Store) -> None:
    store.jobs.enqueue(wanted("a", kind="other"), NOW)
    store.jobs.enqueue(wanted("b", place="elsewhere"), NOW)
    assert store.jobs.claim(WORKER, NOW) is None
    assert claimed(store, replace(WORKER, place="elsewhere")).about == "b"
    assert store.jobs.held_of("plan", NOW) == 1
    assert store.jobs.held_of("plan", LATER) == 0


def test_a_renewed_lease_lasts_and_its_holder_is_not_robbed_by_itself(store: Store) -> None:
    store.jobs.enqueue(wanted(), NOW)
    job = claimed(store)
    assert store.jobs.renew(job.lease, LATER + dt.timedelta(seconds=30), JobProgress("searching", 3, 10))
    assert store.jobs.tell(job.lease, {"travel_s": 5})
    assert store.jobs.claim(OTHER, LATER) is None
    now = store.jobs.finish_early(job.id, "planner", NOW)
    assert (now.stage, now.done, now.total, now.told, now.enough) == ("searching", 3, 10, {"travel_s": 5}, True)
    assert store.jobs.claim(WORKER, LATER + dt.timedelta(hours=1), but=[job.id]) is None
    assert claimed(store, OTHER, LATER + dt.timedelta(hours=1)).attempt == 2


def test_what_is_over_is_let_go_after_a_day_and_a_failure_after_a_fortnight(store: Store) -> None:
    done = store.jobs.enqueue(wanted("done"), NOW)
    with store.jobs.finishing(claimed(store).lease, NOW) as ending:
        ending.files["a"] = b"1"
    failed = store.jobs.enqueue(wanted("failed"), NOW)
    store.jobs.fail(claimed(store).lease, None, NOW)
    waiting = store.jobs.enqueue(wanted("waiting"), NOW)
    assert store.jobs.tidy(NOW + dt.timedelta(hours=23)) == 0
    assert store.jobs.file(done.id, "planner", "a") == b"1"
    assert store.jobs.tidy(NOW + dt.timedelta(hours=25)) == 1
    with pytest.raises(NotFoundError):
        store.jobs.file(done.id, "planner", "a")
    store.jobs.enqueue(wanted("more"), NOW + dt.timedelta(days=13))
    assert store.jobs.get(failed.id, "planner").finished
    store.jobs.enqueue(wanted("most"), NOW + dt.timedelta(days=15))
    with pytest.raises(NotFoundError):
        store.jobs.get(failed.id, "planner")
    assert not store.jobs.get(waiting.id, "planner").finished


def test_a_file_that_ended_its_reader_each_time_says_why(store: Store) -> None:
    asked = store.jobs.enqueue(wanted(), NOW)
    why = {"template": "{file} is damaged", "values": {"file": "a.xlsx"}}
    for _ in range(DEATHS):
        assert store.jobs.give_back_dead(claimed(store).lease, why)
    assert store.jobs.claim(WORKER, NOW) is None
    assert store.jobs.get(asked.id, "planner").error == why
