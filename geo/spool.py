"""Plain values kept outside of the memory, block by block, in a file that has no name."""

import marshal
import os
import tempfile
from collections.abc import Iterator
from typing import Any

_LENGTH_BYTES = 8
_IN_MEMORY_BYTES = 2**18
_FORM = 2  # of marshal: later ones look each value up among all before it


class Spool:
    """Blocks of plain values: numbers, texts, bytes, None, and lists, tuples and mappings of these.

    The file is unnamed and open to nobody else: whatever ends this process, nothing of it stays behind.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - see close

    def add(self, block: Any) -> int:  # noqa: ANN401 - plain values
        """Keep a block, and say where it lies."""
        content = marshal.dumps(block, _FORM)
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(len(content).to_bytes(_LENGTH_BYTES, "big") + content)
        return place

    def at(self, place: int) -> Any:  # noqa: ANN401 - plain values
        """Return the block that lies at a place."""
        self._file.seek(place)
        length = int.from_bytes(self._file.read(_LENGTH_BYTES), "big")
        return marshal.loads(self._file.read(length))  # noqa: S302 - written above, in a file that nobody else can open

    def __iter__(self) -> Iterator[Any]:
        place, end = 0, self._file.seek(0, os.SEEK_END)
        while place < end:
            yield self.at(place)
            self._file.seek(place)
            place += _LENGTH_BYTES + int.from_bytes(self._file.read(_LENGTH_BYTES), "big")

    def close(self) -> None:
        """Let the blocks go."""
        self._file.close()
