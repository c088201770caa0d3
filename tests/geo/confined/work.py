"""What the tests have a child do; it finds these functions by their names."""

import os
import sys
import threading
import time
from pathlib import Path

import numpy as np

from geo.errors import DatumError
from geo.progress import Progress


def add(one: int, other: int, progress: Progress) -> int:
    progress("adding", 0, 2)
    progress("adding", 2, 2)
    return one + other


def pid(_progress: Progress) -> int:
    return os.getpid()


def refuse(progress: Progress) -> None:
    progress("reading", 0, 1)
    raise DatumError("{field} is {value!r}: name another", field="datum", value="mars")


def stumble(_progress: Progress) -> None:
    raise ZeroDivisionError("a bug")


class Stubborn(Exception):  # noqa: N818 - as some libraries have it
    """Does not pickle."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")
        self.lock = threading.Lock()


def stumble_badly(_progress: Progress) -> None:
    raise Stubborn(1, 2)


def swell(_progress: Progress) -> int:
    return int(np.ones((1 << 16, 1 << 18)).sum())  # 128 GB


def swell_slowly(_progress: Progress) -> int:
    kept = []
    while True:
        kept.append(bytearray(64 << 20))


def bring_much(_progress: Progress) -> bytes:
    return bytes(600 << 20)


def spin(_progress: Progress) -> None:
    while True:
        pass


def sleep(progress: Progress) -> None:
    progress("sleeping", 0, 1)
    time.sleep(600)


def abort(_progress: Progress) -> None:
    os.abort()


def leave(_progress: Progress) -> None:
    os._exit(7)


def save_and_abort(progress: Progress) -> None:
    progress("saving", 0, 1)
    os.abort()


def save_slowly(path: Path, progress: Progress) -> str:
    progress("saving", 0, 1)
    time.sleep(3.0)
    path.write_text("saved", "utf-8")
    return "saved"


def chatter(_progress: Progress) -> str:
    print("to the output", flush=True)  # noqa: T201 - what libraries do
    os.write(1, b"by the system\n")
    sys.stderr.write("x" * 300_000)
    return sys.stdin.read()


def note_and_sleep(path: Path, progress: Progress) -> None:
    progress("waiting", 0, 1)
    path.write_text(str(os.getpid()), "utf-8")
    time.sleep(600)
