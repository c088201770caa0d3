"""A worker: takes jobs of a city, has a process do each, holds their leases, and keeps what became of them."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from geo.confined import UNSURE, DiedError, confined
from geo.errors import XundianError
from geo.failures import reason_of, refused
from geo.store import Store
from geo.store.job_rows import Job, JobProgress, StaleLeaseError, Worker
from webmap.jobs.faults import plain
from webmap.jobs.kinds import Kind
from webmap.jobs.work import now, run_job

TICK_S = 0.4
RENEW_SHARE = 0.25  # of a lease; a step of the progress is told sooner
STEP_S = 0.8
PAUSE_S = 0.5
TIDY_S = 3600.0

_log = logging.getLogger(__name__)


class LeaveError(Exception):
    """Ends the process of a job that is cancelled, taken over, or left to the next worker."""


class HeldJob:
    """A job that this worker has: its process, watched by a thread.

    Parameters
    ----------
    store
        The city.
    job
        As it was claimed.
    kind
        Of the job.
    """

    def __init__(self, store: Store, job: Job, kind: Kind) -> None:
        self.job = job
        self._store, self._kind, self._lease = store, kind, job.lease
        self._progress = self._written = JobProgress(job.stage, job.done, job.total)
        self._renewed_at = time.monotonic()
        self._leave = threading.Event()
        self._left_behind = False
        self._thread = threading.Thread(target=self._run, name=f"job {job.id[:6]}", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        """Tell whether it was kept what became of the job."""
        return not self._thread.is_alive()

    def hold(self) -> None:
        """Hear whether the job is still wanted, and say that it is worked on."""
        try:
            if self._store.jobs.asked(self._lease).cancel:
                self._leave.set()
        except StaleLeaseError:
            self._leave.set()
            return
        progress, age_s = self._progress, time.monotonic() - self._renewed_at
        if age_s < (STEP_S if progress != self._written else RENEW_SHARE * self._kind.lease_s):
            return
        until = now() + timedelta(seconds=self._kind.lease_s)
        if self._store.jobs.renew(self._lease, until, progress):
            self._renewed_at, self._written = time.monotonic(), progress

    def leave(self, patience_s: float) -> None:
        """End the process and give the job back for the next worker."""
        self._left_behind = True
        self._leave.set()
        self._thread.join(patience_s)

    def _run(self) -> None:
        keep = self._outcome()
        while True:
            try:
                keep()
            except XundianError as error:  # the city is away, full or held: what became of the job is not dropped
                if self._left_behind:
                    return
                _log.warning("what became of a job cannot be kept yet: %s", reason_of(error))
                time.sleep(PAUSE_S)
            else:
                return

    def _outcome(self) -> Callable[[], object]:
        """Have a process do the job, and return what keeps how that ended."""
        work, file = partial(run_job, self._store.url, self._kind, self._lease), str(self.job.params.get("file", ""))
        try:
            confined(work, file=file or self.job.kind, limits=self._kind.limits(), progress=self._hear, heed=self._heed)
        except (LeaveError, StaleLeaseError):
            return self._left
        except DiedError as error:
            _log.warning("the process of a job ended: %s", reason_of(error))
            fault = plain(error) if file and error.template != UNSURE else None
            return partial(self._store.jobs.give_back_dead, self._lease, fault)
        except XundianError as error:
            return partial(self._fail, plain(error))
        except OSError as error:
            _log.warning("the system refused a job: %s", reason_of(error))
            return partial(self._fail, plain(refused(error)))
        except Exception:  # noqa: BLE001 - whatever fails is said on the page and logged
            _log.exception("a job failed")
        return partial(self._fail, None)  # changes nothing when it was finished

    def _fail(self, fault: Mapping[str, Any] | None) -> None:
        self._store.jobs.fail(self._lease, fault, now())

    def _left(self) -> None:
        """Keep why the process was ended, where the job is still this worker's."""
        with suppress(StaleLeaseError):
            if self._store.jobs.asked(self._lease).cancel:
                self._store.jobs.stop(self._lease, now())
            else:
                self._store.jobs.give_back(self._lease)

    def _hear(self, stage: str, done: int, total: int) -> None:
        self._progress = JobProgress(stage, done, total)
        self._heed()

    def _heed(self) -> None:
        if self._leave.is_set():
            raise LeaveError


class WorkerLoop:
    """Takes jobs until it is asked to end.

    Parameters
    ----------
    store
        The city; the loop does not close it.
    name
        Of this worker, unlike any other's.
    kinds
        What it takes.
    tidy
        Called now and then, to let go of what is old.
    """

    def __init__(
        self, store: Store, name: str, kinds: Collection[Kind], *, tidy: Callable[[], object] = lambda: None
    ) -> None:
        self._store, self._name, self._kinds, self._tidy = store, name, kinds, tidy
        self._tidied_at = -TIDY_S
        self._held: list[HeldJob] = []
        self._trouble = ""

    def run(self, ending: threading.Event, *, patience_s: float = 5.0) -> None:
        """Take jobs until ``ending`` is set; what is under way then is given back."""
        while not ending.is_set():
            self.turn()
            self._tidy_if_due()
            ending.wait(TICK_S)
        for held in self._held:
            held.leave(patience_s)

    def work_off(self) -> None:
        """Do all there is to be done, and return."""
        self.turn()
        while self._held:
            time.sleep(TICK_S / 4)
            self.turn()

    def turn(self) -> None:
        """Hold what there is, and take what there is room for; where the city is away, try again next time."""
        try:
            self._held = [held for held in self._held if not held.over]
            for held in self._held:
                held.hold()
            while self._take([kind for kind in self._kinds if self._room(kind)]):
                pass
        except XundianError as error:
            if self._trouble != str(error):
                _log.warning("no work is taken: %s", reason_of(error))
            self._trouble = str(error)
        else:
            self._trouble = ""

    def _tidy_if_due(self) -> None:
        if time.monotonic() - self._tidied_at < TIDY_S:
            return
        self._tidied_at = time.monotonic()
        try:
            self._tidy()
        except (XundianError, OSError) as error:
            _log.warning("what is old stays for now: %s", reason_of(error))

    def _room(self, kind: Kind) -> bool:
        return sum(held.job.kind == kind.name for held in self._held) < kind.at_once

    def _take(self, kinds: Sequence[Kind]) -> bool:
        """Take the oldest job of the kinds for which there is room, if there is one."""
        if not kinds:
            return False
        lease_s = min(kind.lease_s for kind in kinds)  # it is renewed as its own kind says
        worker = Worker(self._name, [kind.name for kind in kinds], lease_s, place=place_of(self._store))
        job = self._store.jobs.claim(worker, now(), but=[held.job.id for held in self._held])
        if job is not None:
            kind = next(kind for kind in kinds if kind.name == job.kind)
            self._held.append(HeldJob(self._store, job, kind))
        return job is not None


def place_of(store: Store) -> str:
    """Name the folder of caches of this process, where files of jobs may lie; another machine has another."""
    return str(store.cache_dir)
