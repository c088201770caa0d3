"""Zones into the city, and every checkpoint into its zones."""

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.frames import WGS84, ZONES
from geo.imports.datum_check import Verdict, elsewhere, judge_zones
from geo.imports.datum_evidence import City
from geo.imports.digest import digest_of
from geo.imports.report import FORCED, ImportOptions, ImportReport, few, first_changes, reported, with_reasons
from geo.imports.stranded import outside_notes
from geo.model import Changes, Level
from geo.notes import Note, Say
from geo.progress import Progress, silent
from geo.readers.chosen_file import ChosenFile
from geo.readers.zones import ZoneReading, read_zone_layer
from geo.store import Store
from geo.zones.overlaps import TreeReport, check_tree
from geo.zones.responsibility import answer_for

OVERLAP = "{count} pairs of {level} zones overlap, {area_m2:.0f} m2 in all: {names}"
GAP = "children cover all but {area_m2:.0f} m2 of {count} zones: {names}"
BEYOND = "{count} zones reach beyond their parent, {area_m2:.0f} m2 in all: {names}"
ORPHANS = "{count} zones name a parent that is not there: {names}"
REPAIRED = "the outline of {code} crossed itself; repaired, {change_m2:.0f} m2 changed"
MOVED = "{count} checkpoints come to lie in another zone"
RENEWED = "{code} {name}: {fields} would change"
_FOUND = ("street_code", "community_code", "grid_code", "cell")
_NAMED = 5
_SAME_DEGREES = 1e-8  # a millimetre: what writing to a file and reading it back may move a corner


@dataclass(frozen=True, slots=True)
class PreparedZones:
    """What an import of zones would do, before it does anything."""

    path: Path
    reading: ZoneReading
    verdict: Verdict
    new: pd.Index  # codes
    updated: pd.Series  # code -> the fields that change
    after: gpd.GeoDataFrame  # all zones of the city as they would be
    tree: TreeReport  # of those
    moved: int  # checkpoints that come to lie in another zone

    @property
    def counts(self) -> Changes:
        """Count the rows by what becomes of them; ``accepted`` counts the good ones."""
        good, updated = len(self.reading.accepted), len(self.updated)
        unchanged = good - len(self.new) - updated
        return Changes(accepted=good, rejected=len(self.reading.rejected), updated=updated, unchanged=unchanged)

    @property
    def digest(self) -> str:
        """Return what changes when the import would do something else."""
        changed = self.after.loc[[*self.new, *self.updated.index]]
        return digest_of(changed, pd.DataFrame({"moved": [self.moved]}))

    def refused(self, say: Say) -> pd.DataFrame:
        """Return the rows with faults, their reasons as ``say`` says them."""
        return with_reasons(self.reading.rejected, self.reading.faults, say)

    def report(self, options: ImportOptions, *, notes: tuple[Note, ...] = ()) -> ImportReport:
        """Count, and write the refused rows to their file."""
        report = reported(self.path, options, self.refused(options.say), self.counts, (*self.notes(), *notes))
        return replace(report, skipped=self.reading.skipped)

    def notes(self) -> list[Note]:
        """Say everything that a person may want to know."""
        mended = self.reading.repaired
        found = [*self.reading.notes]
        found += [
            Note(REPAIRED, {"code": code, "change_m2": change})
            for code, change in zip(mended["code"], mended["change_m2"], strict=True)
        ]
        found.append(self.verdict.summary)
        if not self.verdict.fits:
            found.append(Note(FORCED, {}))
        if self.moved:
            found.append(Note(MOVED, {"count": self.moved}))
        return [*found, *tree_notes(self.tree)]

    def differences(self) -> list[Note]:
        """Say which zones would change, and in what."""
        names = self.after["name"]
        return [
            Note(RENEWED, {"code": code, "name": names[code], "fields": fields})
            for code, fields in self.updated.items()
        ]


def prepare_zones(
    store: Store, path: Path, options: ImportOptions, *, level: Level | None, progress: Progress = silent
) -> PreparedZones:
    """Read zones of one level and compare them with the city, writing nothing.

    Parameters
    ----------
    store
        The city.
    path
        The file.
    options
        How it is to travel. A preview sets ``force`` and shows the verdict itself.
    level
        Of all its zones; None where a column says it.
    progress
        Hears ``reading``, ``datum`` and ``comparing``.

    Raises
    ------
    InputError
        When the file as a whole cannot be read.
    DatumError
        When another datum fits clearly better and ``force`` is off.
    """
    known, checkpoints = store.zones.frame(), store.checkpoints.frame(include_retired=True)
    progress("reading", 0, 1)
    reading = read_zone_layer(
        ChosenFile(path, options.parts),
        datum=options.datum,
        level=level,
        columns=options.columns,
        known=known,
        crs=options.crs,
    )
    progress("reading", 1, 1)
    progress("datum", 0, 1)
    roster = checkpoints[~checkpoints["retired"]]
    streets, others = store.streets.frame(), known[~known.index.isin(reading.accepted.index)]
    city = City(streets=streets, zones=known, checkpoints=roster)
    verdict = elsewhere(reading.accepted, options.datum, (streets, roster, others)) or judge_zones(
        reading.accepted, declared=options.datum, city=city, named=reading.heading_datum
    )
    progress("datum", 1, 1)
    if not options.force:
        verdict.raise_unless_fits()
    progress("comparing", 0, 1)
    accepted = reading.accepted
    kept = known[~known.index.isin(accepted.index)]
    after = gpd.GeoDataFrame(pd.concat([kept, accepted]), crs=WGS84).rename_axis(ZONES.index).sort_index()
    there = accepted.index.isin(known.index)
    moved = _moved(checkpoints, after, store.zones.cells())
    updated = _changed_fields(known.loc[accepted.index[there]], accepted[there])
    progress("comparing", 1, 1)
    return PreparedZones(path, reading, verdict, accepted.index[~there], updated, after, check_tree(after), moved)


def write_zones(store: Store, prepared: PreparedZones, options: ImportOptions) -> tuple[Note, ...]:
    """Write prepared zones, so that it can be undone, and find every checkpoint's place; say what that tells."""
    file = options.file or prepared.path.name
    changed = prepared.after.loc[[*prepared.new, *prepared.updated.index]]
    store.zones.upsert(changed, import_of=file, who=options.who)
    relocate(store)
    return tuple(outside_notes(store, store.teams.all()))


def import_zones(
    store: Store, path: Path, options: ImportOptions, *, level: Level | None, progress: Progress = silent
) -> ImportReport:
    """Add or update the zones of one level, and find every checkpoint's place in them; see :func:`prepare_zones`."""
    prepared = prepare_zones(store, path, options, level=level, progress=progress)
    if options.dry_run:
        return prepared.report(options, notes=first_changes(prepared.differences()))
    return prepared.report(options, notes=write_zones(store, prepared, options))


def tree_notes(report: TreeReport) -> list[Note]:
    """Say what is wrong with the tree of zones, measured."""
    notes = []
    for level, pairs in report.overlaps.groupby("level"):
        names = few((f"{a} / {b}" for a, b in zip(pairs["one"], pairs["other"], strict=True)), _NAMED)
        area = float(pairs["area_m2"].sum())
        notes.append(Note(OVERLAP, {"count": len(pairs), "level": level, "area_m2": area, "names": names}))
    for found, column, template in ((report.gaps, "parent", GAP), (report.outside, "code", BEYOND)):
        if len(found):
            values = {"area_m2": float(found["area_m2"].sum()), "names": few(found[column], _NAMED)}
            notes.append(Note(template, {"count": found[column].nunique(), **values}))
    if report.orphans:
        notes.append(Note(ORPHANS, {"count": len(report.orphans), "names": few(report.orphans, _NAMED)}))
    return notes


def relocate(store: Store) -> int:
    """Find zones and cell of every checkpoint again, after zones or cells changed; give how many moved."""
    checkpoints = store.checkpoints.frame(include_retired=True)
    if checkpoints.empty:
        return 0
    return store.checkpoints.upsert(
        answer_for(checkpoints, store.zones.frame(), store.zones.cells()).checkpoints
    ).updated


def _moved(checkpoints: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> int:
    if checkpoints.empty:
        return 0
    found = answer_for(checkpoints, zones, cells).checkpoints
    return int((found[[*_FOUND]].to_numpy() != checkpoints[[*_FOUND]].to_numpy()).any(axis=1).sum())


def _changed_fields(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.Series:
    """Name the fields of each zone that differ, ``outline`` for its geometry."""
    differs = {field: before[field].to_numpy() != after[field].to_numpy() for field in ZONES.columns}
    differs["outline"] = _moved_outlines(before, after)
    changed = pd.DataFrame(differs, index=before.index)
    fields = [", ".join(changed.columns[row]) for row in changed.to_numpy(dtype=bool)]
    return pd.Series(fields, index=before.index, name="fields", dtype="str")[changed.any(axis=1).to_numpy()]


def _moved_outlines(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Tell which outlines differ; a format may round corners, and drop one that falls on its neighbour then."""
    was, now = _multi(before), _multi(after)
    differs = ~np.asarray(shapely.equals_exact(was, now, tolerance=_SAME_DEGREES), dtype=bool)
    differs[differs] = shapely.hausdorff_distance(was[differs], now[differs]) > _SAME_DEGREES
    return differs


def _multi(zones: gpd.GeoDataFrame) -> np.ndarray:
    """Return the outlines as the store keeps them, each a multipolygon."""
    return np.array([shapely.MultiPolygon(shapely.get_parts([shape])) for shape in zones.geometry], dtype=object)
