"""The teams of a round: one row per inspector; the team's base, and what it says of its days, in any of its rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geo.crs import Datum
from geo.errors import InputError
from geo.model import Inspector, Mode, Team
from geo.notes import Note, Say, in_english
from geo.readers import messages
from geo.readers.chosen_file import ChosenFile
from geo.readers.columns import TEAM_FIELDS, TEAM_NEEDS, Headings
from geo.readers.coordinates import read_places, row_list
from geo.readers.faults import FaultLog, log_of, rejected
from geo.readers.own_datum import refuse_other_datum
from geo.readers.tables import read_table
from geo.readers.team_terms import read_terms, said
from geo.readers.texts import TEAM_TEXTS, check_texts


class TeamReading(NamedTuple):
    """What a team table holds."""

    teams: list[Team]
    rejected: pd.DataFrame  # source_row, reason, the original columns
    notes: tuple[Note, ...]
    skipped: int = 0  # rows that are no data, stand in parts that were not read, or are of a team with a faulty row
    unread: tuple[str, ...] = ()  # sheets or layers of teams that were not read
    rows: int = 0  # of the teams
    spoilt: frozenset[str] = frozenset()  # what refused rows have for a team; nothing among them may be any


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
    path: Path | str, *, datum: Datum | str, columns: Mapping[str, str] | None = None
) -> tuple[list[Team], pd.DataFrame]:
    """Read teams into those that are whole and the rows that are not; see :func:`read_team_table`."""
    reading = read_team_table(path, datum=datum, columns=columns)
    return reading.teams, reading.rejected


def read_team_table(
    path: ChosenFile | Path | str,
    *,
    datum: Datum | str,
    columns: Mapping[str, str] | None = None,
    crs: Any = None,  # noqa: ANN401 - whatever pyproj takes
    say: Say = in_english,
) -> TeamReading:
    """Read the team table.

    Parameters
    ----------
    path
        A table or a layer of points.
    datum
        What the degrees of the bases are measured from; never guessed.
    columns
        Field to heading, as in :func:`geo.readers.read_roster`.
    crs
        CRS of projected coordinates without zone prefix.
    say
        Says the reasons of refused rows in another language.

    Raises
    ------
    InputError
        When the file as a whole cannot be read.
    DatumError
        When the datum does not exist there, or the file itself names another one.
    """
    declared = Datum.parse(str(datum))
    headings = Headings(TEAM_FIELDS, dict(columns or {}), TEAM_NEEDS, shapes="Point")
    table = read_table(path, headings)
    table.require(headings, "team")
    if table.geometry is None and not table.has("lonlat"):
        table.require(headings, "lon", "lat")
    log = log_of(table)
    refuse_other_datum(table, declared, log)
    frame = pd.DataFrame({field: table.texts(field) for field in TEAM_TEXTS.names})
    check_texts(frame, TEAM_TEXTS, log)
    log.add((frame["team"] == "").to_numpy(), "team", messages.NO_TEAM)
    frame = frame.join(read_terms(table, log))
    places = read_places(table, log, datum=declared, crs=crs)
    frame["lon"], frame["lat"] = places.lon, places.lat
    teams = [_team(str(name), rows, log) for name, rows in frame[frame["team"] != ""].groupby("team", sort=False)]
    whole = [team for team in teams if team is not None]
    lost = ~log.bad & ~frame["team"].isin([team.id for team in whole]).to_numpy()
    notes = [*table.notes, *places.notes]
    if lost.any():  # good rows that don't come in because another row of their team has a fault
        teams_lost = ", ".join(dict.fromkeys(frame["team"][lost]))
        notes.append(Note(messages.TEAM_LEFT_OUT, {"rows": row_list(log.rows[lost]), "teams": teams_lost}))
    refused = rejected(table, log.faults, say=say)
    skipped = table.skipped + int(lost.sum())
    spoilt = frozenset(frame["team"][log.bad])
    return TeamReading(whole, refused, tuple(notes), skipped, table.unread, int((~log.bad & ~lost).sum()), spoilt)


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
            log.add_row(int(row), "lon", messages.TWO_BASES, team=name, first=log.row(first))
    terms = said(name, rows, log)
    if log.bad[at].any():
        return None
    people = tuple(
        Inspector(person, name, unit, street)
        for person, unit, street in zip(rows["inspector"], rows["unit"], rows["street"], strict=True)
        if person
    )
    return Team(
        name,
        float(rows["lon"][first]),
        float(rows["lat"][first]),
        terms["mode"] or Mode.CAR,
        people,
        terms["shift"],
        terms["lunch"],
        bool(terms["end"]),
        terms["days"],
    )
