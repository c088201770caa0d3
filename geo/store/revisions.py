"""How often a plan was changed: what was worked out on an older revision is not saved over a newer one."""

from sqlalchemy import Connection, insert, select, update

from geo.errors import StateError
from geo.store import tables

_T = tables.plan_revisions


def revision_of(connection: Connection, round_id: str) -> tuple[int, int]:
    """Return the revision of a round's plan, and the one at which it was last made anew; both 0 before the first."""
    row = connection.execute(select(_T.c.revision, _T.c.planned).where(_T.c.round_id == round_id)).first()
    return (0, 0) if row is None else (row.revision, row.planned)


def revise(connection: Connection, round_id: str, *, planned: bool) -> int:
    """Count a change inside its transaction, ``planned`` when the whole plan is new, and give the new revision."""
    revision, made = revision_of(connection, round_id)
    values = {"revision": revision + 1, "planned": revision + 1 if planned else made}
    if connection.execute(update(_T).where(_T.c.round_id == round_id).values(values)).rowcount == 0:
        connection.execute(insert(_T).values(round_id=round_id, **values))
    return revision + 1


def expect(connection: Connection, round_id: str, revision: int) -> None:
    """Refuse what was worked out on another revision.

    Raises
    ------
    StateError
        When the plan was changed since.
    """
    if revision_of(connection, round_id)[0] != revision:
        raise StateError(
            "the plan of round {round!r} was changed meanwhile, so nothing was saved: look at it again", round=round_id
        )
