"""``xundian worker``: does the long work of a city."""

import contextlib
import os
import secrets
import signal
import socket
import threading

import click

from geo.store import Store
from webmap import log_lines
from webmap.cli.session import Result, Session, command
from webmap.intake.uploads import roster_uploads, visit_uploads
from webmap.jobs.kinds import KINDS
from webmap.jobs.work import now
from webmap.jobs.worker import WorkerLoop


@command(None, "worker")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(sorted(KINDS)),
    help="Take only work of this kind. May be repeated; by default all kinds.",
)
@click.option("--name", default="", help="Of this worker, unlike any other's; by default made of machine and process.")
@click.option("--attached", is_flag=True, help="End when the standard input ends, as under serve.")
def worker(session: Session, kinds: tuple[str, ...], name: str, *, attached: bool) -> Result:
    """Do the long work of a city, as plans, until it is stopped with Ctrl-C; serve starts one by itself."""
    log_lines.to_stderr()
    name = name or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    ending = threading.Event()
    _stop_on_signals(ending)
    if attached:
        threading.Thread(target=_until_end_of_input, args=(ending,), daemon=True).start()
    with session.store() as store:
        if not attached:
            session.say("Working for {city} (Ctrl-C stops)", city=store.name)
        taken = [KINDS[kind] for kind in kinds or KINDS]
        WorkerLoop(store, name, taken, tidy=lambda: _tidy(store)).run(ending)
    return {"name": name}


def _tidy(store: Store) -> None:
    """Let go of results and of uploads that are a day old."""
    store.jobs.tidy(now())
    for uploads in (roster_uploads(store.cache_dir), visit_uploads(store.cache_dir)):
        uploads.tidy()


def _stop_on_signals(ending: threading.Event) -> None:
    """End in order when somebody asks: what is under way is given back."""
    for kind in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, kind):
            signal.signal(getattr(signal, kind), lambda *_: ending.set())


def _until_end_of_input(ending: threading.Event) -> None:
    """End with whoever started this process, however that one ended."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    ending.set()
