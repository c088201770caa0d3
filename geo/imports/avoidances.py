"""The avoidance table into the city."""

from dataclasses import replace
from pathlib import Path

from geo.imports.report import ImportOptions, ImportReport, few, reported
from geo.model import Avoidance, Changes
from geo.notes import Note
from geo.readers.avoidances import AvoidanceReading, read_avoidances
from geo.readers.chosen_file import ChosenFile
from geo.store import Store

STRANGERS = "no team has the inspectors {names}: their lines wait until one has"
KEPT = "{count} lines of the city stay, of {names}: rows were refused or not read that may hold them"


def import_avoidances(store: Store, path: Path, options: ImportOptions) -> ImportReport:
    """Replace the avoidance table of the city by the good rows of the file; what was not read takes no line away."""
    reading = read_avoidances(ChosenFile(path, options.parts), columns=options.columns, say=options.say)
    people = {one.name for team in store.teams.all() for one in team.inspectors}
    strangers = sorted({line.inspector for line in reading.lines} - people)
    kept = [] if options.whole else _kept(store.fieldwork.avoidances(), reading)
    notes = list(reading.notes)
    notes += [Note(STRANGERS, {"names": few(strangers)})] if strangers else []
    notes += [Note(KEPT, {"count": len(kept), "names": few(line.inspector for line in kept)})] if kept else []
    if reading.lines and not options.dry_run:
        store.fieldwork.replace_avoidances([*reading.lines, *kept])
    report = reported(path, options, reading.rejected, Changes(accepted=len(reading.lines)), notes)
    return replace(report, skipped=reading.skipped)


def _kept(lines: list[Avoidance], reading: AvoidanceReading) -> list[Avoidance]:
    """Return the lines of the city that the file may have in what was refused or not read."""
    missing = [line for line in lines if line not in reading.lines]
    every = reading.unread or "" in reading.spoilt
    return missing if every else [line for line in missing if line.inspector in reading.spoilt]
