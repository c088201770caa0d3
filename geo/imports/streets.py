"""Streets into the city."""

from pathlib import Path

from geo.errors import InputError
from geo.imports.elsewhere import away_km
from geo.imports.report import ImportReport
from geo.imports.stranded import stranded_notes
from geo.progress import Progress, silent
from geo.store import Store
from geo.streets.edges import file_sha256, read_streets

ELSEWHERE = (
    "{file} lies {km} km from the zones and checkpoints of the city: check its CRS, or take back their imports if they "
    "lie wrong"
)


def import_streets(store: Store, path: Path, *, progress: Progress = silent) -> ImportReport:
    """Replace the streets of the city; a file that is already there changes nothing."""
    sha256 = file_sha256(path)
    if store.streets.sha256() == sha256:
        there = len(store.streets.frame())
        return ImportReport(accepted=there, unchanged=there)
    source = read_streets(path, progress=progress)
    if km := away_km(source.edges, (store.zones.frame(), store.checkpoints.frame())):
        raise InputError(ELSEWHERE, file=path.name, km=round(km))
    store.streets.replace(
        source.edges,
        turn_bans=source.turn_bans,
        source_sha256=sha256,
        street_hours=source.by_hour.streets,
        turn_hours=source.by_hour.turns,
    )
    notes = (*source.notes, *stranded_notes(store))
    return ImportReport(accepted=len(source.edges), new=len(source.edges), notes=notes)
