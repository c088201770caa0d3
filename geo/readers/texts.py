"""Which columns of each kind of file are text, and what no text may be: one table and one rule for all readers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geo.readers import messages, values
from geo.readers.faults import FaultLog

_LOST_DIGITS = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")  # what a spreadsheet makes of a long number
_MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class TextRule:
    """The text columns of one kind of file."""

    names: tuple[str, ...]  # what names a thing or a person: no digit of them may be lost, and none is long
    words: tuple[str, ...] = ()  # what is only read by people


CHECKPOINT_TEXTS = TextRule(
    ("name", "address", "street", "community", "unit", "street_code", "community_code", "grid_code", "cell")
)
ZONE_TEXTS = TextRule(("code", "name", "parent", "unit", "person"))
TEAM_TEXTS = TextRule(("team", "inspector", "unit", "street"))
VISIT_TEXTS = TextRule(("checkpoint", "team", "item", "round"), ("note",))
AVOIDANCE_TEXTS = TextRule(("inspector", "partner", "street", "unit", "checkpoint"), ("reason",))


def check_texts(frame: pd.DataFrame, rule: TextRule, log: FaultLog) -> None:
    """Note the faults of all text columns: errors of a spreadsheet, lost digits, texts without end."""
    for name in (*rule.names, *rule.words):
        written = frame[name]
        if not len(written) or not doubtful(written.tolist()):
            continue
        log.add(written.isin(values.CELL_ERRORS).to_numpy(), name, messages.CELL_ERROR, value=written)
        if name in rule.names:
            log.add(list(map(_has_lost_digits, written.tolist())), name, messages.LOST_DIGITS, value=written)
            length = written.str.len().to_numpy()
            log.add(length > _MOST_CHARACTERS, name, messages.TOO_LONG, length=length, most=_MOST_CHARACTERS)


def doubtful(column: Sequence[str]) -> bool:
    """Tell, by a look at all of a column together, whether :func:`check_texts` may find anything in it."""
    together = "|".join(column)
    return any(sign in together for sign in ("#", "+", "＋", "Err:")) or max(map(len, column)) > _MOST_CHARACTERS


def _has_lost_digits(text: str) -> bool:
    return ("+" in text or "＋" in text) and _LOST_DIGITS.fullmatch(values.half_width(text)) is not None
