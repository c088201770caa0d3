"""Where a round's plan stands: what was worked out on another plan, or for another draw, is not saved over this one."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from geo.errors import StateError
from geo.notes import Note, Sentences
from geo.store import tables

_T = tables.plans


class Move(StrEnum):
    """What moves a plan, or the draw that it serves."""

    PLANNED = "planned"
    CHANGED = "changed"
    UNDONE = "undone"
    DRAWN = "drawn"
    VOIDED = "voided"
    REPLACED = "replaced"


PLANNED_AGAIN = (
    "round {round!r} was planned again at {at} UTC by {who}, so nothing was saved: look at the new plan and try again"
)
CHANGED = (
    "the plan of round {round!r} was changed meanwhile at {at} UTC by {who}, so nothing was saved: look at it again"
)
TAKEN_BACK = (
    "a change of the plan of round {round!r} was taken back at {at} UTC by {who}, so nothing was saved: look at the "
    "plan again"
)
DRAWN_ANEW = "round {round!r} was drawn anew at {at} UTC by {who}, so nothing was saved: plan the new sample"
VOIDED = (
    "the draw of round {round!r} was made void at {at} UTC by {who}, so nothing was saved: draw it again, then plan it"
)
REPLACED = (
    "a point of round {round!r} was replaced at {at} UTC by {who}, so nothing was saved: plan again with the point "
    "that came in"
)
MOVED = {
    Move.PLANNED: PLANNED_AGAIN,
    Move.CHANGED: CHANGED,
    Move.UNDONE: TAKEN_BACK,
    Move.DRAWN: DRAWN_ANEW,
    Move.VOIDED: VOIDED,
    Move.REPLACED: REPLACED,
}
"""What each says to whoever comes too late."""

NOBODY = "the command line"


@dataclass(frozen=True, slots=True)
class PlanState:
    """What a change of a plan was worked out on; a writer hands it back, and is refused when either has moved."""

    revision: int = 0  # of the plan; 0 before the first
    drawn: int = 0  # of what is to be inspected; 0 before the first draw


@dataclass(frozen=True, slots=True)
class MovedBy:
    """Who moves a plan, and how."""

    move: Move
    by: str = ""  # account; empty from the command line


def state_of(connection: Connection, round_id: str) -> PlanState:
    """Return where a round's plan stands."""
    row = connection.execute(select(_T.c.revision, _T.c.drawn).where(_T.c.round_id == round_id)).first()
    return PlanState() if row is None else PlanState(row.revision, row.drawn)


def planned_at_revision(connection: Connection, round_id: str) -> int:
    """Return the revision at which a round's plan was last made anew; 0 before the first."""
    return connection.scalar(select(_T.c.planned).where(_T.c.round_id == round_id)) or 0


def move_plan(connection: Connection, round_id: str, who: MovedBy) -> int:
    """Count a change of the plan inside its transaction, and return the new revision."""
    revision = state_of(connection, round_id).revision + 1
    _put(connection, round_id, who, revision=revision)
    if who.move is Move.PLANNED:
        connection.execute(update(_T).where(_T.c.round_id == round_id).values(planned=revision))
    return revision


def move_draw(connection: Connection, round_id: str, who: MovedBy) -> None:
    """Count a change of what is to be inspected inside its transaction."""
    _put(connection, round_id, who, drawn=state_of(connection, round_id).drawn + 1)


def expect(connection: Connection, round_id: str, after: PlanState) -> None:
    """Refuse what was worked out on another plan, or for another draw.

    Raises
    ------
    StateError
        When either moved since: it says how, when and by whom.
    """
    if state_of(connection, round_id) == after:
        return
    row = connection.execute(select(_T).where(_T.c.round_id == round_id)).one()
    at, who = f"{row.moved_at:%Y-%m-%d %H:%M:%S}", row.moved_by or Sentences([Note(NOBODY, {})])
    raise StateError(MOVED[Move(row.moved)], round=round_id, at=at, who=who)


def _put(connection: Connection, round_id: str, who: MovedBy, **numbers: int) -> None:
    values = {"moved": str(who.move), "moved_by": who.by, "moved_at": dt.datetime.now(dt.UTC), **numbers}
    if connection.execute(update(_T).where(_T.c.round_id == round_id).values(values)).rowcount == 0:
        start = {"revision": 0, "planned": 0, "drawn": 0, "candidates": ""}
        connection.execute(insert(_T).values({"round_id": round_id, **start, **values}))
