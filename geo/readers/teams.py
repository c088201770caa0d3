"""The teams of a round: one row per inspector; the team's base, and what it says of its days, in any of its rows."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from geo.crs import Datum
from geo.errors import InputError
from geo.model import Inspector, Mode, Team
from geo.notes import Say, in_english
from geo.readers import messages
from geo.readers.columns import TEAM_FIELDS, TEAM_NEEDS, Headings
from geo.readers.coordinates import read_places
from geo.readers.faults import FaultLog, rejected
from geo.readers.tables import read_table
from geo.readers.team_terms import read_terms, said


def read_teams(path: Path | str, *, datum: Datum | str, columns: Mapping[str, str] | None = None) -> list[Team]:
    """Read teams, all or none.

    Raises
    ------
    InputError
        Naming every fault with its row.
    """
    teams, refused = read_team_list(path, datum=datum, columns=columns)
    if len(refused):
        faults = "; ".join(
            f"row {row}: {reason}" for row, reason in zip(refused["source_row"], refused["reason"], strict=True)
        )
        raise InputError("{file} has faults: {faults}", file=Path(path).name, faults=faults)
    return teams


def read_team_list(
    path: Path | str,
    *,
    datum: Datum | str,
    columns: Mapping[str, str] | None = None,
    say: Say = in_english,
) -> tuple[list[Team], pd.DataFrame]:
    """Read teams into those that are whole and the rows that are not."""
    headings = Headings(TEAM_FIELDS, dict(columns or {}), TEAM_NEEDS)
    table = read_table(path, headings)
    table.require(headings, "team", "lon", "lat")
    log = FaultLog.of(table)
    frame = pd.DataFrame({field: table.texts(field) for field in ("team", "inspector", "unit", "street")})
    log.add((frame["team"] == "").to_numpy(), "team", messages.NO_TEAM)
    frame = frame.join(read_terms(table, log))
    places = read_places(table, log, datum=datum)
    frame["lon"], frame["lat"] = places.lon, places.lat
    teams = [_team(str(name), rows, log) for name, rows in frame[frame["team"] != ""].groupby("team", sort=False)]
    return [team for team in teams if team is not None], rejected(table, log.faults, say=say)


def _team(name: str, rows: pd.DataFrame, log: FaultLog) -> Team | None:
    """Put one team together from its rows."""
    at = rows.index.to_numpy()
    based = at[np.isfinite(rows["lon"].to_numpy())]
    if not len(based):
        if not log.bad[at].any():
            log.add_row(int(at[0]), "lon", messages.NO_BASE, team=name)
        return None
    first = int(based[0])
    for row in based[1:]:
        if abs(rows["lon"][row] - rows["lon"][first]) + abs(rows["lat"][row] - rows["lat"][first]) > 1e-5:  # noqa: PLR2004 - a metre
            log.add_row(int(row), "lon", messages.TWO_BASES, team=name, first=int(log.rows[first]))
    terms = said(name, rows, log)
    if log.bad[at].any():
        return None
    people = tuple(
        Inspector(person, name, unit, street)
        for person, unit, street in zip(rows["inspector"], rows["unit"], rows["street"], strict=True)
        if person
    )
    return Team(
        name, float(rows["lon"][first]), float(rows["lat"][first]), terms["mode"] or Mode.CAR, people,
        terms["shift"], terms["lunch"], bool(terms["end"]), terms["days"],
    )  # fmt: skip
