"""Rows of the audit log for what commands show and write: what is secret of a round, and every file from the city."""

from pathlib import Path

import click

from geo.audit.events import Event
from geo.clock import today
from geo.store import Store
from geo.store.audit import happening
from routing.rounds.reveal_dates import last_secret_day


def exported(store: Store, about: str, out: Path | None) -> None:
    """Write down what left the city, and in which kind of file; nothing when it was printed alone."""
    if out is not None:
        store.audit.note(happening(Event.EXPORT, about, file=out.suffix, command=_command()))


def looked(store: Store, round_id: str) -> None:
    """Write down that a command printed what is secret of a round; nothing once its fieldwork is over."""
    if today(store).date <= last_secret_day(store.rounds.get(round_id)):
        store.audit.note(happening(Event.LOOK, f"round/{round_id}", command=_command()))


def _command() -> str:
    """Return the words of the command that runs."""
    return " ".join(click.get_current_context().command_path.split()[1:])
