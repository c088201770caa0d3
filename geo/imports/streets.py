"""Streets into the city."""

from pathlib import Path

from geo.imports.report import ImportReport
from geo.model import Mode
from geo.notes import Note
from geo.progress import Progress, silent
from geo.store import Store
from geo.streets.edges import file_sha256, read_streets
from geo.streets.snapping import stranded

STRANDED = "{count} checkpoints lie on a street that cannot be reached by {mode}, or over 300 m from one: {ids}"
_NAMED = 10


def import_streets(store: Store, path: Path, *, progress: Progress = silent) -> ImportReport:
    """Replace the streets of the city; a file that is already there changes nothing."""
    sha256 = file_sha256(path)
    if store.streets_sha256() == sha256:
        there = len(store.streets())
        return ImportReport(accepted=there, unchanged=there)
    source = read_streets(path, progress=progress)
    store.replace_streets(
        source.edges,
        turn_bans=source.turn_bans,
        source_sha256=sha256,
        street_hours=source.by_hour.streets,
        turn_hours=source.by_hour.turns,
    )
    notes = (*source.notes, *stranded_notes(store))
    return ImportReport(accepted=len(source.edges), new=len(source.edges), notes=notes)


def stranded_notes(store: Store, mode: Mode = Mode.CAR) -> list[Note]:
    """Name the checkpoints that the streets strand, once the city has both."""
    checkpoints, edges = store.checkpoints(), store.streets()
    if checkpoints.empty or not (edges[mode.value] > 0).any():
        return []
    lost = stranded(edges, checkpoints, mode).index
    if lost.empty:
        return []
    ids = ", ".join(map(str, lost[:_NAMED])) + (" ..." if len(lost) > _NAMED else "")
    return [Note(STRANDED, {"count": len(lost), "mode": mode.value, "ids": ids})]
