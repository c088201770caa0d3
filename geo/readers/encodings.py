"""In which encoding a text is: told from its bytes, of which a part is in the memory."""

import codecs
import io
import os
import re
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from geo.errors import InputError
from geo.readers import messages

NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "latin-1": "Latin-1"}

_MARKS_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF16 = ("utf-16-le", "utf-16-be")
_HAN = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}|\xe3\x80[\x80-\xbf]")
_BLOCK_BYTES = 2**20
_SAMPLE_BYTES = 400_000


def encoding_of(file: BinaryIO, name: str) -> str:
    """Return the encoding of a text.

    Raises
    ------
    InputError
        When it is not in one encoding.
    """
    zeros = _zeros(file)
    encoding = (_bare_utf16(file) if zeros else "") or _detected(file)
    said, line = _strange_line(file, encoding)
    if line and not zeros:  # else it is damaged, or no text
        raise InputError(messages.MIXED_ENCODING, file=name, encoding=NAMES[said], line=line)
    return encoding


def detect_encoding(content: bytes) -> str:
    """Tell UTF-8 (with or without mark), UTF-16 (with mark), GB18030 and Latin-1 apart.

    Text that is not UTF-8 is Chinese when its bytes above 127 come in pairs, as they do in GB2312; in Latin-1 text they
    stand alone between ASCII letters.
    """
    return _detected(io.BytesIO(content))


def _detected(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(_SAMPLE_BYTES)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head[:2] in _MARKS_16:
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        if _decodes(file, encoding) and (encoding == "utf-8" or _in_pairs(head)):
            return encoding
    return "latin-1"


def _decodes(file: BinaryIO, encoding: str, look: Callable[[str], bool] = bool) -> bool:
    """Tell whether all bytes are of an encoding; a ``look`` at each block that says False ends it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        for block in iter(partial(file.read, _BLOCK_BYTES), b""):
            text = decoder.decode(block)
            if text and not look(text):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _zeros(file: BinaryIO) -> bool:
    """Tell whether a byte is zero in what has no mark of UTF-16."""
    file.seek(0)
    blocks = iter(partial(file.read, _BLOCK_BYTES), b"")
    first = next(blocks, b"")
    return first[:2] not in _MARKS_16 and (b"\x00" in first or any(b"\x00" in block for block in blocks))


def _bare_utf16(file: BinaryIO) -> str:
    """Return UTF-16 without a mark, which shows in every second byte of what is ASCII; else nothing."""
    if file.seek(0, os.SEEK_END) % 2:
        return ""
    fitting = (one for one in _UTF16 if _decodes(file, one, _is_plain) and _has_lines(file, one))
    return next(fitting, "")


def _is_plain(text: str) -> bool:
    return all(letter.isprintable() or letter in "\r\n\t" for letter in text)


def _has_lines(file: BinaryIO, encoding: str) -> bool:
    return not _decodes(file, encoding, lambda text: "\n" not in text and "\r" not in text)


def _strange_line(file: BinaryIO, encoding: str) -> tuple[str, int]:
    """Return an encoding and the first line that is not in it while others are; line 0 where all are in one.

    Two bytes of GB18030 may be UTF-8 by chance; a Chinese character of three bytes is not.
    """
    if encoding not in ("gb18030", "latin-1"):
        return encoding, 0
    file.seek(0)
    certain = other = strange = 0  # the first line that is UTF-8 for certain, that is not, that is not GB18030
    for number, line in enumerate(file, start=1):
        if line.isascii():
            continue
        if not _is_line_of(line, "utf-8"):
            other = other or number
        elif not certain and _HAN.search(line):
            certain = number
        if encoding == "latin-1" and not strange and not _is_line_of(line, "gb18030"):
            strange = number
    if certain and other:
        return ("utf-8", other) if certain < other else ("gb18030", certain)
    file.seek(0)
    return ("gb18030", strange) if encoding == "latin-1" and _in_pairs(file.read(_SAMPLE_BYTES)) else (encoding, 0)


def _is_line_of(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _in_pairs(head: bytes) -> bool:
    high = [index for index, byte in enumerate(head) if byte > 0x7F]  # noqa: PLR2004 - ASCII
    lone = sum(
        1
        for before, at, after in zip([-9, *high[:-1]], high, [*high[1:], 1 << 30], strict=True)
        if at - before > 1 and after - at > 1
    )
    return lone * 2 < len(high)
