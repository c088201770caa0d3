"""The cells of the sheets of an ODS workbook, as a stream: where they stand, not what they say."""

import zipfile
from typing import Any
from xml.parsers import expat

from geo.errors import InputError
from geo.workbooks import messages
from geo.workbooks.extent import Extent

_CHUNK = 1 << 20
_HIDDEN = {"collapse", "filter"}


class _Cells:
    """Counts rows and columns; both may say that they stand for many."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, Extent]] = []
        self._row = self._column = 0
        self._rows = self._cells = 1
        self._filled = False
        self._inside = 0  # tables inside cells are no sheets

    def start(self, tag: str, attributes: dict[str, Any]) -> None:
        """Enter an element."""
        name = tag.rpartition(":")[2]
        if name == "table" and tag.startswith("table:"):
            self._inside += 1
            if self._inside == 1:
                self.sheets.append((attributes.get("table:name", ""), Extent()))
                self._row = 0
        elif self._inside != 1:
            return
        elif name == "table-row":
            self._rows, self._column = _times(attributes, "rows"), 0
            if attributes.get("table:visibility") in _HIDDEN:
                self.sheets[-1][1].hidden_rows += self._rows
        elif name == "table-column" and attributes.get("table:visibility") in _HIDDEN:
            self.sheets[-1][1].hidden_columns += _times(attributes, "columns")
        elif name in ("table-cell", "covered-table-cell"):
            self._cells = _times(attributes, "columns")
            self._filled = "office:value-type" in attributes or "calcext:value-type" in attributes
        elif name == "p":
            self._filled = True

    def end(self, tag: str) -> None:
        """Leave an element."""
        name = tag.rpartition(":")[2]
        if name == "table" and tag.startswith("table:"):
            self._inside -= 1
        elif self._inside != 1:
            return
        elif name == "table-row":
            self._row += self._rows
        elif name in ("table-cell", "covered-table-cell"):
            last = self._column + self._cells - 1
            if self._filled:
                self.sheets[-1][1].add(self._row + self._rows - 1, last)
            self._column, self._filled = last + 1, False


def _times(attributes: dict[str, Any], what: str) -> int:
    text = attributes.get(f"table:number-{what}-repeated", "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 1  # noqa: PLR2004 - digits


def ods_extents(archive: zipfile.ZipFile, file: str) -> list[tuple[str, Extent]]:
    """Return the extent of every sheet of an ODS workbook.

    A cell that stands for many counts as one that is filled: what is repeated a million times is no more than one.

    Raises
    ------
    InputError
        When its XML is broken, or declares a document type, which might grow or read other files.
    """
    cells, parser = _Cells(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = cells.start, cells.end

    def refuse(*_: object) -> None:
        raise InputError(messages.UNREADABLE, file=file, reason="DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    with archive.open("content.xml") as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    return cells.sheets
