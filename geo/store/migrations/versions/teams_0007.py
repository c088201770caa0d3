"""Keep when a team works, when it has lunch, where its day ends, and on which days of a round it is out."""

import sqlalchemy as sa
from alembic import op

from geo.store.columns import Json

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; teams that the city has keep the terms of the plan."""
    for name in ("shift_s", "lunch_within_s", "days"):
        op.add_column("teams", sa.Column(name, Json(), nullable=True))
    op.add_column("teams", sa.Column("open_end", sa.Boolean(), nullable=False, server_default=sa.false()))
