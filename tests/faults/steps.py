"""RunningJob for the kill tests: counts its effect in the city, and dies at the step that its parameters name."""

import os
import signal
import time
from enum import StrEnum

from webmap.jobs.kinds import Kind
from webmap.jobs.work import RunningJob


class Step(StrEnum):
    """Where a process dies."""

    CLAIMED = "claimed"  # the worker, before it has started a process
    BEGUN = "begun"
    WORKING = "working"
    BEFORE_END = "before the end"
    WITHIN_END = "within the end"  # its effects are written, its transaction is open
    AFTER_END = "after the end"  # all is on the disk, nobody has heard of it


KIND = Kind("steps", "tests.faults.steps:work", niceness=0, at_once=1, lease_s=2.0)


def effect(job_about: str) -> str:
    """Name the setting that counts how often a job took effect."""
    return f"effect of {job_about}"


def work(job: RunningJob) -> None:
    """Count one more effect, in the transaction that ends the job."""
    about = job.params["about"]
    dies(job, Step.BEGUN)
    for done in range(4):
        job.progress("counting", done, 4)
        job.tell({"pid": os.getpid(), "done": done})
        time.sleep(job.params.get("pause_s", 0.0))
        dies(job, Step.WORKING)
    dies(job, Step.BEFORE_END)
    with job.finishing() as ending:
        before = int(job.store.settings.get(effect(about), "0"))
        job.store.settings.set(effect(about), str(before + 1))
        ending.result = {"attempt": job.attempt}
        ending.files["attempt.txt"] = str(job.attempt).encode()
        dies(job, Step.WITHIN_END)
    dies(job, Step.AFTER_END)


def dies(job: RunningJob, step: Step) -> None:
    """End this process, or the worker that started it, as a power cut would; at the first attempt alone."""
    if job.params.get("step") == step and (job.attempt == 1 or job.params.get("always")):
        os.kill(os.getppid() if job.params.get("victim") == "worker" else os.getpid(), signal.SIGKILL)
        time.sleep(30)  # where the worker was meant, its end is this process's too
