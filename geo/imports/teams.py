"""Teams into the city."""

from pathlib import Path

from geo.imports.report import ImportOptions, ImportReport, reported
from geo.imports.stranded import base_notes
from geo.model import Changes
from geo.readers.teams import read_team_table
from geo.store import Store


def import_teams(store: Store, path: Path, options: ImportOptions) -> ImportReport:
    """Replace the teams of the city by those of the file that are whole."""
    reading = read_team_table(path, datum=options.datum, columns=options.columns, crs=options.crs, say=options.say)
    if reading.teams and not options.dry_run:
        store.replace_teams(reading.teams)
    notes = [*reading.notes, *base_notes(store, reading.teams)]
    rows = sum(max(1, len(team.inspectors)) for team in reading.teams)
    return reported(path, options, reading.rejected, Changes(accepted=rows), notes)
