"""The cells of the sheets of an ODS workbook, as a stream: where they stand, and what a reader doesn't give of them."""

import re
from typing import IO, Any

from geo.workbooks.extent import Extent
from geo.workbooks.formulas import Block
from geo.workbooks.xml_stream import parse, parser_of

_HIDDEN = {"collapse", "filter"}
_CELLS = {"table:table-cell", "table:covered-table-cell"}
_ERROR = re.compile(r"#(?:N/A|[A-Z]{2,12}[!?]|DIV/0!|N/V|WERT!|GETTING_DATA)|Err:\d{3}")
_VALUES = ("office:value", "office:string-value", "office:date-value", "office:time-value", "office:boolean-value")


class _Cells:
    """Counts rows and columns; both may say that they stand for many."""

    def __init__(self, parser: Any) -> None:  # noqa: ANN401 - of expat
        self.sheets: list[tuple[str, Extent]] = []
        self._parser = parser
        self._row = self._column = 0
        self._rows = 1
        self._cell: dict[str, str] = {}
        self._filled = False
        self._inside = 0  # tables inside cells are no sheets
        self._notes = 0  # nor are remarks on cells their texts
        self._paragraphs: list[str] = []

    def start(self, tag: str, attributes: dict[str, Any]) -> None:
        """Enter an element."""
        if tag == "table:table":
            self._inside += 1
            if self._inside == 1:
                self.sheets.append((attributes.get("table:name", ""), Extent()))
                self._row = 0
        elif self._inside != 1:
            return
        elif tag in _CELLS:
            self._cell = attributes
            self._filled = "office:value-type" in attributes or "calcext:value-type" in attributes
        elif tag == "text:p":
            self._filled = True
            if not self._notes and ("table:formula" in self._cell or "office:value-type" not in self._cell):
                self._paragraphs.append("")
                self._parser.CharacterDataHandler = self._take
        elif tag == "office:annotation":
            self._notes += 1
        elif tag in ("table:table-row", "table:table-column"):
            self._line(tag, attributes)

    def _line(self, tag: str, attributes: dict[str, Any]) -> None:
        """Enter a row, or what is said of columns."""
        hidden, extent = attributes.get("table:visibility") in _HIDDEN, self.sheets[-1][1]
        if tag == "table:table-row":
            self._rows, self._column = _times(attributes, "rows"), 0
            extent.hidden_rows += self._rows if hidden else 0
        else:
            extent.hidden_columns += _times(attributes, "columns") if hidden else 0

    def end(self, tag: str) -> None:
        """Leave an element."""
        if tag == "table:table":
            self._inside -= 1
        elif self._inside != 1:
            return
        elif tag in _CELLS:
            columns = _times(self._cell, "columns")
            extent = self.sheets[-1][1]
            if self._filled or "table:formula" in self._cell:
                extent.add(self._row + self._rows - 1, self._column + columns - 1)
                self._look(extent, columns)
            self._column += columns
            self._cell, self._filled, self._paragraphs = {}, False, []
        elif tag == "text:p":
            self._parser.CharacterDataHandler = None
        elif tag == "table:table-row":
            self._row += self._rows
        elif tag == "office:annotation":
            self._notes -= 1

    def _take(self, text: str) -> None:
        self._paragraphs[-1] += text

    def _look(self, extent: Extent, columns: int) -> None:
        """Find formulas without a value, errors, and what a cell only shows."""
        text = "\n".join(self._paragraphs).strip()
        found, block = extent.formulas, Block(self._row, self._column, text, self._rows, columns)
        valued = any(name in self._cell for name in _VALUES) or self._cell.get("office:value-type") == "string"
        formula = "table:formula" in self._cell
        if formula and text and (self._cell.get("calcext:value-type") == "error" or _ERROR.fullmatch(text)):
            found.errors.append(block)
        elif text and not valued:
            found.shown.append(block)
        elif formula and not valued:
            found.add_bare(self._row, self._column, self._rows * columns)
        elif formula:
            found.computed += 1


def _times(attributes: dict[str, Any], what: str) -> int:
    text = attributes.get(f"table:number-{what}-repeated", "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 1  # noqa: PLR2004 - digits


def ods_extents(stream: IO[bytes], file: str) -> list[tuple[str, Extent]]:
    """Return the extent of every sheet of an ODS workbook.

    A cell that stands for many counts as one that is filled: what is repeated a million times is no more than one.

    Parameters
    ----------
    stream
        Its ``content.xml`` as office programs write it: see :mod:`geo.workbooks.plain_ods`.
    file
        The name of the workbook.

    Raises
    ------
    InputError
        When its XML declares a document type, which might grow or read other files.
    """
    parser = parser_of(file)
    cells = _Cells(parser)
    parser.StartElementHandler, parser.EndElementHandler = cells.start, cells.end
    parse(parser, stream)
    return cells.sheets
