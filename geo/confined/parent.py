"""The parent's side: start a child, hear how far it is, and end it when it goes too far or nobody wants it."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from geo.acting import actor
from geo.confined import messages, windows
from geo.confined.limits import Limits
from geo.confined.messages import Done, Failed, Go, Message, OutOfMemory, Task, Told
from geo.errors import InputError, XundianError
from geo.progress import Progress, silent

Found = TypeVar("Found")

SAVING = "saving"
"""The stage from which on a child writes: it is not ended for its time then, nor because somebody cancels."""
TICK_S = 0.1
TAIL_BYTES = 4096
OUT_OF_MEMORY = (b"memory allocation", b"bad_alloc", b"ut of memory", b"annot allocate", b"MemoryError")

TOO_LARGE = (
    "{file} needs more than {limit_mb} MB of memory: it holds a cell far out, a huge picture or too many rows; bring "
    "it in parts, or save it anew in the program that made it"
)
TOO_LONG = "{file} takes more than {limit_s} s to read: bring it in parts, or save it anew in the program that made it"
BROKEN = (
    "{file} ended the program that read it ({reason}): it is damaged, or made to do harm; open it in the program that "
    "made it and save it anew"
)
UNSURE = (
    "{file} was being saved when its work ended ({reason}): look into the list of imports whether it is there, before "
    "you bring it again"
)


class DiedError(InputError):
    """The child was ended, by the system, by somebody or by the file: it gave no answer."""


def unheeded() -> None:
    """Let nobody cancel."""


def confined(
    work: Callable[[Progress], Found],
    *,
    file: str,
    limits: Limits,
    progress: Progress = silent,
    heed: Callable[[], None] = unheeded,
) -> Found:
    """Run ``work(progress)`` in a child process and return what it returns.

    Parameters
    ----------
    work
        A function at the top of a module, or a ``functools.partial`` of one: it, its arguments and its result pickle.
    file
        What the user calls the file, for the errors.
    limits
        What the child may use.
    progress
        Hears how far the child is; the child waits at each new stage until it has heard. What it raises ends the child.
    heed
        Called about ten times a second until the stage :data:`SAVING`; raises when somebody cancels, which ends the
        child.

    Raises
    ------
    InputError
        When the child used more than it may, or was ended by the file.
    Exception
        What ``work`` raised, as it was.
    """
    with _Child(Task(cast("Callable[[Progress], Any]", work), limits, actor()), file) as child:
        return cast("Found", child.outcome(progress, heed))


class _Child:
    """A running child."""

    def __init__(self, task: Task, file: str) -> None:
        self._task, self._file = task, file
        self._heard: Queue[Message | None] = Queue()
        self._stage = ""
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "geo.confined"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            env={**os.environ, "RUST_BACKTRACE": "0", "PYTHONPATH": os.pathsep.join(map(_absolute, sys.path))},
        )

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        self._say(self._task)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what the child did not read any more
                cast("Any", stream).close()
        self._words.close()

    def outcome(self, progress: Progress, heed: Callable[[], None]) -> Any:  # noqa: ANN401 - whatever the work returns
        """Listen until the child has its result, or is at its end."""
        ends_at = time.monotonic() + self._task.limits.wall_s
        while True:
            try:
                message = self._heard.get(timeout=TICK_S)
            except Empty:
                if self._stage != SAVING:
                    heed()
                    if time.monotonic() > ends_at:
                        raise self._too_long(round(self._task.limits.wall_s)) from None
                continue
            match message:
                case Told():
                    progress(message.stage, message.done, message.total)
                    self._stage = message.stage
                    if message.waits:
                        self._say(Go())
                case Done():
                    return message.result
                case Failed():
                    message.error.add_note(message.trace)
                    raise message.error
                case _:
                    raise self._death(message)

    def _listen(self) -> None:
        """Put what the child says where the parent waits for it, a None at its end."""
        message: Message | None = Go()
        while message is not None:
            try:
                message = messages.receive(cast("Any", self._process.stdout))
            except (OSError, ValueError):  # closed by the parent
                message = None
            self._heard.put(message)

    def _say(self, message: Message) -> None:
        with suppress(OSError):  # the child is gone: its end is heard too
            messages.send(cast("Any", self._process.stdin), message)

    def _death(self, message: Message | None) -> XundianError:
        """Say why a child ended without an answer."""
        if isinstance(message, OutOfMemory):
            return self._too_large()
        code = self._process.wait()
        if self._stage == SAVING:
            return DiedError(UNSURE, file=self._file, reason=_named(code))
        if code in (windows.OUT_OF_TIME, -getattr(signal, "SIGXCPU", 0) or None):
            return self._too_long(self._task.limits.cpu_s)
        if any(sign in self._last_words() for sign in OUT_OF_MEMORY):  # it would end like that each time
            return self._too_large()
        if code == -getattr(signal, "SIGKILL", 0):  # by the system for its memory, or by somebody
            large = self._too_large()
            return DiedError(large.template, **large.values)
        return DiedError(BROKEN, file=self._file, reason=_named(code))

    def _last_words(self) -> bytes:
        """Return the end of what the child wrote to its error stream."""
        self._words.seek(0, os.SEEK_END)
        self._words.seek(max(0, self._words.tell() - TAIL_BYTES))
        return self._words.read()

    def _too_long(self, limit_s: int) -> InputError:
        return InputError(TOO_LONG, file=self._file, limit_s=limit_s)

    def _too_large(self) -> InputError:
        return InputError(TOO_LARGE, file=self._file, limit_mb=self._task.limits.memory_mb)


def _named(code: int) -> str:
    """Name how a process ended."""
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"exit code {code}"


def _absolute(entry: str) -> str:
    """Return a folder of the module path so that the child finds it wherever it starts."""
    return str(Path(entry).resolve())
