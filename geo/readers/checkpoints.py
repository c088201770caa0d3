"""A roster of checkpoints (点位清单), from whatever file an office has."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import openings
from geo.catalogue import Catalogue, load
from geo.crs import Datum
from geo.errors import InputError
from geo.frames import CHECKPOINTS, WGS84, check
from geo.progress import Progress, silent
from geo.readers import messages, values
from geo.readers.categories import category_codes
from geo.readers.chosen_file import ChosenFile
from geo.readers.columns import Headings, checkpoint_headings
from geo.readers.coordinates import read_places
from geo.readers.faults import Fault, FaultLog, log_of, rejected
from geo.readers.identity import row_ids
from geo.readers.near import near_duplicates
from geo.readers.own_datum import own_datum
from geo.readers.tables import SOURCE_ROW, Note, Table, read_table
from geo.readers.texts import CHECKPOINT_TEXTS, check_texts


@dataclass(frozen=True, slots=True)
class Unread:
    """What of a file was not read, or could not be: checkpoints of the city may still stand there."""

    parts: tuple[str, ...]  # sheets or layers with rows of a roster
    mentions: frozenset[str]  # texts of sheets that are no rosters
    rows: pd.DataFrame  # refused rows that no id tells apart: name, address, lon, lat, as far as they are known


class Reading(NamedTuple):
    """What a roster holds."""

    accepted: gpd.GeoDataFrame  # a CHECKPOINTS frame
    rejected: pd.DataFrame  # source_row, reason, the original columns
    unplaced: pd.DataFrame  # columns of CHECKPOINTS and source_row; good but for the missing coordinates
    duplicates: pd.DataFrame  # pairs of the same name and category within 30 m: id, other, name, category, distance_m
    faults: tuple[Fault, ...]  # behind the reasons
    notes: tuple[Note, ...]
    rows: pd.Series  # id -> row of the file, of the accepted
    part: bool  # corrected rejects: nothing may be retired
    heading_datum: Datum | None  # the datum that the file itself names, such as 百度经度 or a column 坐标系
    seen: frozenset[str]  # ids of all rows, refused ones included: none of them vanished
    skipped: int  # rows that are no data, or stand in parts that were not read
    unread: Unread


def read_checkpoints(
    path: ChosenFile | Path | str,
    *,
    datum: Datum | str,
    columns: Mapping[str, str] | None = None,
    catalogue: Catalogue | None = None,
    crs: Any = None,  # noqa: ANN401 - whatever pyproj takes
    progress: Progress = silent,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read a roster into what can be taken and what cannot; see :func:`read_roster`.

    Returns
    -------
    accepted
        A CHECKPOINTS frame.
    rejected
        The other rows with their row number, the reasons and every original column; rows with an address but without
        coordinates are among them.
    """
    reading = read_roster(path, datum=datum, columns=columns, catalogue=catalogue, crs=crs, progress=progress)
    return reading.accepted, reading.rejected


def read_roster(
    path: ChosenFile | Path | str,
    *,
    datum: Datum | str,
    columns: Mapping[str, str] | None = None,
    catalogue: Catalogue | None = None,
    crs: Any = None,  # noqa: ANN401 - whatever pyproj takes
    progress: Progress = silent,
) -> Reading:
    """Read a roster.

    Parameters
    ----------
    path
        XLSX, XLS, XLSB, ODS, CSV, GeoJSON, GeoPackage, Shapefile, KML or another vector file; perhaps some parts of it.
    datum
        What its degrees are measured from; never guessed.
    columns
        Field to heading where the synonyms do not know it, such as ``{"name": "场所"}``; ``"=restaurant"`` gives all
        rows one value.
    catalogue
        Whose categories count; the one that ships with the product by default.
    crs
        CRS of projected coordinates without zone prefix.
    progress
        Hears ``reading`` and ``rows``.

    Raises
    ------
    InputError
        When the file as a whole cannot be read.
    DatumError
        When the datum does not exist there.
    """
    datum = Datum.parse(str(datum))
    catalogue = catalogue or load()
    headings = checkpoint_headings(columns)
    table = read_table(path, headings, progress=progress)
    _require(table, headings)
    progress("rows", 0, len(table.rows))
    log, notes = log_of(table), list(table.notes)
    frame = _attributes(table, catalogue, log, notes)
    ids, numbered = row_ids(table, frame, log)
    named = own_datum(table, datum, log)
    aside = FaultLog(table.rows)  # a row with a faulty name has a place all the same
    places = read_places(table, aside, datum=datum, crs=crs)
    places.unplaced &= ~log.bad
    log.join(aside)
    notes += places.notes
    placeable = (frame["address"] != "").to_numpy()
    log.add(places.unplaced & ~placeable, "lon", messages.NO_PLACE)
    unplaced = places.unplaced & ~log.bad
    log.add(unplaced, "lon", messages.UNPLACED)
    kept = ids.where(pd.Series(numbered, index=ids.index), "")
    unread = _unread(table, frame.assign(lon=places.lon, lat=places.lat), log, log.bad & ~unplaced)
    frame = frame.set_index(pd.Index(ids.to_numpy(), name=CHECKPOINTS.index, dtype="str"))
    accepted = _accepted(frame, places.lon, places.lat, ~log.bad)
    progress("rows", len(table.rows), len(table.rows))
    return Reading(
        accepted,
        rejected(table, log.faults, ids=None if table.has("id") else kept),
        frame[unplaced].assign(**{SOURCE_ROW: table.rows[unplaced]}),
        near_duplicates(accepted),
        log.in_order(),
        tuple(notes),
        pd.Series(table.rows[~log.bad], index=accepted.index, name=SOURCE_ROW),
        table.part,
        named,
        frozenset(ids),
        table.skipped,
        unread,
    )


def _unread(table: Table, frame: pd.DataFrame, log: FaultLog, refused: npt.NDArray[np.bool_]) -> Unread:
    """Gather the refused rows that might be any checkpoint: those without an id of their own."""
    of_id = [fault for fault in log.faults if fault.field == "id" and fault.template != messages.REPEATED_ID]
    broken = {fault.source_row for fault in of_id}
    own = (table.texts("id") != "").to_numpy() & ~np.array([log.row(at) in broken for at in range(len(frame))], bool)
    rows = frame.loc[refused & ~own, ["name", "address", "lon", "lat"]]
    rows = rows.where(~rows.isin(values.CELL_ERRORS), "")
    return Unread(table.unread, table.mentions, rows.astype({"lon": float, "lat": float}))


def _require(table: Table, headings: Headings) -> None:
    table.require(headings, "name", "category")
    if table.geometry is None and not table.has("lonlat") and not table.has("address"):
        table.require(headings, "lon", "lat")


def _attributes(table: Table, catalogue: Catalogue, log: FaultLog, notes: list[Note]) -> pd.DataFrame:
    """Read everything but the place and the id."""
    fields = (*CHECKPOINT_TEXTS.names, *CHECKPOINT_TEXTS.words)
    frame = pd.DataFrame({field: table.texts(field) for field in fields})
    check_texts(frame, CHECKPOINT_TEXTS, log)
    log.add((frame["name"] == "").to_numpy(), "name", messages.NO_NAME)
    frame["category"] = category_codes(table.texts("category"), catalogue, log, notes)
    frame["hours"] = _hours(table.texts("hours"), log)
    frame["fixed"] = _flag(table, "fixed", log)
    frame["size"] = _sizes(table.texts("size"), log)
    frame["retired"] = _flag(table, "retired", log)
    return frame[list(CHECKPOINTS.columns)]


_HOURS_FAULTS = dict.fromkeys((openings.NOT_KNOWN, openings.NO_TIME), messages.BAD_HOURS)


def _hours(written: pd.Series, log: FaultLog) -> pd.Series:
    """Bring opening hours to OSM's form; a fault names the part that isn't understood."""
    said = {"": ""}
    for text in written.unique():
        if text not in said:
            try:
                said[text] = openings.parse(text).text()
            except InputError as error:
                said[text] = ""
                template = _HOURS_FAULTS.get(error.template, error.template)
                log.add((written == text).to_numpy(bool), "hours", template, **error.values)
    return written.map(said).astype("str")


def _flag(table: Table, field: str, log: FaultLog) -> npt.NDArray[np.bool_]:
    written = table.texts(field)
    yes, wrong = values.flags(written)
    log.add(wrong, field, messages.BAD_FLAG, value=written)
    return yes


def _sizes(written: pd.Series, log: FaultLog) -> npt.NDArray[np.float64]:
    size = values.numbers(written)
    blank = (written == "").to_numpy()
    size[blank] = 1.0
    log.add(~(size > 0), "size", messages.BAD_SIZE, value=written)
    return size


def _accepted(
    frame: pd.DataFrame, lon: npt.NDArray[Any], lat: npt.NDArray[Any], good: npt.NDArray[np.bool_]
) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(lon[good], lat[good], crs=WGS84)
    return check(gpd.GeoDataFrame(frame[good], geometry=points, crs=WGS84), CHECKPOINTS)
