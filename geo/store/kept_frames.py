"""The frames that draws are made from, each kept once, under its hash."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from geo.store import tables


def keep(connection: Connection, sha256: str, rows: Sequence[Sequence[Any]]) -> None:
    """Keep a frame that is not there yet."""
    t = tables.drawn_frames
    if connection.scalar(select(t.c.fid).where(t.c.sha256 == sha256)) is None:
        packed = zlib.compress(json.dumps([list(row) for row in rows], ensure_ascii=False).encode(), 6)
        connection.execute(insert(t).values(sha256=sha256, rows=packed))


def read(connection: Connection, sha256: str) -> list[list[Any]] | None:
    """Return a frame, None when it is not there."""
    t = tables.drawn_frames
    packed = connection.scalar(select(t.c.rows).where(t.c.sha256 == sha256))
    return None if packed is None else json.loads(zlib.decompress(packed))


def bound(connection: Connection) -> set[str]:
    """Return the checkpoints of frames that are committed to and not drawn yet: any of them may be drawn."""
    t = tables.commitments
    shas = connection.scalars(select(t.c.frame_sha256).where(t.c.state == "committed").distinct()).all()
    return {str(row[0]) for sha256 in shas for row in read(connection, sha256) or ()}
