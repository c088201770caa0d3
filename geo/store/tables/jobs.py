"""Long work: what is to be done, who does it until when, and what came of it."""

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Table, UniqueConstraint

from geo.store.columns import Json, Time, Whole
from geo.store.tables.base import key, metadata, text

jobs = Table(
    "jobs",
    metadata,
    key(),
    text("id", unique=True),  # random: it stands in addresses
    text("kind"),
    text("owner"),  # account
    text("about"),  # what it works on
    text("busy", nullable=True, unique=True),  # the same until it is over: one job at a time works on the same
    Column("params", Json(), nullable=False),
    text("place"),  # the folder of caches that holds its files; empty: it needs none
    text("state", index=True),
    Column("attempt", Whole, nullable=False),  # with the id the fencing token
    Column("deaths", Whole, nullable=False),  # of its own process
    text("worker"),
    Column("leased_until", Time()),
    Column("enqueued_at", Time(), nullable=False),
    Column("ended_at", Time()),
    text("stage"),
    Column("done", Whole, nullable=False),
    Column("total", Whole, nullable=False),
    Column("told", Json()),
    Column("cancel", Boolean(), nullable=False),  # somebody wants it to end
    Column("enough", Boolean(), nullable=False),  # somebody wants it to end with what it has
    Column("result", Json()),
    Column("error", Json()),
)

job_files = Table(
    "job_files",
    metadata,
    key(),
    text("job_id", ForeignKey("jobs.id", ondelete="CASCADE")),
    text("name"),
    Column("content", LargeBinary(), nullable=False),
    UniqueConstraint("job_id", "name"),
)
