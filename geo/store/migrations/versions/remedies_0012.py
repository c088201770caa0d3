"""Keep why a stop is not served and what would serve it as codes with values, where they were English sentences."""

import json
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from geo.store.columns import Json, Whole

revision = "0012"
down_revision = "0011"

REASONS = {
    "no way there": "no_way",
    "window never open on its day": "closed",
    "every team must avoid it": "avoided",
    "shift full": "shift_full",
    "its prize is below its cost": "not_worth",
}
CHANGES = {
    "{metres} m from the nearest street that can be reached: move it to a street, or import the one missing": "street",
    "the base of {team} lies {metres} m from the nearest street that can be left: correct it in the team table": "base",
    "no way by {mode}: open a street that is closed, or give a team another mode": "way",
    "give it to a team without inspectors of its unit or street": "team",
    "visit it on day {day}, when {team} has room": "day",
    "visit it on day {day}, when it is open": "open_day",
    "let it be open until {time} on day {day}": "open_until",
    "let it be open from {time} on day {day}": "open_from",
    "let it be open for {minutes} minutes on day {day}": "open",
    "let {team} work {minutes} minutes longer on day {day}": "overtime",
    "let {team} take it over on day {day}, which adds {minutes} minutes of travel": "takeover",
    "add a team": "more",
    "raise its prize above {seconds} s, or make it a stop that must be visited": "prize",
}
NUMBERS = ("metres", "day", "minutes", "seconds")
_FALLS_OUT = "{checkpoint} falls out: {reason}"

_unserved = sa.table("unserved", sa.column("fid", Whole), sa.column("reason"), sa.column("remedy", sa.Text()))
_figures = sa.table("plan_figures", sa.column("fid", Whole), sa.column("figures", Json()))
_changes = sa.table(
    "route_changes",
    sa.column("fid", Whole),
    sa.column("touched", Json()),
    sa.column("notes", Json()),
    sa.column("before", sa.LargeBinary()),
)


def upgrade() -> None:
    """Read the sentences for the last time."""
    _each(_unserved, lambda row: {"reason": _reason(row["reason"]), "remedy": _plain(_remedy(row["remedy"]))})
    _each(_figures, lambda row: {"figures": _with_reasons(row["figures"])})
    _each(
        _changes,
        lambda row: {
            "touched": [{**route, "notes": list(map(_note, route["notes"]))} for route in row["touched"]],
            "notes": list(map(_note, row["notes"])),
            "before": _packed(row["before"]),
        },
    )


def _each(table: sa.TableClause, made: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(table)).mappings().all():
        connection.execute(sa.update(table).where(table.c.fid == row["fid"]).values(made(dict(row))))


def _plain(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _reason(text: str) -> str:
    return REASONS.get(text, text)


def _remedy(text: str) -> dict[str, Any]:
    """Return code and values of a sentence; nothing for one that no version has written."""
    for template, code in CHANGES.items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template))
        found = re.fullmatch(pattern, text)
        if found:
            values = found.groupdict()
            return {"change": code, "values": {k: int(v) if k in NUMBERS else v for k, v in values.items()}}
    return {}


def _with_reasons(figures: dict[str, Any]) -> dict[str, Any]:
    report = figures.get("report")
    if not isinstance(report, dict) or "reasons" not in report:  # an early version kept others
        return figures
    return {**figures, "report": {**report, "reasons": {_reason(k): n for k, n in report["reasons"].items()}}}


def _note(note: list[Any]) -> list[Any]:
    template, values = note
    if template != _FALLS_OUT:
        return note
    rest = {name: value for name, value in values.items() if name != "reason"}
    return [template.replace("{reason}", values["reason"]), rest]


def _packed(content: bytes) -> bytes:
    """Convert what was not served before a change: checkpoint, round, day, reason, remedy."""
    kept = json.loads(zlib.decompress(content))
    kept["unserved"] = [[*row[:3], _reason(row[3]), _remedy(row[4])] for row in kept["unserved"]]
    return zlib.compress(json.dumps(kept, ensure_ascii=False).encode(), 6)
