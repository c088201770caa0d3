"""Visits and deductions of past rounds: one row per failed item, a row without item where nothing was to fault."""

import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from geo.model import Deduction, Visit
from geo.progress import Progress, silent
from geo.readers import messages, values
from geo.readers.columns import VISIT_FIELDS, Headings
from geo.readers.faults import FaultLog, rejected
from geo.readers.tables import read_table

_TEXTS = ("checkpoint", "team", "item", "note", "round")


def read_visits(
    path: Path | str,
    *,
    timezone: str = "Asia/Shanghai",
    columns: Mapping[str, str] | None = None,
    known: Collection[str] | None = None,
    now: dt.datetime | None = None,
    progress: Progress = silent,
) -> tuple[list[Visit], pd.DataFrame]:
    """Read visits; rows of one checkpoint, team and time are one visit.

    Parameters
    ----------
    path
        A table with ``checkpoint, team, arrived_at, item, points, note``; ``round`` and ``covert`` may stand beside.
    timezone
        Of times that name none.
    columns
        Field to heading, as in :func:`geo.readers.read_roster`.
    known
        Ids of the checkpoints that there are; None takes any.
    now
        Nothing may have happened after this moment (aware); None takes any time.
    progress
        Hears ``reading``.

    Returns
    -------
    visits
        In the order of the file.
    rejected
        Rows with their number, the reasons and every original column. A visit with a bad row is rejected as a whole,
        because half of its deductions would be a wrong score.
    """
    headings = Headings(VISIT_FIELDS, dict(columns or {}))
    table = read_table(path, headings, progress=progress)
    table.require(headings, "checkpoint", "arrived_at")
    log = FaultLog(table.rows)
    frame = pd.DataFrame({field: values.texts(table.column(field)) for field in _TEXTS})
    log.add((frame["checkpoint"] == "").to_numpy(), "checkpoint", messages.NO_CHECKPOINT)
    if known is not None:
        strange = (frame["checkpoint"] != "") & ~frame["checkpoint"].isin(set(known))
        log.add(strange.to_numpy(), "checkpoint", messages.UNKNOWN_CHECKPOINT, value=frame["checkpoint"])
    frame["arrived_at"] = pd.Series(values.times(table.column("arrived_at"), timezone), dtype=object)
    _check_times(frame, values.texts(table.column("arrived_at")), log, now)
    frame["points"] = _points(frame["item"], values.texts(table.column("points")), log)
    covert = values.texts(table.column("covert"))
    frame["covert"], wrong = values.flags(covert)
    log.add(wrong, "covert", messages.BAD_FLAG, value=covert)
    keys = ["checkpoint", "team", "arrived_at"]
    spoilt = (
        pd.Series(log.bad, index=frame.index).groupby([frame[k].astype(str) for k in keys]).transform("any").to_numpy()
    )
    log.add(spoilt & ~log.bad, "checkpoint", messages.SPOILT_VISIT)
    visits = [_visit(rows) for _, rows in frame[~log.bad].groupby(keys, sort=False)]
    return visits, rejected(table, log.faults)


def _check_times(frame: pd.DataFrame, written: pd.Series, log: FaultLog, now: dt.datetime | None) -> None:
    missing = frame["arrived_at"].isna().to_numpy()
    log.add((written == "").to_numpy(), "arrived_at", messages.NO_TIME)
    log.add(missing & (written != "").to_numpy(), "arrived_at", messages.BAD_TIME, value=written)
    if now is not None:
        late = np.array(
            [moment is not None and moment > now for moment in frame["arrived_at"].where(~missing, None)], bool
        )
        log.add(late, "arrived_at", messages.FUTURE_TIME, value=written)


def _points(item: pd.Series, written: pd.Series, log: FaultLog) -> np.ndarray:
    """Read the points of failed items; a score sheet's minus sign means the same."""
    points = np.abs(values.numbers(written))
    given, named = (written != "").to_numpy(), (item != "").to_numpy()
    log.add(given & ~np.isfinite(points), "points", messages.BAD_POINTS, value=written)
    zero = given & (points == 0)
    log.add(zero & named, "points", messages.BAD_POINTS, value=written)
    log.add(given & ~named & (points > 0), "points", messages.POINTS_WITHOUT_ITEM, value=written)
    log.add(named & ~given, "points", messages.ITEM_WITHOUT_POINTS, value=item)
    return points


def _visit(rows: pd.DataFrame) -> Visit:
    first = rows.iloc[0]
    failed = rows[rows["item"] != ""]
    found = tuple(
        Deduction(item, float(points), note)
        for item, points, note in zip(failed["item"], failed["points"], failed["note"], strict=True)
    )
    return Visit(
        first["checkpoint"],
        first["team"],
        first["arrived_at"],
        first["round"] or None,
        bool(rows["covert"].any()),
        found,
    )
