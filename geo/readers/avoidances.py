"""The avoidance table (回避): whom or what an inspector must not meet, one line each."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from geo.model import Avoidance
from geo.notes import Note, Say, in_english
from geo.readers.chosen_file import ChosenFile
from geo.readers.columns import AVOIDANCE_FIELDS, AVOIDANCE_NEEDS, Headings
from geo.readers.faults import log_of, rejected
from geo.readers.tables import read_table
from geo.readers.texts import AVOIDANCE_TEXTS, check_texts

NO_INSPECTOR = "inspector is missing: name who must keep away"
NOTHING_NAMED = "the line names nothing to avoid: fill in a partner, street, unit or checkpoint"
OF_ONESELF = "partner is {value!r}, the inspector's own name: name somebody else"
_NAMES = ("partner", "street", "unit", "checkpoint")


class AvoidanceReading(NamedTuple):
    """What an avoidance table holds."""

    lines: list[Avoidance]
    rejected: pd.DataFrame  # source_row, reason, the original columns
    notes: tuple[Note, ...]
    skipped: int  # rows that are no data, or stand in parts that were not read
    unread: tuple[str, ...]  # sheets of such lines that were not read
    spoilt: frozenset[str]  # inspectors of refused rows; nothing among them may be any


def read_avoidances(
    path: ChosenFile | Path | str, *, columns: Mapping[str, str] | None = None, say: Say = in_english
) -> AvoidanceReading:
    """Read the avoidance table into its lines and the rows that are none.

    Parameters
    ----------
    path
        A table with ``inspector`` and at least one of ``partner, street, unit, checkpoint``; ``reason`` beside.
    columns
        Field to heading.
    say
        Says the reasons of refused rows in another language.

    Raises
    ------
    InputError
        When the file has no column for the inspector.
    """
    headings = Headings(AVOIDANCE_FIELDS, dict(columns or {}), AVOIDANCE_NEEDS)
    table = read_table(path, headings)
    table.require(headings, "inspector")
    log = log_of(table)
    frame = pd.DataFrame({field: table.texts(field) for field in AVOIDANCE_FIELDS})
    check_texts(frame, AVOIDANCE_TEXTS, log)
    log.add((frame["inspector"] == "").to_numpy(), "inspector", NO_INSPECTOR)
    log.add((frame[list(_NAMES)] == "").all(axis=1).to_numpy(), "partner", NOTHING_NAMED)
    same = (frame["partner"] != "") & (frame["partner"] == frame["inspector"])
    log.add(same.to_numpy(), "partner", OF_ONESELF, value=frame["partner"])
    lines = [Avoidance(**{str(key): str(value) for key, value in row.items()}) for row in frame.to_dict("records")]
    kept = [line for line, bad in zip(lines, log.bad, strict=True) if not bad]
    refused = rejected(table, log.faults, say=say)
    spoilt = frozenset(frame["inspector"][log.bad])
    return AvoidanceReading(kept, refused, table.notes, table.skipped, table.unread, spoilt)
