"""The city itself: streets, zones, cells, checkpoints."""

from sqlalchemy import Column, Index, Table

from geo import frames
from geo.store.columns import Whole
from geo.store.tables.base import geom, gist, key, metadata, of, text

streets = Table(
    "streets",
    metadata,
    key(),
    geom("LINESTRING"),
    Column("edge", Whole, nullable=False, unique=True),
    *of(frames.STREETS),
    gist("streets"),
)

turn_bans = Table("turn_bans", metadata, key(), Column("id", Whole, nullable=False, unique=True), *of(frames.TURN_BANS))

street_hours = Table(
    "street_hours", metadata, key(), Column("id", Whole, nullable=False, unique=True), *of(frames.STREET_HOURS)
)

turn_hours = Table(
    "turn_hours", metadata, key(), Column("id", Whole, nullable=False, unique=True), *of(frames.TURN_HOURS)
)

zones = Table(
    "zones",
    metadata,
    key(),
    geom("MULTIPOLYGON"),
    text("code", unique=True),
    *of(frames.ZONES),
    Index(None, "parent"),
    gist("zones"),
)

cells = Table(
    "cells",
    metadata,
    key(),
    geom("MULTIPOLYGON"),
    text("code", unique=True),
    *of(frames.CELLS),
    gist("cells"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    key(),
    geom("POINT"),
    text("id", unique=True),
    *of(frames.CHECKPOINTS),
    gist("checkpoints"),
)

unplaced = Table("unplaced", metadata, key(), text("id", unique=True), *of(frames.CHECKPOINTS))
