"""The avoidance table into the city."""

from dataclasses import replace
from pathlib import Path

from geo.imports.report import ImportOptions, ImportReport, few, reported
from geo.model import Changes
from geo.notes import Note
from geo.readers.avoidances import read_avoidances
from geo.store import Store

STRANGERS = "no team has the inspectors {names}: their lines wait until one has"


def import_avoidances(store: Store, path: Path, options: ImportOptions) -> ImportReport:
    """Replace the avoidance table of the city by the good rows of the file."""
    lines, refused = read_avoidances(path, columns=options.columns)
    people = {one.name for team in store.teams() for one in team.inspectors}
    strangers = sorted({line.inspector for line in lines} - people)
    notes = [Note(STRANGERS, {"names": few(strangers)})] if strangers else []
    if lines and not options.dry_run:
        store.replace_avoidances(lines)
    return replace(reported(path, options, refused, Changes(accepted=len(lines)), notes), retired=0)
