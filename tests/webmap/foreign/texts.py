"""Hostile texts, and what they do to a city: every text field that there is holds one."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, UniqueConstraint, select, text, update

from geo.store.columns import Json
from geo.store.tables import metadata

MARK = "{{7*7}}"
TYPED = f"{MARK}{{% broken %{{#<img src=x onerror=alert(1)></script><script>alert(1)</script>]]>\"'&amp;${{7*7}}%s{{0}}"
UNSEEN = f"{TYPED}\x1b[31m\x0b\x9b\u2028\u202e"
ROUND = "=1+1{{7+7}}{0}'$(id)"  # the id of a round takes no more
LEADS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1+1", "\r=1", '=HYPERLINK("http://a.b","c")')

CLOSED = {
    "audit.action": "a word of ours",
    "audit.detail": "JSON of ours",
    "audit.detail_salt": "random",
    "audit.hash": "a hash",
    "audit.head": "a hash",
    "audit.object_salt": "random",
    "audit.who_salt": "random",
    "cells.community": "a code of a zone, checked where cells are made",
    "candidates.sha256": "a hash",
    "checkpoints.category": "a code of the catalogue, small letters alone",
    "checkpoints.hours": "of the grammar of opening hours",
    "catalogues.content": "TOML, whose names the hostile catalogue makes hostile",
    "commitments.frame_sha256": "a hash",
    "commitments.public_number": "written in one form, which its commitment names",
    "commitments.root": "a hash",
    "commitments.state": "a word of ours",
    "closures.first_day": "a date",
    "closures.last_day": "a date",
    "deduction_photos.photo": "a hash",
    "draws.frame_sha256": "a hash",
    "drawn_frames.sha256": "a hash",
    "import_rows.layer": "a word of ours",
    "imports.kind": "a word of ours",
    "job_files.job_id": "random",
    "job_files.name": "a word of ours",
    "jobs.about": "a word of ours, perhaps with the id of a round",
    "jobs.busy": "as what it is about",
    "jobs.id": "random",
    "jobs.kind": "a word of ours",
    "jobs.owner": "the name of an account, which is hostile among the users",
    "jobs.place": "a folder of ours",
    "jobs.stage": "a sentence of ours",
    "jobs.state": "a word of ours",
    "jobs.worker": "random",
    "photos.media_type": "a word of ours",
    "photos.sha256": "a hash",
    "plans.candidates": "a hash",
    "plans.moved": "a word of ours",
    "planner_notices.what": "a word of ours",
    "route_changes.kind": "a word of ours",
    "routes.mode": "a word of ours",
    "secret_sets.form": "a word of ours",
    "secret_sets.master": "a secret",
    "secret_sets.name": "a year",
    "secret_sets.root": "a hash",
    "commitments.secret_set": "a year",
    "counters.name": "a word of ours",
    "sessions.token_sha256": "a hash",
    "settings.key": "a word of ours",
    "settings.value": "a date, an hour, a time zone or yes",
    "stops.kind": "a word of ours",
    "street_hours.hours": "of the grammar of opening hours",
    "team_draws.proof": "a word of ours",
    "teams.mode": "a word of ours",
    "turn_hours.hours": "of the grammar of opening hours",
    "unplaced.category": "as of a checkpoint",
    "unplaced.hours": "as of a checkpoint",
    "unserved.reason": "a sentence of ours by its code",
    "unserved.remedy": "a sentence of ours by its code",
    "users.password_hash": "a hash",
    "users.role": "a word of ours",
    "visits.category": "as of a checkpoint",
    "zones.level": "a word of ours",
}
"""Text columns that hold words, codes, hashes or dates of ours alone, each with its form; all others are foreign."""

KEYS = {"id", "code", "team", "zone", "street_code", "community_code", "grid_code", "parent", "checkpoint", "edition"}
"""Names of columns whose values stand in addresses, which take no unseen character."""


def texts_of(table: Table) -> list[Column[Any]]:
    """List the columns of a table that hold foreign text."""
    return [one for one in table.c if type(one.type) is Text and f"{table.name}.{one.name}" not in CLOSED]


def hostile(value: str, keys: set[str], rounds: set[str]) -> str:
    """Return the text that takes the place of a value: the same wherever the value stands."""
    if not value:
        return value
    if value in rounds:
        return ROUND + value
    lead = LEADS[zlib.crc32(value.encode()) % len(LEADS)]
    return lead.strip() + TYPED + value if value in keys else lead + UNSEEN + value


def make_hostile(connection: Connection) -> None:
    """Put hostile texts into every foreign text of a city."""
    keys, rounds, every = _values(connection)

    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: change(one) for key, one in value.items()}
        if isinstance(value, list):
            return [change(one) for one in value]
        return hostile(value, keys, rounds) if isinstance(value, str) and value in every else value

    for table in metadata.sorted_tables:
        for column in [*texts_of(table), *(one for one in table.c if isinstance(one.type, Json))]:
            _rewrite(connection, table, column, change)


def _values(connection: Connection) -> tuple[set[str], set[str], set[str]]:
    keys: set[str] = set()
    every: set[str] = set()
    for table in metadata.sorted_tables:
        for column in texts_of(table):
            found = {one for one in connection.execute(select(column)).scalars() if one}
            every |= found
            if column.name in KEYS or column.primary_key or column.unique or column.foreign_keys or _unique(column):
                keys |= found
    rounds = set(connection.execute(select(metadata.tables["rounds"].c.id)).scalars())
    return keys, rounds, every


def _unique(column: Column[Any]) -> bool:
    return any(isinstance(one, UniqueConstraint) and column in one.columns.values() for one in column.table.constraints)


def _rewrite(connection: Connection, table: Table, column: Column[Any], change: Callable[[Any], Any]) -> None:
    key = next(iter(table.primary_key.columns))
    rows = connection.execute(select(key, column)).all()
    for place, value in rows:
        new = change(value)
        if new != value:
            connection.execute(update(table).where(key == place).values({column.name: new}))


def unfilled(connection: Connection) -> Iterator[str]:
    """Name the foreign columns that hold no hostile text yet; what names a row of another table is its text."""
    for table in metadata.sorted_tables:
        for column in texts_of(table):
            held = connection.execute(select(column)).scalars()
            if not column.foreign_keys and not any(MARK in str(one) or ROUND in str(one) for one in held):
                yield f"{table.name}.{column.name}"


def without_checks(connection: Connection, statements: Iterable[str] = ("PRAGMA defer_foreign_keys = ON",)) -> None:
    """Let keys change everywhere before anybody asks whether they fit."""
    for statement in statements:
        connection.execute(text(statement))
