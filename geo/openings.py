"""Opening hours as text: the useful part of OSM's ``opening_hours``, and the forms that Chinese rosters use."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from geo.errors import InputError

Windows = tuple[tuple[int, int], ...]
DAY_S = 86_400

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_ZH_DAY = {
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "五": 4,
    "六": 5,
    "日": 6,
    "天": 6,
    **{str(n): n - 1 for n in range(1, 8)},
}
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?\s*-\s*(\d{1,2}):(\d{2})(?::\d{2})?")
_ALL_DAY = ((0, DAY_S),)
_HOLIDAY = 7  # an eighth day beside the week: public holidays


@dataclass(frozen=True, slots=True)
class Openings:
    """When a place is open, by weekday."""

    week: tuple[Windows, ...]  # seven, Monday first
    holiday: Windows | None = None  # on public holidays (PH, 节假日), where the text speaks of them

    def windows(self, weekday: int) -> Windows:
        """Return the windows ``(open_s, close_s)`` of a weekday, 0 = Monday, in seconds from midnight, in order."""
        return self.week[weekday]

    def text(self) -> str:
        """Write the hours in OSM's form, which :func:`parse` reads back to the same."""
        if all(day == _ALL_DAY for day in self.week) and self.holiday is None:
            return "24/7"
        rules = []
        start = 0
        for day in range(1, 8):
            if day == 7 or self.week[day] != self.week[start]:  # noqa: PLR2004 - days of a week
                rules.append((start, day - 1, self.week[start]))
                start = day
        if len(rules) == 1 and rules[0][2]:
            texts = [_clock_list(rules[0][2])]
        else:
            texts = [
                f"{_DAYS[first]}{'' if first == last else '-' + _DAYS[last]} {_clock_list(windows)}"
                for first, last, windows in rules
            ]
        if self.holiday is not None:
            texts.append(f"PH {_clock_list(self.holiday)}")
        return "; ".join(texts)


def _clock_list(windows: Windows) -> str:
    return ",".join(f"{_clock(a)}-{_clock(b)}" for a, b in windows) or "off"


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


@lru_cache(maxsize=4096)
def parse(text: str) -> Openings:
    """Read opening hours.

    Understood are ``08:30-12:00,14:00-17:30`` (every day), ``Mo-Fr 08:30-12:00; Sa 09:00-12:00; PH off``, ``24/7``,
    and the Chinese forms 周一至周五 8:30-12:00, 上午9点-11点半, 24小时, 工作日, 周末, 周日休息. A window past midnight
    runs into the next day. Days that no rule names are closed, unless no rule names any day. A later rule replaces
    an earlier one for its days, as in OSM's specification
    (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification).

    Raises
    ------
    InputError
        When the text is empty or a part of it is not understood.
    """
    plain = _plain(text)
    if not plain:
        raise InputError("opening hours are empty: leave the field out, or write 08:30-17:30", value=text)
    if plain in {"24/7", "24小时", "全天", "全天开放", "24小时营业", "全天24小时", "00:00-24:00"}:
        return Openings((_ALL_DAY,) * 7)
    days: dict[int, list[tuple[int, int]]] = {}
    for rule in filter(None, (part.strip() for part in plain.split(";"))):
        named, windows = _rule(rule, text)
        for day in named:
            days[day] = windows
    return _openings(days)


def one_span(text: str) -> tuple[int, int] | None:
    """Read one span of a day, as ``08:30-17:30``, in seconds from midnight; None where the text is none."""
    try:
        week = set(parse(text).week)
    except InputError:
        return None
    spans = week.pop() if len(week) == 1 else ()
    return spans[0] if len(spans) == 1 else None


def _plain(text: str) -> str:
    """Bring the many ways of writing to one: half-width, dashes, clock times."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"[-~—–―‐−至到]+", "-", plain)
    plain = plain.replace("、", ",").replace("。", "").replace(",,", ",")
    plain = re.sub(r"(\d{1,2})(?:点|时)半", r"\1:30", plain)
    plain = re.sub(r"(\d{1,2})(?:点|时)(\d{1,2})分?", lambda m: f"{m[1]}:{int(m[2]):02d}", plain)
    plain = re.sub(r"(\d{1,2})(?:点|时)(?!间)整?", r"\1:00", plain)
    plain = re.sub(r"^(营业|开放|服务|办公|工作)?时间:?\s*", "", plain)
    plain = re.sub(r"(下午|晚上|夜间|晚)\s*(\d{1,2}):(\d{2})(?:\s*-\s*(\d{1,2}):(\d{2}))?", _afternoon, plain)
    plain = re.sub(r"(上午|早上|早|中午)", "", plain)
    return re.sub(r"(?<=\d)[\n\r]+", ";", plain).strip(" ;,")


def _afternoon(match: re.Match[str]) -> str:
    """Bring a time after noon, or a span of them, to 24 hours; twelve at night is midnight."""

    def later(hour: str) -> int:
        number = int(hour)
        return number + 12 if number < 12 or (number == 12 and match[1] != "下午") else number  # noqa: PLR2004 - noon

    end = f"-{later(match[4])}:{match[5]}" if match[4] else ""
    return f" {later(match[2])}:{match[3]}{end}"


def _rule(rule: str, text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Read one rule into the days it names (all seven when none) and its windows."""
    closed = re.search(r"(off|closed|休息|关闭|不营业|不开放|闭馆)$", rule, re.IGNORECASE)
    first = _TIME.search(rule)
    all_day = re.search(r"(24小时|全天)\S*$", rule)
    cut = closed or first or all_day
    if cut is None:
        raise _refused(rule, text)
    named = _named_days(rule[: cut.start()], rule, text)
    if closed:
        return named, []
    if first is None:
        return named, [(0, DAY_S)]
    return named, _times(rule[first.start() :], text)


def _times(part: str, text: str) -> list[tuple[int, int]]:
    left = _TIME.sub("", part).strip(" ,和及")
    if re.sub(r"[\s,和及]", "", left):
        raise _refused(left, text)
    windows = []
    for hour, minute, hour2, minute2 in _TIME.findall(part):
        open_s, close_s = int(hour) * 3600 + int(minute) * 60, int(hour2) * 3600 + int(minute2) * 60
        if open_s >= DAY_S or close_s > 2 * DAY_S or int(minute) > 59 or int(minute2) > 59 or open_s == close_s:  # noqa: PLR2004 - minutes
            raise _refused(f"{hour}:{minute}-{hour2}:{minute2}", text)
        windows.append((open_s, close_s if close_s > open_s else close_s + DAY_S))
    return windows


def _named_days(part: str, rule: str, text: str) -> list[int]:
    plain = re.sub(r"[\s:]+", "", part).removesuffix(",")
    if not plain or plain in {"每天", "每日", "天天", "全年", "全周"}:
        return list(range(7))
    days: list[int] = []
    for word in filter(None, re.split(r"[,和及]", plain)):
        days += _day_word(word, rule, text)
    return days


def _day_word(word: str, rule: str, text: str) -> list[int]:
    groups = {
        "工作日": [0, 1, 2, 3, 4],
        "周末": [5, 6],
        "双休日": [5, 6],
        "PH": [_HOLIDAY],
        "节假日": [_HOLIDAY],
        "法定节假日": [_HOLIDAY],
    }
    if word in groups:
        return groups[word]
    if word in {"SH", "寒暑假"}:
        raise InputError(
            "opening hours are {value!r}: school holidays are not supported, leave that rule out", value=text
        )
    ends = [_one_day(end) for end in word.split("-")]
    if len(ends) > 2 or any(end is None for end in ends):  # noqa: PLR2004 - a range has two ends
        raise _refused(rule, text)
    first, last = ends[0] or 0, ends[-1] or 0
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _one_day(word: str) -> int | None:
    if word.capitalize()[:2] in _DAYS and word.isascii():
        return _DAYS.index(word.capitalize()[:2])
    return _ZH_DAY.get(re.sub(r"^(周|星期|礼拜|逢周)", "", word))


def _refused(part: str, text: str) -> InputError:
    return InputError(
        "opening hours are {value!r}, of which {part!r} is not understood: "
        "write 08:30-12:00,14:00-17:30 or Mo-Fr 08:30-17:30",
        value=text,
        part=part,
    )


def _openings(days: dict[int, list[tuple[int, int]]]) -> Openings:
    """Split windows that run past midnight, and order and join what touches."""
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for day in range(7):
        for open_s, close_s in days.get(day, []):
            week[day].append((open_s, min(close_s, DAY_S)))
            if close_s > DAY_S:
                week[(day + 1) % 7].append((0, close_s - DAY_S))
    holiday = days.get(_HOLIDAY)
    return Openings(
        tuple(_joined(windows) for windows in week),
        None if holiday is None else _joined([(a, min(b, DAY_S)) for a, b in holiday]),
    )


def _joined(windows: list[tuple[int, int]]) -> Windows:
    joined: list[tuple[int, int]] = []
    for open_s, close_s in sorted(windows):
        if joined and open_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(close_s, joined[-1][1]))
        else:
            joined.append((open_s, close_s))
    return tuple(joined)
