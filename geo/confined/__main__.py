"""The child: does the one piece of work that its parent sends, within its limits, and ends.

Started as ``python -m geo.confined``, so that it begins with nothing of its parent: no locks, no open database.
"""

import os
import pickle
import signal
import threading
import time
import traceback
from queue import Queue
from typing import BinaryIO

from geo.acting import acting
from geo.confined import messages
from geo.confined.limits import MB, confine
from geo.confined.messages import Done, Failed, OutOfMemory, Task, Told

TOLD_S = 0.1  # progress within a stage is told no more often
PATIENCE = 5  # how much less urgent than the pages of the server


class Teller:
    """Tells the parent how far the work is, and waits at every new stage until the parent lets it go on."""

    def __init__(self, outbox: BinaryIO, leave: Queue[object]) -> None:
        self._outbox, self._leave = outbox, leave
        self._stage, self._told_at = "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Be a :data:`geo.progress.Progress`."""
        fresh, now = stage != self._stage, time.monotonic()
        if not fresh and done < total and now - self._told_at < TOLD_S:
            return
        self._stage, self._told_at = stage, now
        messages.send(self._outbox, Told(stage, done, total, waits=fresh))
        if fresh:
            self._leave.get()


def main() -> None:
    """Do the work of one task."""
    os.umask(0o077)  # whatever library writes, it is for its owner alone
    inbox, outbox = _pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which decides
    if hasattr(os, "nice"):
        os.nice(PATIENCE)
    task = messages.receive(inbox)
    if not isinstance(task, Task):
        return
    leave: Queue[object] = Queue()
    threading.Thread(target=_hear, args=(inbox, leave), daemon=True).start()
    most_bytes = task.limits.memory_mb * MB // 4
    try:
        confine(task.limits)
        with acting(task.who):
            found = task.work(Teller(outbox, leave))
        messages.send(outbox, Done(found), most_bytes=most_bytes)
    except MemoryError:
        messages.send(outbox, OutOfMemory())
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent raises it
        messages.send(outbox, _failed(error))


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes to the parent for messages; what a library prints goes to the error stream."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return inbox, outbox


def _hear(inbox: BinaryIO, leave: "Queue[object]") -> None:
    """Pass on that the work may go on, and end with the parent, whose end of the pipe closes then."""
    while (message := messages.receive(inbox)) is not None:
        leave.put(message)
    os._exit(0)


def _failed(error: BaseException) -> Failed:
    trace = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - an error of a library that does not pickle
        return Failed(RuntimeError(f"{type(error).__name__}: {error}"), trace)
    return Failed(error, trace)


if __name__ == "__main__":
    main()
