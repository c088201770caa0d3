"""Streets into the city."""

import hashlib
from pathlib import Path

from geo.errors import InputError
from geo.imports.elsewhere import away_km
from geo.imports.report import ImportReport
from geo.imports.stranded import stranded_notes
from geo.progress import Progress, silent
from geo.readers.chosen_file import ChosenFile
from geo.store import Store
from geo.streets.edges import file_sha256, read_streets

ELSEWHERE = (
    "{file} lies {km} km from the zones and checkpoints of the city: check its CRS, or take back their imports if they "
    "lie wrong"
)


def import_streets(store: Store, path: ChosenFile | Path, *, progress: Progress = silent) -> ImportReport:
    """Replace the streets of the city; a file, or the layers of it, that is already there changes nothing."""
    chosen = ChosenFile.of(path)
    sha256 = _digest(chosen)
    if store.streets.sha256() == sha256:
        there = len(store.streets.frame())
        return ImportReport(accepted=there, unchanged=there)
    source = read_streets(chosen, progress=progress)
    if km := away_km(source.edges, (store.zones.frame(), store.checkpoints.frame())):
        raise InputError(ELSEWHERE, file=chosen.path.name, km=round(km))
    store.streets.replace(
        source.edges,
        turn_bans=source.turn_bans,
        source_sha256=sha256,
        street_hours=source.by_hour.streets,
        turn_hours=source.by_hour.turns,
    )
    notes = (*source.notes, *stranded_notes(store))
    return ImportReport(accepted=len(source.edges), new=len(source.edges), notes=notes)


def _digest(chosen: ChosenFile) -> str:
    """Return what tells a file, and the choice of its layers, from another."""
    whole = file_sha256(chosen.path)
    return hashlib.sha256("\n".join([whole, *chosen.parts]).encode()).hexdigest() if chosen.parts else whole
