"""What the visits of a choice say, worked out once and kept for all who ask.

What rests on few visits is worked out in this process and kept in its memory. What rests on many is long work, done
beside the server (:mod:`webmap.jobs`), and kept in the city; while visits come in, what was found last is shown, and is
worked out anew from time to time. Nothing of it is written beside the city: covert rounds are among it.
"""

import datetime as dt
import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from flask_babel import gettext as _

from geo.clock import zone_of
from geo.errors import StateError, StoreError
from geo.progress import Progress
from geo.store import Store
from geo.store.job_rows import Job, JobState, Wanted
from webmap.findings import kept
from webmap.findings.answers import FoundLater, begun
from webmap.findings.choice import Choice
from webmap.findings.kept import KeptFinding
from webmap.findings.records import Records, state
from webmap.jobs.kinds import STATISTICS
from webmap.jobs.pages import standing, trouble
from webmap.jobs.work import RunningJob, now
from webmap.language.spoken import translate_error

AT_ONCE = 2  # more would only slow each other down
KEPT_CELLS = 2_000_000  # in memory, of all choices together
FEW_VISITS = 100_000  # to be worked out in this process
RENEWED = dt.timedelta(minutes=5)  # what is kept of many visits, at most this often
RETRIED = dt.timedelta(seconds=10)  # what failed: then whoever asks wants to try again
KEPT_FILES = 24  # in the city: choices
FILE = "found"


@dataclass(frozen=True, slots=True)
class AskedChoice:
    """How it stands with a choice.

    Parameters
    ----------
    found
        What its visits say; None while nobody knows.
    as_of
        When that was, where visits came since; None where it is so now.
    stage, done, total
        How far the work is.
    trouble
        Why it failed.
    """

    found: KeptFinding | None = None
    as_of: dt.datetime | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    trouble: str = ""

    @property
    def finished(self) -> bool:
        """Tell whether there is something to be shown."""
        return self.found is not None or bool(self.trouble)


@dataclass(frozen=True, slots=True)
class Seen:
    """What some visit of the city has: what can be chosen."""

    categories: frozenset[str]
    items: frozenset[str]
    streets: tuple[str, ...]  # in order
    rounds: frozenset[str]

    @classmethod
    def read(cls, store: Store) -> "Seen":
        """Ask the totals, and the deductions for their items."""
        with store.snapshot():
            categories, streets, rounds = (
                store.visits.summary(by=(name,))[name] for name in ("category", "street_code", "round_id")
            )
            items = store.visits.items()
        return cls(frozenset(categories), frozenset(items), tuple(sorted(set(streets) - {""})), frozenset(rounds))


@dataclass(frozen=True, slots=True)
class _Held:
    """A finding in memory."""

    found: KeptFinding
    state: str  # of the city
    made_at: dt.datetime


class Desk:
    """Has what is asked for worked out, once for all who ask, and keeps the newest answers."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._held: OrderedDict[Choice, _Held] = OrderedDict()
        self._at_work: dict[Choice, tuple[str, FoundLater[KeptFinding]]] = {}
        self._seen: tuple[str, Seen] | None = None
        self._lock = threading.Lock()

    def seen(self, store: Store) -> Seen:
        """Return what can be chosen, read once for each state of the visits."""
        at = store.visits.state()
        with self._lock:
            if self._seen is None or self._seen[0] != at:
                self._seen = at, Seen.read(store)
            return self._seen[1]

    def ask(self, store: Store, choice: Choice, owner: str, *, wait_s: float) -> AskedChoice:
        """Return how it stands with a choice, after waiting a little for it; who asks may see all visits."""
        at = state(store)
        with self._lock:
            held = self._held.get(choice)
            if held is not None and held.state == at:
                self._held.move_to_end(choice)
                return AskedChoice(held.found)
        if store.visits.summary(choice.broad.scope(zone_of(store)))["visits"].iloc[0] > FEW_VISITS:
            try:
                return self._from_city(store, choice, owner, at)
            except StoreError:  # it cannot be written
                pass
        return self._here(store, choice, at, wait_s)

    def _here(self, store: Store, choice: Choice, at: str, wait_s: float) -> AskedChoice:
        """Work a choice out in this process."""
        with self._lock:
            was, answer = self._at_work.get(choice, ("", None))
            if answer is None or was != at or answer.error is not None:
                answer = begun(lambda progress: work_out(store, choice, progress), self._turns)
                self._at_work[choice] = at, answer
        answer.over.wait(wait_s)
        if answer.error is not None:
            return AskedChoice(trouble=translate_error(answer.error))
        if answer.found is None:
            return AskedChoice(stage=_(answer.stage) if answer.stage else "", done=answer.done, total=answer.total)
        with self._lock:
            if self._at_work.get(choice, ("", None))[1] is answer:
                del self._at_work[choice]
        return AskedChoice(self._keep(choice, _Held(answer.found, at, now())))

    def _from_city(self, store: Store, choice: Choice, owner: str, at: str) -> AskedChoice:
        """Take what the city keeps of a choice, and have it worked out again where that is old."""
        about, moment = about_choice(choice), now()
        newest = store.jobs.newest(about)
        kept_now = self._kept(store, choice, about)
        old = kept_now is None or kept_now.state != at
        if newest is not None and newest.state is JobState.FAILED and kept_now is None and _just(newest, moment):
            return AskedChoice(trouble=trouble(newest))
        if old and (newest is None or newest.finished) and (kept_now is None or moment - kept_now.made_at > RENEWED):
            newest = _enqueued(store, choice, owner, about)
        if kept_now is not None:
            return AskedChoice(kept_now.found, as_of=kept_now.made_at if old else None)
        if newest is None:
            return AskedChoice()
        return AskedChoice(stage=standing(newest), done=newest.done, total=newest.total)

    def _kept(self, store: Store, choice: Choice, about: str) -> _Held | None:
        done = store.jobs.newest(about, JobState.DONE)
        if done is None or done.ended_at is None:
            return None
        with self._lock:
            held = self._held.get(choice)
        if held is not None and held.made_at == done.ended_at:
            return held
        content = store.jobs.content(done.id, FILE)
        found = None if content is None else KeptFinding.from_bytes(content)
        if found is None:
            return None
        made = _Held(found, str(done.result["state"]), done.ended_at)
        self._keep(choice, made)
        return made

    def _keep(self, choice: Choice, held: _Held) -> KeptFinding:
        """Keep a finding in memory, and let go of the oldest when there is too much."""
        with self._lock:
            self._held[choice] = held
            self._held.move_to_end(choice)
            total = sum(one.found.inside.size for one in self._held.values())
            while total > KEPT_CELLS and len(self._held) > 1:
                total -= self._held.popitem(last=False)[1].found.inside.size
        return held.found


def work_out(store: Store, choice: Choice, progress: Progress) -> KeptFinding:
    """Read the visits of a choice and work out what they say."""
    progress("reading the visits", 0, 0)
    return kept.work_out(Records.read(store, choice), choice, progress=progress)


def work_out_job(work: RunningJob) -> None:
    """Do the same as a job, and keep what was found in the city."""
    choice = Choice.of(work.params["choice"])
    with work.store.snapshot():
        at, records = state(work.store), Records.read(work.store, choice)
    content = kept.work_out(records, choice, progress=work.progress).to_bytes()
    with work.finishing() as ending:
        ending.result, ending.files[FILE] = {"state": at}, content
        work.store.jobs.drop_files(STATISTICS.name, KEPT_FILES)


def about_choice(choice: Choice) -> str:
    """Name the work on a choice."""
    given = json.dumps(choice.arguments(), sort_keys=True)
    return f"statistics {hashlib.sha256(given.encode()).hexdigest()[:16]}"


def _enqueued(store: Store, choice: Choice, owner: str, about: str) -> Job | None:
    try:
        return store.jobs.enqueue(Wanted(STATISTICS.name, owner, {"choice": choice.arguments()}, about=about), now())
    except StateError:  # somebody else asked at the same moment
        return store.jobs.newest(about)


def _just(job: Job, moment: dt.datetime) -> bool:
    return job.ended_at is not None and moment - job.ended_at < RETRIED


def init_app(app: Flask) -> None:
    """Set up the desk of the application."""
    app.extensions["xundian_findings"] = Desk()


def prepare(app: Flask) -> None:
    """Work out what a planner sees first, so that the first one does not wait for it."""
    with app.test_request_context():
        desk().ask(app.extensions["xundian"], Choice(), "", wait_s=0.0)


def desk() -> Desk:
    """Return the desk of the application that answers."""
    return cast("Desk", current_app.extensions["xundian_findings"])
