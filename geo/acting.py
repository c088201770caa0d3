"""Who is at work, for the audit log: the account whose page it is, or the person who runs a command."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

COMMAND = "command"
NOBODY = "-"
"""Somebody who is not logged in."""

_ACTOR: ContextVar[str | None] = ContextVar("actor", default=None)


def is_reserved(name: str) -> bool:
    """Tell whether the log would take the name of an account for a command, or for nobody."""
    return name in (NOBODY, COMMAND) or name.startswith(f"{COMMAND}:")


@contextmanager
def acting(who: str) -> Iterator[None]:
    """Let what is written in this block be the work of ``who``; blocks in other threads know nothing of it."""
    token = _ACTOR.set(who)
    try:
        yield
    finally:
        _ACTOR.reset(token)


def actor() -> str:
    """Return who is at work; outside of every block ``command:`` and the user of the operating system."""
    who = _ACTOR.get()
    if who is not None:
        return who
    try:
        return f"{COMMAND}:{getpass.getuser()}"
    except (OSError, ImportError, KeyError):  # a user without a name, as a container may have
        return COMMAND
