"""Sums of what was found, day by day; they can be made again from the visits at any time."""

from sqlalchemy import Boolean, Column, Double, Table, UniqueConstraint

from geo.store.columns import Whole
from geo.store.tables.base import key, metadata, text

totals = Table(
    "totals",
    metadata,
    key(),
    text("kind"),  # of which the bucket is: category or street_code
    text("day"),  # the city's, as 2026-06-12
    text("round_id"),  # empty: of no round
    Column("covert", Boolean(), nullable=False),
    text("code"),
    Column("visits", Whole, nullable=False),
    Column("points", Double, nullable=False),
    Column("points_sq", Double, nullable=False),
    UniqueConstraint("kind", "day", "round_id", "covert", "code"),
)
