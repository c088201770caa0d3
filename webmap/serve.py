"""The web server: waitress, which runs the same on Linux and Windows."""

import logging
import socket
import threading

import waitress
from flask import Flask

from geo.errors import StateError
from geo.store import Store
from webmap import log_lines
from webmap.accounts.secret import secret_of
from webmap.app import create_app
from webmap.findings import work
from webmap.maps import tiles

THREADS = 8


def free(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, before anyone is told of it.

    Raises
    ------
    StateError
        When the port is taken, or the host is not this machine's.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StateError(
                "port {port} of {host} cannot be used ({error}): choose another with --port",
                port=port,
                host=host,
                error=error,
            ) from error


def prepare(app: Flask) -> None:
    """Make what takes seconds before anybody asks: a large city's tiles, and its statistics; who comes first waits."""
    tiles.prepare(app.extensions["xundian"])
    work.prepare(app)


def serve(city: str, *, host: str = "127.0.0.1", port: int = 8000, secret: str | None = None) -> None:
    """Serve a city until the process is stopped.

    Parameters
    ----------
    city
        Path or URL of the store.
    host, port
        Where to listen.
    secret
        The key that signs the sessions; by default the city's own, made on the spot and kept beside its caches.
    """
    if secret is None:
        with Store.open(city) as store:
            secret = secret_of(store.cache_dir)
    log_lines.to_stderr()
    # A map asks for many tiles at once; that they wait a moment in line is no warning.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app({"CITY": city, "SECRET_KEY": secret})
    threading.Thread(target=prepare, args=(app,), daemon=True).start()
    try:
        waitress.serve(app, host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=True)
    finally:
        app.extensions["xundian"].close()
