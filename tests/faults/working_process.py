"""A worker process of the kill tests: ``python -m tests.faults.working_process CITY NAME``, ended by its input."""

import os
import signal
import sys
import threading

from geo.store import Store
from geo.store.job_rows import Job
from tests.faults.steps import KIND, Step
from webmap.jobs import worker


class FatalJob(worker.HeldJob):
    """A job that ends its worker as soon as it is claimed, when it says so."""

    def __init__(self, store: Store, job: Job, kind: worker.Kind) -> None:
        if job.params.get("step") == Step.CLAIMED and job.attempt == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        super().__init__(store, job, kind)


def main() -> None:
    """Work until the input ends."""
    ending = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
    worker.HeldJob = FatalJob  # type: ignore[misc]
    with Store.open(os.environ["XUNDIAN_CITY"]) as store:
        worker.WorkerLoop(store, sys.argv[1], [KIND]).run(ending)


if __name__ == "__main__":
    main()
