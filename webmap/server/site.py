"""The server itself: its sockets, all its connections, and its end."""

import asyncio
import logging
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from webmap.server.connection import Connection, Work
from webmap.server.settings import Gate, ServerSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)
BACKLOG = 512


class Server:
    """Serves an application on a socket that listens already.

    Parameters
    ----------
    app
        A WSGI application.
    listening
        Bound; the server closes it.
    gate
        Says how much of a body may be read; see :data:`webmap.server.settings.Gate`.
    tls
        The certificate, or None for plain HTTP.
    settings
        Limits.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        listening: socket.socket,
        *,
        gate: Gate,
        tls: ssl.SSLContext | None = None,
        settings: ServerSettings | None = None,
    ) -> None:
        self._listening, self._tls, self._settings = listening, tls, settings or ServerSettings()
        self._name = listening.getsockname()
        self._threads = ThreadPoolExecutor(self._settings.threads, thread_name_prefix="request")
        self._work = Work(app, gate, self._settings, self._threads)
        self._connections: dict[Connection, asyncio.Task[Any] | None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        self.started = threading.Event()

    @property
    def address(self) -> str:
        """Where it is reached."""
        host, port = self._name[:2]
        return f"{'http' if self._tls is None else 'https'}://{f'[{host}]' if ':' in host else host}:{port}"

    async def run(self) -> None:
        """Serve until :meth:`stop`, or until the task is cancelled; what is under way then is finished."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_quiet)
        server = await asyncio.start_server(
            self._connected,
            sock=self._listening,
            backlog=BACKLOG,
            ssl=self._tls,
            limit=64 * 1024,
            ssl_handshake_timeout=None if self._tls is None else self._settings.handshake_s,
        )
        self.started.set()
        try:
            await self._end.wait()
        finally:
            server.close()
            await self._finish()
            self._threads.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """Ask the server to end; from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # it is over already
                self._loop.call_soon_threadsafe(self._end.set)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._make_room()
        connection = Connection(reader, writer, self._work)
        self._connections[connection] = asyncio.current_task()
        try:
            await connection.serve()
        finally:
            del self._connections[connection]

    def _make_room(self) -> None:
        """Let go of the connection that has waited longest when there are too many."""
        if len(self._connections) < self._settings.connections:
            return
        idle = next((one for one in self._connections if one.waiting), None)
        oldest = idle or next(iter(self._connections))
        oldest.abort()

    async def _finish(self) -> None:
        """End what waits, and give what is under way some seconds."""
        for connection in list(self._connections):
            connection.stop()
        tasks = [task for task in self._connections.values() if task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._settings.stop_s)
            for task in late:
                task.cancel()


def _quiet(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Note what a client did wrong at a level that nobody reads by default; of our own faults the connection tells."""
    error = context.get("exception")
    if isinstance(error, OSError | TimeoutError | asyncio.CancelledError):
        _log.debug("a connection ended: %s", type(error).__name__)
    else:
        _log.error("a connection failed: %s", context.get("message"), exc_info=error)


async def run_in_foreground(server: Server) -> None:
    """Serve until Ctrl-C, or until the system asks the process to end."""
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":  # Ctrl-C cancels the task by itself; a service is stopped by Ctrl-Break
        signal.signal(signal.SIGBREAK, lambda *_: server.stop())
    else:
        for kind in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(kind, server.stop)
    await server.run()


@contextmanager
def running(server: Server) -> Iterator[str]:
    """Serve in a thread while the block runs; it is given the address."""
    thread = threading.Thread(target=lambda: asyncio.run(server.run()), daemon=True)
    thread.start()
    server.started.wait(30.0)
    try:
        yield server.address
    finally:
        server.stop()
        thread.join(30.0)
