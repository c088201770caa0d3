"""What a team's rows say of its working day: how it travels, its hours, lunch and end, and the days it works on."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.model import MOST_DAYS, NO_LUNCH, Mode
from geo.openings import one_span
from geo.readers import messages, values
from geo.readers.faults import FaultLog
from geo.readers.tables import Table

_MODES = {
    "walk": Mode.WALK,
    "foot": Mode.WALK,
    "步行": Mode.WALK,
    "徒步": Mode.WALK,
    "走路": Mode.WALK,
    "ebike": Mode.EBIKE,
    "e-bike": Mode.EBIKE,
    "bike": Mode.EBIKE,
    "电动车": Mode.EBIKE,
    "电动自行车": Mode.EBIKE,
    "电瓶车": Mode.EBIKE,
    "自行车": Mode.EBIKE,
    "骑行": Mode.EBIKE,
    "car": Mode.CAR,
    "drive": Mode.CAR,
    "汽车": Mode.CAR,
    "小汽车": Mode.CAR,
    "驾车": Mode.CAR,
    "开车": Mode.CAR,
    "乘车": Mode.CAR,
    "车": Mode.CAR,
}
_OPEN_ENDS = {
    "base": False,
    "home": False,
    "返回驻地": False,
    "回驻地": False,
    "驻地": False,
    "返回": False,
    "返回出发地": False,
    "open": True,
    "last stop": True,
    "就地结束": True,
    "就地": True,
    "就地解散": True,
    "不返回": True,
}
_NO_LUNCH = {"-", "--", "–", "—", "——", "无", "none", "no", "false", "否", "没有", "不午休", "无午休"}
_LUNCH_S = 3600
_NOON_S = (9 * 3600, 17 * 3600)  # lunch lies between the rush hours of the streets
_DAYS = re.compile(r"第?(\d{1,3})[天日]?(?:-第?(\d{1,3})[天日]?)?")
_DASH = re.compile(r" ?[-~—–―‐−至到]+ ?")
_BLANK = re.compile(r"(?<=第) | (?=[天日])")  # inside 第 1 天


@dataclass(frozen=True, slots=True)
class Term:
    """Something that any row of a team may say; rows that say it say the same."""

    read: Callable[[str], Any]  # gives None for what it cannot read
    bad: str  # of geo.readers.messages


def _mode(text: str) -> Mode | None:
    return _MODES.get(text.casefold())


def _open_end(text: str) -> bool | None:
    return _OPEN_ENDS.get(text.casefold())


def _lunch(text: str) -> tuple[int, int] | None:
    """Read the hours that the whole lunch lies within."""
    if text.casefold() in _NO_LUNCH:
        return NO_LUNCH
    span = one_span(text)
    if span is None or span[1] - span[0] < _LUNCH_S or span[0] < _NOON_S[0] or span[1] > _NOON_S[1]:
        return None
    return span


def _days(text: str) -> frozenset[int] | None:
    """Read days of a round; a range names both of its ends."""
    found: set[int] = set()
    for word in filter(None, re.split(r"[,;、和 ]+", _BLANK.sub("", _DASH.sub("-", " ".join(text.split()))))):
        match = _DAYS.fullmatch(word)
        if match is None:
            return None
        first = int(match[1])
        last = int(match[2] or first)
        if not 1 <= first <= last <= MOST_DAYS:
            return None
        found.update(range(first, last + 1))
    return frozenset(found) or None


TERMS = {
    "mode": Term(_mode, messages.BAD_MODE),
    "shift": Term(one_span, messages.BAD_SHIFT),
    "lunch": Term(_lunch, messages.BAD_LUNCH),
    "end": Term(_open_end, messages.BAD_END),
    "days": Term(_days, messages.BAD_DAYS),
}


def read_terms(table: Table, log: FaultLog) -> pd.DataFrame:
    """Read what each row says; None where it says nothing, or nothing that can be read, which is noted."""
    columns = {}
    for name, term in TERMS.items():
        cells, written = table.column(name), table.texts(name)
        ticked = cells.map(lambda cell: isinstance(cell, bool | np.bool_)).astype(bool)
        written = written.mask(ticked, cells.astype(str).str.upper())  # TRUE is no day 1
        if name == "lunch":  # a dash, a blank anywhere else, says here that there is none
            written = written.mask(cells.map(_no_lunch).astype(bool), "-")
        known = {text: term.read(values.half_width(text).strip()) if text else None for text in written.unique()}
        read = [known[text] for text in written]
        log.add(
            [bool(text) and own is None for text, own in zip(written, read, strict=True)], name, term.bad, value=written
        )
        columns[name] = pd.Series(read, index=written.index, dtype=object)
    return pd.DataFrame(columns)


def said(team: str, rows: pd.DataFrame, log: FaultLog) -> dict[str, Any]:
    """Return what a team's rows say together, None where none says anything; two that differ are a fault."""
    found = {}
    for name in TERMS:
        own = rows[name][[value is not None for value in rows[name]]]
        for row in own.index[1:]:
            if own[row] != own.iloc[0]:
                log.add_row(int(row), name, messages.TWO_VALUES, team=team, first=log.row(int(own.index[0])))
        found[name] = own.iloc[0] if len(own) else None
    shift, lunch = found["shift"], found["lunch"]
    if shift and lunch and lunch != NO_LUNCH and min(shift[1], lunch[1]) - max(shift[0], lunch[0]) < _LUNCH_S:
        at = next(int(row) for row in rows.index if rows["lunch"][row] == lunch)
        log.add_row(at, "lunch", messages.LUNCH_OUTSIDE, value=_clock(lunch), shift=_clock(shift))
    return found


def _no_lunch(cell: object) -> bool:
    return isinstance(cell, str) and values.half_width(cell).strip().lstrip("'").casefold() in _NO_LUNCH


def _clock(span: tuple[int, int]) -> str:
    return "-".join(f"{second // 3600:02d}:{second % 3600 // 60:02d}" for second in span)
