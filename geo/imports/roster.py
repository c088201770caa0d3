"""A roster into the city: read, judge the datum, compare, show, keep."""

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.catalogue import Catalogue
from geo.imports.datum_check import Verdict, elsewhere, judge
from geo.imports.datum_evidence import City
from geo.imports.digest import digest_of
from geo.imports.report import FORCED, ImportOptions, ImportReport, few, first_changes, reported, with_reasons
from geo.imports.roster_changes import RosterChanges, merge
from geo.imports.stranded import stranded_notes
from geo.imports.street_names import named_streets, street_notes
from geo.model import Changes
from geo.notes import Note, Say
from geo.progress import Progress, silent
from geo.readers.checkpoints import Reading, read_roster
from geo.readers.chosen_file import ChosenFile
from geo.readers.tables import SOURCE_ROW
from geo.store import Store
from geo.zones.responsibility import answer_for

OUTSIDE = "{count} checkpoints lie outside every zone: {ids}"
UNPLACED = "{count} rows have an address but no coordinates: they wait to be placed on the map"
TWINS = "{count} pairs have the same name and category within 30 m, to be decided by a person: {ids}"
DIFFERENCE = "{id}: {field} from {before} to {after}"


@dataclass(frozen=True, slots=True)
class PreparedRoster:
    """What an import would do, before it does anything."""

    path: Path
    reading: Reading
    verdict: Verdict
    located: gpd.GeoDataFrame  # the accepted rows with zones, cell and unit
    changes: RosterChanges
    outside: pd.Index  # ids outside every zone
    contradicted: tuple[Note, ...] = ()  # names and codes of streets that go neither together nor with the map

    @property
    def counts(self) -> Changes:
        """Count the rows by what becomes of them; ``accepted`` counts the good ones."""
        return Changes(
            accepted=len(self.located),
            rejected=len(self.reading.rejected) - len(self.reading.unplaced),
            updated=len(self.changes.updated),
            unchanged=len(self.changes.unchanged),
            retired=len(self.changes.retired),
        )

    @property
    def digest(self) -> str:
        """Return what changes when the import would do something else: the file, the city or the choices differ."""
        tables = (self.changes.new, self.changes.updated, self.reading.unplaced)
        return digest_of(*tables, self.changes.retired.to_frame())

    def refused(self, say: Say) -> pd.DataFrame:
        """Return the rows with faults, their reasons as ``say`` says them.

        Rows that only lack coordinates are not among them: they are kept on the list for placing, so they are neither
        refused nor lost.
        """
        waiting = self.reading.unplaced[SOURCE_ROW]
        rows = self.reading.rejected
        return with_reasons(rows[~rows[SOURCE_ROW].isin(waiting)], self.reading.faults, say)

    def report(self, options: ImportOptions, *, notes: tuple[Note, ...] = ()) -> ImportReport:
        """Count, and write the refused rows to their file."""
        refused = self.refused(options.say)
        report = reported(self.path, options, refused, self.counts, (*self.notes(), *notes))
        return replace(report, unplaced=len(self.reading.unplaced), skipped=self.reading.skipped)

    def notes(self) -> list[Note]:
        """Say everything that a person may want to know."""
        reading = self.reading
        found = [*reading.notes, *self.changes.vanished.notes, self.verdict.summary, *self.contradicted]
        if not self.verdict.fits:
            found.append(Note(FORCED, {}))
        if len(reading.unplaced):
            found.append(Note(UNPLACED, {"count": len(reading.unplaced)}))
        if len(self.outside):
            found.append(Note(OUTSIDE, {"count": len(self.outside), "ids": few(self.outside)}))
        if len(reading.duplicates):
            pairs = zip(reading.duplicates["id"], reading.duplicates["other"], strict=True)
            ids = few(f"{one} / {other}" for one, other in pairs)
            found.append(Note(TWINS, {"count": len(reading.duplicates), "ids": ids}))
        return found

    def differences(self) -> list[Note]:
        """Say what would change, field by field."""
        rows = self.changes.differences
        return [Note(DIFFERENCE, {str(k): v for k, v in row.items()}) for row in rows.to_dict("records")]


def prepare_roster(
    store: Store, path: Path, options: ImportOptions, *, catalogue: Catalogue | None = None, progress: Progress = silent
) -> PreparedRoster:
    """Read a roster and compare it with the city, writing nothing.

    Parameters
    ----------
    store
        The city.
    path
        The file.
    options
        How it is to travel. A preview sets ``force`` and shows the verdict itself.
    catalogue
        Whose categories count; the city's current edition by default.
    progress
        Hears ``reading``, ``rows``, ``datum`` and ``comparing``.

    Raises
    ------
    InputError
        When the file as a whole cannot be read.
    DatumError
        When another datum fits clearly better and ``force`` is off.
    """
    reading = read_roster(
        ChosenFile(path, options.parts),
        datum=options.datum,
        columns=options.columns,
        crs=options.crs,
        catalogue=catalogue or store.catalogues.get(),
        progress=progress,
    )
    progress("datum", 0, 1)
    known, zones = store.checkpoints.frame(include_retired=True), store.zones.frame()
    given = reading.accepted
    reading = reading._replace(accepted=named_streets(given, zones))
    streets = store.streets.frame()
    city = City(streets=streets, zones=zones, checkpoints=known)
    verdict = elsewhere(reading.accepted, options.datum, (streets, zones)) or judge(
        reading.accepted, declared=options.datum, city=city, named=reading.heading_datum
    )
    progress("datum", 1, 1)
    if not options.force:
        verdict.raise_unless_fits()
    progress("comparing", 0, 1)
    answers = answer_for(reading.accepted, zones, store.zones.cells())
    changes = merge(reading._replace(accepted=answers.checkpoints), known, part=options.part, whole=options.whole)
    contradicted = tuple(street_notes(given, answers.checkpoints, zones)) if len(zones) else ()
    outside = answers.outside if len(zones) else answers.outside[:0]
    progress("comparing", 1, 1)
    return PreparedRoster(path, reading, verdict, answers.checkpoints, changes, outside, contradicted)


def write_roster(store: Store, prepared: PreparedRoster, options: ImportOptions) -> tuple[Note, ...]:
    """Write a prepared roster, so that it can be undone, and say what only the changed city tells."""
    store.checkpoints.upsert(
        prepared.changes.upserts,
        unplaced=prepared.reading.unplaced.drop(columns=SOURCE_ROW),
        retire=list(prepared.changes.retired),
        import_of=options.file or prepared.path.name,
        who=options.who,
    )
    return tuple(stranded_notes(store))


def import_checkpoints(
    store: Store, path: Path, options: ImportOptions, *, catalogue: Catalogue | None = None, progress: Progress = silent
) -> ImportReport:
    """Merge a roster into the city; rows that vanished from a whole roster are retired, never deleted."""
    prepared = prepare_roster(store, path, options, catalogue=catalogue, progress=progress)
    if options.dry_run:
        return prepared.report(options, notes=first_changes(prepared.differences()))
    return prepared.report(options, notes=write_roster(store, prepared, options))
