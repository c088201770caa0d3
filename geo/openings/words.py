"""Opening hours to words: days, clock times, what says closed. A word that nobody knows is refused by itself."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from geo.openings.week import HOLIDAY, WEEK

NOT_KNOWN = (
    "opening hours are {value!r}, of which {part!r} is not understood: "
    "write 08:30-12:00,14:00-17:30 or Mo-Fr 08:30-17:30"
)
NO_TIME = (
    "opening hours are {value!r}, of which {part!r} is no time of a day: write 08:30-12:00,14:00-17:30 in 24 hours"
)


class WordKind(Enum):
    """What a word is."""

    DAY = auto()
    OTHERS = auto()  # the days that no rule before names
    CLOCK = auto()
    NUMBER = auto()  # an hour, where a dash and a clock time follow: 9-11点
    MARK = auto()  # before a clock time: which half of the day
    DASH = auto()
    COMMA = auto()
    OPEN_BRACKET = auto()
    CLOSE_BRACKET = auto()
    BREAK = auto()  # a line's end or ；, which Chinese writers put between spans of a day, too
    SEMICOLON = auto()
    OFF = auto()
    ALL_DAY = auto()


class Half(Enum):
    """The part of the day that a mark before a clock time means."""

    NEXT_DAY = "次日|翌日|第二天|隔天"
    DAWN = "凌晨"
    MORNING = "上午|早上|早晨|清晨|清早|早间|早"
    NOON = "中午|正午"
    AFTERNOON = "下午|午后"
    EVENING = "傍晚|晚上|晚间|夜晚|夜间|夜里|深夜|晚|夜"


@dataclass(frozen=True, slots=True)
class Word:
    """One word, as written and what it means."""

    kind: WordKind
    text: str
    days: tuple[int, ...] = ()  # of a DAY; 7 is a public holiday
    hour: int = 0  # of a CLOCK or NUMBER
    minute: int = 0
    half: Half | None = None  # of a MARK
    padded: bool = False  # the hour has two digits, as 24-hour clocks write it


class RefusalError(ValueError):
    """A part of the text that is refused, with the sentence that says why."""

    def __init__(self, template: str, part: str) -> None:
        super().__init__(template, part)
        self.template = template
        self.part = part


_ENGLISH = {
    **{name: day for day, name in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su"))},
    **{name: day for day, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    **{name + "day": day for day, name in enumerate(("mon", "tues", "wednes", "thurs", "fri", "satur", "sun"))},
    "ph": HOLIDAY,
}
_CHINESE = {
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "五": 4,
    "六": 5,
    "日": 6,
    "天": 6,
    "末": -1,
    **{str(day + 1): day for day in WEEK},
}
_NUMERALS = {numeral: number for number, numeral in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}

_LINES = re.compile(r"[\r\n]+")
_NUMERAL = r"(?:二?十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
_NUMERAL_CLOCK = re.compile(_NUMERAL + "(?=[点时](?!间))")
_NUMERAL_MINUTE = re.compile(r"(?<=[点时])(?:[二三四五]?十[一二三四五六七八九]?|[零〇][一二三四五六七八九])")
_LABEL = r"(?:营业|开放|服务|办公|工作|上班|接待|开馆|开门)?时间\s*:?"
_NOISE = "对外开放|开放|营业|开馆|开园|开门|服务|办公|上班|接待|open(?![A-Za-z])|:"
EXCEPT = "除外"
"""Closed where hours stand before it; after days that are closed it would mean open."""

_CLOSED = f"不营业|不开放|不对外开放|休息|休馆|公休|关闭|闭馆|闭园|闭店|停业|歇业|休市|{EXCEPT}"
_PREFIX = r"(?:每逢|每|逢)?(?:周|星期|礼拜)"

_WORDS: tuple[tuple[str, str], ...] = (
    ("space", r"[^\S\n]+"),
    ("BREAK", r"\n+"),
    ("ALL_DAY", r"24/7|(?:全天候?)?\s*24\s*(?:个?小时|h(?:ours?)?(?![A-Za-z]))|全天候?"),
    ("clock", r"\d{1,2}\s*:\s*\d{2}(?::00)?(?!:?\d)"),
    ("spoken", r"\d{1,2}\s*[点时](?!间)(?:半|整|钟|一刻|三刻|\d{1,2}分?(?![\d:点时]))?"),
    ("NUMBER", r"\d{1,2}(?=\s*[-]\s*\d{1,2}\s*[点时])"),
    ("OFF", rf"{_CLOSED}|(?:off|closed)(?![A-Za-z])"),
    ("every", r"每天|每日|天天|全年无休|全年|全周|每周(?![一二三四五六日天末1-7])"),
    ("OTHERS", r"(?:其余|其他|其它)(?:时间|日期|日子|天)?"),
    ("workdays", r"工作日"),
    ("weekend", r"双休日"),
    ("holiday", r"(?:国家)?法定节?假日|法定节日|节假日|公众假期|公共假期"),
    ("days", _PREFIX + r"(?:[一二三四五六日天末]+|[1-7](?![\d:点时.]))"),
    ("noise", rf"{_LABEL}|{_NOISE}"),
    ("english", r"[A-Za-z]+(?![A-Za-z\[])"),
    ("half", "|".join(half.value for half in Half)),
    ("bare", r"[一二三四五六日天]+(?![\u4e00-\u9fff]|\[)|[一二三四五六日天]+(?=上午|下午|早|晚|休|闭|全天)"),
    ("digit", r"[1-7](?![\d:点时.])"),
    ("DASH", r"[-]"),
    ("COMMA", r"[,/]|和|及|与|以及"),
    ("OPEN_BRACKET", r"[(\[【]"),
    ("CLOSE_BRACKET", r"[)\]】]"),
    ("SEMICOLON", r";"),
)
_ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _WORDS), re.IGNORECASE)
_UNKNOWN = re.compile(
    r"[A-Za-z]+(?:\[[^\]]*\]?)?|\"[^\"]*\"?|\d[\d.:]*[\u4e00-\u9fffA-Za-z]*|[\u4e00-\u9fff]+|\|+|.", re.DOTALL
)


def plain(text: str) -> str:
    """Bring the many ways of writing to one: half-width, one dash, one comma, numerals of clock times as digits."""
    text = unicodedata.normalize("NFKC", text.replace("；", "\n"))
    text = "\n".join(filter(None, map(str.strip, _LINES.split(text))))
    text = re.sub(r"[-~∼〜—–―‐‑‒−至到]+", "-", text)
    text = text.replace("、", ",").replace("。", "").replace(",,", ",")
    text = _NUMERAL_MINUTE.sub(_digits, _NUMERAL_CLOCK.sub(_digits, text))
    return text.strip(" ;,\n")


def words_of(text: str) -> list[Word]:
    """Cut a text that :func:`plain` wrote into words.

    Raises
    ------
    RefusalError
        Naming the first word that nobody knows.
    """
    found: list[Word] = []
    at = 0
    while at < len(text):
        match = _ANY.match(text, at)
        word = None if match is None else _word(str(match.lastgroup), match[0], found)
        if match is None or word is None:
            unknown = _UNKNOWN.match(text, at)
            raise RefusalError(NOT_KNOWN, unknown[0] if unknown else text[at:])
        if word.text:
            found.append(word)
        at = match.end()
    return found


_NOTHING = Word(WordKind.DASH, "")
_GROUPS = {"every": WEEK, "workdays": WEEK[:5], "weekend": WEEK[5:], "holiday": (HOLIDAY,)}


def _word(name: str, text: str, before: list[Word]) -> Word | None:
    """Make one word; None where it can't stand after those before it."""
    match name:
        case "space" | "noise":
            word: Word | None = _NOTHING
        case "every" | "workdays" | "weekend" | "holiday":
            word = Word(WordKind.DAY, text, _GROUPS[name])
        case "english":
            day = _ENGLISH.get(text.lower())
            word = None if day is None else Word(WordKind.DAY, text, (day,))
        case "days":
            word = _days(text, re.sub(_PREFIX, "", text))
        case "bare" | "digit":
            word = _bare(name, text, before)
        case "clock" | "spoken" | "NUMBER":
            word = _clock(text, WordKind.NUMBER if name == "NUMBER" else WordKind.CLOCK)
        case "half":
            word = Word(WordKind.MARK, text, half=next(half for half in Half if text in half.value.split("|")))
        case _:
            word = Word(WordKind[name], text)
    return word


def _days(text: str, letters: str) -> Word | None:
    days = [_CHINESE[letter] for letter in letters]
    if -1 in days:  # 周末 stands for both days, and alone
        return Word(WordKind.DAY, text, WEEK[5:]) if len(days) == 1 else None
    return Word(WordKind.DAY, text, tuple(days))


def _bare(name: str, text: str, before: list[Word]) -> Word | None:
    """Read days without 周: 周一、三、五, 周1-5, 一三五. Digits are days only where the day before was one."""
    linked = len(before) > 1 and before[-1].kind in {WordKind.DASH, WordKind.COMMA} and before[-2].kind is WordKind.DAY
    if name == "digit" and not (linked and before[-2].text[-1].isdigit()):
        return None
    return _days(text, text) if linked or text not in {"日", "天"} else None


def _clock(text: str, kind: WordKind) -> Word:
    hour, _, rest = re.sub(r"[点时]", ":", re.sub(r"\s", "", text)).partition(":")
    spoken = {"半": 30, "一刻": 15, "三刻": 45, "": 0, "整": 0, "钟": 0}
    minute = spoken[rest] if rest in spoken else int(rest[:2].rstrip("分"))
    if int(hour) > 48 or minute > 59:  # noqa: PLR2004 - OSM counts hours past midnight on to 48
        raise RefusalError(NO_TIME, text)
    return Word(kind, text, hour=int(hour), minute=minute, padded=len(hour) > 1)


def _digits(match: re.Match[str]) -> str:
    """Write a Chinese numeral up to 59 in digits."""
    tens, ten, ones = match[0].rpartition("十")
    number = _NUMERALS[ones[-1:] or "零"]
    return str(number + 10 * _NUMERALS[tens or "一"] if ten else number)
