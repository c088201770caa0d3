"""Keep what is changed of a plan on the day, and its revision."""

import sqlalchemy as sa
from alembic import op

from geo.store.columns import Json, Time, Whole

revision = "0005"
down_revision = "0004"


def _fid() -> sa.Column[int]:
    return sa.Column("fid", Whole, primary_key=True, autoincrement=True)


def _round(table: str) -> sa.Column[str]:
    link = sa.ForeignKey("rounds.id", name=f"fk_{table}_round_id", ondelete="CASCADE")
    return sa.Column("round_id", sa.Text(), link, nullable=False)


def upgrade() -> None:
    """Make the tables; no other program sees them, as they tell a covert team's ways."""
    op.create_table(
        "plan_revisions",
        _fid(),
        _round("plan_revisions"),
        sa.Column("revision", Whole, nullable=False),
        sa.Column("planned", Whole, nullable=False),
        sa.UniqueConstraint("round_id", name="uq_plan_revisions_round_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "route_changes",
        _fid(),
        _round("route_changes"),
        sa.Column("revision", Whole, nullable=False),
        sa.Column("at", Time(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by", "kind", "reason", "undone_by")),
        *(sa.Column(name, Json(), nullable=False) for name in ("params", "touched", "notes")),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("undone_at", Time(), nullable=True),
        sa.UniqueConstraint("round_id", "revision", name="uq_route_changes_round_id_revision"),
        sqlite_autoincrement=True,
    )
