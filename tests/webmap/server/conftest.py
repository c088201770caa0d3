"""A small application behind the server, on a real socket of this machine."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from webmap.serve import bound
from webmap.server import Server, ServerSettings, running

CERTIFICATES = Path(__file__).parent / "certificates"
QUICK = ServerSettings(threads=4, header_s=1.0, idle_s=1.0, handshake_s=1.0, grace_s=1.0, linger_s=2.0, stop_s=5.0)
SEEN: list[dict[str, Any]] = []


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer by the path: what was sent, pieces that come slowly, much, or nothing."""
    body = environ["wsgi.input"].read()
    path = environ["PATH_INFO"]
    if path == "/fails":
        raise RuntimeError("a bug")
    if path == "/pieces":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return pieces()
    content = b"x" * 20_000_000 if path == "/much" else said(environ, body)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]


def said(environ: dict[str, Any], body: bytes) -> bytes:
    """Tell what arrived."""
    refused = environ.get("xundian.too_large")
    parts = (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], environ["wsgi.url_scheme"])
    return "\n".join([*parts, str(len(body)), str(refused), environ.get("HTTP_X_NAME", "")]).encode("latin-1")


def pieces() -> Iterator[bytes]:
    """Yield three pieces with a pause between them."""
    for number in range(3):
        yield f"piece {number}\n".encode()
        time.sleep(0.4)


def gate(environ: dict[str, Any]) -> int:
    """Let a planner send ten times what others may."""
    return 2_000_000 if environ.get("HTTP_X_ROLE") == "planner" else 200_000


@contextmanager
def serving(settings: ServerSettings = QUICK, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, int]]:
    """Serve the application, and give host and port."""
    listening = bound("127.0.0.1", 0)
    where = listening.getsockname()
    with running(Server(application, listening, gate=gate, tls=tls, settings=settings)):
        yield where


@pytest.fixture
def place() -> Iterator[tuple[str, int]]:
    """Serve with short times."""
    with serving() as where:
        yield where


@pytest.fixture
def serve() -> Callable[..., AbstractContextManager[tuple[str, int]]]:
    """Serve with settings or a certificate of a test's own."""
    return serving


@pytest.fixture
def certificates() -> Path:
    """Return the folder of certificates made for tests; the one that is good is good until 2120."""
    return CERTIFICATES


@pytest.fixture
def tls() -> ssl.SSLContext:
    """Return a server's context with the good certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "certificate.pem", CERTIFICATES / "key.pem")
    return context


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """Return a client's context that trusts the good certificate."""
    return ssl.create_default_context(cafile=str(CERTIFICATES / "certificate.pem"))


def ask(where: tuple[str, int], request: bytes, *, timeout: float = 20.0) -> bytes:
    """Send bytes, and return all that comes until the server closes."""
    with socket.create_connection(where, timeout=timeout) as client:
        client.sendall(request)
        return everything(client)


def everything(client: socket.socket) -> bytes:
    """Read until the other side closes."""
    found = b""
    try:
        while data := client.recv(1 << 16):
            found += data
    except ConnectionError:
        pass
    return found


def lines(answer: bytes) -> list[str]:
    """Return the lines of the body."""
    return answer.partition(b"\r\n\r\n")[2].decode("latin-1").split("\n")


@pytest.fixture
def speak() -> Callable[..., bytes]:
    """Send bytes, and return all that comes."""
    return ask


@pytest.fixture
def body_lines() -> Callable[[bytes], list[str]]:
    """Cut the body of an answer into lines."""
    return lines
