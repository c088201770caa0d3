"""The formulas and errors of a sheet of XLSX: which cells have no value that a reader would give."""

from typing import IO, Any

from geo.workbooks.formulas import Block, Formulas
from geo.workbooks.xml_stream import parse, parser_of

_MOST_CHARACTERS = 40  # of an error


def sheet_formulas(stream: IO[bytes], file: str, *, to_compute: bool) -> Formulas:
    """Look at the formulas of a sheet one by one.

    Parameters
    ----------
    stream
        The XML of the sheet.
    file
        The name of the workbook.
    to_compute
        The workbook asks to be computed when it is opened: a nought in it may be what its writer put in every formula.

    Raises
    ------
    InputError
        When the XML declares a document type, which might grow or read other files.
    """
    parser = parser_of(file)
    cells = _Cells(parser, to_compute=to_compute)
    parser.StartElementHandler, parser.EndElementHandler = cells.start, cells.end
    parse(parser, stream)
    return cells.found


class _Cells:
    def __init__(self, parser: Any, *, to_compute: bool) -> None:  # noqa: ANN401 - of expat
        self.found = Formulas()
        self._parser, self._to_compute = parser, to_compute
        self._row = self._column = -1
        self._kind = ""
        self._formula = self._valued = False
        self._text = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._column, self._kind = self._column + 1, attributes.get("t", "n")
            self._formula, self._valued, self._text = False, False, ""
            if place := attributes.get("r"):
                self._place(place)
        elif name == "f":
            self._formula = True
        elif name == "v" and (self._formula or self._kind == "e"):
            self._valued = True
            self._parser.CharacterDataHandler = self._take
        elif name == "row":
            number = attributes.get("r", "")
            self._row, self._column = int(number) - 1 if number.isdecimal() else self._row + 1, -1

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self._parser.CharacterDataHandler = None
        elif name == "c" and (self._formula or self._kind == "e"):
            self._count(self._text.strip())

    def _take(self, text: str) -> None:
        self._text += text

    def _place(self, place: str) -> None:
        column = 0
        for at, letter in enumerate(place):
            if letter.isdecimal():
                self._row = int(place[at:]) - 1 if place[at:].isdecimal() else self._row
                break
            column = column * 26 + ord(letter) - 64
        self._column = column - 1

    def _count(self, text: str) -> None:
        if self._kind == "e" and text:
            self.found.errors.append(Block(self._row, self._column, text[:_MOST_CHARACTERS]))
        elif not text and not (self._kind == "str" and self._valued):  # which is how Excel writes an empty text
            self.found.add_bare(self._row, self._column)
        elif self._to_compute and text == "0":
            self.found.noughts.append((self._row, self._column))
        else:
            self.found.computed += bool(text)
