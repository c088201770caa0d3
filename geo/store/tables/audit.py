"""The audit log."""

from sqlalchemy import Column, Index, Table

from geo.store.columns import Json, Time, Whole
from geo.store.tables.base import key, metadata, text

audit = Table(
    "audit",
    metadata,
    key(),  # 1, 2, 3 without a gap: the number of the row in the log
    text("who"),
    Column("at", Time(), nullable=False),
    text("action"),
    text("object", index=True),
    text("from_version"),
    text("to_version"),
    text("detail"),  # JSON
    *(text(name) for name in ("who_salt", "object_salt", "detail_salt")),  # 16 bytes in hexadecimal
    Column("erased", Json()),  # of each column that was erased, what its hash was
    text("hash"),  # the leaf of this row
    text("head"),  # the root of the tree over this row and all before it
    Index(None, "at"),
    Index(None, "who", "at"),
    Index(None, "action", "at"),
)

audit_frontier = Table(
    "audit_frontier",
    metadata,
    key(),
    Column("count", Whole, nullable=False),
    Column("peaks", Json(), nullable=False),  # hashes of the complete subtrees, from which the tree goes on
)
