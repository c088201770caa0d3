"""Keep who is logged in where, the unit of an account, whether it is disabled, and what happened to planners."""

import sqlalchemy as sa
from alembic import context, op

from geo.store.columns import Time, Whole

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the columns and make the tables; whoever was logged in has to do so again."""
    op.add_column("users", sa.Column("unit", sa.Text(), nullable=False, server_default=""))
    op.add_column("users", sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false()))
    _create(
        "sessions",
        *_text("token_sha256"),
        sa.Column(
            "account",
            sa.Text(),
            sa.ForeignKey("users.name", name="fk_sessions_account_users", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("begun_at", Time(), nullable=False),
        sa.Column("seen_at", Time(), nullable=False),
        *_text("address", "agent"),
        sa.UniqueConstraint("token_sha256", name="uq_sessions_token_sha256"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])
    _create("planner_notices", sa.Column("at", Time(), nullable=False), *_text("who", "account", "what"))


def _create(table: str, *columns: sa.Column[str] | sa.Column[int] | sa.UniqueConstraint) -> None:
    fid = sa.Column("fid", Whole, primary_key=True, autoincrement=True)
    op.create_table(table, fid, *columns, sqlite_autoincrement=True)
    context.config.attributes["register"](op.get_bind(), table, None)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
