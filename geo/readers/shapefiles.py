"""Shapefiles as they come: a part missing, names and texts cut inside a character, a table in any encoding.

A shapefile is several files. Its index (.shx) follows from the shapes and is made anew where it is missing; without
its table (.dbf) only shapes are there; without its .prj the CRS is not known. The table gives ten bytes to a name and
254 to a text, and many programs cut there, inside a character too.
"""

import shutil
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from geo.notes import Note
from geo.readers import messages
from geo.readers.columns import completed
from geo.readers.values import each_cell

RAW = "ISO-8859-1"  # gives every byte back as a character of its own
NAME_BYTES = 10
_HEADER_BYTES = 100
_LEAST_WORDS = 2  # of a record: the type of its shape
_PARTS = ("dbf", "prj", "cpg", "shx")


def sibling(path: Path, suffix: str) -> Path | None:
    """Return a part of a shapefile, in small or in capital letters; None where it is missing."""
    names = (path.with_suffix(f".{suffix}"), path.with_suffix(f".{suffix.upper()}"))
    return next((name for name in names if name.is_file()), None)


@contextmanager
def indexed(path: Path) -> Iterator[Path]:
    """Yield a shapefile that has its index: the same, or a copy with a new index for as long as it is needed."""
    if path.suffix.lower() != ".shp" or sibling(path, "shx") is not None:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.with_suffix(".shp").name
        for suffix in _PARTS:
            part = sibling(path, suffix)
            if part is not None:
                shutil.copyfile(part, copy.with_suffix(f".{suffix}"))
        shutil.copyfile(path, copy)
        copy.with_suffix(".shx").write_bytes(_index(path.read_bytes()))
        yield copy


def _index(content: bytes) -> bytes:
    """Return the index of shapes (ESRI Shapefile technical description, 1998): offset and length of each, in words.

    Raises
    ------
    ValueError
        When the shapes are broken.
    """
    records, at = [], _HEADER_BYTES
    while at + 8 <= len(content):
        words = struct.unpack_from(">i", content, at + 4)[0]
        if words < _LEAST_WORDS or at + 8 + 2 * words > len(content):
            raise ValueError(messages.BROKEN_SHAPES)
        records.append(struct.pack(">ii", at // 2, words))
        at += 8 + 2 * words
    length = struct.pack(">i", (_HEADER_BYTES + 8 * len(records)) // 2)
    return content[:24] + length + content[28:_HEADER_BYTES] + b"".join(records)


def missing_parts(path: Path) -> list[Note]:
    """Say which parts are missing, and what that means."""
    said = {"shx": messages.NO_SHX, "dbf": messages.NO_DBF, "prj": messages.NO_PRJ}
    return [Note(template, {"file": path.name}) for suffix, template in said.items() if sibling(path, suffix) is None]


def field_names(raw: Sequence[str], encoding: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names of fields, and those that were cut with what they were completed to.

    Parameters
    ----------
    raw
        As they are read in :data:`RAW`.
    encoding
        Of the table.
    """
    names: list[str] = []
    mended = []
    for name in raw:
        whole = text_of(name, encoding)
        full = completed(whole) if len(name.encode(RAW, "replace")) >= NAME_BYTES else whole
        if full in names:
            full = whole if whole not in names else f"{whole}.{len(names) + 1}"
        if full != whole or whole != name.encode(RAW, "replace").decode(encoding, "replace"):
            mended.append((whole, full))
        names.append(full)
    return names, mended


def text_of(raw: str, encoding: str) -> str:
    """Return a text that was read in :data:`RAW` in its own encoding, without a character that its end cut."""
    content = raw.encode(RAW, "replace")
    for cut in range(4):
        try:
            return content[: len(content) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(encoding, "replace")


def decoded(cells: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """Return cells that were read in :data:`RAW` in their own encoding."""
    known: dict[str, str] = {}

    def own(cell: object) -> object:
        if not isinstance(cell, str) or cell.isascii():
            return cell
        if cell not in known:
            known[cell] = text_of(cell, encoding)
        return known[cell]

    return each_cell(cells, own)
