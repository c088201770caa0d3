"""What an import of visits changed, and taking it back: visits, deductions and photos."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from geo.store import photos, rows, tables
from geo.store.backend import Backend

KIND = "visits"

_V, _D, _L = tables.visits, tables.deductions, tables.deduction_photos
_VISITS, _DEDUCTIONS, _LINKS = "visits", "deductions", "deduction_photos"
_CHANGEABLE = {_VISITS: ("round_id", "covert"), _DEDUCTIONS: ("points", "note")}

Row = Mapping[str, Any]
Written = tuple[Sequence[Row], Sequence[Row], Mapping[str, Row]]
Before = dict[str, dict[str, dict[str, Any] | None]]


def before(visits: Written, deductions: Written, links: Sequence[Row]) -> Before:
    """Return what was there before an import, by layer and key: None where it added something.

    Parameters
    ----------
    visits, deductions
        The new rows, the changed ones, and those that were there, by id.
    links
        The new links of deductions to photos.
    """
    found: Before = {_LINKS: {f"{link['deduction']} {link['photo']}": None for link in links}}
    for layer, (new, changed, was) in ((_VISITS, visits), (_DEDUCTIONS, deductions)):
        found[layer] = {row["id"]: None for row in new}
        for row in changed:
            found[layer][row["id"]] = {name: was[row["id"]][name] for name in _CHANGEABLE[layer]}
    return found


def undo(connection: Connection, import_id: int, backend: Backend) -> tuple[int, int, int]:
    """Take an import back, and with it every photo that no deduction names any more.

    Returns
    -------
    removed, restored, kept
        Visits: gone, as they were before, and left since something else added deductions to them.
    """
    backend.lock(connection, _V)
    t = tables.import_rows
    saved = connection.execute(select(t.c.layer, t.c.key, t.c.before).where(t.c.import_id == import_id)).all()
    by_layer = {layer: {row.key: row.before for row in saved if row.layer == layer} for layer in (*_CHANGEABLE, _LINKS)}
    for link in by_layer[_LINKS]:
        deduction, photo = link.split()
        connection.execute(delete(_L).where(_L.c.deduction == deduction, _L.c.photo == photo))
    _put_back(connection, by_layer)
    rows.remove(connection, _D, "id", [key for key, was in by_layer[_DEDUCTIONS].items() if was is None])
    added = [key for key, was in by_layer[_VISITS].items() if was is None]
    kept = _sum_up(connection, list(by_layer[_VISITS])) & set(added)
    rows.remove(connection, _V, "id", sorted(set(added) - kept))
    photos.drop_unnamed(connection)
    backend.moved(connection, _V)
    return len(added) - len(kept), len(by_layer[_VISITS]) - len(added), len(kept)


def _put_back(connection: Connection, by_layer: Mapping[str, Mapping[str, Any]]) -> None:
    for layer, table in ((_VISITS, _V), (_DEDUCTIONS, _D)):
        rows.change(connection, table, "id", [{"id": key, **was} for key, was in by_layer[layer].items() if was])


def _sum_up(connection: Connection, visits: Sequence[str]) -> set[str]:
    """Sum up what the visits still deduct, and give those that deduct anything."""
    points: dict[str, list[float]] = {visit: [] for visit in visits}
    for visit, cost in rows.among(connection, select(_D.c.visit, _D.c.points), _D.c.visit, visits):
        points[visit].append(cost)
    rows.change(connection, _V, "id", [{"id": key, "points": math.fsum(costs)} for key, costs in points.items()])
    return {key for key, costs in points.items() if costs}
