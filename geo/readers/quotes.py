"""Quotation marks of separated text: where one opens that is not closed, the rows below would end in one cell."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

LOOKED_AT = 1000
"""Lines that tell how many separators a row has."""

_FEWEST = 2  # separators of a line that can be told from a remark with commas


class QuoteWatch:
    """Looks at the lines of a text, one after the other, for a mark that is not closed where its cell ends.

    A mark that opens a cell is taken as open when nothing closes it, when its closing mark is followed by more text, or
    when what it holds are whole rows: lines with exactly as many separators as the others have.

    Parameters
    ----------
    head
        The first lines.
    separator
        Of the cells.
    """

    def __init__(self, head: Sequence[str], separator: str) -> None:
        bare = Counter(line.count(separator) for line in _outside(head[:LOOKED_AT]))
        width = bare.most_common(1)[0][0] if bare else 0
        self._width = width if width >= _FEWEST else -1
        self._separator = separator
        self._number = 0
        self._held: list[str] = []  # the lines since the mark that is open
        self.opened = 0  # the line, from 1, of the mark that is open; 0 for none

    def fault(self, lines: Iterable[str]) -> int:
        """Return the line of a mark that is found open in the next lines, 0 for none so far."""
        for line in lines:
            self._number += 1
            if not self.opened and '"' not in line:
                continue
            found = self._look(line)
            if found:
                return found
        return 0

    def _look(self, line: str) -> int:
        before, whole = self.opened, line.count(self._separator) == self._width
        if before and '"' not in line and whole:
            return before
        self.opened, sound = _after(line, self._separator, self._number, before)
        if not sound:
            return self.opened
        self._held = [*self._held, line] if before else [line]
        if before and self.opened != before:
            if all(one.count(self._separator) == self._width for one in self._held):
                return before
            self._held = [line]
        return 0


def open_quote(text: str, separator: str) -> int:
    """Return the line, from 1, of the first quotation mark that is not closed where its cell ends; 0 for none."""
    if '"' not in text:
        return 0
    lines = list(io.StringIO(text, newline=""))
    watch = QuoteWatch(lines, separator)
    return watch.fault(lines) or watch.opened


def _outside(lines: Sequence[str]) -> Iterator[str]:
    """Return the lines without a mark that stand in no quoted cell, by the number of marks before them."""
    inside = False
    for line in lines:
        if '"' in line:
            inside ^= line.count('"') % 2 == 1
        elif not inside and line.strip():
            yield line


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
