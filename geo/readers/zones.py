"""A layer of responsibility zones, from whatever file an office has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import crs as datums
from geo.crs import Datum
from geo.errors import InputError
from geo.frames import WGS84, ZONES, check
from geo.model import Level
from geo.readers import messages, values
from geo.readers.chosen_file import ChosenFile
from geo.readers.columns import LEVEL_NAMES, ZONE_FIELDS, Headings, zone_headings
from geo.readers.coordinates import row_list
from geo.readers.faults import Fault, FaultLog, log_of, rejected
from geo.readers.own_datum import own_datum
from geo.readers.tables import Note, Table, read_table
from geo.readers.texts import ZONE_TEXTS, check_texts
from geo.sources.georeference import Source, parse_crs
from geo.sources.shapes import AREA, place
from geo.zones import codes as zone_codes
from geo.zones.tree import with_parents

_LEVEL_WORDS = {word: level for level, words in LEVEL_NAMES.items() for word in words}
_ORDER = list(Level)


class ZoneReading(NamedTuple):
    """What a layer of zones holds."""

    accepted: gpd.GeoDataFrame  # a ZONES frame
    rejected: pd.DataFrame  # source_row, reason, the original columns
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    repaired: gpd.GeoDataFrame  # code, change_m2 and the outline after the repair
    heading_datum: Datum | None = None  # the datum that the file itself names
    skipped: int = 0  # rows that are no data, or stand in parts that were not read


def read_zones(
    path: ChosenFile | Path | str,
    *,
    datum: Datum | str,
    level: Level | str | None,
    columns: Mapping[str, str] | None = None,
    known: gpd.GeoDataFrame | None = None,
    crs: Any = None,  # noqa: ANN401 - whatever pyproj takes
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read zones into what can be taken and what cannot; see :func:`read_zone_layer`."""
    reading = read_zone_layer(path, datum=datum, level=level, columns=columns, known=known, crs=crs)
    return reading.accepted, reading.rejected


def read_zone_layer(
    path: ChosenFile | Path | str,
    *,
    datum: Datum | str,
    level: Level | str | None,
    columns: Mapping[str, str] | None = None,
    known: gpd.GeoDataFrame | None = None,
    crs: Any = None,  # noqa: ANN401 - whatever pyproj takes
) -> ZoneReading:
    """Read a layer of zones.

    Codes are checked; where the file has none, a zone keeps the code that a ``known`` zone of the same level, name and
    parent has, else it gets a provisional one (:func:`geo.zones.codes.provisional`). Outlines that cross
    themselves are repaired and reported.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, KML, or a table with WKT.
    datum
        What its degrees are measured from.
    level
        Level of all its zones; None where a column says it.
    columns
        Field to heading, as in :func:`geo.readers.read_roster`.
    known
        Zones that the city has already: they give parents and codes.
    crs
        CRS of the file where it names none.

    Raises
    ------
    InputError
        When the file as a whole cannot be read.
    DatumError
        When the datum does not exist there.
    """
    own = Level(level) if level else None
    headings = zone_headings(columns, own)
    table = read_table(path, headings)
    log, notes = log_of(table), list(table.notes)
    declared = Datum.parse(str(datum))
    named = own_datum(table, declared, log)
    outlines, said = outlines_of(table, log, declared, crs)
    notes += said
    frame = _attributes(table, own, log)
    outlines, change_m2 = _repaired(outlines, frame["name"], log, notes)
    _check_codes(frame, outlines, log, notes)
    good = ~log.bad
    zones = gpd.GeoDataFrame(frame[good], geometry=outlines[good], crs=WGS84)
    zones = _coded(with_parents(zones, known), known, table.rows[good], notes)
    repaired = pd.Series(change_m2, dtype=float)[good]
    mended = gpd.GeoDataFrame(
        {"code": zones["code"].to_numpy(), "change_m2": repaired.to_numpy()},
        geometry=zones.geometry.to_numpy(),
        crs=WGS84,
    )
    faults = log.in_order()
    accepted = check(zones.set_index("code")[[*ZONES.columns, "geometry"]], ZONES)
    mended = mended[mended["change_m2"].notna()]
    return ZoneReading(accepted, rejected(table, faults), faults, tuple(notes), mended, named, table.skipped)


def outlines_of(table: Table, log: FaultLog, datum: Datum, crs: Any) -> tuple[gpd.GeoSeries, list[Note]]:  # noqa: ANN401 - whatever pyproj takes
    """Return the outlines in WGS-84, and what was decided about them; rows with a fault have none."""
    if table.geometry is None:
        raise InputError(messages.NO_GEOMETRY, file=table.file, kinds="polygons")
    source = Source(table.file, datum, table.geometry.crs, parse_crs(crs), shaped=True)
    outlines, located = place(table.geometry, AREA, source)
    log.take(located.found)
    return outlines, located.found.spoken(log.rows)


def _attributes(table: Table, level: Level | None, log: FaultLog) -> pd.DataFrame:
    frame = pd.DataFrame({field: table.texts(field) for field in ZONE_TEXTS.names})
    check_texts(frame, ZONE_TEXTS, log)
    for upper in (f"in_{level}" for level in _ORDER):
        frame[upper] = table.texts(upper)
    if level is not None:
        frame["level"] = str(level)
    else:
        table.require(Headings(ZONE_FIELDS, {}), "level")
        written = table.texts("level")
        known = {str(name): str(name) for name in Level}
        frame["level"] = (
            written.str.casefold().map(lambda text: known.get(text) or _LEVEL_WORDS.get(text, "")).astype("str")
        )
        log.add((frame["level"] == "").to_numpy(), "level", messages.BAD_LEVEL, value=written)
    nameless = ((frame["name"] == "") & (frame["code"] == "")).to_numpy()
    log.add(nameless, "name", messages.NO_ZONE_NAME)
    frame["name"] = frame["name"].where(frame["name"] != "", frame["code"])
    return frame


def _repaired(
    outlines: gpd.GeoSeries, names: pd.Series, log: FaultLog, notes: list[Note]
) -> tuple[gpd.GeoSeries, list[float | None]]:
    """Repair outlines that cross themselves; the list holds by how much the area of each repaired one changed."""
    change_m2: list[float | None] = [None] * len(outlines)
    broken = np.flatnonzero(~(outlines.is_valid | outlines.isna()).to_numpy() & ~log.bad)
    if not len(broken):
        return outlines, change_m2
    fixed = outlines.copy()
    metric = datums.frame_metric_crs(outlines)
    for at in broken:
        mended = areas_only(shapely.make_valid(outlines.iloc[at], method="structure", keep_collapsed=False))
        if mended.is_empty:
            log.add_row(int(at), "geometry", messages.NO_AREA)
            continue
        pair = gpd.GeoSeries([outlines.iloc[at], mended], crs=WGS84).to_crs(metric).area
        change_m2[at] = float(pair.iloc[1] - pair.iloc[0])
        fixed.iloc[at] = mended
        values_ = {"row": log.row(int(at)), "name": names.iloc[at], "change_m2": change_m2[at]}
        notes.append(Note(messages.REPAIRED, values_))
    return fixed, change_m2


def areas_only(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of a geometry."""
    parts = [
        part for part in shapely.get_parts(shapely.get_parts([shape])) if part.geom_type == "Polygon" and part.area > 0
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _check_codes(frame: pd.DataFrame, outlines: gpd.GeoSeries, log: FaultLog, notes: list[Note]) -> None:
    """Check the codes of Chinese cities; elsewhere a code is any text."""
    written = frame["code"].map(values.half_width)
    frame["code"] = written.map(zone_codes.pad).astype("str")
    padded = (frame["code"] != written).to_numpy()
    if padded.any():
        notes.append(Note(messages.PADDED_CODE, {"rows": row_list(log.rows[padded])}))
    bounds = outlines.total_bounds
    chinese = np.isfinite(bounds).all() and datums.in_china(bounds[[0, 2]].mean(), bounds[[1, 3]].mean())
    for at in np.flatnonzero((frame["code"] != "").to_numpy() & ~log.bad) if chinese else []:
        code, level, name = frame["code"].iloc[at], Level(frame["level"].iloc[at]), frame["name"].iloc[at]
        kind, remedy = zone_codes.fault(code, level)
        template = {"form": messages.CODE_FORM, "province": messages.CODE_PROVINCE, "level": messages.CODE_LEVEL}.get(
            kind
        )
        if template:
            log.add_row(int(at), "code", template, value=code, province=code[:2], level=str(level), remedy=remedy)
        elif (
            level is Level.STREET
            and (said := zone_codes.kind_of_street(code))
            and name[-1:] in "道镇乡"
            and not said.endswith(name[-1])
        ):
            values_ = {"row": log.row(int(at)), "name": name, "code": code, "kind": said}
            notes.append(Note(messages.SUFFIX_MISMATCH, values_))
    again = frame["code"].duplicated().to_numpy() & (frame["code"] != "").to_numpy()
    if again.any():
        first = pd.Series(log.rows, index=frame.index).groupby(frame["code"]).transform("first")
        log.add(again, "code", messages.REPEATED_CODE, value=frame["code"], first=first)


def _coded(zones: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None, rows: Any, notes: list[Note]) -> gpd.GeoDataFrame:  # noqa: ANN401 - an array
    """Return the zones without a code the one that they had before, else a provisional one."""
    bare = np.flatnonzero((zones["code"] == "").to_numpy())
    before: dict[tuple[str, str, str], list[str]] = {}
    if known is not None:
        for code, level, name, parent in zip(known.index, known["level"], known["name"], known["parent"], strict=True):
            before.setdefault((level, name, parent), []).append(code)
    codes = zones["code"].to_numpy(object).copy()
    taken = {code for code in codes if code} | (set(known.index) if known is not None else set())
    made = 0
    paths = zones["path"].to_numpy(object)
    for at in sorted(bare, key=lambda at: (paths[at], zones["name"].iloc[at])):
        name, level, parent = zones["name"].iloc[at], zones["level"].iloc[at], zones["parent"].iloc[at]
        twins = before.get((level, name, parent), [])
        own = zone_codes.provisional(parent or paths[at], name, Level(level), taken - set(twins))
        old = _old_code(own, twins, Level(level))
        codes[at] = old or own
        taken.add(codes[at])
        made += old is None
    if made:
        notes.append(Note(messages.PROVISIONAL, {"count": made}))
    _note_twins(zones, rows, notes)
    orphans = ((zones["parent"] == "") & ~zones["level"].isin(["city", "special"])).to_numpy()
    if orphans.any() and known is not None and len(known):
        notes.append(Note(messages.NO_PARENT, {"rows": row_list(rows[orphans])}))
    return zones.assign(code=pd.array(codes, dtype="str"))


def _old_code(own: str, twins: list[str], level: Level) -> str | None:
    """Take one of the codes of zones of the same name: the zone's own, or one that is not of another parent."""
    above = zone_codes.parent_prefix(own, level)
    fitting = [code for code in twins if not zone_codes.is_provisional(code) or code.startswith(above)]
    old = own if own in fitting else next(iter(fitting), None)
    if old is not None:
        twins.remove(old)
    return old


def _note_twins(zones: gpd.GeoDataFrame, rows: Any, notes: list[Note]) -> None:  # noqa: ANN401 - an array
    key = zones["level"] + "\x1f" + zones["path"] + "\x1f" + zones["parent"] + "\x1f" + zones["name"]
    first: dict[str, int | str] = {}
    for at, text in enumerate(key):
        row = rows[at]
        if text in first:
            notes.append(Note(messages.NAME_TWICE, {"row": row, "name": zones["name"].iloc[at], "first": first[text]}))
        first.setdefault(text, row)
