"""Who inspects, and whom they must not meet."""

from sqlalchemy import Column, Double, ForeignKey, Table

from geo.store.tables.base import key, metadata, text

teams = Table(
    "teams",
    metadata,
    key(),
    text("id", unique=True),
    Column("base_lon", Double(), nullable=False),
    Column("base_lat", Double(), nullable=False),
    text("mode"),
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
