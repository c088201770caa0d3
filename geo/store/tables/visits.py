"""What was found."""

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, UniqueConstraint

from geo import frames
from geo.store.columns import Time, Whole
from geo.store.tables.base import geom, gist, key, mark, metadata, of, text

_WHOSE = ("street_code", "community_code", "unit")
"""Who may see a visit is told by these, and by its grid."""

visits = Table(
    "visits",
    metadata,
    key(),
    geom("POINT"),  # like the category, zones and unit: as they were when the visit was recorded
    text("id", unique=True),
    text("round_id", ForeignKey("rounds.id"), nullable=True, index=True),
    text("checkpoint", ForeignKey("checkpoints.id"), index=True),
    *of(frames.VISITS, "round_id", "checkpoint", "arrived_at", *_WHOSE),
    Column("arrived_at", Time(), nullable=False, index=True),
    *(text(name, index=True) for name in (*_WHOSE, "grid_code")),
    mark(),
    gist("visits"),
)

deductions = Table(
    "deductions",
    metadata,
    key(),
    text("id", unique=True),
    text("visit", ForeignKey("visits.id", ondelete="CASCADE"), index=True),
    *of(frames.DEDUCTIONS, "visit"),
    mark(),
)

photos = Table(
    "photos",
    metadata,
    key(),
    text("sha256", unique=True),
    text("media_type"),
    Column("width", Whole, nullable=False),
    Column("height", Whole, nullable=False),
    Column("content", LargeBinary, nullable=False),  # in the database and not beside it: a city is one file
    Column("thumbnail", LargeBinary, nullable=False),
)

deduction_photos = Table(
    "deduction_photos",
    metadata,
    key(),
    text("deduction", ForeignKey("deductions.id", ondelete="CASCADE")),
    text("photo", ForeignKey("photos.sha256"), index=True),
    mark(),
    UniqueConstraint("deduction", "photo"),
)
