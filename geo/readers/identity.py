"""What makes a row the same row next month: its own id, or a fingerprint of what its source calls it.

The id is the file's own where it has one (编号, 点位编号, id; OSM's type goes in front of its number). Otherwise it is
made of name, category, street, community and address, never of coordinates, so a corrected position keeps its id.
Rows that share all of these are numbered in the order of the file.
"""

import hashlib

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.readers import messages, values
from geo.readers.faults import FaultLog
from geo.readers.tables import Table
from geo.readers.texts import TextRule, check_texts

_BETWEEN = "\x1f"
KEY_FIELDS = ("name", "category", "street", "community", "address")


def row_ids(table: Table, known: pd.DataFrame, log: FaultLog) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    """Derive the id of every row.

    Parameters
    ----------
    table
        With or without an ``id`` column.
    known
        Text columns of :data:`KEY_FIELDS`.
    log
        Takes ids that repeat.

    Returns
    -------
    ids
        One per row.
    numbered
        Which rows share their fingerprint with another, so that only the file's order tells them apart.
    """
    own = table.texts("id")
    if table.has("id_prefix"):
        prefix = table.texts("id_prefix")
        own = pd.Series(np.where(own != "", prefix + own, ""), index=own.index, dtype="str")
    check_texts(own.to_frame("id"), TextRule(("id",)), log)
    if not (own == "").any():
        _check_repeated(own, table, log)
        return own, np.zeros(len(own), bool)
    prints, numbered = _fingerprints(known)
    ids = pd.Series(np.where(own != "", own, prints), index=own.index, dtype="str")
    _check_repeated(ids, table, log)
    return ids, numbered & (own == "").to_numpy()


def _check_repeated(ids: pd.Series, table: Table, log: FaultLog) -> None:
    again = ids.duplicated().to_numpy()
    if again.any():
        first = pd.Series(table.rows, index=ids.index).groupby(ids).transform("first")
        log.add(again, "id", messages.REPEATED_ID, value=ids, first=first)


def _fingerprints(known: pd.DataFrame) -> tuple[list[str], npt.NDArray[np.bool_]]:
    columns = [_plain(known[field].tolist()) for field in KEY_FIELDS]
    plain = [_BETWEEN.join(row) for row in zip(*columns, strict=True)]
    keys = pd.Series(plain, dtype=object)
    number = keys.groupby(keys).cumcount().to_numpy()
    shared = keys.duplicated(keep=False).to_numpy()
    texts = [key if not n else f"{key}\x1f{n + 1}" for key, n in zip(plain, number, strict=True)]
    return [hashlib.blake2b(text.encode(), digest_size=6).hexdigest() for text in texts], shared


def _plain(column: list[str]) -> list[str]:
    """Bring texts to half-width and small letters: all at once, since no letter joins with the sign between them."""
    together = values.half_width(_BETWEEN.join(column)).casefold().split(_BETWEEN)
    return together if len(together) == len(column) else [values.half_width(text).casefold() for text in column]
