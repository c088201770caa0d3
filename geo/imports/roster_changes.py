"""What an import would change in the roster, before it changes anything."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.imports.vanished import Vanished, vanished
from geo.readers.checkpoints import Reading

FILE_COLUMNS = ("name", "category", "address", "street", "community", "unit", "hours", "fixed", "size")
_SAME_SIZE = 1e-12  # relative: a spreadsheet keeps sixteen digits
_SAME_DEGREES = 5e-9  # half a millimetre: what writing to a file and reading it back may move a point


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """The difference between a file and the city."""

    new: gpd.GeoDataFrame  # CHECKPOINTS rows that the city does not have, or had retired
    updated: gpd.GeoDataFrame  # rows as they will be
    unchanged: pd.Index  # ids
    differences: pd.DataFrame  # one row per changed field: id, field, before, after
    vanished: Vanished

    @property
    def retired(self) -> pd.Index:
        """Return the ids that vanished from a whole roster."""
        return self.vanished.retired

    @property
    def upserts(self) -> gpd.GeoDataFrame:
        """Return the rows to write: the new and the updated."""
        return gpd.GeoDataFrame(pd.concat([self.new, self.updated]), crs=self.new.crs)


def merge(reading: Reading, existing: gpd.GeoDataFrame, *, part: bool = False, whole: bool = False) -> RosterChanges:
    """Compare a reading with the city; nothing is written.

    A row is the same as one of the city when the ids are. What the file cannot know (zone codes, cell) does not count
    as a difference. A row that the city has and the file does not is retired, unless the file is a part of the roster;
    a row that is in the file but refused or without coordinates keeps its checkpoint as it is, and what may stand in
    parts and rows that were not read stays too (:func:`geo.imports.vanished.vanished`).

    Parameters
    ----------
    reading
        Of the file.
    existing
        CHECKPOINTS frame of the city, retired ones included.
    part
        The file is not the whole roster (``--part``); a file of corrected rejects never is.
    whole
        What was read is the whole roster, whatever else is in the file (``--whole``).
    """
    accepted = reading.accepted
    known = accepted.index.isin(existing.index)
    before = existing.loc[accepted.index[known]]
    after = accepted[known]
    differences = _differences(before, after)
    returning = after.index[before["retired"].to_numpy(bool) & ~after["retired"].to_numpy(bool)]
    changed = after.index.isin(differences["id"])
    updated = after[changed].copy()
    for column in ("street_code", "community_code", "grid_code", "cell"):
        blank = (updated[column] == "").to_numpy()
        updated[column] = np.where(blank, before[column].reindex(updated.index), updated[column])
    is_new = ~known | accepted.index.isin(returning)
    return RosterChanges(
        new=accepted[is_new],
        updated=updated[~updated.index.isin(returning)],
        unchanged=after.index[~changed],
        differences=differences,
        vanished=vanished(reading, existing, part=part, whole=whole),
    )


def _differences(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """List every field that differs, the place and the return of a retired checkpoint among them."""
    found = []
    for field in (*FILE_COLUMNS, "retired"):
        old, new = before[field].to_numpy(object), after[field].to_numpy(object)
        differ = ~np.isclose(old.astype(float), new.astype(float), rtol=_SAME_SIZE) if field == "size" else old != new
        at = np.flatnonzero(differ)
        found.append(
            _rows(after.index[at], field, [str(value) for value in old[at]], [str(value) for value in new[at]])
        )
    moved = _moved(before, after)
    old_places = [_place(point) for point in before.geometry[moved]]
    found.append(_rows(after.index[moved], "place", old_places, [_place(point) for point in after.geometry[moved]]))
    return pd.concat(found, ignore_index=True)


def _rows(ids: pd.Index, field: str, before: list[str], after: list[str]) -> pd.DataFrame:
    columns = {"id": ids.to_numpy(object), "field": field, "before": before, "after": after}
    return pd.DataFrame(columns, dtype="str")


def _moved(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    dx = before.geometry.x.to_numpy() - after.geometry.x.to_numpy()
    dy = before.geometry.y.to_numpy() - after.geometry.y.to_numpy()
    return np.asarray(~((np.abs(dx) <= _SAME_DEGREES) & (np.abs(dy) <= _SAME_DEGREES)))


def _place(point: object) -> str:
    return f"{getattr(point, 'x', float('nan')):.6f}, {getattr(point, 'y', float('nan')):.6f}"
