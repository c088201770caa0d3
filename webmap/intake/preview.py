"""What an import would do, for a person to look at before it does anything: prepared in the background, shown, kept."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import Datum
from geo.errors import InputError, StateError
from geo.frames import WGS84
from geo.imports import (
    ImportOptions,
    PreparedRoster,
    PreparedZones,
    prepare_roster,
    prepare_zones,
    write_roster,
    write_zones,
)
from geo.imports.headings import Columns, columns_of
from geo.model import Level
from geo.notes import Note
from geo.progress import Progress
from geo.readers.chosen_file import ChosenFile
from geo.store import Store
from webmap.intake.uploads import Upload

Prepared = PreparedRoster | PreparedZones
ROSTER, ZONES = "checkpoints", "zones"
STATUSES = ("new", "changed", "same", "twin", "outside", "retired")
"""What becomes of a row on the map; a row that two would fit shows the later one."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What was found in an upload."""

    columns: Columns | None  # None: the file cannot be read at all
    prepared: Prepared | None  # None: it could not be prepared, and ``error`` says why
    error: InputError | None
    places: gpd.GeoDataFrame | None  # what the map shows: status, name, category or level


def look(store: Store, upload: Upload, progress: Progress) -> Preview:
    """Read an upload as its choices say, writing nothing; a wrong datum is shown, not refused."""
    columns = None
    try:
        with upload.by_name():
            file, choices = ChosenFile(upload.path, parts_chosen(upload)), upload.choices
            columns = columns_of(file, choices["kind"], choices["columns"], level=level_of(upload))
            prepared = _prepared(store, upload, progress)
    except InputError as error:
        return Preview(columns, None, error, None)
    return Preview(columns, prepared, None, _places(store, prepared))


def as_seen(store: Store, upload: Upload, digest: str, *, force: bool, progress: Progress) -> Prepared:
    """Read an upload again, to import what a person saw.

    Raises
    ------
    StateError
        When the city changed since, so that it would be another import.
    DatumError
        When another datum fits clearly better and ``force`` is off.
    """
    with upload.by_name():
        prepared = _prepared(store, upload, progress)
    if not force:
        prepared.verdict.raise_unless_fits()
    if prepared.digest != digest:
        raise StateError("the city has changed since this preview, so nothing was imported: look at it again")
    return prepared


def write(store: Store, upload: Upload, prepared: Prepared) -> tuple[Note, ...]:
    """Import what was prepared, and say what only the changed city tells."""
    if isinstance(prepared, PreparedRoster):
        return write_roster(store, prepared, _options(upload))
    return write_zones(store, prepared, _options(upload))


def parts_chosen(upload: Upload) -> tuple[str, ...]:
    """Return the sheets or layers that a person chose; none: all with the same headings."""
    return tuple(upload.choices.get("parts", ()))


def level_of(upload: Upload) -> Level | None:
    """Return the level of an upload of zones; None where a column says it."""
    return Level(upload.choices["level"]) if upload.choices["level"] else None


def _options(upload: Upload) -> ImportOptions:
    """Return the options of an upload; its refused rows go out by the page, not into a file."""
    choices = upload.choices
    return ImportOptions(
        Datum(choices["datum"]),
        columns=choices["columns"],
        crs=choices["crs"] or None,
        rejected=upload.folder / "rejected.xlsx",
        parts=parts_chosen(upload),
        part=choices["part"],
        whole=choices.get("whole", False),
        force=True,
        who=upload.user,
        file=upload.name,
    )


def _prepared(store: Store, upload: Upload, progress: Progress) -> Prepared:
    if upload.choices["kind"] == ZONES:
        return prepare_zones(store, upload.path, _options(upload), level=level_of(upload), progress=progress)
    return prepare_roster(store, upload.path, _options(upload), progress=progress)


def _places(store: Store, prepared: Prepared) -> gpd.GeoDataFrame:
    if isinstance(prepared, PreparedZones):
        accepted = prepared.reading.accepted
        status = np.where(accepted.index.isin(prepared.new), "new", "same").astype(object)
        status[accepted.index.isin(prepared.updated.index)] = "changed"
        return _frame(accepted, status, accepted["level"])
    located, changes, twins = prepared.located, prepared.changes, prepared.reading.duplicates
    status = np.full(len(located), "same", dtype=object)
    for name, ids in (
        ("new", changes.new.index),
        ("changed", changes.updated.index),
        ("twin", [*twins["id"], *twins["other"]]),
        ("outside", prepared.outside),
    ):
        status[located.index.isin(ids)] = name
    shown = _frame(located, status, located["category"])
    if not len(changes.retired):
        return shown
    gone = store.checkpoints.frame().loc[lambda frame: frame.index.isin(changes.retired)]
    retired = _frame(gone, np.full(len(gone), "retired", dtype=object), gone["category"])
    return gpd.GeoDataFrame(pd.concat([shown, retired]), crs=WGS84)


def _frame(rows: gpd.GeoDataFrame, status: Any, kind: pd.Series) -> gpd.GeoDataFrame:  # noqa: ANN401 - an array of texts
    columns = {"status": status, "name": rows["name"].to_numpy(), "kind": kind.to_numpy()}
    return gpd.GeoDataFrame(columns, geometry=rows.geometry.to_numpy(), index=rows.index.rename("id"), crs=WGS84)
