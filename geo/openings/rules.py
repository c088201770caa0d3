"""Words of opening hours to rules, and rules to a week.

A later rule replaces an earlier one for its days, as OSM's specification has it
(https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification); after a comma it adds to it. Days that no rule
names are closed, unless the text says only when it is closed: then they have the usual hours of the place's category.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.openings.clocks import ClockTime, span_s
from geo.openings.week import DAY_S, HOLIDAY, WEEK, Openings, joined
from geo.openings.words import EXCEPT, NOT_KNOWN, Half, RefusalError, Word, WordKind

NO_DAYS = (
    "opening hours are {value!r}, of which {part!r} doesn't say for which days: "
    "name them, as Mo-Fr 08:30-12:00,14:00-17:30"
)
TWICE = (
    "opening hours are {value!r}, of which {part!r} is about days that have hours already: "
    "write all hours of a day in one rule, as Mo-Fr 08:30-12:00,14:00-17:30"
)

Spans = list[tuple[int, int]]
_ALL_DAY = (0, DAY_S)
_BETWEEN = {WordKind.COMMA, WordKind.OPEN_BRACKET, WordKind.CLOSE_BRACKET, WordKind.BREAK, WordKind.SEMICOLON}
_STRONG = {WordKind.BREAK, WordKind.SEMICOLON}


@dataclass(frozen=True, slots=True)
class Rule:
    """Days and when they are open."""

    days: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]  # none: closed
    text: str
    adds: bool = False  # it stands after a comma
    chinese: bool = False


@dataclass(slots=True)
class Reader:
    """Walks the words once, from left to right."""

    words: Sequence[Word]
    at: int = 0
    rules: list[Rule] = field(default_factory=list)

    def read(self) -> list[Rule]:
        """Return the rules.

        Raises
        ------
        RefusalError
            Naming the part that is no rule.
        """
        strong = self._skip()
        while self.at < len(self.words):
            self._rule(strong=strong)
            strong = self._skip()
        return self.rules

    def _kind(self, ahead: int = 0) -> WordKind | None:
        place = self.at + ahead
        return self.words[place].kind if place < len(self.words) else None

    def _skip(self) -> bool:
        """Pass what stands between rules; tell whether it was more than a comma or a bracket."""
        strong = False
        while self._kind() in _BETWEEN:
            strong = strong or self._kind() in _STRONG
            self.at += 1
        return strong

    def _text(self, start: int) -> str:
        return " ".join(word.text for word in self.words[start : max(self.at, start + 1)])

    def _rule(self, *, strong: bool) -> None:
        start = self.at
        days = self._others(start) if self._kind() is WordKind.OTHERS else self._days()
        if days and self._kind() is WordKind.OPEN_BRACKET:
            self.at += 1
        spans = self._body(start)
        days = days or self._days_behind()
        if not days and self.rules:
            days = self._not_closed(start)
        words = self.words[start : self.at]
        if words and words[-1].text == EXCEPT and any(map(_closes, self.rules)):
            raise RefusalError(NOT_KNOWN, self._text(start))  # closed except then: open, but nobody says from when
        chinese = any(not word.text.isascii() for word in words)
        adds = bool(self.rules) and not strong
        self.rules.append(Rule(days or WEEK, tuple(spans), self._text(start), adds, chinese))

    def _others(self, start: int) -> tuple[int, ...]:
        """Return the days that no rule before names."""
        self.at += 1
        named = {day for rule in self.rules for day in rule.days}
        days = tuple(day for day in WEEK if day not in named)
        if not named or not days:
            raise RefusalError(NO_DAYS, self._text(start))
        return days

    def _not_closed(self, start: int) -> tuple[int, ...]:
        """Read 周一闭馆，9:00-17:00: hours without days are those of the days that aren't closed."""
        closed = all(rule.chinese and not rule.spans for rule in self.rules)
        strong = self.words[start - 1].kind is WordKind.SEMICOLON
        days = tuple(day for day in WEEK if all(day not in rule.days for rule in self.rules))
        if not closed or strong or not days:
            raise RefusalError(NO_DAYS, self._text(start))
        return days

    def _days(self) -> tuple[int, ...]:
        """Read days, ranges and lists of them."""
        start, days = self.at, list[int]()
        while self._kind() is WordKind.DAY:
            first = self.words[self.at]
            self.at += 1
            if self._kind() is WordKind.DASH and self._kind(1) is WordKind.DAY:
                days += _range(first, self.words[self.at + 1])
                self.at += 2
            else:
                days += first.days
            if self._kind() is WordKind.COMMA and self._kind(1) is WordKind.DAY:
                self.at += 1
            elif self._kind() is WordKind.DAY and self.words[self.at - 1].text.isascii():
                self.at += 1  # PH Mo are Mondays that are holidays
                raise RefusalError(NOT_KNOWN, self._text(start))
        if len(set(days)) < len(days):
            raise RefusalError(TWICE, self._text(start))
        return tuple(days)

    def _days_behind(self) -> tuple[int, ...]:
        """Read days that stand behind their hours: at the end of the text or in brackets."""
        start = self.at
        if self._kind() is WordKind.OPEN_BRACKET:
            self.at += 1
            days = self._days()
            if days and self._kind() is WordKind.CLOSE_BRACKET:
                self.at += 1
                return days
        elif not self.rules and self._kind() is WordKind.DAY:
            days = self._days()
            if self.at == len(self.words):
                return days
        self.at = start
        return ()

    def _body(self, start: int) -> Spans:
        kind = self._kind()
        if kind is WordKind.OFF:
            self.at += 1
            return []
        if kind is WordKind.ALL_DAY:
            self.at += 1
            return [_ALL_DAY]
        spans: Spans = []
        while self._kind() in {WordKind.MARK, WordKind.CLOCK, WordKind.NUMBER}:
            spans.append(self._span(spans[-1] if spans else None))
            ahead = 1 if self._kind() in {WordKind.COMMA, WordKind.BREAK} else 0
            if self._kind(ahead) not in {WordKind.MARK, WordKind.CLOCK, WordKind.NUMBER}:
                break
            self.at += ahead
        if not spans:
            self.at += 1
            raise RefusalError(NOT_KNOWN, self._text(start))
        return spans

    def _span(self, after: tuple[int, int] | None) -> tuple[int, int]:
        start = self.at
        begin = self._clock(start)
        if self._kind() is not WordKind.DASH:
            raise RefusalError(NOT_KNOWN, self._text(start))
        self.at += 1
        return span_s(begin, self._clock(start), after)

    def _clock(self, start: int) -> ClockTime:
        marks: list[Half] = []
        while self._kind() is WordKind.MARK:
            half = self.words[self.at].half
            marks += [] if half is None else [half]
            self.at += 1
        halves = [half for half in marks if half is not Half.NEXT_DAY]
        if self._kind() not in {WordKind.CLOCK, WordKind.NUMBER} or len(halves) > 1:
            raise RefusalError(NOT_KNOWN, self._text(start))
        word = self.words[self.at]
        self.at += 1
        half = halves[0] if halves else None
        return ClockTime(word.hour, word.minute, word.text, word.padded, half, next_day=Half.NEXT_DAY in marks)


def _closes(rule: Rule) -> bool:
    return not rule.spans and not rule.text.endswith(EXCEPT)


def _range(first: Word, last: Word) -> list[int]:
    if len(first.days) != 1 or len(last.days) != 1 or HOLIDAY in (*first.days, *last.days):
        raise RefusalError(NOT_KNOWN, f"{first.text}-{last.text}")
    start, stop = first.days[0], last.days[0]
    return [(start + step) % 7 for step in range((stop - start) % 7 + 1)]


def week_of(rules: Sequence[Rule]) -> Openings:
    """Put the rules over each other.

    Raises
    ------
    RefusalError
        Naming a rule that may mean two things.
    """
    days: dict[int, Spans] = {}
    for rule in rules:
        _put(rule, days)
    only_closing = not any(rule.spans and set(WEEK) & set(rule.days) for rule in rules)
    if days.get(HOLIDAY) and only_closing and not all(day in days for day in WEEK):
        raise RefusalError(NO_DAYS, next(rule.text for rule in rules if HOLIDAY in rule.days and rule.spans))
    week: list[Spans] = [[] for _ in WEEK]
    for day in WEEK:
        for open_s, close_s in days.get(day, []):
            week[day].append((open_s, min(close_s, DAY_S)))
            if close_s > DAY_S:
                week[(day + 1) % 7].append((0, close_s - DAY_S))
    named = [joined(spans) if day in days or not only_closing else None for day, spans in enumerate(week)]
    holiday = days.get(HOLIDAY)
    return Openings(tuple(named), None if holiday is None else joined(holiday))


def _put(rule: Rule, days: dict[int, Spans]) -> None:
    if HOLIDAY in rule.days and any(close_s > DAY_S for _, close_s in rule.spans):
        raise RefusalError(NOT_KNOWN, rule.text)  # the day after a holiday has no hours of its own
    both = [day for day in rule.days if days.get(day)]
    if rule.spans and both:
        meets = any(a < d and c < b for day in both for a, b in days[day] for c, d in rule.spans)
        lost = all(day in rule.days for day in days if days[day])
        if rule.adds and (rule.chinese or meets):
            raise RefusalError(TWICE, rule.text)
        if not rule.adds and lost and not meets:
            raise RefusalError(TWICE, rule.text)
    for day in rule.days:
        days[day] = [*days.get(day, []), *rule.spans] if rule.adds and rule.spans else list(rule.spans)
