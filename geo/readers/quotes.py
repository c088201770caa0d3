"""Quotation marks of separated text: where one opens that is not closed, the rows below would end in one cell."""

import io
from collections import Counter
from itertools import islice

_FEWEST = 2  # separators of a line that can be told from a remark with commas
_LOOKED_AT = 1000


def open_quote(text: str, separator: str) -> int:
    """Return the line, from 1, of the first quotation mark that is not closed where its cell ends; 0 for none.

    A mark that opens a cell is taken as open when nothing closes it, when its closing mark is followed by more text, or
    when what it holds are whole rows: lines with exactly as many separators as the others have.
    """
    if '"' not in text:
        return 0
    lines = list(io.StringIO(text, newline=""))
    bare = Counter(line.count(separator) for line in islice(lines, _LOOKED_AT) if '"' not in line and line.strip())
    width = bare.most_common(1)[0][0] if bare else 0
    width = width if width >= _FEWEST else -1
    opened = 0
    for number, line in enumerate(lines, start=1):
        if opened and opened < number and '"' not in line and line.count(separator) == width:
            return opened
        before = opened
        opened, sound = _after(line, separator, number, opened)
        if not sound:
            return opened
        spans = before and opened != before
        if spans and all(one.count(separator) == width for one in lines[before - 1 : number]):
            return before
    return opened


def _after(line: str, separator: str, number: int, opened: int) -> tuple[int, bool]:
    """Return the line whose quotation mark is open at the end of this one (0: none), and whether all were sound."""
    at, end = 0, len(line.rstrip("\r\n"))
    while at <= end:
        if not opened:
            if at < end and line[at] == '"':
                opened, at = number, at + 1
                continue
            at = line.find(separator, at) + 1 or end + 1
            continue
        mark = line.find('"', at)
        if mark < 0:
            break
        if line[mark + 1 : mark + 2] == '"':
            at = mark + 2
            continue
        rest = line[mark + 1 : end]
        blank = len(rest) - len(rest.lstrip(" "))
        at = mark + 1 + blank
        if at < end and line[at] != separator:
            return opened, False
        opened, at = 0, at + 1
    return opened, True
