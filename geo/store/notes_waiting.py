"""Rows of the audit log that wait in this process's memory until the city can be written."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from geo.audit.events import Event
from geo.store.audit import Act, happening

MOST = 1000


class NotesWaiting:
    """What happened while somebody else wrote to the city, or nobody could; the oldest first.

    There is room for :data:`MOST`; of more, their number is written down.
    """

    def __init__(self) -> None:
        self._acts: list[Act] = []
        self._missed = 0
        self._lock = threading.Lock()

    def keep(self, act: Act) -> None:
        """Let a row wait."""
        with self._lock:
            if len(self._acts) < MOST:
                self._acts.append(act)
            else:
                self._missed += 1

    @contextmanager
    def taken(self, *, when: bool = True) -> Iterator[Sequence[Act]]:
        """Take the rows that wait; when the block fails they wait again."""
        with self._lock:
            acts, missed = (self._acts, self._missed) if when else ([], 0)
            if when:
                self._acts, self._missed = [], 0
        if missed:
            acts.append(happening(Event.MISSED, rows=missed))
        try:
            yield acts
        except BaseException:
            self.put_back(acts)
            raise

    def put_back(self, acts: Sequence[Act]) -> None:
        """Let rows wait again, before those that came meanwhile; of those that found no room, their number."""
        waiting = [one for one in acts if one.event is not Event.MISSED]
        missed = sum(int(one.detail["rows"]) for one in acts if one.event is Event.MISSED)
        with self._lock:
            self._acts = [*waiting, *self._acts]
            self._missed += missed
