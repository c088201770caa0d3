"""Separated text as a sheet of cells; and the encoding of a shapefile's table."""

from pathlib import Path

from geo.readers.columns import Headings
from geo.readers.encodings import detect_encoding as detect_encoding  # noqa: PLC0414 - of bytes, here as before
from geo.readers.text_lines import TextFile
from geo.workbooks import Grid

TEXTS = {".csv", ".tsv", ".txt"}


def text_grid(path: Path, headings: Headings) -> Grid:
    """Read separated text at once.

    Raises
    ------
    InputError
        When it is not text, changes its encoding, or a quotation mark does not close where its cell ends.
    """
    with TextFile(path, headings) as text:
        rows = list(text.rows())
        return Grid(path.stem, rows, (text.note,), separator=text.separator, ended=text.ended)


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
