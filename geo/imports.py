"""From a file to the city: read, check, locate, keep; commands and pages alike call these."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.catalogue import Catalogue
from geo.crs import Datum
from geo.model import Changes, Level
from geo.progress import Progress, silent
from geo.readers.checkpoints import Reading, read_roster
from geo.readers.teams import read_teams
from geo.readers.visits import read_visits
from geo.readers.zones import read_zones
from geo.store import Store
from geo.streets import file_sha256, read_streets
from geo.writers import write_sheet
from geo.zones import locate

TIMEZONE = "Asia/Shanghai"  # of a city that names none


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; ``accepted`` counts the good rows of the file, whatever then became of them."""

    accepted: int = 0
    rejected: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    rejected_file: str = ""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give the keys of the JSON line."""
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "retired": self.retired,
            "rejected_file": self.rejected_file,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class RosterOptions:
    """How a roster is read."""

    datum: Datum
    columns: Mapping[str, str] = field(default_factory=dict)  # our field -> the file's heading
    rejected: Path | None = None  # where refused rows go; beside the file when empty
    part: bool = False  # a part of the roster: rows that it lacks are not retired
    catalogue: Catalogue | None = None


def import_streets(store: Store, path: Path, *, progress: Progress = silent) -> ImportReport:
    """Replace the streets of the city."""
    sha256 = file_sha256(path)
    before = store.streets_sha256()
    if before == sha256:
        return ImportReport(accepted=len(store.streets()), unchanged=len(store.streets()))
    source = read_streets(path, progress=progress)
    store.replace_streets(source.edges, turn_bans=source.turn_bans, source_sha256=sha256)
    return ImportReport(accepted=len(source.edges), notes=tuple(source.notes))


def import_zones(
    store: Store, path: Path, *, datum: Datum, level: Level, columns: Mapping[str, str] | None = None
) -> ImportReport:
    """Add or update the zones of one level, and find every checkpoint's place in them."""
    accepted, rejected = read_zones(path, datum=datum, level=level, columns=columns)
    changes = store.upsert_zones(accepted)
    relocate(store)
    return _report(changes, len(accepted), rejected, _rejected_path(path, None))


def import_checkpoints(
    store: Store, path: Path, options: RosterOptions, *, progress: Progress = silent
) -> ImportReport:
    """Merge a roster into the city; rows that vanished from a whole roster are retired, never deleted."""
    reading = read_roster(
        path, datum=options.datum, columns=options.columns, catalogue=options.catalogue, progress=progress
    )
    known = store.checkpoints(include_retired=True)
    located = place_in_zones(reading.accepted, store.zones())
    changes = store.upsert_checkpoints(located)
    vanished = [] if options.part or reading.part else _vanished(known, reading)
    retired = store.retire_checkpoints(vanished) if vanished else 0
    notes = tuple(note.text() for note in reading.notes)
    report = _report(changes, len(located), reading.rejected, _rejected_path(path, options.rejected))
    return replace(report, retired=retired, notes=notes)


def import_teams(store: Store, path: Path, *, datum: Datum) -> ImportReport:
    """Replace the teams of the city."""
    teams = read_teams(path, datum=datum)
    store.replace_teams(teams)
    return ImportReport(accepted=sum(max(1, len(team.inspectors)) for team in teams))


def import_visits(store: Store, path: Path, *, rejected: Path | None = None) -> ImportReport:
    """Record visits with their deductions; a visit that is already there merges."""
    known = store.checkpoints(include_retired=True).index
    timezone = store.setting("timezone") or TIMEZONE
    visits, refused = read_visits(path, timezone=timezone, known=known)
    changes = store.record_visits(visits)
    return _report(changes, len(visits), refused, _rejected_path(path, rejected))


def place_in_zones(checkpoints: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Fill the zone codes of checkpoints from where they lie."""
    found = locate(checkpoints, zones)
    codes = {f"{level}_code": found[level] for level in ("street", "community", "grid")}
    return checkpoints.assign(**codes)


def relocate(store: Store) -> int:
    """Find the zones of every checkpoint again, after zones changed; give how many moved."""
    checkpoints = store.checkpoints(include_retired=True)
    if checkpoints.empty:
        return 0
    return store.upsert_checkpoints(place_in_zones(checkpoints, store.zones())).updated


def _vanished(known: gpd.GeoDataFrame, reading: Reading) -> list[str]:
    seen = set(reading.accepted.index) | set(reading.unplaced.index)
    return [str(each) for each in known.index[~known["retired"]] if each not in seen]


def _rejected_path(source: Path, wanted: Path | None) -> Path:
    return wanted or source.with_name(f"{source.stem}.rejected.xlsx")


def _report(changes: Changes, accepted: int, rejected: pd.DataFrame, path: Path) -> ImportReport:
    if len(rejected):
        write_sheet(rejected, path)
    return ImportReport(
        accepted=accepted,
        rejected=len(rejected),
        updated=changes.updated,
        unchanged=changes.unchanged,
        rejected_file=str(path) if len(rejected) else "",
        notes=changes.notes,
    )
