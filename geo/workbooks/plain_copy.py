"""A workbook as its reader takes it: as it is, or a copy in which the form of some XML is the usual one."""

import codecs
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from geo.errors import InputError
from geo.workbooks import messages
from geo.workbooks.plain_ods import is_plain, write_plain

_CHUNK = 1 << 20
_CONTENT = "content.xml"
_XML = (".xml", ".rels")
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")


@contextmanager
def plain_copy(path: Path, members: dict[str, str]) -> Iterator[IO[bytes]]:
    """Open a workbook that is a ZIP archive; where a reader would stumble over the form of its XML, a copy.

    Parameters
    ----------
    path
        The workbook.
    members
        The names in it, by their small letters.

    Raises
    ------
    InputError
        When a part is in an encoding that nobody knows.
    """
    with zipfile.ZipFile(path) as archive:
        encodings = {name: _encoding(archive, name) for low, name in members.items() if low.endswith(_XML)}
        foreign = {name: encoding for name, encoding in encodings.items() if encoding}
        content = members.get(_CONTENT)
        if content and not foreign.get(content):
            with archive.open(content) as stream:
                odd = not is_plain(stream)
        else:
            odd = content is not None
        if not foreign and not odd:
            with path.open("rb") as file:
                yield file
            return
        with TemporaryFile() as copy:
            _write(archive, copy, foreign, content, path.name)
            copy.seek(0)
            yield copy


def _encoding(archive: zipfile.ZipFile, name: str) -> str:
    """Return the encoding of a part, where it is none that every reader knows."""
    with archive.open(name) as stream:
        head = stream.read(200)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")
    named = _ENCODING.match(head)
    said = marked or (named[1].decode("ascii", "replace").lower() if named else "")
    return "" if said in ("", "utf-8", "utf8", "us-ascii", "ascii") else said


def _write(archive: zipfile.ZipFile, copy: IO[bytes], foreign: dict[str, str], content: str | None, file: str) -> None:
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name in archive.namelist():
            with archive.open(name) as source, target.open(name, "w", force_zip64=True) as sink:
                if name == content and name not in foreign:
                    write_plain(source, sink, file)
                elif name in foreign:
                    with TemporaryFile() as text:
                        _recode(source, text, foreign[name], file)
                        text.seek(0)
                        write_plain(text, sink, file) if name == content else _copied(text, sink)
                else:
                    _copied(source, sink)


def _copied(source: IO[bytes], sink: IO[bytes]) -> None:
    for chunk in iter(lambda: source.read(_CHUNK), b""):
        sink.write(chunk)


def _recode(source: IO[bytes], sink: IO[bytes], encoding: str, file: str) -> None:
    """Write a text in UTF-8, without the declaration that names another encoding."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        first = True
        for chunk in iter(lambda: source.read(_CHUNK), b""):
            text = decoder.decode(chunk)
            sink.write((_DECLARATION.sub("", text) if first else text).encode())
            first = False
        decoder.decode(b"", final=True)
    except (LookupError, UnicodeError) as error:
        raise InputError(messages.ENCODING, file=file, value=encoding) from error
