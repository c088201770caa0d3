"""What parent and child say to each other over two pipes: pickles, each behind its length."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from geo.confined.limits import Limits
from geo.progress import Progress

_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Task:
    """What the child is to do."""

    work: Callable[[Progress], Any]
    limits: Limits
    who: str  # for whom, in the audit log


@dataclass(frozen=True, slots=True)
class Told:
    """How far the child is."""

    stage: str
    done: int
    total: int
    waits: bool  # for a Go before it goes on


@dataclass(frozen=True, slots=True)
class Go:
    """The child may go on."""


@dataclass(frozen=True, slots=True)
class Done:
    """What the child found."""

    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """What the child raised, and where."""

    error: BaseException
    trace: str


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """The child reached its limit, or its result is as large as that."""


Message = Task | Told | Go | Done | Failed | OutOfMemory


def send(stream: BinaryIO, message: Message, *, most_bytes: int | None = None) -> None:
    """Write a message; one that is larger than allowed goes out as :class:`OutOfMemory`."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    if most_bytes is not None and len(data) > most_bytes:
        data = pickle.dumps(OutOfMemory(), pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    stream.flush()


def receive(stream: BinaryIO) -> Message | None:
    """Read a message; None when the other side is gone."""
    head = stream.read(_LENGTH_BYTES)
    size = int.from_bytes(head, "big")
    if len(head) < _LENGTH_BYTES or len(data := stream.read(size)) < size:
        return None
    message: Message = pickle.loads(data)  # noqa: S301 - written by our own code on the other end
    return message
