"""Make one record of each round's plan, with its terms and its revision, and count the writes of each part."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from geo.store.columns import Json, Time, Whole

revision = "0015"
down_revision = "0014"

_plans = sa.table(
    "plans",
    *(sa.column(name) for name in ("round_id", "revision", "planned", "drawn", "moved", "moved_by", "candidates")),
    *(sa.column(name, Time()) for name in ("moved_at", "planned_at")),
    *(sa.column(name, Json()) for name in ("terms", "figures")),
)
_revisions = sa.table("plan_revisions", *(sa.column(name) for name in ("round_id", "revision", "planned")))
_figures = sa.table(
    "plan_figures",
    sa.column("round_id"),
    sa.column("candidates"),
    sa.column("figures", Json()),
    sa.column("planned_at", Time()),
)
_drawn = sa.table("draws", sa.column("round_id"), sa.column("drawn_at", Time()))
_routes = sa.table("routes", sa.column("round_id"))
_rounds = sa.table("rounds", sa.column("id"))


def _fid() -> sa.Column[int]:
    return sa.Column("fid", Whole, primary_key=True, autoincrement=True)


def upgrade() -> None:
    """Bring over what is there; a plan whose report cannot be read keeps no terms, and is to be made anew."""
    op.create_table(
        "counters",
        _fid(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", Whole, nullable=False),
        sa.UniqueConstraint("name", name="uq_counters_name"),
        sqlite_autoincrement=True,
    )
    link = sa.ForeignKey("rounds.id", name="fk_plans_round_id", ondelete="CASCADE")
    op.create_table(
        "plans",
        _fid(),
        sa.Column("round_id", sa.Text(), link, nullable=False),
        *(sa.Column(name, Whole, nullable=False) for name in ("revision", "planned", "drawn")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("moved", "moved_by", "candidates")),
        sa.Column("moved_at", Time(), nullable=False),
        sa.Column("planned_at", Time(), nullable=True),
        *(sa.Column(name, Json(), nullable=True) for name in ("terms", "figures")),
        sa.UniqueConstraint("round_id", name="uq_plans_round_id"),
        sqlite_autoincrement=True,
    )
    _bring_over()
    op.drop_table("plan_revisions")
    op.drop_table("plan_figures")


def _bring_over() -> None:
    connection = op.get_bind()
    counted = {row.round_id: row for row in connection.execute(sa.select(_revisions)).all()}
    kept = {row.round_id: row for row in connection.execute(sa.select(_figures)).all()}
    drawn_at: dict[str, dt.datetime] = {
        row.round_id: row.drawn_at for row in connection.execute(sa.select(_drawn)).all()
    }
    for round_id in connection.scalars(sa.select(_rounds.c.id)).all():
        number, figures = counted.get(round_id), kept.get(round_id)
        has = sa.select(sa.func.count()).select_from(_routes).where(_routes.c.round_id == round_id)
        planned = figures is not None or bool(connection.scalar(has))
        if not planned and number is None and round_id not in drawn_at:
            continue
        at = figures.planned_at if figures else drawn_at.get(round_id, dt.datetime.now(dt.UTC))
        values = {
            "round_id": round_id,
            "revision": number.revision if number else int(planned),
            "planned": number.planned if number else int(planned),
            "drawn": int(round_id in drawn_at),
            "moved": "planned" if planned else "drawn",
            "moved_by": "",
            "moved_at": at,
            "terms": None if figures is None else _terms(figures.figures),
            "figures": None if figures is None else figures.figures,
            "candidates": "" if figures is None else figures.candidates,
            "planned_at": at if planned else None,
        }
        connection.execute(sa.insert(_plans).values(values))


def _terms(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the terms out of a report for the last time."""
    report = figures.get("report")
    if not isinstance(report, dict) or not {"shift", "days", "premium_cap"} <= report.keys():
        return None
    return {
        "days": report["days"],
        "shift": report["shift"],
        "premium": report["premium_cap"],
        "closures": [],
        "listed_closures": True,
        "price_days": True,
    }
