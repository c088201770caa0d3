"""A small disk of its own, to fill or to close for writing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


class Disk:
    """A small disk (tmpfs).

    Parameters
    ----------
    folder
        Where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read_only(self) -> None:
        """Let nobody write on it any more."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Fill it to the last byte."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield
        filler.unlink()


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Disk]:
    """Mount a disk of a size at a folder that is made; skip and say why where that may not be."""
    folder.mkdir()
    if sys.platform != "linux":
        pytest.skip("a disk of its own is mounted on Linux alone")
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this account may not mount a disk: {done.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
