"""One client's connection: requests one after the other, each read within its limits, answered at the client's pace."""

import asyncio
import time
from collections.abc import Awaitable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, TypeVar

import h11

from webmap.server.application import Ends, Headers, ServerResponse, environ_of
from webmap.server.settings import Environ, Gate, ServerSettings
from webmap.server.spools import PIECE, spool

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Result = TypeVar("Result")
REFUSED = "xundian.too_large"
UNKEPT = "xundian.unkept"  # why what was sent found no place: the disk is full
"""Set in the environ of a request whose body was not read, as it is larger than whoever sent it may send."""


@dataclass(frozen=True, slots=True)
class Work:
    """What all connections share."""

    app: "WSGIApplication"
    gate: Gate
    settings: ServerSettings
    threads: Executor


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The request cannot be read; the client is told so and the connection ends."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class UnkeptError(Exception):
    """What a client sends finds no place on the disk; the application says so."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(reason)
        self.reason = reason


class Connection:
    """One connection, from its first byte to its end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, work: Work) -> None:
        self._reader, self._writer, self._work, self._settings = reader, writer, work, work.settings
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=self._settings.header_bytes)
        self._loop = asyncio.get_running_loop()
        self._stopping = False
        self.waiting = True  # for a request, with nothing under way

    async def serve(self) -> None:
        """Answer requests until the client, a limit or the server ends it."""
        try:
            more, patience_s = True, self._settings.header_s
            while more:
                request = await self._request(patience_s)
                if request is None:
                    return
                more, patience_s = await self._answered(request), self._settings.idle_s
        except Refused as refused:
            await self._refuse(refused.status)
        except h11.RemoteProtocolError as error:
            await self._refuse(HTTPStatus(error.error_status_hint))
        except (TimeoutError, OSError, h11.LocalProtocolError, asyncio.IncompleteReadError):
            pass
        finally:
            await self._close()

    def stop(self) -> None:
        """End the connection if nothing is under way; what is under way is its last."""
        self._stopping = True
        if self.waiting:
            self.abort()

    def abort(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()

    async def _request(self, patience_s: float) -> h11.Request | None:
        """Return the next request; None when the client is gone or says nothing for too long."""
        self.waiting = True
        event = self._http.next_event()
        if event is h11.NEED_DATA and not self._http.trailing_data[0]:
            with suppress(TimeoutError):
                await self._feed(patience_s)
                event = self._http.next_event()
        if event is h11.NEED_DATA and not self._http.trailing_data[0]:
            return None
        self.waiting = False
        ends_at = time.monotonic() + self._settings.header_s
        while event is h11.NEED_DATA:
            try:
                await self._feed(ends_at - time.monotonic())
            except TimeoutError:
                raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None
            event = self._http.next_event()
        return event if isinstance(event, h11.Request) else None

    async def _feed(self, patience_s: float) -> None:
        self._http.receive_data(await _within(patience_s, self._reader.read(PIECE)))

    async def _answered(self, request: h11.Request) -> bool:
        """Run the application and send what it answers; tell whether the connection goes on."""
        transport = self._writer.transport
        scheme = "https" if transport.get_extra_info("ssl_object") else "http"
        ends = Ends(_end(transport.get_extra_info("peername")), _end(transport.get_extra_info("sockname")), scheme)
        environ, body = environ_of(request, ends), spool()
        try:
            whole = await self._body(environ, body)
            answer = ServerResponse.on(self._loop)
            made = self._loop.run_in_executor(self._work.threads, answer.make, self._work.app, environ, body)
            try:
                await self._send(answer, request, whole=whole)
            finally:
                answer.outlet.leave()
                await made
        finally:
            body.close()
        if not whole:
            await self._linger()
            return False
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return not self._stopping

    async def _body(self, environ: Environ, body: IO[bytes]) -> bool:
        """Read the body; tell whether that was all of it, which it is not when it is larger than it may be."""
        declared = environ.get("CONTENT_LENGTH")
        chunked = environ.pop("HTTP_TRANSFER_ENCODING", None) is not None
        allowed = self._settings.small_body
        if chunked or int(declared or 0) > allowed:
            gate = self._work.gate
            allowed = await self._loop.run_in_executor(self._work.threads, gate, dict(environ))
        try:
            received = None if int(declared or 0) > allowed else await self._received(body, allowed)
        except UnkeptError as error:
            environ[UNKEPT] = error.reason
            return False
        if received is None:
            environ[REFUSED] = allowed
            return False
        if chunked:
            environ["CONTENT_LENGTH"] = str(received)
        return True

    async def _received(self, body: IO[bytes], allowed: int) -> int | None:
        """Read a body, and return how large it is; None when it is larger than allowed."""
        if self._http.they_are_waiting_for_100_continue:
            self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
        received, began = 0, time.monotonic()
        while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                try:
                    await self._feed(self._left_s(began, received))
                except TimeoutError:
                    raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None
            elif isinstance(event, h11.Data):
                received += len(event.data)
                if received > allowed:
                    return None
                _keep(body, event.data)
            else:
                raise ConnectionResetError
        body.seek(0)
        return received

    async def _send(self, answer: ServerResponse, request: h11.Request, *, whole: bool) -> None:
        """Send an answer as its client takes it."""
        status, headers = await answer.head
        kept = [pair for pair in headers if pair[0].lower() not in (b"connection", b"date")]
        kept.append((b"date", formatdate(usegmt=True).encode("ascii")))
        if not whole or self._stopping:
            kept.append((b"connection", b"close"))
        head = self._http.send(h11.Response(status_code=status, headers=kept, reason=_reason(status))) or b""
        empty = request.method == b"HEAD" or status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        sent, began = 0, time.monotonic()
        while piece := await answer.outlet.piece():
            if not empty:
                sent += len(piece)
                self._write(head + (self._http.send(h11.Data(data=piece)) or b""))
                head = b""
                await _within(self._left_s(began, sent), self._writer.drain())
        if answer.outlet.broken:
            raise ConnectionAbortedError
        self._write(head + (self._http.send(h11.EndOfMessage()) or b""))
        await _within(self._left_s(began, sent), self._writer.drain())

    def _left_s(self, began: float, moved: int) -> float:
        """Return how long a body of so many bytes so far may go on before it is too slow."""
        allowed_s = self._settings.grace_s + moved / self._settings.least_speed
        return max(0.0, began + allowed_s - time.monotonic())

    async def _refuse(self, status: HTTPStatus) -> None:
        """Say in one line that a request cannot be read."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        text = f"{status.value} {status.phrase}\n".encode()
        headers: Headers = [
            (b"content-type", b"text/plain"),
            (b"content-length", str(len(text)).encode()),
            (b"connection", b"close"),
        ]
        with suppress(OSError, TimeoutError, h11.LocalProtocolError):
            for event in (
                h11.Response(status_code=status.value, headers=headers, reason=_reason(status)),
                h11.Data(data=text),
                h11.EndOfMessage(),
            ):
                self._write(self._http.send(event))
            await _within(self._settings.grace_s, self._writer.drain())
            await self._linger()

    async def _linger(self) -> None:
        """Throw away what still comes for a while: a connection that is cut takes the answer with it."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        ends_at = time.monotonic() + self._settings.linger_s
        with suppress(TimeoutError, OSError):
            while await _within(ends_at - time.monotonic(), self._reader.read(PIECE)):
                pass

    def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)

    async def _close(self) -> None:
        self.waiting = False
        self._writer.close()
        with suppress(OSError, TimeoutError, asyncio.CancelledError):
            await _within(1.0, self._writer.wait_closed())
        self._writer.transport.abort()


def _keep(body: IO[bytes], data: bytes) -> None:
    try:
        body.write(data)
    except OSError as error:  # not to be taken for a failure of the connection
        raise UnkeptError(error) from error


async def _within(patience_s: float, what: Awaitable[Result]) -> Result:
    """Wait for something, but not longer.

    Raises
    ------
    TimeoutError
        When it took longer.
    """
    async with asyncio.timeout(max(0.0, patience_s)):
        return await what


def _end(name: object) -> tuple[str, int]:
    """Return address and port of one end of a connection."""
    return (str(name[0]), int(name[1])) if isinstance(name, tuple) and len(name) > 1 else ("", 0)


def _reason(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode("ascii")
    except ValueError:
        return b""
