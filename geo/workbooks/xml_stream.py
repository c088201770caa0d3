"""XML of workbooks as a stream, without document types, which might grow or read other files."""

from typing import IO
from xml.parsers import expat

from geo.errors import InputError
from geo.workbooks import messages

_CHUNK = 1 << 20


def parser_of(file: str, *, namespaces: bool = False) -> expat.XMLParserType:
    """Return a parser that refuses document types.

    Parameters
    ----------
    file
        The name of the workbook, for the error.
    namespaces
        Names come as ``URI|name`` instead of as they are written.
    """
    parser = expat.ParserCreate(namespace_separator="|" if namespaces else None)
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise InputError(messages.UNREADABLE, file=file, reason="DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def parse(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    """Read a stream to its end.

    Raises
    ------
    InputError
        When it declares a document type.
    ExpatError
        When it is no XML.
    """
    for chunk in iter(lambda: stream.read(_CHUNK), b""):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
