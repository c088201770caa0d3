"""Twelve-digit statistical codes (统计用区划代码): what they look like on each level, and what stands in for one.

National Bureau of Statistics, 统计用区划代码和城乡划分代码编制规则 (2009): six digits of the county, three of the
street or township (001-099 街道, 100-199 镇, 200-399 乡, 400-599 units like townships), three of the community or
village.
"""

import hashlib
import re
from collections.abc import Collection

from geo.errors import NotFoundError
from geo.model import Level
from geo.nearest import hint

DIGITS = 12
PROVINCES = frozenset(
    str(number)
    for block in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 83))
    for number in range(*block)
)
_SIGNIFICANT = {Level.CITY: 4, Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12}
_ABOVE = {Level.DISTRICT: 4, Level.STREET: 6, Level.COMMUNITY: 9, Level.GRID: 12}
_PROVISIONAL = re.compile(r"[0-9A-OQ-Z]*+P[0-9A-Z]{2,}")
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def pad(code: str) -> str:
    """Fill a code of 2, 4, 6 or 9 digits up to twelve with zeros; leave anything else as it is."""
    return code.ljust(DIGITS, "0") if code.isdigit() and len(code) in (2, 4, 6, 9) else code


def known(code: str, codes: Collection[str]) -> str:
    """Return the code of a zone that there is, named in full or without the zeros at its end.

    Raises
    ------
    NotFoundError
        When there is none; it names the nearest.
    """
    found = next((each for each in (code, pad(code)) if each in codes), None)
    if found is None:
        nearest = hint(code, codes)
        raise NotFoundError(
            "there is no zone {value!r}: look its code up, or import the zones first{nearest}",
            value=code,
            nearest=nearest,
        )
    return found


def fault(code: str, level: Level) -> tuple[str, str]:
    """Tell what is wrong with a code of a level.

    Returns
    -------
    kind
        ``""`` when nothing is wrong, else ``form``, ``province`` or ``level``.
    remedy
        For ``level``: what such a code looks like.
    """
    if level in (Level.GRID, Level.SPECIAL) or is_provisional(code):
        return "", ""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return "form", ""
    if code[:2] not in PROVINCES:
        return "province", ""
    return _level_fault(code, level)


def _level_fault(code: str, level: Level) -> tuple[str, str]:
    significant = _SIGNIFICANT[level]
    if code[significant:].strip("0"):
        return "level", f"its last {DIGITS - significant} digits are 0"
    if level is Level.STREET and code[6:9] == "000":
        return "level", "its digits 7 to 9 are 001 to 599"
    if level is Level.COMMUNITY and code[9:] == "000":
        return "level", "its last three digits are 001 to 999"
    return "", ""


def is_provisional(code: str) -> bool:
    """Tell whether a code is one of :func:`provisional`."""
    return len(code) in (DIGITS, DIGITS + 3) and not code.isdigit() and _PROVISIONAL.fullmatch(code) is not None


def kind_of_street(code: str) -> str:
    """Return 街道, 镇 or 乡 as digits 7 to 9 of a street's code say it; empty for other numbers."""
    number = int(code[6:9]) if code[6:9].isdigit() else 0
    bounds = ((1, 99, "街道"), (100, 199, "镇"), (200, 399, "乡"))
    return next((kind for low, high, kind in bounds if low <= number <= high), "")


def parent_prefix(code: str, level: Level) -> str:
    """Return the digits of a code that name its parent; empty on the top level and for special zones."""
    return code[: _ABOVE[level]] if level in _ABOVE and len(code) >= _ABOVE[level] else ""


def provisional(prefix: str, name: str, level: Level, taken: Collection[str]) -> str:
    """Make a code for a zone that has none, recognisable by its letter P.

    The digits of the parent come first, then ``P`` and two letters or digits from the name, then zeros up to twelve (a
    grid has fifteen, below the twelve of its community); so it stays the same when the file is read again. Without a
    parent, the name of the one above stands in for the county's digits.

    Parameters
    ----------
    prefix
        Significant digits of the parent's code, or a name path of the parents when they have no code.
    name
        Of the zone.
    level
        Of the zone.
    taken
        Codes that are in use.
    """
    length = _ABOVE.get(level, 0)
    stem = prefix[:length] if re.fullmatch(r"[0-9A-Z]+", prefix) and len(prefix) >= length else ""
    if len(stem) < length:
        stem = "P" + _letters(prefix, length - 1) if length else ""
    tail = DIGITS - length - 3
    start = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big")
    for step in range(36 * 36):
        at = (start + step) % (36 * 36)
        code = f"{stem}P{_BASE36[at // 36]}{_BASE36[at % 36]}{'0' * tail}"
        if code not in taken:
            return code
    return f"{stem}{_letters(name, DIGITS - length)}"


def _letters(text: str, length: int) -> str:
    number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    out = ""
    for _ in range(length):
        number, at = divmod(number, 36)
        out += _BASE36[at]
    return out
