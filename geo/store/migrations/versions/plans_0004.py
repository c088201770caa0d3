"""Keep what a plan was chosen from and what it comes to, and the streets that are closed for some days."""

import sqlalchemy as sa
from alembic import context, op

from geo.store.columns import Json, Time, Whole
from geo.store.geometry import geometry

revision = "0004"
down_revision = "0003"


def _fid() -> sa.Column[int]:
    return sa.Column("fid", Whole, primary_key=True, autoincrement=True)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _round(table: str) -> sa.Column[str]:
    link = sa.ForeignKey("rounds.id", name=f"fk_{table}_round_id", ondelete="CASCADE")
    return sa.Column("round_id", sa.Text(), link, nullable=False)


def upgrade() -> None:
    """Make the tables; only the closures are shown to other programs, as candidates tell a covert team's ways."""
    op.create_table(
        "candidates",
        _fid(),
        _round("candidates"),
        *_text("sha256"),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("kept_at", Time(), nullable=False),
        sa.UniqueConstraint("round_id", "sha256", name="uq_candidates_round_id_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "plan_figures",
        _fid(),
        _round("plan_figures"),
        sa.Column("figures", Json(), nullable=False),
        *_text("candidates"),
        sa.Column("planned_at", Time(), nullable=False),
        sa.UniqueConstraint("round_id", name="uq_plan_figures_round_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "closures",
        _fid(),
        sa.Column("geom", geometry("MULTIPOLYGON"), nullable=True),
        sa.Column("id", Whole, nullable=False),
        *_text("street", "first_day", "last_day", "reason", "who"),
        sa.Column("added_at", Time(), nullable=False),
        sa.Column("lifted_at", Time(), nullable=True),
        sa.UniqueConstraint("id", name="uq_closures_id"),
        sqlite_autoincrement=True,
    )
    context.config.attributes["register"](op.get_bind(), "closures", "MULTIPOLYGON")
