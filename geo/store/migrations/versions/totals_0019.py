"""Keep sums of what was found, day by day, by category and street office; find visits by zone and unit."""

import sqlalchemy as sa
from alembic import context, op

from geo.store.columns import Whole

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the table; it is filled from the visits once the schema is whole: :mod:`geo.store.database`."""
    op.create_table(
        "totals",
        sa.Column("fid", Whole, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "day", "round_id")),
        sa.Column("covert", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("visits", Whole, nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("points", "points_sq")),
        sa.UniqueConstraint(
            "kind", "day", "round_id", "covert", "code", name="uq_totals_kind_day_round_id_covert_code"
        ),
        sqlite_autoincrement=True,
    )
    context.config.attributes["register"](op.get_bind(), "totals", None)
    for name in ("street_code", "community_code", "grid_code", "unit"):
        op.create_index(f"ix_visits_{name}", "visits", [name])
