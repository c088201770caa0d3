"""Separated text as rows of cells, read piece by piece: a file may be larger than the memory."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.csv

from geo.errors import InputError
from geo.failures import reason_of
from geo.foreign_text import any_guarded, unguarded
from geo.notes import Note
from geo.readers import messages
from geo.readers.coded import Coded
from geo.readers.columns import HEADER_ROWS, Headings
from geo.readers.encodings import NAMES, encoding_of
from geo.readers.quotes import QuoteWatch

_SEPARATORS = ",;\t|，"
_HEAD_CHARACTERS = 400_000
_BLOCK_CHARACTERS = 2**16
_CELL_CHARACTERS = 2**24
_LINES = 1_000
_LINE_ENDS = {"\n", "\r\n"}
_MARK = "\ufeff"  # of this file, or of files that were put one after the other

Heard = Callable[[int, int], None]
"""Hears how many bytes are read, of how many."""


def _deaf(done: int, total: int) -> None:
    """Hear nothing."""


class TextFile:
    """A file of separated text.

    Parameters
    ----------
    path
        The file.
    headings
        By which the separator is known.
    heard
        Hears how far the reading is.

    Raises
    ------
    InputError
        When it is not text, or changes its encoding.
    """

    def __init__(self, path: Path, headings: Headings, heard: Heard = _deaf) -> None:
        self._path, self._heard = path, heard
        self._raw = path.open("rb")
        try:
            self._encoding = encoding_of(self._raw, path.name)
            self._raw.seek(0)
            self._text = io.TextIOWrapper(self._raw, encoding=self._encoding, newline="")
            self._head = self._checked(self._readlines(_HEAD_CHARACTERS), 0)
            self.separator = self._named_separator() or _separator("".join(self._head), headings)
        except BaseException:
            self._raw.close()
            raise
        self._watch = QuoteWatch(self._head, self.separator)
        self.ended = True  # the last line ends; true until it was read
        self._guarded = False  # some cell may carry the guard of a careful program

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    @property
    def note(self) -> Note:
        """Say in which encoding it is."""
        return Note(messages.ENCODING, {"file": self._path.name, "encoding": NAMES.get(self._encoding, self._encoding)})

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows.

        Raises
        ------
        InputError
            When a quotation mark does not close where its cell ends.
        """
        return chain.from_iterable(self.parsed(lines) for lines in self.blocks(_LINES))

    def blocks(self, count: int) -> Iterator[list[str]]:
        """Yield lines, about ``count`` at a time; no row goes over the end of a block.

        Raises
        ------
        InputError
            When a quotation mark does not close where its cell ends.
        """
        waiting: list[str] = []
        quoted = False  # only the end of what was read is known to be no line end inside a cell
        for lines in self._lines():
            waiting += lines
            quoted = quoted or any('"' in line for line in lines)
            while len(waiting) > count and not quoted:
                yield waiting[:count]
                del waiting[:count]
            if len(waiting) >= count and not self._watch.opened:
                yield waiting
                waiting, quoted = [], False
        if waiting:
            yield waiting

    def columns(self, lines: Sequence[str], width: int) -> list[Coded[str]] | None:
        """Return the cells of a block by columns where its lines need no more than to be cut at the separators."""
        whole, end = "".join(lines), lines[0][len(lines[0].rstrip("\r\n")) :]
        if self._guarded or end not in _LINE_ENDS or '"' in whole or len(whole) > _CELL_CHARACTERS:
            return None
        if any(whole.count(sign) != len(lines) * (sign in end) for sign in ("\r", "\n", end)):
            return None
        if not self.separator.isascii() or {line.count(self.separator) for line in lines} != {width - 1}:
            return None
        try:
            return _cut(whole.encode(), self.separator, width)
        except (UnicodeEncodeError, pa.ArrowInvalid):  # the csv module says what is wrong with it
            return None

    def parsed(self, lines: Iterable[str]) -> list[list[str]]:
        """Return the rows of whole lines."""
        csv.field_size_limit(_CELL_CHARACTERS)
        rows = csv.reader(lines, delimiter=self.separator, strict=False)
        try:
            return [[unguarded(cell) for cell in row] for row in rows] if self._guarded else list(rows)
        except csv.Error as error:
            if self._watch.opened:
                raise self._open_quote(self._watch.opened) from error
            raise InputError(messages.UNREADABLE, file=self._path.name, reason=reason_of(error)) from error

    def _lines(self) -> Iterator[list[str]]:
        """Yield the lines, some at a time, each looked at before it is given out."""
        total, told, number = self._path.stat().st_size, 0, 0
        for block in chain([self._head], iter(lambda: self._readlines(_BLOCK_CHARACTERS), [])):
            lines = self._checked(block, number)
            number += len(lines)
            if (at := self._watch.fault(lines)) != 0:
                raise self._open_quote(at)
            whole = "".join(lines)
            self._guarded = self._guarded or any_guarded(whole)
            self.ended = not whole or whole[-1] in "\r\n"
            yield lines
            if self._raw.tell() - told >= _HEAD_CHARACTERS:
                told = self._raw.tell()
                self._heard(told, total)
        if self._watch.opened:
            raise self._open_quote(self._watch.opened)

    def _readlines(self, most: int) -> list[str]:
        try:
            return self._text.readlines(most)
        except UnicodeDecodeError as error:
            raise InputError(messages.BROKEN_TEXT, file=self._path.name) from error

    def _checked(self, lines: list[str], above: int) -> list[str]:
        """Refuse lines that no text has, and leave marks of the encoding out."""
        whole = "".join(lines)
        if "\x00" in whole:
            if self._encoding == "latin-1":
                raise InputError(messages.BROKEN_TEXT, file=self._path.name)
            line = above + next(at for at, line in enumerate(lines, start=1) if "\x00" in line)
            raise InputError(messages.NUL_TEXT, file=self._path.name, line=line)
        return [line.replace(_MARK, "") for line in lines] if _MARK in whole else lines

    def _named_separator(self) -> str:
        """Return the separator that a first line such as ``sep=;`` names, and empty that line; else nothing."""
        said = self._head[0].strip() if self._head else ""
        if not said.casefold().startswith("sep=") or len(said) != len("sep=;"):
            return ""
        self._head[0] = "\n"
        return said[-1]

    def _open_quote(self, line: int) -> InputError:
        return InputError(messages.OPEN_QUOTE, file=self._path.name, line=line)


def _cut(lines: bytes, separator: str, width: int) -> list[Coded[str]]:
    """Return the columns of lines without quotation marks, each of so many cells."""
    names = list(map(str, range(width)))
    kind = pa.dictionary(pa.int32(), pa.string())
    table = pyarrow.csv.read_csv(
        pa.BufferReader(lines),
        pyarrow.csv.ReadOptions(use_threads=False, block_size=len(lines) + 1, column_names=names),
        pyarrow.csv.ParseOptions(delimiter=separator, quote_char=False, double_quote=False, ignore_empty_lines=False),
        pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, kind), strings_can_be_null=False),
    )
    chunks = [column.unify_dictionaries().combine_chunks() for column in table.columns]
    parts = [each.chunk(0) if isinstance(each, pa.ChunkedArray) else each for each in chunks]
    return [
        Coded(part.indices.to_numpy().astype(np.int64), part.dictionary.to_numpy(zero_copy_only=False).tolist())
        for part in parts
    ]


def _separator(head: str, headings: Headings) -> str:
    """Choose the separator that shows the most known headings; where none does, the most columns."""
    head = "\n".join(head.splitlines()[:HEADER_ROWS])
    unquoted = "".join(part for at, part in enumerate(head.split('"')) if at % 2 == 0)

    def known(separator: str) -> int:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        return max((headings.known(row) for row in rows), default=0)

    return max(_SEPARATORS, key=lambda one: (known(one), unquoted.count(one)))
