"""A request to the application and its answer back, as WSGI has it (PEP 3333)."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

import h11

from webmap.server.settings import Environ
from webmap.server.spools import Outlet

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_log = logging.getLogger(__name__)

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Ends:
    """Between whom a connection is."""

    client: tuple[str, int]
    server: tuple[str, int]
    scheme: str


def environ_of(request: h11.Request, ends: Ends) -> Environ:
    """Return what the application is told of a request, without its body.

    A header with an underscore is left out: it would pass for the one with a hyphen, unseen by a proxy.
    """
    target = request.target.decode("latin-1")
    if "://" in target.partition("?")[0]:  # as it is sent to a proxy
        parts = urlsplit(target)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    path, _, query = target.partition("?")
    environ: Environ = {
        "REQUEST_METHOD": request.method.decode("ascii"),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": f"HTTP/{request.http_version.decode('ascii')}",
        "SERVER_NAME": ends.server[0],
        "SERVER_PORT": str(ends.server[1]),
        "REMOTE_ADDR": ends.client[0],
        "REMOTE_PORT": str(ends.client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": ends.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for raw, value in request.headers:
        name = raw.decode("latin-1").upper()
        if "_" in name:
            continue
        key = name.replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        text = value.decode("latin-1")
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    return environ


@dataclass(slots=True)
class ServerResponse:
    """What the application answers, as it comes."""

    outlet: Outlet
    head: asyncio.Future[tuple[int, Headers]]  # status and headers, once they are known
    _started: tuple[int, Headers] | None = None
    _told: bool = False

    @classmethod
    def on(cls, loop: asyncio.AbstractEventLoop) -> "ServerResponse":
        """Return an answer that a loop waits for."""
        return cls(Outlet(loop), loop.create_future())

    def make(self, app: "WSGIApplication", environ: Environ, body: IO[bytes]) -> None:
        """Run the application; in a thread. What it raises is logged and becomes a failure."""
        environ["wsgi.input"] = body
        pieces: Iterable[bytes] = ()
        try:
            pieces = app(environ, cast("StartResponse", self._start))
            for piece in pieces:
                self._write(piece)
            self._tell()
        except ConnectionError:  # the client is gone
            pass
        except Exception:  # noqa: BLE001 - whatever fails in a thread is an answer and a line of the log
            _log.exception("the application failed")
            self._fail()
        finally:
            close: Callable[[], object] | None = getattr(pieces, "close", None)
            if close is not None:
                close()
            self.outlet.end()

    def _start(self, status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], None]:  # noqa: ANN401 - PEP 3333
        if error is not None and self._told:
            raise error[1].with_traceback(error[2])
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self._started = (int(status.split(" ", 1)[0]), encoded)
        return self._write

    def _write(self, piece: bytes) -> None:
        if piece:
            self._tell()
            self.outlet.write(piece)

    def _tell(self) -> None:
        """Let the loop send status and headers; they wait for the first piece, as PEP 3333 asks."""
        if self._told:
            return
        if self._started is None:
            raise RuntimeError("the application gave no status")
        self._told = True
        self._set(self._started)

    def _fail(self) -> None:
        if not self._told:
            self._told = True
            self._set((500, [(b"content-type", b"text/plain"), (b"content-length", b"0")]))
        else:
            self.outlet.broken = True

    def _set(self, head: tuple[int, Headers]) -> None:
        def settle() -> None:
            if not self.head.done():
                self.head.set_result(head)

        self.head.get_loop().call_soon_threadsafe(settle)
