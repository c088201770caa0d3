"""What an import of visits changed, and taking it back: visits, deductions and photos.

What an import added carries its mark; only what it changed stands in the journal, as it was before.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select

from geo.store import photos, rows, tables, totals
from geo.store.backend import Backend
from geo.store.visit_writer import Written, sums

KIND = "visits"

_V, _D, _L = tables.visits, tables.deductions, tables.deduction_photos
_VISITS, _DEDUCTIONS = "visits", "deductions"


def before(written: Written) -> list[tuple[str, Mapping[str, Mapping[str, Any] | None]]]:
    """Return what was there before a batch, by layer and key."""
    return [(_VISITS, written.visits), (_DEDUCTIONS, written.deductions)]


def undo(connection: Connection, import_id: int, backend: Backend) -> tuple[int, int, int]:
    """Take an import back, and with it every photo that no deduction names any more.

    Returns
    -------
    removed, restored, kept
        Visits: gone, as they were before, and left since something else added deductions to them.
    """
    backend.lock(connection, _V)
    changed = _put_back(connection, import_id)
    at = _V.c.arrived_at
    first, last = connection.execute(select(func.min(at), func.max(at)).where(_V.c.import_id == import_id)).one()
    touched = totals.days_of(connection, (row[0] for row in rows.among(connection, select(at), _V.c.id, changed)))
    connection.execute(delete(_L).where(_L.c.import_id == import_id))
    added, faults = (
        connection.scalar(select(func.count()).select_from(table).where(table.c.import_id == import_id)) or 0
        for table in (_V, _D)
    )
    with backend.bulk(connection, _V, added), backend.bulk(connection, _D, faults):
        connection.execute(delete(_D).where(_D.c.import_id == import_id))
        left = select(_D.c.fid).where(_D.c.visit == _V.c.id).exists()
        kept = list(connection.scalars(select(_V.c.id).where(_V.c.import_id == import_id, left)))
        connection.execute(delete(_V).where(_V.c.import_id == import_id, ~left))
    points = sums(connection, [*changed, *kept])
    rows.change(connection, _V, "id", [{"id": key, "points": cost} for key, cost in points.items()])
    photos.drop_unnamed(connection)
    backend.moved(connection, _V)
    totals.refresh(connection, touched)
    if first is not None:
        totals.refresh_between(connection, first, last)
    return added - len(kept), len(changed), len(kept)


def _put_back(connection: Connection, import_id: int) -> list[str]:
    """Put back the rows that the import changed, and give the visits among them."""
    t = tables.import_rows
    saved = connection.execute(select(t.c.layer, t.c.key, t.c.before).where(t.c.import_id == import_id)).all()
    for layer, table in ((_VISITS, _V), (_DEDUCTIONS, _D)):
        rows.change(connection, table, "id", [{"id": row.key, **row.before} for row in saved if row.layer == layer])
    return [row.key for row in saved if row.layer == _VISITS]
