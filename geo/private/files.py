"""How files and folders are made that nobody but their owner may read.

A file is made with its rights, never given them later: between the two somebody could open it, and an open file stays
open. What another library writes is written inside a private folder and moved out of it when it is whole.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from geo.private import windows

_log = logging.getLogger(__name__)

FILE_MODE, FOLDER_MODE = 0o600, 0o700
_OTHERS = 0o077
_POSIX = os.name == "posix"


def make_folder(path: Path) -> Path:
    """Make a folder that its owner alone may enter; one that is there and lets others in is narrowed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=FOLDER_MODE)
        if not _POSIX:
            _narrow(path)
    if not path.is_dir():
        raise NotADirectoryError(20, os.strerror(20), str(path))
    if open_to_others(path):
        path.chmod(FOLDER_MODE)
    return path


def create(path: Path) -> None:
    """Make an empty file for its owner alone.

    SQLite takes it as a new database, and gives its log and index the same rights.

    Raises
    ------
    FileExistsError
        When something is there.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), FILE_MODE))
    if not _POSIX:
        _narrow(path)


def open_new(path: Path) -> BinaryIO:
    """Open a new file for its owner alone, to write.

    Raises
    ------
    FileExistsError
        When something is there.
    """
    create(path)
    return path.open("r+b")


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """Yield the path of a draft to write; on leaving it takes the place of ``path`` at once, for its owner alone.

    Whatever fails on the way, a full disk too, leaves what was at ``path`` as it was.
    """
    folder = Path(tempfile.mkdtemp(prefix=".draft-", dir=path.parent))  # with mode 0700
    try:
        if not _POSIX:
            _narrow(folder)
        draft = folder / path.name
        yield draft
        draft.chmod(FILE_MODE)  # nobody could reach it before
        _settle(draft)
        draft.replace(path)
        _settle(path.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all."""
    with drafted(path) as draft:
        draft.write_bytes(content)


def open_to_others(path: Path) -> bool:
    """Tell whether the group or others have any right to a file; on Windows its folder decides, which is not asked."""
    return _POSIX and bool(path.stat().st_mode & _OTHERS)


def _narrow(path: Path) -> None:
    """Set the rights of Windows; a disk that knows none (FAT) is said in the log and used all the same."""
    try:
        windows.owner_alone(path)
    except PermissionError:
        _log.warning("%s: this disk keeps no rights, so other accounts may open it", path.name)


def _settle(path: Path) -> None:
    """Have the disk keep what was written; a folder cannot be asked everywhere."""
    if path.is_dir() and not _POSIX:
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
