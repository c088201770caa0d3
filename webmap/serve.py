"""The web server of a city: from its address and its certificate to the last request."""

import asyncio
import datetime as dt
import logging
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from flask import Flask

from geo.errors import InputError, StateError
from geo.failures import reason_of
from geo.notes import Note
from geo.store import Store
from webmap import log_lines
from webmap.accounts.limits import gate_of
from webmap.accounts.secret import BYTES, secret_of
from webmap.app import create_app
from webmap.findings import desk
from webmap.jobs.keeper import WorkerKeeper
from webmap.maps import tiles
from webmap.server import Server, context_of
from webmap.server.allocator import keep_little
from webmap.server.site import run_in_foreground

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServedSite:
    """Where a city is served, and how."""

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None  # PEM, with its chain; None: plain HTTP
    key: Path | None = None  # PEM; None: it stands in the certificate's file
    trusted_proxies: Sequence[str] = ()

    @property
    def address(self) -> str:
        """Return what people type into a browser."""
        scheme = "http" if self.certificate is None else "https"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    def tls(self) -> tuple[ssl.SSLContext | None, list[Note]]:
        """Load the certificate; what a person should know of it comes with it.

        Raises
        ------
        InputError
            When there is a key alone, or the two cannot be used.
        """
        if self.certificate is None:
            if self.key is not None:
                raise InputError("key is {path}, and no certificate is named: give both", path=str(self.key))
            return None, []
        return context_of(self.certificate, self.key or self.certificate, now=dt.datetime.now(dt.UTC))


def bound(host: str, port: int) -> socket.socket:
    """Take an address, before anyone is told of it.

    Raises
    ------
    StateError
        When the port is taken, or the host is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # Named as TCP, else asyncio lets small answers wait for a delayed acknowledgement.
        listening = socket.socket(family[0], socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # on Windows another program could take the port over otherwise
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(family[4])
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise StateError(
            "port {port} of {host} cannot be used ({error}): choose another with --port",
            port=port,
            host=host,
            error=error,
        ) from error
    return listening


def prepare(app: Flask) -> None:
    """Make what takes seconds before anybody asks: a large city's tiles, and its statistics; who comes first waits."""
    tiles.prepare(app.extensions["xundian"])
    desk.prepare(app)


def serve(city: str, site: ServedSite, listening: socket.socket, tls: ssl.SSLContext | None = None) -> None:
    """Serve a city until the process is asked to end; requests under way are finished then.

    A worker runs beside it, which does the long work and ends with it.

    Parameters
    ----------
    city
        Path or URL of the store. The key that signs the sessions is its own, made on the spot and kept beside its
        caches.
    site
        Where and how.
    listening
        What :func:`bound` gave.
    tls
        What :meth:`Site.tls` gave.
    """
    log_lines.to_stderr()
    keep_little()
    with Store.open(city) as store:
        secret = _secret(store)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    _many_sockets()
    app = create_app({"CITY": city, "SECRET_KEY": secret, "TRUSTED_PROXIES": site.trusted_proxies})
    threading.Thread(target=prepare, args=(app,), daemon=True).start()
    try:
        with WorkerKeeper(app.extensions["xundian"]):
            asyncio.run(run_in_foreground(Server(app, listening, gate=gate_of(app), tls=tls)))
    except KeyboardInterrupt:  # on Windows it comes this way
        pass
    finally:
        app.extensions["xundian"].close()


def _secret(store: Store) -> str:
    """Return the key of the sessions; where it cannot be kept, one that lasts as long as this process."""
    try:
        return secret_of(store.cache_dir)
    except OSError as error:
        _log.warning("sessions end with this server: their key cannot be kept (%s)", reason_of(error))
        return token_hex(BYTES)


def _many_sockets() -> None:
    """Let this process hold as many connections as it may, where the system starts with few."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - Windows has none, and needs none

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        wanted = 8192 if hard == resource.RLIM_INFINITY else min(hard, 8192)
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
