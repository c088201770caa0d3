"""Worker processes for the kill tests: started, killed, and started again until all work is over."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from geo.store import Store

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 300.0


def started(city: str) -> subprocess.Popen[bytes]:
    """Start a worker on a city."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.working_process", secrets.token_hex(4)],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "XUNDIAN_CITY": city, "PYTHONPATH": str(ROOT)},
    )


@dataclass(slots=True)
class Crew:
    """So many workers at a time on one city."""

    city: str
    count: int = 1
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    deaths: int = 0

    def __enter__(self) -> Self:
        self.muster()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
            if worker.stdin is not None:
                worker.stdin.close()

    def muster(self) -> None:
        """Start a worker for each that died."""
        for worker in [one for one in self.workers if one.poll() is not None]:
            if worker.stdin is not None:
                worker.stdin.close()
            self.workers.remove(worker)
            self.deaths += 1
        while len(self.workers) < self.count:
            self.workers.append(started(self.city))

    def until(
        self, over: Callable[[], bool], *, between: Callable[[], None] = lambda: None, wait_s: float = WAIT_S
    ) -> None:
        """Keep the crew whole until something is over."""
        ends_at = time.monotonic() + wait_s
        while not over():
            assert time.monotonic() < ends_at, "the work does not end"
            between()
            self.muster()
            time.sleep(0.1)


def gone(pid: int) -> bool:
    """Tell whether no such process runs any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] == "Z"


def kill(pid: int) -> None:
    """End a process that may be gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def all_over(store: Store, owner: str) -> bool:
    """Tell whether no job of an account goes on."""
    return all(job.finished for job in store.jobs.of_owner(owner))
