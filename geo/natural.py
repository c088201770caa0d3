"""Names in the order in which people count: 第二组 before 第十组, T2 before T10."""

import re
from collections.abc import Iterable
from typing import TypeVar

import pandas as pd

Frame = TypeVar("Frame", bound=pd.DataFrame)

_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_UNITS = {"十": 10, "百": 100}
_HAN = "".join((*_DIGITS, *_UNITS))
# A Chinese numeral counts only where one counts with it: 三 of 第三大队 and 三组, not of 三阳路组.
_NUMBER = re.compile(rf"(\d+|(?<=第)[{_HAN}]+|(?<![{_HAN}])[{_HAN}]++(?=[组队班号小分]|$))")
_MOST_DIGITS = 300  # a longer one is no number that somebody counts with


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Return what sorts a name: its words and its numbers by turns, then the name itself."""
    parts = _NUMBER.split(name)
    return [_value(part) if at % 2 else part for at, part in enumerate(parts)], name


def natural_order(names: Iterable[str]) -> list[str]:
    """Sort names as people count, each once."""
    return sorted(set(names), key=natural_key)


def last_number(name: str) -> int | None:
    """Return the last number in a name, None when there is none."""
    numbers = _NUMBER.findall(name)
    return _value(numbers[-1]) if numbers else None


def by_team(frame: Frame, *columns: str) -> Frame:
    """Sort a frame by some of its columns; teams as people count."""
    place = {team: at for at, team in enumerate(natural_order(frame["team"]))}
    return frame.sort_values(list(columns), key=lambda values: values.map(place) if values.name == "team" else values)  # type: ignore[return-value]


def _value(text: str) -> int:
    """Read a number: 12, 十二, 二十, 一〇二."""
    if text.isdecimal():
        return int(text[:_MOST_DIGITS])
    whole = digit = 0
    for sign in text[:_MOST_DIGITS]:
        if sign in _UNITS:
            whole, digit = whole + (digit or 1) * _UNITS[sign], 0
        else:
            digit = 10 * digit + _DIGITS[sign]
    return whole + digit
