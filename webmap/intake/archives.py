"""What a ZIP archive says of itself, read before it is opened: how many files, and what they come to."""

import zipfile
from pathlib import Path

MOST_ENTRIES = 20_000  # a round of 1,090 points has some thousand photos

_END, _END_BYTES, _COMMENT_BYTES = b"PK\x05\x06", 22, 65_535
_ENTRY_BYTES = 46  # of a file in the directory, without its name


class CrowdedError(Exception):
    """More files than an archive may hold."""


def unpacked_bytes(path: Path) -> int:
    """Return what the files of an archive say they come to; no more than that is ever read of them.

    Raises
    ------
    CrowdedError
        When it holds more than 20,000 files: their list alone would fill the memory.
    zipfile.BadZipFile
        When it is none.
    """
    if _directory_bytes(path) > MOST_ENTRIES * (_ENTRY_BYTES + 256):
        raise CrowdedError
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise CrowdedError
        return sum(entry.file_size for entry in entries)


def _directory_bytes(path: Path) -> int:
    """Return the size of the list of files, from the end of the archive."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_BYTES - _COMMENT_BYTES))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise zipfile.BadZipFile
    return int.from_bytes(tail[at + 12 : at + 16], "little")  # of an archive beyond 4 GB: the greatest number there is
