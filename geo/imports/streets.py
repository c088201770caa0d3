"""Streets into the city."""

import re
from pathlib import Path

from geo.imports.report import ImportReport
from geo.model import Mode
from geo.notes import Note
from geo.progress import Progress, silent
from geo.store import Store
from geo.streets.edges import file_sha256, read_streets
from geo.streets.snapping import stranded

STRANDED = "{count} checkpoints lie on a street that cannot be reached by {mode}, or over 300 m from one: {ids}"
ISLANDS = "{count} parts ({streets} streets, {km} km) are not connected to the rest"
NO_NODES = "{count} street pieces lack nodes in the file and are left out"
NO_LINE = "{count} rows without a line or without u and v are left out"
NO_STREET = "{count} rows are no street that may be used, or the same street the other way"
WAY_BANS = "{count} turn restrictions through a whole way are not kept"
HALF_BANS = "{count} turn restrictions without a from, a via node or a to are not kept"
UNCLEAR_BANS = "{count} turn restrictions name a way that runs on through the junction and are not kept"
_SAID = (ISLANDS, NO_NODES, NO_LINE, NO_STREET, WAY_BANS, HALF_BANS, UNCLEAR_BANS)
_NAMED = 10


def import_streets(store: Store, path: Path, *, progress: Progress = silent) -> ImportReport:
    """Replace the streets of the city; a file that is already there changes nothing."""
    sha256 = file_sha256(path)
    if store.streets_sha256() == sha256:
        there = len(store.streets())
        return ImportReport(accepted=there, unchanged=there)
    source = read_streets(path, progress=progress)
    store.replace_streets(source.edges, turn_bans=source.turn_bans, source_sha256=sha256)
    notes = [street_note(text) for text in source.notes]
    return ImportReport(accepted=len(source.edges), new=len(source.edges), notes=(*notes, *stranded_notes(store)))


def street_note(text: str | Note) -> Note:
    """Return a line of :class:`geo.streets.edges.StreetSource` as template and values, so that it can be translated."""
    if isinstance(text, Note):
        return text
    for template in _SAID:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[\\d.]+)", re.escape(template))
        if match := re.fullmatch(pattern, text):
            return Note(template, match.groupdict())
    return Note("{note}", {"note": text})


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
