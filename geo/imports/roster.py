"""A roster into the city: read, judge the datum, compare, show, keep."""

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.catalogue import Catalogue
from geo.datum_check import Verdict, judge
from geo.datum_evidence import City
from geo.imports.report import ImportReport, Journey, reported
from geo.imports.streets import stranded_notes
from geo.model import Changes
from geo.progress import Progress, silent
from geo.readers.checkpoints import Reading, read_roster
from geo.readers.tables import Note
from geo.responsibility import answer_for
from geo.roster import RosterChanges, merge
from geo.store import Store

OUTSIDE = "{count} checkpoints lie outside every zone: {ids}"
UNPLACED = "{count} rows have an address but no coordinates: they wait to be placed on the map"
TWINS = "{count} pairs have the same name and category within 30 m, to be decided by a person: {ids}"
FORCED = "the datum was forced against the evidence"
DIFFERENCE = "{id}: {field} from {before} to {after}"
_NAMED = 10


@dataclass(frozen=True, slots=True)
class PreparedRoster:
    """What an import would do, before it does anything."""

    path: Path
    reading: Reading
    verdict: Verdict
    located: gpd.GeoDataFrame  # the accepted rows with zones, cell and unit
    changes: RosterChanges
    outside: pd.Index  # ids outside every zone

    def report(self, journey: Journey, *, notes: tuple[Note, ...] = ()) -> ImportReport:
        """Count, and write the refused rows to their file."""
        counts = Changes(
            accepted=len(self.located),
            updated=len(self.changes.updated),
            unchanged=len(self.changes.unchanged),
            retired=len(self.changes.retired),
        )
        unplaced = self.reading.unplaced["source_row"]
        refused = self.reading.rejected
        refused = refused[~refused["source_row"].isin(unplaced)] if not journey.dry_run else refused
        return replace(reported(self.path, journey, refused, counts, (*self.notes(), *notes)), unplaced=len(unplaced))

    def notes(self) -> list[Note]:
        """Say everything that a person may want to know."""
        reading = self.reading
        found = [*reading.notes, self.verdict.summary]
        if not self.verdict.fits:
            found.append(Note(FORCED, {}))
        if len(reading.unplaced):
            found.append(Note(UNPLACED, {"count": len(reading.unplaced)}))
        if len(self.outside):
            found.append(Note(OUTSIDE, {"count": len(self.outside), "ids": _few(self.outside)}))
        if len(reading.duplicates):
            pairs = zip(reading.duplicates["id"], reading.duplicates["other"], strict=True)
            ids = _few(pd.Index([f"{one} and {other}" for one, other in pairs]))
            found.append(Note(TWINS, {"count": len(reading.duplicates), "ids": ids}))
        return found

    def differences(self) -> list[Note]:
        """Say what would change, field by field."""
        rows = self.changes.differences
        return [Note(DIFFERENCE, {str(k): v for k, v in row.items()}) for row in rows.to_dict("records")]


def prepare_roster(
    store: Store, path: Path, journey: Journey, *, catalogue: Catalogue | None = None, progress: Progress = silent
) -> PreparedRoster:
    """Read a roster and compare it with the city, writing nothing.

    Raises
    ------
    InputError
        When the file as a whole cannot be read.
    DatumError
        When another datum fits clearly better and ``force`` is off.
    """
    reading = read_roster(
        path,
        datum=journey.datum,
        columns=journey.columns,
        crs=journey.crs,
        catalogue=catalogue,
        progress=progress,
    )
    known, zones = store.checkpoints(include_retired=True), store.zones()
    city = City(streets=store.streets(), zones=zones, checkpoints=known)
    verdict = judge(reading.accepted, declared=journey.datum, city=city, named=reading.heading_datum)
    if not journey.force:
        verdict.raise_unless_fits()
    answers = answer_for(reading.accepted, zones, store.cells())
    changes = merge(reading._replace(accepted=answers.checkpoints), known, part=journey.part)
    outside = answers.outside if len(zones) else answers.outside[:0]
    return PreparedRoster(path, reading, verdict, answers.checkpoints, changes, outside)


def keep_roster(store: Store, prepared: PreparedRoster, journey: Journey) -> ImportReport:
    """Write a prepared roster, so that it can be undone."""
    store.upsert_checkpoints(
        prepared.located,
        unplaced=prepared.reading.unplaced.drop(columns="source_row"),
        retire=list(prepared.changes.retired),
        import_of=prepared.path.name,
        who=journey.who,
    )
    return prepared.report(journey, notes=tuple(stranded_notes(store)))


def import_checkpoints(
    store: Store, path: Path, journey: Journey, *, catalogue: Catalogue | None = None, progress: Progress = silent
) -> ImportReport:
    """Merge a roster into the city; rows that vanished from a whole roster are retired, never deleted."""
    prepared = prepare_roster(store, path, journey, catalogue=catalogue, progress=progress)
    if journey.dry_run:
        return prepared.report(journey, notes=tuple(prepared.differences()))
    return keep_roster(store, prepared, journey)


def _few(ids: pd.Index) -> str:
    return ", ".join(map(str, ids[:_NAMED])) + (" ..." if len(ids) > _NAMED else "")
