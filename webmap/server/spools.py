"""What a client sends or is sent, kept in memory while it is small and on the disk when it is not."""

import asyncio
import threading
from tempfile import SpooledTemporaryFile
from typing import IO

IN_MEMORY = 512 * 1024
PIECE = 64 * 1024
MOST_AHEAD = 64 * 1024 * 1024  # of an answer, before its thread waits for the client


def spool() -> IO[bytes]:
    """Return an empty file in memory that moves to the disk when it grows."""
    return SpooledTemporaryFile(max_size=IN_MEMORY)


class Outlet:
    """An answer between the thread that makes it and the loop that sends it.

    The thread writes as fast as it can and is free again; the client reads as fast as it can.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._file = loop, spool()
        self._written = self._sent = 0
        self._lock = threading.Lock()
        self._news = asyncio.Event()
        self._room = threading.Event()
        self._room.set()
        self._over = self._left = False
        self.broken = False  # its maker failed half-way: what was sent must not pass for the whole

    def write(self, data: bytes) -> None:
        """Add a piece; in the thread.

        Raises
        ------
        ConnectionError
            When nobody takes it any more.
        """
        self._room.wait()
        with self._lock:
            if self._left:
                raise ConnectionError
            self._file.seek(self._written)
            self._file.write(data)
            self._written += len(data)
            if self._written - self._sent > MOST_AHEAD:
                self._room.clear()
        self._loop.call_soon_threadsafe(self._news.set)

    def end(self) -> None:
        """Say that this was all; in the thread."""
        self._over = True
        self._loop.call_soon_threadsafe(self._news.set)

    async def piece(self) -> bytes:
        """Return the next piece; nothing at the end; in the loop."""
        while True:
            over = self._over
            with self._lock:
                self._file.seek(self._sent)
                data = self._file.read(PIECE)
                self._sent += len(data)
                if self._written - self._sent <= MOST_AHEAD:
                    self._room.set()
            if data or over:
                return data
            await self._news.wait()
            self._news.clear()

    def leave(self) -> None:
        """Take no more; in the loop."""
        with self._lock:
            self._left = True
            self._file.close()
        self._room.set()
