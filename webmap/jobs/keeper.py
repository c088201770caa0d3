"""Keeps a worker running beside the server: starts it, starts it again when it dies, and ends it with the server."""

import logging
import os
import secrets
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from geo.errors import XundianError
from geo.failures import reason_of
from geo.store import Store
from webmap.jobs.work import now

PAUSES_S = (0.5, 2.0, 10.0, 30.0)  # between one death and the next start, longer each time
SOUND_S = 60.0  # a worker that lived as long starts the count anew
STOP_S = 10.0

_log = logging.getLogger(__name__)


class WorkerKeeper:
    """A worker process as a child of this one.

    Parameters
    ----------
    store
        The city.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._let_end()
        self._thread.join(STOP_S)
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int | None:
        """The process of the worker that runs now."""
        return None if self._process is None else self._process.pid

    def _let_end(self) -> None:
        """Close the worker's input, which it takes as its end."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _keep(self) -> None:
        deaths = 0
        while not self._ending.is_set():
            name, began = f"serve:{secrets.token_hex(6)}", now()
            try:
                self._process = _started(self._store.url, name)
            except OSError as error:
                _log.warning("no worker can be started: %s", reason_of(error))
            else:
                if self._ending.is_set():  # meanwhile
                    self._let_end()
                code = self._process.wait()
                if self._ending.is_set():
                    return
                _log.warning("the worker ended with code %s and is started again", code)
                self._let_go(name)
            deaths = 0 if (now() - began).total_seconds() > SOUND_S else deaths
            self._ending.wait(PAUSES_S[min(deaths, len(PAUSES_S) - 1)])
            deaths += 1

    def _let_go(self, name: str) -> None:
        """Let the next worker begin at once with what the dead one had."""
        try:
            self._store.jobs.release_all(name, now())
        except XundianError as error:  # their leases run out by themselves
            _log.warning("the work of a dead worker waits for its leases to end: %s", reason_of(error))


def _started(city: str, name: str) -> subprocess.Popen[bytes]:
    """Start a worker; the city's URL may hold a password, so it is not among the words that everybody can list."""
    paths = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)
    return subprocess.Popen(  # noqa: S603 - this program
        [sys.executable, "-P", "-m", "webmap.cli", "worker", "--attached", "--name", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "XUNDIAN_CITY": city, "PYTHONPATH": paths},
    )
