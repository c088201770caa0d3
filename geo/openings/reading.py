"""Text of opening hours to :class:`Openings`."""

from functools import lru_cache

from geo.errors import InputError
from geo.openings.rules import Reader, week_of
from geo.openings.week import Openings
from geo.openings.words import NOT_KNOWN, RefusalError, plain, words_of

EMPTY = "opening hours are empty: leave the field out, or write 08:30-17:30"
_MOST_CHARACTERS = 400
_MOST_WRITTEN = 4 * _MOST_CHARACTERS  # blanks included; what lies behind is refused with the rest


@lru_cache(maxsize=4096)
def parse(text: str) -> Openings:
    """Read opening hours.

    Understood are ``08:30-12:00,14:00-17:30``, ``Mo-Fr 08:30-12:00; Sa 09:00-12:00; PH off``, ``24/7``,
    ``Mo off`` (else the usual hours), and the Chinese forms 周一至周五 8:30-12:00, 上午9点-11点半, 24小时, 工作日,
    周末, 周一闭馆. A window past midnight runs into the next day. :mod:`geo.openings.rules` says how rules combine.

    Raises
    ------
    InputError
        When the text is empty, or naming the part of it that is not understood or may mean two things.
    """
    words = plain(text[:_MOST_WRITTEN])
    if not words:
        raise InputError(EMPTY, value=text)
    try:
        return _week(words)
    except RefusalError as refused:
        raise InputError(refused.template, value=_short(text), part=_short(refused.part)) from None


def _week(words: str) -> Openings:
    if len(words) > _MOST_CHARACTERS:
        raise RefusalError(NOT_KNOWN, words[_MOST_CHARACTERS:])
    rules = Reader(words_of(words)).read()
    if not rules:
        raise RefusalError(NOT_KNOWN, words)
    return week_of(rules)


def one_span(text: str) -> tuple[int, int] | None:
    """Read one span of a day, as ``08:30-17:30``, in seconds from midnight; None where the text is none."""
    try:
        week = set(parse(text).week)
    except InputError:
        return None
    spans = week.pop() if len(week) == 1 else None
    return spans[0] if spans is not None and len(spans) == 1 else None


@lru_cache(maxsize=4096)
def together(own: str, usual: str) -> str:
    """Return the hours of a place as text: its own, with the usual ones of its category where its own name none.

    Raises
    ------
    InputError
        When either can't be read.
    """
    if not own or not usual:
        return own or usual
    return parse(own).at_usual(parse(usual)).text() or own


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…"
