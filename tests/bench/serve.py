"""Requests a second and their latency: plain, over TLS, and waitress, in one run; then with a hundred silent clients.

``python -m tests.bench.serve`` serves a page of the size and cost of a small page of the product. Each server runs in a
process of its own; the clients keep their connections, as browsers do. Ratios count, not figures: they hold on any
machine.
"""

import http.client
import logging
import multiprocessing
import socket
import ssl
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import waitress

from webmap.serve import bound
from webmap.server import Server, running

CERTIFICATES = Path(__file__).parents[1] / "webmap/server/certificates"
CLIENTS = 8
SECONDS = 3.0
SILENT = 100
ROUNDS = 3
PAGE = b"<p>" + "巡点".encode() * 3_000


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with a page that takes about a millisecond of Python to make."""
    environ["wsgi.input"].read()
    ends_at = time.thread_time() + 0.001
    while time.thread_time() < ends_at:
        pass
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]


def serve_ours(told: Connection, *, tls: bool) -> None:
    """Serve until the parent ends this process."""
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATES / "certificate.pem", CERTIFICATES / "key.pem")
    listening = bound("127.0.0.1", 0)
    with running(Server(application, listening, gate=lambda _: 0, tls=context)):
        told.send(listening.getsockname()[1])
        threading.Event().wait()


def serve_waitress(told: Connection) -> None:
    """Serve the same by waitress, with as many threads."""
    listening = socket.create_server(("127.0.0.1", 0))
    told.send(listening.getsockname()[1])
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    waitress.serve(application, sockets=[listening], threads=8)


@contextmanager
def process(work: Callable[..., None], **options: bool) -> Iterator[int]:
    """Run a server in a process of its own, and give its port."""
    told, telling = multiprocessing.Pipe()
    running_ = multiprocessing.Process(target=work, args=(telling,), kwargs=options, daemon=True)
    running_.start()
    try:
        yield told.recv()
    finally:
        running_.kill()
        running_.join()


def measured(port: int, *, tls: bool) -> tuple[float, float, float]:
    """Return requests a second, and the middle and the 99th percentile of their times in ms."""
    context = ssl.create_default_context(cafile=str(CERTIFICATES / "certificate.pem")) if tls else None
    times: list[float] = []
    ends_at = time.monotonic() + SECONDS

    def ask() -> None:
        if context is None:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        else:
            client = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
        own = []
        while time.monotonic() < ends_at:
            began = time.perf_counter()
            client.request("GET", "/")
            assert len(client.getresponse().read()) == len(PAGE)
            own.append(time.perf_counter() - began)
        client.close()
        times.extend(own)

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(times, n=100)
    return len(times) / SECONDS, cuts[49] * 1000, cuts[98] * 1000


def silent(port: int) -> float:
    """Return how long one request takes in ms while a hundred clients say nothing and twenty stop in mid-sentence."""
    with ExitStack() as stack:
        for number in range(SILENT):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            if number % 5 == 0:
                client.sendall(b"GET / HTTP/1.1\r\nHos" if number % 2 else b"\x16\x03\x01\x02\x00\x01")
        began = time.perf_counter()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                client.recv(1)
        except TimeoutError:
            return float("inf")
        return (time.perf_counter() - began) * 1000


def main() -> int:
    """Measure and print."""
    servers: dict[str, tuple[Callable[..., None], dict[str, bool]]] = {
        "waitress": (serve_waitress, {}),
        "ours": (serve_ours, {"tls": False}),
        "ours, TLS": (serve_ours, {"tls": True}),
    }
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in servers}
    for _ in range(ROUNDS):  # by turns, so that a busy moment hits all
        for name, (work, options) in servers.items():
            with process(work, **options) as port:
                found[name].append(measured(port, tls=options.get("tls", False)))
    print(f"{CLIENTS} clients, a page of {len(PAGE)} bytes and 1 ms; middle of {ROUNDS} runs")
    base = statistics.median(rate for rate, _, _ in found["waitress"])
    for name, runs in found.items():
        rate, middle, late = (statistics.median(column) for column in zip(*runs, strict=True))
        print(
            f"{name:10} {rate:6.0f} requests/s ({rate / base:4.2f} of waitress), {middle:5.1f} ms, 99 %: {late:5.1f} ms"
        )
    for name in ("waitress", "ours"):
        with process(servers[name][0], **servers[name][1]) as port:
            print(f"{name:10} beside {SILENT} silent clients: {silent(port):.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
