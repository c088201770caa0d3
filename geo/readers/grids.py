"""Separated text as rows of cells: encodings, separators, quotes; and the encoding of a shapefile's table."""

import csv
import io
import re
from pathlib import Path

from geo.errors import InputError
from geo.foreign_text import any_guarded, unguarded
from geo.notes import Note
from geo.readers import messages
from geo.readers.columns import HEADER_ROWS, Headings
from geo.readers.quotes import open_quote
from geo.workbooks import Grid

TEXTS = {".csv", ".tsv", ".txt"}

_SEPARATORS = ",;\t|，"
_NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "latin-1": "Latin-1"}
_HAN = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}|\xe3\x80[\x80-\xbf]")
_UTF16 = ("utf-16-le", "utf-16-be")


def text_grid(path: Path, headings: Headings) -> Grid:
    """Read separated text.

    Raises
    ------
    InputError
        When it is not text, changes its encoding, or a quotation mark does not close where its cell ends.
    """
    encoding, text = _decoded(path.read_bytes(), path.name)
    text = text.replace("\ufeff", "")  # of this file, or of files that were put one after the other
    said, _, rest = text.partition("\n")
    hint = said.strip().casefold()
    separator = said.strip()[4] if hint.startswith("sep=") and len(hint) == len("sep=;") else ""
    text = f"\n{rest}" if separator else text
    separator = separator or _separator(text, headings)
    at = open_quote(text, separator)
    if at:
        raise InputError(messages.OPEN_QUOTE, file=path.name, line=at)
    csv.field_size_limit(2**24)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False))
    except csv.Error as error:
        raise InputError(messages.UNREADABLE, file=path.name, reason=str(error)) from error
    if any_guarded(text):  # our own CSV, or that of another careful program
        rows = [[unguarded(cell) for cell in row] for row in rows]
    note = Note(messages.ENCODING, {"file": path.name, "encoding": _NAMES.get(encoding, encoding)})
    return Grid(path.stem, rows, (note,), separator=separator, ended=not text or text[-1] in "\r\n")


def _decoded(content: bytes, file: str) -> tuple[str, str]:
    """Return the encoding and the text.

    Raises
    ------
    InputError
        When it is no text, or not in one encoding.
    """
    encoding = _bare_utf16(content) or detect_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(messages.BROKEN_TEXT, file=file) from error
    if "\x00" in text:
        if encoding == "latin-1":
            raise InputError(messages.BROKEN_TEXT, file=file)
        raise InputError(messages.NUL_TEXT, file=file, line=text.count("\n", 0, text.index("\x00")) + 1)
    said, line = _strange_line(content, encoding)
    if line:
        raise InputError(messages.MIXED_ENCODING, file=file, encoding=_NAMES[said], line=line)
    return encoding, text


def _bare_utf16(content: bytes) -> str:
    """Return UTF-16 without a mark, which shows in every second byte of what is ASCII; else nothing."""
    if b"\x00" not in content or len(content) % 2 or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ""
    for encoding in _UTF16:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = all(letter.isprintable() or letter in "\r\n\t" for letter in text)
        if plain and ("\n" in text or "\r" in text):
            return encoding
    return ""


def _strange_line(content: bytes, encoding: str) -> tuple[str, int]:
    """Return an encoding and the first line that is not in it while others are; line 0 where all are in one.

    Two bytes of GB18030 may be UTF-8 by chance; a Chinese character of three bytes is not.
    """
    if encoding not in ("gb18030", "latin-1"):
        return encoding, 0
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if not line.isascii()]
    other = [number for number, line in lines if not _decodes(line, "utf-8")]
    certain = [number for number, line in lines if _HAN.search(line) and _decodes(line, "utf-8")]
    if certain and other:
        return ("utf-8", other[0]) if certain[0] < other[0] else ("gb18030", certain[0])
    if encoding == "latin-1" and _in_pairs(content):
        return "gb18030", next((number for number, line in lines if not _decodes(line, "gb18030")), 0)
    return encoding, 0


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def detect_encoding(content: bytes) -> str:
    """Tell UTF-8 (with or without mark), UTF-16 (with mark), GB18030 and Latin-1 apart.

    Text that is not UTF-8 is Chinese when its bytes above 127 come in pairs, as they do in GB2312; in Latin-1 text they
    stand alone between ASCII letters.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or _in_pairs(content):
            return encoding
    return "latin-1"


def _in_pairs(content: bytes) -> bool:
    high = [index for index, byte in enumerate(content[:400_000]) if byte > 0x7F]  # noqa: PLR2004 - ASCII
    lone = sum(
        1
        for before, at, after in zip([-9, *high[:-1]], high, [*high[1:], 1 << 30], strict=True)
        if at - before > 1 and after - at > 1
    )
    return lone * 2 < len(high)


def _separator(text: str, headings: Headings) -> str:
    """Choose the separator that shows the most known headings; where none does, the most columns."""
    head = "\n".join(text[:400_000].splitlines()[:HEADER_ROWS])
    unquoted = "".join(part for at, part in enumerate(head.split('"')) if at % 2 == 0)

    def known(separator: str) -> int:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        return max((headings.known(row) for row in rows), default=0)

    return max(_SEPARATORS, key=lambda one: (known(one), unquoted.count(one)))


def _dbf_texts(content: bytes) -> bytes:
    """Return the records of a dBASE table, a line for each field, without a character that the field's end cut off."""
    start, length = int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    widths = [content[at + 16] for at in range(32, start - 32, 32) if content[at] != 0x0D]  # noqa: PLR2004 - end of the fields
    lines = []
    for record in range(start, len(content) - length + 1, max(length, 1)):
        at = record + 1
        for width in widths:
            text = content[at : at + width].rstrip(b" \x00")
            lines.append(_whole(text) if len(text) == width else text)
            at += width
    return b"\n".join(lines)


def _whole(text: bytes) -> bytes:
    """Cut an unfinished UTF-8 or GB18030 character off the end."""
    for cut in range(4):
        part = text[: len(text) - cut]
        for encoding in ("utf-8", "gb18030"):
            try:
                part.decode(encoding)
            except UnicodeDecodeError:
                continue
            return part
    return text


def dbf_encoding(path: Path) -> str:
    """Choose the encoding of a shapefile's table: what its ``.cpg`` says if that works, else what it looks like."""
    table = next((p for p in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if p.is_file()), None)
    content = _dbf_texts(table.read_bytes()) if table else b""
    said = next(
        (
            p.read_text("ascii", "ignore").strip()
            for p in (path.with_suffix(".cpg"), path.with_suffix(".CPG"))
            if p.is_file()
        ),
        "",
    )
    if said:
        known = {"65001": "utf-8", "936": "gb18030", "cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}
        said = known.get(said.lower(), said)
        try:
            content.decode(said)
        except (UnicodeDecodeError, LookupError):
            pass
        else:
            return said
    guess = detect_encoding(content)
    return "ISO-8859-1" if guess == "latin-1" else guess
