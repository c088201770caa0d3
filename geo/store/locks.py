"""What writers keep each other off, in the one order in which it is locked, and how often each part was written.

A GeoPackage has one writer at a time. On PostgreSQL a writer locks the parts of the city that it writes, and those that
what it writes stands on, before its first statement and in the order of :class:`CityPart`: two writers can wait for
each other, but not both, and what one has read is still so when it writes. On both databases each part counts its
writes, so that what was made of a part is known to be old.
"""

from collections.abc import Collection
from enum import IntEnum

from sqlalchemy import Connection, insert, select, text, update

from geo.store import tables

_T = tables.counters
_CITY = 0x5875_6E64  # "Xund": the locks of other programs have other numbers


class CityPart(IntEnum):
    """The parts of a city, in the order in which they are locked."""

    IMPORTS = 1
    STREETS = 2
    ZONES = 3
    ROSTER = 4
    TEAMS = 5
    ROUNDS = 6
    VISITS = 7
    OFFICE = 8
    SESSIONS = 9
    AUDIT = 10
    JOBS = 11  # never locked as a whole: who works on a job locks its row, while others claim theirs


_TABLES = {
    CityPart.IMPORTS: "imports import_rows",
    CityPart.STREETS: "streets turn_bans street_hours turn_hours closures",
    CityPart.ZONES: "zones cells",
    CityPart.ROSTER: "checkpoints unplaced",
    CityPart.TEAMS: "teams inspectors avoidances",
    CityPart.ROUNDS: "rounds secret_sets commitments drawn_frames draws sample reserves replacements questionnaires "
    "team_draws plans routes stops unserved candidates route_changes",
    CityPart.VISITS: "visits deductions deduction_photos photos totals",
    CityPart.SESSIONS: "sessions",
    CityPart.JOBS: "jobs job_files",
    CityPart.AUDIT: "audit audit_frontier",
}
PART_OF = dict.fromkeys(tables.metadata.tables, CityPart.OFFICE) | {
    table: part for part, names in _TABLES.items() for table in names.split()
}
"""The part that each table belongs to; the office has those that no other part has."""


def lock(connection: Connection, writes: Collection[CityPart], reads: Collection[CityPart]) -> None:
    """Lock parts of the city until the transaction ends: none else writes them, or what is only read."""
    if connection.dialect.name != "postgresql":
        return  # the transaction keeps all others out
    for part in sorted({*writes, *reads}):
        way = "" if part in writes else "_shared"
        connection.execute(text(f"SELECT pg_advisory_xact_lock{way}(:city, :part)"), {"city": _CITY, "part": part})


def count(connection: Connection, writes: Collection[CityPart]) -> None:
    """Count a write of these parts inside its transaction."""
    for part in sorted(writes):
        name = part.name.lower()
        raised = update(_T).where(_T.c.name == name).values(value=_T.c.value + 1)
        if connection.execute(raised).rowcount == 0:
            connection.execute(insert(_T).values(name=name, value=1))


def counted(connection: Connection, part: CityPart) -> int:
    """Tell how often a part of the city was written; 0 before the first time."""
    return connection.scalar(select(_T.c.value).where(_T.c.name == part.name.lower())) or 0
