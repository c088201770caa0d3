"""Long work as rows: who asks for it, who does it until when, and what came of it."""

import datetime as dt
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from geo.errors import NotFoundError, StateError
from geo.store import tables
from geo.store.audit import Act
from geo.store.job_rows import Ending, Job, JobProgress, JobState, Lease, StaleLeaseError, Wanted, Worker
from geo.store.part import StorePart

_J, _F = tables.jobs, tables.job_files
DEATHS = 3  # of the process of a job; then the work itself is to blame
ATTEMPTS = 20  # of work whose worker died each time
KEPT = dt.timedelta(days=1)  # what is over, with its result
KEPT_FAILED = dt.timedelta(days=14)  # so that whoever comes back reads why
TOKEN_BYTES = 16
_BACK = {"state": str(JobState.WAITING), "leased_until": None, "worker": "", "stage": ""}
NOT_KNOWN = "this work is not known any more: it is long over"
GIVEN_UP = (
    "the program that did this ended {attempts} times without an answer: nothing was changed. Tell whoever runs this "
    "server, with the time of day"
)


class Jobs(StorePart):
    """The long work of a city. Each job is done by whoever holds its lease, and ends once."""

    def enqueue(self, wanted: Wanted, now: dt.datetime) -> Job:
        """Keep work to be done, and let go of what is long over.

        Raises
        ------
        StateError
            When other work on the same is not over.
        """
        row = {
            "id": secrets.token_hex(TOKEN_BYTES),
            "kind": wanted.kind,
            "owner": wanted.owner,
            "about": wanted.about,
            "busy": wanted.about or None,
            "params": dict(wanted.params),
            "place": wanted.place,
            "state": str(JobState.WAITING),
            "attempt": 0,
            "deaths": 0,
            "worker": "",
            "enqueued_at": now,
            "stage": "",
            "done": 0,
            "total": 0,
            "cancel": False,
            "enough": False,
        }
        with self._database.writing(None) as connection:
            connection.execute(delete(_J).where(_old(now)))
            try:
                with connection.begin_nested():
                    connection.execute(insert(_J).values(row))
            except IntegrityError:
                raise StateError("this is being worked on already: wait until it is over, or end it first") from None
            return _job(connection.execute(select(_J).where(_J.c.id == row["id"])).one())

    def tidy(self, now: dt.datetime) -> int:
        """Let go of what is long over, and count it."""
        with self._database.reading() as connection:  # a look costs nobody a lock
            if connection.execute(select(_J.c.fid).where(_old(now)).limit(1)).first() is None:
                return 0
        with self._database.writing(None) as connection:
            return int(connection.execute(delete(_J).where(_old(now))).rowcount)

    def get(self, job_id: str, owner: str) -> Job:
        """Return a job of an account.

        Raises
        ------
        NotFoundError
            When there is none, or it belongs to somebody else.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(_J).where(_J.c.id == job_id, _J.c.owner == owner)).first()
        if row is None:
            raise NotFoundError(NOT_KNOWN)
        return _job(row)

    def file(self, job_id: str, owner: str, name: str) -> bytes:
        """Return a file that a job of an account left.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        this = (_F.c.job_id == job_id, _F.c.name == name, _J.c.owner == owner)
        with self._database.reading() as connection:
            content = connection.scalar(select(_F.c.content).join(_J, _J.c.id == _F.c.job_id).where(*this))
        if content is None:
            raise NotFoundError(NOT_KNOWN)
        return bytes(content)

    def of_owner(self, owner: str, kind: str | None = None) -> list[Job]:
        """List the jobs of an account, the newest first."""
        wanted = [_J.c.owner == owner, *([] if kind is None else [_J.c.kind == kind])]
        with self._database.reading() as connection:
            return [_job(row) for row in connection.execute(select(_J).where(*wanted).order_by(_J.c.fid.desc()))]

    def last(self, owner: str, about: str) -> Job | None:
        """Return the newest job of an account on something, over or not."""
        newest = select(_J).where(_J.c.owner == owner, _J.c.about == about).order_by(_J.c.fid.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(newest).first()
        return None if row is None else _job(row)

    def newest(self, about: str, state: JobState | None = None) -> Job | None:
        """Return the newest job on something, of whatever account: for what all who may see one may see."""
        wanted = [_J.c.about == about, *([] if state is None else [_J.c.state == str(state)])]
        with self._database.reading() as connection:
            row = connection.execute(select(_J).where(*wanted).order_by(_J.c.fid.desc()).limit(1)).first()
        return None if row is None else _job(row)

    def content(self, job_id: str, name: str) -> bytes | None:
        """Return a file that a job left, of whatever account; None when it is not kept any more."""
        with self._database.reading() as connection:
            content = connection.scalar(select(_F.c.content).where(_F.c.job_id == job_id, _F.c.name == name))
        return None if content is None else bytes(content)

    def drop_files(self, kind: str, keep: int) -> None:
        """Let go of the files of a kind of work but those that the newest jobs left, ``keep`` of them."""
        own = select(_J.c.id).where(_J.c.kind == kind)
        newest = own.where(_J.c.state == str(JobState.DONE)).order_by(_J.c.fid.desc()).limit(keep)
        with self._database.writing(None) as connection:
            kept = list(connection.scalars(newest))
            connection.execute(delete(_F).where(_F.c.job_id.in_(own), _F.c.job_id.not_in(kept)))

    def at_work(self, about: str) -> Job | None:
        """Return the job, of whatever account, that works on something just now or waits to."""
        with self._database.reading() as connection:
            row = connection.execute(select(_J).where(_J.c.busy == about)).first()
        return None if row is None else _job(row)

    def held_of(self, kind: str, now: dt.datetime) -> int:
        """Count the jobs of a kind that a worker has."""
        held = and_(_J.c.kind == kind, _J.c.state == JobState.RUNNING, _J.c.leased_until > now)
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(_J).where(held)) or 0

    def cancel(self, job_id: str, owner: str, now: dt.datetime) -> Job:
        """Ask a job to stop; where nobody works on it, it is over at once. What is over stays as it ended."""
        return self._ask(job_id, owner, {"cancel": True}, idle=_over(JobState.CANCELLED, now), now=now)

    def finish_early(self, job_id: str, owner: str, now: dt.datetime) -> Job:
        """Ask a job to end with what it has so far; work that has nothing yet goes on until it has."""
        return self._ask(job_id, owner, {"enough": True}, idle={"enough": True}, now=now)

    def claim(self, worker: Worker, now: dt.datetime, *, but: Collection[str] = ()) -> Job | None:
        """Take the oldest job that nobody works on, for ``worker.lease_s``; None when there is none.

        Parameters
        ----------
        but
            Jobs that this worker has already, should their leases have run out while it could not renew them.
        """
        wanted = and_(
            or_(_J.c.state == JobState.WAITING, and_(_J.c.state == JobState.RUNNING, _J.c.leased_until <= now)),
            *(_J.c.kind.in_(worker.kinds), _J.c.place.in_({"", worker.place}), _J.c.id.not_in(but)),
        )
        with self._database.reading() as connection:  # a look costs nobody a lock
            if connection.execute(select(_J.c.fid).where(wanted).limit(1)).first() is None:
                return None
        oldest = select(_J).where(wanted).order_by(_J.c.fid).limit(1).with_for_update(skip_locked=True)
        with self._database.writing(None) as connection:
            while (row := connection.execute(oldest).first()) is not None:
                if row.cancel:
                    _set(connection, Lease(row.id, row.attempt), _over(JobState.CANCELLED, now))
                elif row.deaths >= DEATHS or row.attempt >= ATTEMPTS:
                    error = row.error or {"template": GIVEN_UP, "values": {"attempts": DEATHS}}
                    _set(connection, Lease(row.id, row.attempt), _over(JobState.FAILED, now) | {"error": error})
                else:
                    until = now + dt.timedelta(seconds=worker.lease_s)
                    taken = {"attempt": row.attempt + 1, "worker": worker.name, "leased_until": until}
                    began = {"state": str(JobState.RUNNING), "stage": "", "done": 0, "total": 0, "told": None}
                    _set(connection, Lease(row.id, row.attempt), taken | began)
                    return _job(connection.execute(select(_J).where(_J.c.id == row.id)).one())
        return None

    def renew(self, lease: Lease, until: dt.datetime, at: JobProgress) -> bool:
        """Hold a job for longer and say how far it is; nobody waits for it, and it may be refused."""
        values = {"leased_until": until, "stage": at.stage, "done": at.done, "total": at.total}
        return self._write_if_free(lease, values)

    def tell(self, lease: Lease, told: Mapping[str, Any]) -> bool:
        """Keep figures of how the work stands; nobody waits for it, and it may be refused."""
        return self._write_if_free(lease, {"told": dict(told)})

    def asked(self, lease: Lease) -> Job:
        """Return the job for whoever works on it, to hear what its owner wants.

        Raises
        ------
        StaleLeaseError
            When the lease is no longer the job's.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(_J).where(_held(lease))).first()
        if row is None:
            raise _stale(lease)
        return _job(row)

    @contextmanager
    def finishing(self, lease: Lease, now: dt.datetime, act: Act | None = None) -> Iterator[Ending]:
        """Write the effects of a job and that it is done, all or nothing.

        What other parts of the store write in the block belongs to the same transaction. ``act`` is its row in the
        audit log, if it needs one of its own.

        Raises
        ------
        StaleLeaseError
            When the lease is no longer the job's, or somebody cancelled: nothing is written then.
        """
        ending = Ending()
        with self._database.writing(act) as connection:
            row = connection.execute(select(_J).where(_held(lease)).with_for_update()).first()
            if row is None or row.cancel:
                raise _stale(lease)
            self._database.backend.be_patient(connection)
            yield ending
            self.finish(connection, lease, ending, now)

    def finish(self, connection: Connection, lease: Lease, ending: Ending, now: dt.datetime) -> None:
        """Write within a transaction that a job is done, with what it leaves.

        Raises
        ------
        StaleLeaseError
            When the lease is no longer the job's.
        """
        done = _over(JobState.DONE, now) | {"result": ending.result, "error": None}
        if connection.execute(update(_J).where(_held(lease)).values(**done)).rowcount != 1:
            raise _stale(lease)
        for name, content in ending.files.items():
            connection.execute(insert(_F).values(job_id=lease.job, name=name, content=content))

    def fail(self, lease: Lease, error: Mapping[str, Any] | None, now: dt.datetime) -> bool:
        """Write why a job failed; False when the lease is no longer the job's."""
        with self._database.writing(None) as connection:
            return _set(connection, lease, _over(JobState.FAILED, now) | {"error": error})

    def stop(self, lease: Lease, now: dt.datetime) -> bool:
        """Write that a job was cancelled; False when the lease is no longer the job's."""
        with self._database.writing(None) as connection:
            return _set(connection, lease, _over(JobState.CANCELLED, now))

    def give_back(self, lease: Lease) -> bool:
        """Let others take a job; False when the lease is no longer the job's."""
        with self._database.writing(None) as connection:
            return _set(connection, lease, _BACK)

    def give_back_dead(self, lease: Lease, error: Mapping[str, Any] | None) -> bool:
        """Let others take a job whose own process ended, which it may do only a few times; ``error`` says then why."""
        with self._database.writing(None) as connection:
            return _set(connection, lease, {**_BACK, "deaths": _J.c.deaths + 1, "error": error})

    def release_all(self, worker: str, now: dt.datetime) -> int:
        """Let others take at once what a worker had that is known to be dead."""
        its = and_(_J.c.worker == worker, _J.c.state == JobState.RUNNING, _J.c.leased_until > now)
        with self._database.writing(None) as connection:
            return int(connection.execute(update(_J).where(its).values(leased_until=now)).rowcount)

    def _write_if_free(self, lease: Lease, values: Mapping[str, Any]) -> bool:
        statement = update(_J).where(_held(lease)).values(**values)
        return self._database.write_if_free(lambda connection: connection.execute(statement))

    def _ask(self, job_id: str, owner: str, wish: Mapping[str, Any], idle: Mapping[str, Any], now: dt.datetime) -> Job:
        """Tell a job what its owner wants, in another way where nobody works on it."""
        with self._database.writing(None) as connection:
            row = connection.execute(select(_J).where(_J.c.id == job_id, _J.c.owner == owner).with_for_update()).first()
            if row is None:
                raise NotFoundError(NOT_KNOWN)
            job = _job(row)
            if not job.finished:
                connection.execute(update(_J).where(_J.c.id == job_id).values(**(wish if job.held(now) else idle)))
            return _job(connection.execute(select(_J).where(_J.c.id == job_id)).one())


def _old(now: dt.datetime) -> ColumnElement[bool]:
    return or_(_J.c.ended_at < now - KEPT_FAILED, and_(_J.c.ended_at < now - KEPT, _J.c.state != JobState.FAILED))


def _held(lease: Lease) -> ColumnElement[bool]:
    return and_(_J.c.id == lease.job, _J.c.attempt == lease.attempt, _J.c.state == JobState.RUNNING)


def _set(connection: Connection, lease: Lease, values: Mapping[str, Any]) -> bool:
    """Write to a job that still is at this attempt and not over."""
    this = and_(_J.c.id == lease.job, _J.c.attempt == lease.attempt, _J.c.ended_at.is_(None))
    return connection.execute(update(_J).where(this).values(**values)).rowcount == 1


def _over(state: JobState, now: dt.datetime) -> dict[str, Any]:
    return {"state": str(state), "ended_at": now, "busy": None, "leased_until": None}


def _stale(lease: Lease) -> StaleLeaseError:
    return StaleLeaseError(
        "attempt {attempt} of this work was cancelled or overtaken: nothing was written", attempt=lease.attempt
    )


def _job(row: Row[Any]) -> Job:
    names = [name for name in Job.__slots__ if name != "state"]
    return Job(state=JobState(row.state), **{name: getattr(row, name) for name in names})
