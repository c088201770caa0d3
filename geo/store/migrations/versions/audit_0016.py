"""Keep an audit log: who did what to what, and the tree over it."""

import sqlalchemy as sa
from alembic import context, op

from geo.store.columns import Json, Time, Whole

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the tables; the first row is written when the transaction of this migration ends."""
    _create(
        "audit",
        *_text("who"),
        sa.Column("at", Time(), nullable=False),
        *_text("action", "object", "from_version", "to_version", "detail", "who_salt", "object_salt", "detail_salt"),
        sa.Column("erased", Json(), nullable=True),
        *_text("hash", "head"),
    )
    op.create_index("ix_audit_object", "audit", ["object"])
    _create(
        "audit_frontier",
        sa.Column("count", Whole, nullable=False),
        sa.Column("peaks", Json(), nullable=False),
    )


def _create(table: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    fid = sa.Column("fid", Whole, primary_key=True, autoincrement=True)
    op.create_table(table, fid, *columns, sqlite_autoincrement=True)
    context.config.attributes["register"](op.get_bind(), table, None)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
