"""The teams of a round: one row per inspector, the team's base and way of travelling in any of its rows."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from geo.crs import Datum
from geo.errors import InputError
from geo.model import Inspector, Mode, Team
from geo.notes import Say, in_english
from geo.readers import messages, values
from geo.readers.columns import TEAM_FIELDS, Headings
from geo.readers.coordinates import read_places
from geo.readers.faults import FaultLog, rejected
from geo.readers.tables import read_table

_MODES = {
    "walk": Mode.WALK, "foot": Mode.WALK, "步行": Mode.WALK, "徒步": Mode.WALK, "走路": Mode.WALK,
    "ebike": Mode.EBIKE, "e-bike": Mode.EBIKE, "bike": Mode.EBIKE,
    "电动车": Mode.EBIKE, "电瓶车": Mode.EBIKE, "骑行": Mode.EBIKE,
    "car": Mode.CAR, "drive": Mode.CAR, "汽车": Mode.CAR, "驾车": Mode.CAR, "开车": Mode.CAR, "车": Mode.CAR,
    "乘车": Mode.CAR,
}  # fmt: skip


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
    headings = Headings(TEAM_FIELDS, dict(columns or {}))
    table = read_table(path, headings)
    table.require(headings, "team", "lon", "lat")
    log = FaultLog(table.rows)
    frame = pd.DataFrame({field: table.texts(field) for field in ("team", "inspector", "unit", "street")})
    log.add((frame["team"] == "").to_numpy(), "team", messages.NO_TEAM)
    mode = table.texts("mode")
    frame["mode"] = [str(_MODES.get(values.half_width(text).casefold(), "")) for text in mode]
    log.add(((frame["mode"] == "") & (mode != "")).to_numpy(), "mode", messages.BAD_MODE, value=mode)
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
    moving = at[(rows["mode"] != "").to_numpy()]
    for row in moving[1:]:
        if rows["mode"][row] != rows["mode"][moving[0]]:
            log.add_row(int(row), "mode", messages.TWO_MODES, team=name, first=int(log.rows[moving[0]]))
    if log.bad[at].any():
        return None
    mode = Mode(rows["mode"][moving[0]]) if len(moving) else Mode.CAR
    people = tuple(
        Inspector(person, name, unit, street)
        for person, unit, street in zip(rows["inspector"], rows["unit"], rows["street"], strict=True)
        if person
    )
    return Team(name, float(rows["lon"][first]), float(rows["lat"][first]), mode, people)
