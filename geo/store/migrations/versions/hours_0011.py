"""Keep what holds on the streets at some hours of the week only: masks of edges, and turn bans."""

import sqlalchemy as sa
from alembic import context, op

from geo.store.columns import Whole

revision = "0011"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables; a city keeps its streets as they are until they are imported again."""
    _create("street_hours", ("edge", "walk", "ebike", "car"))
    _create("turn_hours", ("from_edge", "via", "to_edge"))


def _create(table: str, numbers: tuple[str, ...]) -> None:
    op.create_table(
        table,
        sa.Column("fid", Whole, primary_key=True, autoincrement=True),
        *(sa.Column(name, Whole, nullable=False) for name in ("id", *numbers)),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.UniqueConstraint("id", name=f"uq_{table}_id"),
        sqlite_autoincrement=True,
    )
    context.config.attributes["register"](op.get_bind(), table, None)
