"""Who holds the lock that a writer or a reader waits for, as far as the system tells."""

import os
import re
from contextlib import suppress
from pathlib import Path

_WRITER_BYTE = 120  # of the log's index: https://sqlite.org/walformat.html#wal_locks
_LOCK = re.compile(r"WRITE (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) (\d+) (\w+)$")


def holder_of(path: Path, locks: Path = Path("/proc/locks")) -> tuple[str, int] | None:
    """Return the name and number of the process that keeps others from a database file; None when nobody can tell.

    The file itself is not touched: to close it once would lift this process's own locks.
    """
    with suppress(OSError, ValueError):
        inodes = _inodes(path)
        for line in locks.read_text("ascii").splitlines():
            found = _LOCK.search(" ".join(line.split()))
            if found is None or int(found[4]) not in inodes:
                continue
            process, first = int(found[1]), int(found[5])
            if inodes[int(found[4])] == "index" and first > _WRITER_BYTE:
                continue  # a reader's mark
            return _name(process), process
    return None


def _inodes(path: Path) -> dict[int, str]:
    """Return the numbers of the files whose locks matter."""
    found = {path.stat().st_ino: "file"}
    with suppress(FileNotFoundError):
        found[Path(f"{path}-shm").stat().st_ino] = "index"
    return found


def _name(process: int) -> str:
    if process == os.getpid():
        return "xundian"
    with suppress(OSError):
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        if any(b"xundian" in word or b"geo.confined" in word or b"webmap" in word for word in words[:4]):
            return "xundian"
        return Path(f"/proc/{process}/comm").read_text("utf-8", "replace").strip()
    return "?"
