"""Who inspects, and whom they must not meet."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Table

from geo.store.columns import Json
from geo.store.tables.base import key, metadata, text

teams = Table(
    "teams",
    metadata,
    key(),
    text("id", unique=True),
    Column("base_lon", Double(), nullable=False),
    Column("base_lat", Double(), nullable=False),
    text("mode"),
    *(Column(name, Json(), nullable=True) for name in ("shift_s", "lunch_within_s", "days")),
    Column("open_end", Boolean(), nullable=False),
)

inspectors = Table(
    "inspectors",
    metadata,
    key(),
    text("name"),
    text("team", ForeignKey("teams.id", ondelete="CASCADE"), index=True),
    text("unit"),
    text("street"),
)

avoidances = Table(
    "avoidances",
    metadata,
    key(),
    *(text(name) for name in ("inspector", "street", "unit", "checkpoint", "reason", "partner")),
)
