"""How much memory and time a child may use, and how the system is told to hold it to that."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from geo.confined import windows

MB = 2**20
LEAST_MB = 1024  # a small machine reads an ordinary file all the same
SPARE_CPU_S = 5  # between the signal that ends a child and the one that it could not refuse


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use before it is ended."""

    memory_mb: int  # beyond what it needs before it has opened anything
    cpu_s: int
    wall_s: float

    @classmethod
    def of_share(cls, share: float, *, most_mb: int | None = None, cpu_s: int, wall_s: float) -> "Limits":
        """Allow a share of this machine's memory, at least 1 GB."""
        memory_mb = max(LEAST_MB, int(machine_mb() * share))
        return cls(memory_mb if most_mb is None else min(memory_mb, max(LEAST_MB, most_mb)), cpu_s, wall_s)


def machine_mb() -> int:
    """Return the memory of this machine."""
    if sys.platform == "win32":
        return windows.machine_bytes() // MB
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) // MB


def confine(limits: Limits) -> None:
    """Hold this process, from now on, to its limits of memory and processor time; the parent watches the clock.

    Allocations beyond the limit fail: Python raises MemoryError, a library in C or Rust may end the process.
    """
    if sys.platform == "win32":
        windows.confine(limits.memory_mb * MB, limits.cpu_s)
        return
    import resource  # noqa: PLC0415 - Windows has none

    spent = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = int(spent.ru_utime + spent.ru_stime) + limits.cpu_s
    wanted = [(resource.RLIMIT_CORE, 0, 0), (resource.RLIMIT_CPU, cpu_s, cpu_s + SPARE_CPU_S)]
    if sys.platform == "linux":  # macOS knows no limit of addresses; there only time is limited
        most = _address_space() + limits.memory_mb * MB
        wanted.append((resource.RLIMIT_AS, most, most))
        with suppress(OSError):  # where memory is short on the whole machine, the child goes before the server
            Path("/proc/self/oom_score_adj").write_text("500", "ascii")
    for kind, soft, hard in wanted:
        already = resource.getrlimit(kind)[1]
        if already != resource.RLIM_INFINITY:
            soft, hard = min(soft, already), min(hard, already)  # noqa: PLW2901 - only root may raise what is lower
        resource.setrlimit(kind, (soft, hard))


def set_niceness(niceness: int) -> None:
    """Make this process that much less urgent than others, from 0 to 19; it never becomes more urgent."""
    if sys.platform == "win32":
        windows.step_back()
    else:
        os.nice(max(0, niceness - os.nice(0)))


def _address_space() -> int:
    """Return the bytes of addresses that this process has now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
