"""A real ``xundian serve`` and the worker that it keeps: killed, it is replaced; work ends; nothing is left over."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from geo.store import Store
from geo.store.job_rows import Job, JobState
from tests.faults.crew import gone
from tests.webmap.conftest import PASSWORD
from tests.webmap.working import waited
from webmap import serve
from webmap.rounds import planning

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")

ROUND = "2026-06"
FORM = {"seconds": "2", "premium": "0", "days": "drawn", "lose": "yes"}


@dataclass(slots=True)
class Site:
    """A server of the small city, and a browser in which the planner is logged in."""

    city: Path
    process: subprocess.Popen[bytes]
    address: str
    browser: OpenerDirector = field(default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar())))

    def get(self, path: str) -> str:
        """Return a page."""
        with self.browser.open(self.address + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, at: str, **fields: str) -> None:
        """Send a form as it stands on a page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(at))
        assert token is not None
        data = urlencode({**fields, "csrf_token": token[1]}).encode()
        self.browser.open(self.address + path, data, timeout=60).close()

    def job(self) -> Job:
        """Return the planning as the city has it."""
        with Store.open(self.city) as store:
            job = store.jobs.last("planner", planning.about(ROUND))
        assert job is not None
        return job

    def answers(self) -> bool:
        """Tell whether it serves already."""
        assert self.process.poll() is None
        try:
            return bool(self.get("/login"))
        except URLError:
            return False


@pytest.fixture
def site(city_file: Path, tmp_path: Path) -> Iterator[Site]:
    shutil.copytree(city_file.parent, tmp_path / "own")
    city = tmp_path / "own" / city_file.name
    with serve.bound("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
    words = [sys.executable, "-m", "webmap.cli", "serve", "--city", str(city), "--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = Site(city, process, f"http://127.0.0.1:{port}")
    try:
        waited(made.answers)
        made.post("/login", "/login", name="planner", password=PASSWORD)
        made.post("/language", f"/rounds/{ROUND}", language="en")
        yield made
    finally:
        process.kill()
        process.wait()


def child(pid: int, word: str) -> int | None:
    """Find the process that another started with a word in its command."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:2]
            command = stat.with_name("cmdline").read_bytes().split(b"\0")
        except OSError:  # it ended
            continue
        if int(parent) == pid and state != "Z" and word.encode() in command:
            return int(stat.parent.name)
    return None


def at_work(site: Site) -> tuple[int, int]:
    """Wait until the planning is under way, and return its worker and the process that does it."""
    waited(lambda: site.job().state is JobState.RUNNING)
    worker = waited(lambda: child(site.process.pid, "worker"))
    return worker, waited(lambda: child(worker, "geo.confined"))


def test_a_killed_worker_is_replaced_and_one_of_a_killed_server_ends(site: Site) -> None:
    site.post(f"/rounds/{ROUND}/plan", f"/rounds/{ROUND}", **FORM)
    worker, of_job = at_work(site)
    os.kill(worker, signal.SIGKILL)
    first, told = site.job(), []
    while not site.job().finished:  # the page says what is true, all the way
        told.append(site.get(f"/data/jobs/{first.id}"))
        time.sleep(0.1)
    assert any("Interrupted: nothing is heard of its worker" in one for one in told)
    assert gone(of_job)
    over = site.job()
    assert (over.id, over.state, over.attempt) == (first.id, JobState.DONE, 2)
    assert "served" in over.result
    assert "stops on" in site.get(f"/rounds/{ROUND}?planned=yes")

    site.post(f"/rounds/{ROUND}/plan", f"/rounds/{ROUND}", **(FORM | {"seconds": "60"}))
    worker, of_job = at_work(site)
    site.process.kill()
    waited(lambda: gone(worker) and gone(of_job), wait_s=30.0)
    assert site.job().state in (JobState.WAITING, JobState.RUNNING)  # the next server begins it again
