"""How much of everything the server gives to one client, and to all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Environ = dict[str, Any]
Gate = Callable[[Environ], int]
"""Says how many bytes of a body may be read for whoever asks, from all that is known before it is read."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Limits of the server."""

    threads: int = 8  # that run the application
    connections: int = 1000  # then the one that waits longest makes room for a new one
    header_bytes: int = 32 * 1024  # of a request line and its headers
    header_s: float = 15.0  # from the first byte, or the connection, to the last header
    idle_s: float = 60.0  # between two requests of a connection
    handshake_s: float = 10.0  # of TLS
    grace_s: float = 20.0  # before a slow body or a slow reader must have reached the least speed
    least_speed: int = 1024  # bytes a second, on the average of a body
    small_body: int = 64 * 1024  # read without asking the gate
    linger_s: float = 10.0  # how long a refused body is thrown away, so that its sender reads why
    stop_s: float = 10.0  # until requests under way are cut off when the server stops
