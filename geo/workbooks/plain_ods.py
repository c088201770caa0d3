"""ODS as any program writes it, to the one form of its XML that readers of workbooks take.

They go by the usual prefixes and take nothing between two elements. A file that was formatted, put through an XML tool
or written by hand is as good by its standard (ODF 1.3, part 3), but would be refused, or its texts read as empty.
"""

import re
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from geo.workbooks.xml_stream import parse, parser_of

_CHUNK = 1 << 20
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMESPACES = {f"{_ODF}{name}:1.0": name for name in ("office", "table", "text", "style")}
_NAMESPACES["urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"] = "calcext"
_DECLARED = re.compile(rb"""xmlns(?::([\w.-]+))?\s*=\s*["']([^"']+)["']""")
_BETWEEN = re.compile(rb">\s+<")
_PROLOG = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*")
_TEXT = {"text:p", "text:h"}
_LEFT_OUT = {"office:annotation", "table:shapes", "office:scripts", "office:font-face-decls"}
_SIGNS = {"text:tab": " ", "text:line-break": "\n"}


def is_plain(stream: IO[bytes]) -> bool:
    """Tell whether a ``content.xml`` is as office programs write it."""
    rest = b""
    for number, chunk in enumerate(iter(lambda: stream.read(_CHUNK), b"")):
        text = rest + (chunk if number else _PROLOG.sub(b"", chunk, count=1))
        if b"<!" in text or b"<?" in text or b"<text:tab" in text or b"<text:line-break" in text:
            return False
        if _BETWEEN.search(text) or not all(map(_usual, _DECLARED.finditer(text))):
            return False
        rest = chunk[-200:]
    return True


def _usual(declared: re.Match[bytes]) -> bool:
    name = _NAMESPACES.get(declared[2].decode("latin-1"))
    return name is None or name.encode() == declared[1]


class _Writer:
    """Writes what it hears of, under the usual prefixes; texts stand in paragraphs and nowhere else."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._pieces: list[str] = []
        self._inside: list[str] = []  # elements; empty: one that is left out
        self._left_out = self._paragraphs = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _name(tag)
        if self._left_out or not name or name in _LEFT_OUT:
            self._left_out += 1
            return
        declared = {} if self._inside else {f"xmlns:{own}": uri for uri, own in _NAMESPACES.items()}
        self._inside.append(name)
        self._paragraphs += name in _TEXT
        if name in _SIGNS:
            self._pieces.append(_SIGNS[name])
            return
        known = {own: value for key, value in attributes.items() if (own := _name(key))} | declared
        self._pieces.append(f"<{' '.join([name, *(f'{key}={quoteattr(value)}' for key, value in known.items())])}>")

    def end(self, _tag: str) -> None:
        if self._left_out:
            self._left_out -= 1
            return
        name = self._inside.pop()
        self._paragraphs -= name in _TEXT
        if name not in _SIGNS:
            self._pieces.append(f"</{name}>")
        if len(self._pieces) > _CHUNK >> 6:
            self.flush()

    def text(self, text: str) -> None:
        if self._paragraphs and not self._left_out:
            self._pieces.append(escape(re.sub(r"[ \t\r\n]+", " ", text)))

    def flush(self) -> None:
        self._target.write("".join(self._pieces).encode())
        self._pieces.clear()


def _name(tag: str) -> str:
    uri, _, local = tag.rpartition("|")
    return f"{_NAMESPACES[uri]}:{local}" if uri in _NAMESPACES else ""


def write_plain(source: IO[bytes], target: IO[bytes], file: str) -> None:
    """Write the ``content.xml`` of a file anew.

    Raises
    ------
    InputError
        When it declares a document type, which might grow or read other files.
    ExpatError
        When it is no XML.
    """
    parser = parser_of(file, namespaces=True)
    writer = _Writer(target)
    parser.StartElementHandler, parser.EndElementHandler = writer.start, writer.end
    parser.CharacterDataHandler = writer.text
    parse(parser, source)
    writer.flush()
