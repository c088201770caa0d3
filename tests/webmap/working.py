"""A worker for tests: the long work of an application's city, done here and now."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

from flask import Flask

from geo.confined import Limits
from geo.store import Store
from webmap.jobs.kinds import KINDS
from webmap.jobs.worker import WorkerLoop

Found = TypeVar("Found")
WAIT_S = 240.0


def work_off(app: Flask, limits: Limits | None = None) -> None:
    """Do all that waits, and return when it is over."""
    kinds = list(KINDS.values())
    if limits is not None:
        kinds = [replace(kind, limits=partial(replace, limits)) for kind in kinds]
    with Store.open(app.config["CITY"]) as store:
        WorkerLoop(store, secrets.token_hex(4), kinds).work_off()


@contextmanager
def working(app: Flask) -> Iterator[None]:
    """Let a worker run beside the block."""
    ending = threading.Event()
    with Store.open(app.config["CITY"]) as store:
        loop = WorkerLoop(store, secrets.token_hex(4), list(KINDS.values()))
        thread = threading.Thread(target=loop.run, args=(ending,))
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join(WAIT_S)


def waited(look: Callable[[], Found], *, wait_s: float = WAIT_S) -> Found:
    """Return what is looked for as soon as it is there."""
    ends_at = time.monotonic() + wait_s
    while not (found := look()):
        assert time.monotonic() < ends_at, "it did not come"
        time.sleep(0.1)
    return found
