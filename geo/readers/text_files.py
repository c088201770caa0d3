"""Separated text as rows of cells, read piece by piece: a file may be larger than the memory."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from geo.errors import InputError
from geo.foreign_text import any_guarded, unguarded
from geo.readers import messages
from geo.readers.columns import HEADER_ROWS

SEPARATORS = ",;\t|，"
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "latin-1": "Latin-1"}

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BLOCK_BYTES = 2**20
_BLOCK_CHARACTERS = 2**16
_SAMPLE_BYTES = 400_000
_HEAD_CHARACTERS = 2**20
_CELL_CHARACTERS = 2**24

Heard = Callable[[int, int], None]
"""Hears how many bytes are read, of how many."""


def _deaf(done: int, total: int) -> None:
    """Hear nothing."""


@contextmanager
def text_rows(path: Path, heard: Heard = _deaf) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """Open separated text, and give its encoding and its rows one after the other.

    Raises
    ------
    InputError
        When it is not text, or its quotes do not close; perhaps not before the row is asked for.
    """
    with path.open("rb") as raw:
        head = raw.read(4096)
        if b"\x00" in head and head[:2] not in _UTF16:
            raise InputError(messages.BROKEN_TEXT, file=path.name)
        encoding = encoding_of(raw)
        raw.seek(0)
        text = io.TextIOWrapper(raw, encoding=encoding, newline="")
        separator = _separator(text, path)
        raw.seek(0)
        text = io.TextIOWrapper(raw, encoding=encoding, newline="")
        csv.field_size_limit(_CELL_CHARACTERS)
        lines = _Lines(text, raw, path, heard)
        rows = csv.reader(lines, delimiter=separator, strict=False)
        yield ENCODINGS.get(encoding, encoding), _told(rows, lines, path)


def encoding_of(file: BinaryIO) -> str:
    """Tell UTF-8 (with or without mark), UTF-16 (with mark), GB18030 and Latin-1 apart.

    Text that is not UTF-8 is Chinese when its bytes above 127 come in pairs, as they do in GB2312; in Latin-1 text they
    stand alone between ASCII letters.
    """
    file.seek(0)
    head = file.read(_SAMPLE_BYTES)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head[:2] in _UTF16:
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        if _decodes(file, encoding) and (encoding == "utf-8" or _in_pairs(head)):
            return encoding
    return "latin-1"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        for block in iter(partial(file.read, _BLOCK_BYTES), b""):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _in_pairs(head: bytes) -> bool:
    high = [index for index, byte in enumerate(head) if byte > 0x7F]  # noqa: PLR2004 - ASCII
    lone = sum(
        1
        for before, at, after in zip([-9, *high[:-1]], high, [*high[1:], 1 << 30], strict=True)
        if at - before > 1 and after - at > 1
    )
    return lone * 2 < len(high)


def _separator(text: io.TextIOWrapper, path: Path) -> str:
    """Choose the separator that splits the first lines into the most columns."""
    try:
        head = "".join(islice(iter(lambda: text.readline(_HEAD_CHARACTERS), ""), HEADER_ROWS))
    except UnicodeDecodeError as error:
        raise InputError(messages.BROKEN_TEXT, file=path.name) from error
    finally:
        text.detach()
    unquoted = "".join(part for at, part in enumerate(head.split('"')) if at % 2 == 0)
    return max(SEPARATORS, key=unquoted.count)


class _Lines:
    """The lines of a text, which says how far it is, and whether a cell so far may carry a CSV's guard."""

    def __init__(self, text: io.TextIOWrapper, raw: BinaryIO, path: Path, heard: Heard) -> None:
        self._text, self._raw, self._heard = text, raw, heard
        self._total, self._told = path.stat().st_size, 0
        self.guarded = False

    def __iter__(self) -> Iterator[str]:
        while lines := self._text.readlines(_BLOCK_CHARACTERS):
            self.guarded = self.guarded or any_guarded("".join(lines))
            yield from lines
            if self._raw.tell() - self._told >= _BLOCK_BYTES:
                self._told = self._raw.tell()
                self._heard(self._told, self._total)


def _told(rows: Any, lines: _Lines, path: Path) -> Iterator[list[str]]:  # noqa: ANN401 - csv's reader has no public type
    """Yield the rows, and say what is wrong in our words."""
    try:
        for row in rows:
            yield [unguarded(cell) for cell in row] if lines.guarded else row
    except csv.Error as error:
        raise InputError(messages.UNREADABLE, file=path.name, reason=str(error)) from error
    except UnicodeDecodeError as error:
        raise InputError(messages.BROKEN_TEXT, file=path.name) from error
