"""The avoidance table (回避): whom or what an inspector must not meet, one line each."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from geo.model import Avoidance
from geo.readers.columns import AVOIDANCE_FIELDS, Headings
from geo.readers.faults import log_of, rejected
from geo.readers.tables import read_table
from geo.readers.texts import AVOIDANCE_TEXTS, check_texts

NO_INSPECTOR = "inspector is missing: name who must keep away"
NOTHING_NAMED = "the line names nothing to avoid: fill in a partner, street, unit or checkpoint"
OF_ONESELF = "partner is {value!r}, the inspector's own name: name somebody else"
_NAMES = ("partner", "street", "unit", "checkpoint")


def read_avoidances(
    path: Path | str, *, columns: Mapping[str, str] | None = None
) -> tuple[list[Avoidance], pd.DataFrame]:
    """Read the avoidance table into its lines and the rows that are none.

    Parameters
    ----------
    path
        A table with ``inspector`` and at least one of ``partner, street, unit, checkpoint``; ``reason`` beside.
    columns
        Field to heading.

    Raises
    ------
    InputError
        When the file has no column for the inspector.
    """
    headings = Headings(AVOIDANCE_FIELDS, dict(columns or {}))
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
    return [line for line, bad in zip(lines, log.bad, strict=True) if not bad], rejected(table, log.faults)
