"""A city served by ``xundian serve`` over TLS, with its processor seconds and its memory as the system counts them."""

import asyncio
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.web_browser import Browser

CERTIFICATES = Path(__file__).parents[1] / "webmap/server/certificates"
START_S, IDLE_S, QUIET = 240.0, 0.25, 0.05  # quiet: processor seconds a second
TICK_S = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
_CPU_CLOCK = 2  # the clock of a process by its id, as clock_getcpuclockid(3) makes it on Linux


@dataclass(frozen=True, slots=True)
class Memory:
    """What a server and the processes that it started hold, in MB."""

    server_mb: float
    children_mb: float

    @property
    def all_mb(self) -> float:
        """Together."""
        return self.server_mb + self.children_mb


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs."""

    port: int
    pid: int
    tls: ssl.SSLContext

    def browser(self) -> Browser:
        """Open a browser."""
        return Browser(self.port, self.tls)

    def cpu_s(self) -> float:
        """Return the processor seconds of the server so far, and of its children that have ended."""
        own = time.clock_gettime((~self.pid << 3) | _CPU_CLOCK)
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return own + (int(fields[13]) + int(fields[14])) * TICK_S

    def memory(self) -> Memory:
        """Return what it and its children hold now."""
        children = [pid for pid in _below(self.pid) if pid != self.pid]
        return Memory(_resident_mb(self.pid), sum(map(_resident_mb, children)))

    async def rest(self, at_most_s: float = START_S) -> None:
        """Wait until the server has nothing to do."""
        ends = time.monotonic() + at_most_s
        before = self.cpu_s()
        while time.monotonic() < ends:
            await asyncio.sleep(IDLE_S)
            now = self.cpu_s()
            if now - before < QUIET * IDLE_S:
                return
            before = now


def _resident_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def _below(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(each) for each in task.read_text().split()]
    return found


@contextmanager
def served(city: str) -> Iterator[Served]:
    """Serve a city until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ["serve", "--port", str(port), "--certificate", str(CERTIFICATES / "certificate.pem")]
    words += ["--key", str(CERTIFICATES / "key.pem"), "--city", city]
    child = subprocess.Popen([sys.executable, "-m", "webmap.cli", *words], stdout=subprocess.DEVNULL)
    try:
        _await(port, child)
        yield Served(port, child.pid, ssl.create_default_context(cafile=str(CERTIFICATES / "certificate.pem")))
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(60)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _await(port: int, child: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + START_S
    while time.monotonic() < ends and child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: exit code {child.poll()}")


def copied(city: str, folder: Path) -> str:
    """Copy a city into a folder, with what is made of it and kept beside it, and return the copy's path."""
    source, copy = Path(city), folder / "city.gpkg"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, copy)
    beside = source.with_suffix(".cache")
    if beside.is_dir():
        shutil.copytree(beside, copy.with_suffix(".cache"), dirs_exist_ok=True)
    return str(copy)
