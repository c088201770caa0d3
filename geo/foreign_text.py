"""Foreign text: what others wrote, on its way in and out. No output may take it for anything but text.

Names, addresses, reasons and remarks come from files and forms of others. What is read is cleaned of characters that
nobody sees; what is written says, per kind of output, how a text stays a text. Pages need nothing from here: templates
escape, and scripts set ``textContent``. SECURITY.md has the rule in words.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from geo.errors import InputError

_UNHOLDABLE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_STEERING = r"\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
UNHOLDABLE = re.compile(f"[{_UNHOLDABLE}]")
"""Control characters but tab and line ends, and what is no character at all: no XML and no PostgreSQL holds them."""
UNSEEN = re.compile(f"[{_UNHOLDABLE}{_STEERING}]")
"""Those, and what is invisible but moves the text around it: direction overrides, line separators, tags."""

LONGEST_QUOTED = 200  # characters of a value that an error repeats

_BREAKS = re.compile(f"[\t\n\r{_UNHOLDABLE}{_STEERING}]")
_LINE_BREAKS = re.compile(f"[\r{_UNHOLDABLE}{_STEERING}]")
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile("(?<!')'++[=+\\-@\t\r\n＝＋－＠]")
_LITERAL = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)')  # one that is never closed ends with the text
_IN_SCRIPTS = re.compile(f"[<>&{{}}{_UNHOLDABLE}{_STEERING}]")


def cleaned(text: str) -> str:
    """Return a text that comes in without characters that nobody sees."""
    return text if text.isprintable() else UNSEEN.sub("", text)


def unseen(cell: Any) -> bool:  # noqa: ANN401 - a cell
    """Tell whether a cell is a text with characters that nobody sees."""
    return isinstance(cell, str) and not cell.isprintable() and UNSEEN.search(cell) is not None


def refuse_unseen(typed: Mapping[str, Any]) -> None:
    """Refuse what somebody typed or sent when it holds characters that nobody sees: that is never meant.

    Raises
    ------
    InputError
        Naming the field and the value, with its unseen characters written out.
    """
    for name, value in typed.items():
        for one in value if isinstance(value, tuple | list) else (value,):
            if unseen(one):
                raise InputError(
                    "{where} is {value!r}, which holds characters that nobody sees: type it anew without them",
                    where=name,
                    value=one[:LONGEST_QUOTED],
                )


def holdable(text: str) -> str:
    """Return a text as any file holds it: XML, workbooks, layers."""
    return text if text.isprintable() else UNHOLDABLE.sub("", text)


def shown(text: str, *, lines: bool = False) -> str:
    r"""Return a text for a terminal or a log, where it can neither steer nor begin a line of its own.

    Parameters
    ----------
    text
        What is shown; unseen characters become ``\x1b`` or ``\u202e``, as Python writes them.
    lines
        Whether its line ends and tabs are ours, and stay.
    """
    if text.isprintable():
        return text
    return (_LINE_BREAKS if lines else _BREAKS).sub(lambda found: ascii(found[0])[1:-1], text)


def guarded(text: str) -> str:
    """Return a cell of a CSV that no spreadsheet takes for a formula; :func:`unguarded` takes the guard off again."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return a cell of a CSV as it was before :func:`guarded`."""
    return text[1:] if _GUARDED.match(text) else text


def any_guarded(text: str) -> bool:
    """Tell whether any cell of a whole CSV may be guarded."""
    return "'" in text and _GUARDED.search(text) is not None


def script_json(value: Any) -> str:  # noqa: ANN401 - any plain value
    """Write plain values as JSON that neither ends a script nor is a template; see :func:`in_script`."""
    return in_script(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def in_script(document: str) -> str:
    r"""Return JSON as a data block of an HTML file: ``< > & { }`` in its texts, and what nobody sees, as ``\u....``."""
    return _LITERAL.sub(lambda found: _IN_SCRIPTS.sub(_code, found[0]), document)


def plain_json(document: str) -> str:
    r"""Return JSON with what nobody sees as ``\u....``: the same document, safe for a terminal and for UTF-8."""
    return UNSEEN.sub(_code, document)


def _code(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
