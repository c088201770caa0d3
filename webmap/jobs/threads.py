"""Long work in threads of this process: it ends with the server. Rows of the city take its place, kind by kind."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, cast

from flask import Flask, current_app

from geo.errors import NotFoundError, StateError, XundianError
from geo.failures import reason_of, refused

AT_ONCE = 2  # more would only slow each other down
KEPT = 32  # finished jobs, so that a page can still ask
TOKEN_BYTES = 16

_log = logging.getLogger(__name__)


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Cancelled(Exception):  # noqa: N818 - no error: somebody wanted it
    """Leaves the work at its next step."""


@dataclass(slots=True)
class ThreadJob:
    """One piece of long work."""

    id: str
    owner: str  # account
    about: str = ""  # what it works on; at most one job at a time works on the same
    state: State = State.WAITING
    stage: str = ""  # of the progress, in English
    done: int = 0
    total: int = 0
    told: Mapping[str, Any] | None = None  # figures of how the work stands, as JSON
    result: Any = None
    error: XundianError | None = None  # None of a failed job: a fault of the program
    started: float = field(default_factory=time.monotonic)
    wanted: threading.Event = field(default_factory=threading.Event)  # set: cancel
    enough: threading.Event = field(default_factory=threading.Event)  # set: end with what there is
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Hear how far the work is, as a :data:`geo.progress.Progress`, and leave it when somebody cancelled."""
        self.heed()
        self.stage, self.done, self.total = stage, done, total

    def heed(self) -> None:
        """Leave the work when somebody cancelled."""
        if self.wanted.is_set():
            raise Cancelled

    @property
    def finished(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.over.is_set()


Work = Callable[[ThreadJob], Any]
"""Long work. It tells its job how far it is, and may tell it figures and ask whether what it has is enough."""


class ThreadJobs:
    """The jobs of one application. What they leave lives as long as the process."""

    def __init__(self, *, at_once: int = AT_ONCE, kept: int = KEPT) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._kept = kept
        self._jobs: dict[str, ThreadJob] = {}
        self._lock = threading.Lock()

    def start(self, owner: str, work: Work, *, about: str = "") -> ThreadJob:
        """Start ``work(job)`` in a thread of its own and give the job at once.

        Raises
        ------
        StateError
            When other work on the same is not over.
        """
        job = ThreadJob(secrets.token_hex(TOKEN_BYTES), owner, about)
        with self._lock:
            if about and self.at_work(about):
                raise StateError("this is being worked on already: wait until it is over, or end it first")
            old = [one for one in self._jobs.values() if one.finished]
            for one in old[: max(0, len(old) - self._kept + 1)]:
                del self._jobs[one.id]
            self._jobs[job.id] = job
        run = partial(copy_context().run, self._run, job, work)  # whose work it is goes with it
        threading.Thread(target=run, name=f"job {job.id[:6]}", daemon=True).start()
        return job

    def get(self, job_id: str, owner: str) -> ThreadJob:
        """Return a job of an account.

        Raises
        ------
        NotFoundError
            When there is none, or it belongs to somebody else.
        """
        job = self._jobs.get(job_id)
        if job is None or job.owner != owner:
            raise NotFoundError("this work is not known any more: the server was restarted, or it is long over")
        return job

    def at_work(self, about: str) -> ThreadJob | None:
        """Return the job, of whatever account, that works on something just now."""
        return next((one for one in self._jobs.values() if one.about == about and not one.finished), None)

    def last(self, owner: str, about: str) -> ThreadJob | None:
        """Return the newest job of an account on something, over or not."""
        own = [one for one in self._jobs.values() if one.about == about and one.owner == owner]
        return own[-1] if own else None

    def finish(self, job_id: str, owner: str) -> ThreadJob:
        """Ask a job to end with what it has so far, which is kept; work that has nothing yet goes on until it has."""
        job = self.get(job_id, owner)
        job.enough.set()
        return job

    def cancel(self, job_id: str, owner: str) -> ThreadJob:
        """Ask a job to stop at its next step; what it has not kept by then is not kept."""
        job = self.get(job_id, owner)
        job.wanted.set()
        return job

    def _run(self, job: ThreadJob, work: Work) -> None:
        try:
            with self._turns:
                job(job.stage, 0, 0)
                job.state = State.RUNNING
                job.result = work(job)
                job.state = State.DONE
        except Cancelled:
            job.state = State.CANCELLED
        except XundianError as error:
            job.error, job.state = error, State.FAILED
        except OSError as error:
            _log.warning("the system refused a job: %s", reason_of(error))
            job.error, job.state = refused(error), State.FAILED
        except Exception:  # noqa: BLE001 - whatever fails in a thread is said on the page and logged
            _log.exception("a job failed")
            job.state = State.FAILED
        finally:
            job.over.set()


def init_app(app: Flask) -> None:
    """Give the application its jobs."""
    app.extensions["xundian_jobs"] = ThreadJobs()


def jobs() -> ThreadJobs:
    """Return the jobs of the application that answers."""
    return cast("ThreadJobs", current_app.extensions["xundian_jobs"])
