"""Files that were cut off while they were copied: those that say how long they are, or how many rows, and have less."""

import struct
from pathlib import Path

import numpy as np

from geo.errors import InputError
from geo.readers import messages
from geo.readers.shapefiles import sibling

_SQLITE = b"SQLite format 3\x00"


def check_whole(path: Path) -> None:
    """Refuse a GeoPackage, shapefile or MapInfo table of which the end is missing: its reader would give fewer rows.

    Raises
    ------
    InputError
        Naming the part, and how long it says it is.
    """
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        _check(path, _sqlite_bytes(path))
    elif suffix == ".shp":
        for one in _beside(path):
            _check(one, _dbf_bytes(one) if one.suffix.lower() == ".dbf" else _shape_bytes(one))
    elif suffix == ".tab" and (table := sibling(path, "dat")):
        _check(table, _dbf_bytes(table))


def check_rows(path: Path, announced: int, there: int) -> None:
    """Refuse a layer that gives fewer rows than its file says it has, as a reader does that meets the end too early.

    Parameters
    ----------
    path
        A file of several parts, each of which may have been cut; what others announce may be out of date.
    announced
        Rows of the layer by its header.
    there
        Rows that were read.

    Raises
    ------
    InputError
        Naming both numbers.
    """
    suffix = path.suffix.lower()
    said = {".gdb": announced, ".tab": _table_rows(path), ".mif": max(announced, _text_rows(path))}.get(suffix, 0)
    if there < said:
        raise InputError(messages.ROWS_MISSING, file=path.name, said=said, there=there)


def _table_rows(path: Path) -> int:
    """Return how many rows the table of a MapInfo file has, without those marked as deleted."""
    table = sibling(path, "dat")
    if table is None:
        return 0
    content = np.fromfile(table, np.uint8)
    records, start, length = struct.unpack_from("<IHH", content[:32].tobytes(), 4)
    flags = content[start : start + records * length : max(length, 1)]
    return int((flags != ord("*")).sum())


def _text_rows(path: Path) -> int:
    """Return how many rows stand in the .mid beside a .mif."""
    table = sibling(path, "mid")
    if table is None:
        return 0
    with table.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def _beside(path: Path) -> list[Path]:
    names = (path.with_suffix(end) for end in (".dbf", ".DBF", ".shx", ".SHX"))
    return [path, *dict.fromkeys(name for name in names if name.is_file())]


def _check(path: Path, said: int) -> None:
    there = path.stat().st_size
    if there < said:
        raise InputError(messages.CUT_OFF, file=path.name, said=said, there=there)


def _head(path: Path, most: int = 100) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _sqlite_bytes(path: Path) -> int:
    """Return the size by the header, where the header is of the last program that wrote (SQLite file format, 1.3.7)."""
    head = _head(path)
    if len(head) < 100 or not head.startswith(_SQLITE) or head[24:28] != head[92:96]:  # noqa: PLR2004 - its header
        return 0
    page, pages = struct.unpack_from(">H", head, 16)[0], struct.unpack_from(">I", head, 28)[0]
    return int((1 << 16 if page == 1 else page) * pages)


def _shape_bytes(path: Path) -> int:
    """Return the size by the header, which counts words of two bytes (ESRI Shapefile, table 1)."""
    head = _head(path)
    return int(2 * struct.unpack_from(">i", head, 24)[0]) if len(head) == 100 else 100  # noqa: PLR2004 - its header


def _dbf_bytes(path: Path) -> int:
    head = _head(path)
    if len(head) < 32:  # noqa: PLR2004 - its header
        return 32
    records, start, length = struct.unpack_from("<IHH", head, 4)
    return int(records * length + start)
