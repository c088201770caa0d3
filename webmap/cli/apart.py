"""What commands have a child process do with foreign files, so that none can eat the memory of the machine."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from geo.confined import Limits, confined
from geo.progress import Progress
from geo.store import Store
from webmap.cli.session import Session

Found = TypeVar("Found")

SHARE = 0.75  # of the machine's memory: whoever calls a command may wait for a large file
CPU_S, WALL_S = 6 * 3600, 12 * 3600.0


def read_apart(session: Session, file: Path, read: Callable[[], Found]) -> Found:
    """Run ``read()`` in a child process; it reads a file, and needs no city."""
    return _confined(session, file, partial(_read, read))


def import_apart(session: Session, file: Path, bring: Callable[..., Found], *, create: bool = False) -> Found:
    """Run ``bring(store, progress=...)`` in a child process, on the city of a command, which is made when it may be."""
    session.store(create=create).close()
    return _confined(session, file, partial(_bring, session.city, bring))


def quietly(bring: Callable[[Store], Found], store: Store, *, progress: Progress) -> Found:
    """Run an import that does not say how far it is."""
    progress("reading", 0, 1)
    found = bring(store)
    progress("reading", 1, 1)
    return found


def _confined(session: Session, file: Path, work: Callable[[Progress], Found]) -> Found:
    limits = Limits.of_share(SHARE, cpu_s=CPU_S, wall_s=WALL_S)
    return confined(work, file=file.name, limits=limits, progress=session.progress)


def _read(read: Callable[[], Found], _progress: Progress) -> Found:
    return read()


def _bring(city: str, bring: Callable[..., Found], progress: Progress) -> Found:
    with Store.open(city) as store:
        return bring(store, progress=progress)
