"""One job in a process of its own: what its function is given, and how that tells, asks and ends."""

import datetime as dt
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from geo.acting import acting
from geo.confined import SAVING, set_niceness
from geo.errors import AccessError, StoreError
from geo.model import Action
from geo.progress import Progress
from geo.store import Store
from geo.store.audit import Act
from geo.store.job_rows import Ending, Job, Lease
from geo.store.telling import HELD, IN_USE
from webmap.jobs.kinds import Kind
from webmap.rights import reach_of

TOLD_S = 0.5  # figures are told no more often
PATIENCE_S = 600.0  # for who else writes: hours of work are not lost for an import that takes minutes
PAUSE_S = 0.5


def now() -> dt.datetime:
    """Return the moment, by this machine's clock: the city's may be pinned."""
    return dt.datetime.now(dt.UTC)


class RunningJob:
    """A job under way, as its function sees it.

    Parameters
    ----------
    store
        The city.
    job
        As it was claimed.
    progress
        Hears how far it is.
    """

    def __init__(self, store: Store, job: Job, progress: Progress) -> None:
        self.store, self.params, self.progress = store, job.params, progress
        self.owner, self.attempt = job.owner, job.attempt
        self._lease, self._told_at, self._enough = job.lease, 0.0, job.enough

    def tell(self, figures: Mapping[str, Any]) -> bool:
        """Tell how the work stands, and hear whether what it has is enough."""
        if time.monotonic() - self._told_at >= TOLD_S:
            self.store.jobs.tell(self._lease, figures)
            self._enough = self.store.jobs.asked(self._lease).enough
            self._told_at = time.monotonic()
        return self._enough

    @contextmanager
    def finishing(self, act: Act | None = None) -> Iterator[Ending]:
        """Write the effects and the end of the job in one transaction, after whoever else writes.

        From here on nobody ends the process for its time.

        Parameters
        ----------
        act
            What the audit log says of it; None: what is written in the block says it.

        Raises
        ------
        StaleLeaseError
            When the job is no longer this process's: nothing is written then.
        """
        self.progress(SAVING, 0, 1)
        with ExitStack() as block:
            yield self._begun(block, act)

    def _begun(self, block: ExitStack, act: Act | None) -> Ending:
        ends_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                return block.enter_context(self.store.jobs.finishing(self._lease, now(), act))
            except StoreError as error:
                if error.template not in (HELD, IN_USE) or time.monotonic() > ends_at:
                    raise
            time.sleep(PAUSE_S)


def run_job(city: str, kind: Kind, lease: Lease, progress: Progress) -> None:
    """Do a job that a worker has claimed; called in a child process."""
    set_niceness(kind.niceness)
    module, _, name = kind.function.partition(":")
    function = getattr(import_module(module), name)
    with Store.open(city) as store:
        job = store.jobs.asked(lease)
        _require_right(store, job.owner, kind.action)
        with acting(job.owner):
            function(RunningJob(store, job, progress))


def _require_right(store: Store, owner: str, action: Action) -> None:
    """Refuse work of an account that may not do it any more; the server's own, and what is anybody's, is always done.

    Raises
    ------
    AccessError
        When it is disabled, has another role by now, or is not there.
    """
    if not owner or action is Action.FOLLOW_WORK:
        return
    user = store.accounts.get(owner)
    if user is None or user.disabled or reach_of(user.role, action) is None:
        raise AccessError("the account {name} may not do this any more: nothing was changed", name=owner)
