"""Long work as records: what is wanted, who has it until when, how far it is, and what it leaves."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from geo.errors import StateError


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StaleLeaseError(StateError):
    """The job was taken from this worker, cancelled, or is over: nothing of it is written any more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a job; ``attempt`` is the fencing token that every write names."""

    job: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Work to be done.

    Parameters
    ----------
    kind
        What is to be done, a name that workers know.
    owner
        The account that asks for it, and sees it.
    params
        Plain values.
    about
        What it works on: at most one job at a time works on the same. Empty: on nothing of the kind.
    place
        The folder of caches that holds its files; empty: it needs none.
    """

    kind: str
    owner: str
    params: Mapping[str, Any]
    about: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work as it stands in the city."""

    id: str
    kind: str
    owner: str  # account
    about: str
    params: Mapping[str, Any]
    state: JobState
    attempt: int
    worker: str  # empty: of none yet
    leased_until: dt.datetime | None  # UTC
    enqueued_at: dt.datetime  # UTC
    ended_at: dt.datetime | None  # UTC
    stage: str  # of the progress, in English
    done: int
    total: int
    told: Mapping[str, Any] | None  # figures of how the work stands
    cancel: bool
    enough: bool
    result: Any
    error: Mapping[str, Any] | None  # template and values; None of a failed job: a fault of the program

    @property
    def finished(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.state not in (JobState.WAITING, JobState.RUNNING)

    @property
    def lease(self) -> Lease:
        """The lease of whoever works on it now."""
        return Lease(self.id, self.attempt)

    def held(self, now: dt.datetime) -> bool:
        """Tell whether a worker has the job, as far as anybody has heard."""
        return self.state is JobState.RUNNING and self.leased_until is not None and self.leased_until > now


@dataclass(slots=True)
class Ending:
    """What a job leaves, filled in while its effects are written."""

    result: Any = None  # plain values
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is."""

    stage: str  # in English
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Worker:
    """Who takes jobs."""

    name: str
    kinds: Collection[str]
    lease_s: float
    place: str = ""  # its folder of caches
