"""What the office keeps: accounts, settings, catalogues, the journal of imports."""

from sqlalchemy import Boolean, Column, ForeignKey, Table, UniqueConstraint

from geo.store.columns import Json, Time, Whole
from geo.store.tables.base import key, metadata, text

users = Table(
    "users",
    metadata,
    text("name", primary_key=True),
    text("role"),
    text("password_hash"),
    text("zone"),
    text("team"),
    text("unit"),
    Column("disabled", Boolean(), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    key(),
    text("token_sha256", unique=True),  # the token itself is nowhere but in the cookie
    text("account", ForeignKey("users.name", ondelete="CASCADE"), index=True),
    Column("begun_at", Time(), nullable=False),
    Column("seen_at", Time(), nullable=False),
    text("address"),
    text("agent"),
)

planner_notices = Table(
    "planner_notices",
    metadata,
    key(),
    Column("at", Time(), nullable=False),
    text("who"),  # account; empty: a command
    text("account"),
    text("what"),
)

settings = Table("settings", metadata, text("key", primary_key=True), text("value"))

counters = Table(
    "counters",
    metadata,
    key(),
    text("name", unique=True),  # of a part of the city
    Column("value", Whole, nullable=False),  # how often it was written
)

catalogues = Table(
    "catalogues",
    metadata,
    key(),
    text("edition", unique=True),
    text("content"),  # TOML
    Column("kept_at", Time(), nullable=False),
)

imports = Table(
    "imports",
    metadata,
    key(),
    text("kind"),  # checkpoints, zones or visits
    text("file"),
    text("who"),
    Column("at", Time(), nullable=False),
    Column("counts", Json(), nullable=False),
    Column("undone", Boolean(), nullable=False),
)

import_rows = Table(
    "import_rows",
    metadata,
    key(),
    Column("import_id", Whole, ForeignKey("imports.fid", ondelete="CASCADE"), nullable=False),
    text("layer"),  # checkpoints, unplaced or zones; visits and deductions, which their import marks, when changed
    text("key"),
    Column("before", Json()),  # the row as it was; NULL when the import added it
    UniqueConstraint("import_id", "layer", "key"),
)
