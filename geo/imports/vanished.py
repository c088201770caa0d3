"""Which checkpoints a roster no longer has; and which may stand in what was not read of it, so that they stay."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.notes import Note
from geo.readers.checkpoints import Reading
from geo.readers.values import half_width

_NEAR_DEG = 3e-4  # some 30 m: a row of which only the place is certain
SPARED_PARTS = (
    "{count} checkpoints of the city are not among the rows that were read, and stay: they may stand in {parts}, which "
    "was not read; read it too, or say that all that the city should keep was read (--whole)"
)
SPARED_ROWS = (
    "{count} checkpoints of the city are not among the rows that were read, and stay: a row that was refused, or a "
    "sheet that is no roster, may mean them: {ids}; mend it, or say that all that the city should keep was read "
    "(--whole)"
)
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Vanished:
    """What a whole roster lacks."""

    retired: pd.Index  # ids
    spared: pd.Index  # ids that may stand in what was not read
    notes: tuple[Note, ...] = ()


def vanished(reading: Reading, existing: gpd.GeoDataFrame, *, part: bool, whole: bool) -> Vanished:
    """Find what a roster no longer has; nothing retires because of what was not read.

    Parameters
    ----------
    reading
        Of the file.
    existing
        CHECKPOINTS frame of the city, retired ones included.
    part
        The file is not the whole roster: nothing retires.
    whole
        What was read is the whole roster, whatever else is in the file.
    """
    none = pd.Index([], dtype="str", name="id")
    if part or reading.part:
        return Vanished(none, none)
    active = existing.index[~existing["retired"].to_numpy(bool)]
    gone = active.difference(pd.Index(reading.seen)).rename("id")
    if whole or not len(gone):
        return Vanished(gone, none)
    if reading.unread.parts:
        parts = ", ".join(map(repr, reading.unread.parts))
        return Vanished(none, gone, (Note(SPARED_PARTS, {"count": len(gone), "parts": parts}),))
    perhaps = _perhaps(reading, existing.loc[gone])
    spared = gone[perhaps]
    if not len(spared):
        return Vanished(gone, none)
    ids = ", ".join(spared[:_NAMED]) + (" ..." if len(spared) > _NAMED else "")
    return Vanished(gone[~perhaps], spared, (Note(SPARED_ROWS, {"count": len(spared), "ids": ids}),))


def _perhaps(reading: Reading, gone: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Tell which of the missing checkpoints a refused row or another sheet may mean."""
    rows = reading.unread.rows
    names, addresses = gone["name"].map(_plain), gone["address"].map(_plain)
    mentions = {_plain(text) for text in reading.unread.mentions}
    found = np.array(names.isin(mentions) | gone.index.map(_plain).isin(mentions), bool)
    said, addressed = rows["name"].map(_plain), rows["address"].map(_plain)
    placed = rows["lon"].notna()
    if ((said == "") & (addressed == "") & ~placed).any():
        return np.ones(len(gone), bool)
    found |= np.array(names.isin(set(said) - {""}) | addresses.isin(set(addressed) - {""}), bool)
    x, y = gone.geometry.x.to_numpy(), gone.geometry.y.to_numpy()
    for lon, lat in rows.loc[placed, ["lon", "lat"]].to_numpy(float):
        found |= (np.abs(x - lon) < _NEAR_DEG) & (np.abs(y - lat) < _NEAR_DEG)
    return found


def _plain(text: str) -> str:
    return half_width(text).casefold().strip()
