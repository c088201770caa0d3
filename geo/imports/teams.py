"""Teams into the city."""

from pathlib import Path

from geo.imports.report import ImportReport, Journey, reported
from geo.model import Changes
from geo.readers.teams import read_team_table
from geo.store import Store


def import_teams(store: Store, path: Path, journey: Journey) -> ImportReport:
    """Replace the teams of the city by those of the file that are whole."""
    reading = read_team_table(path, datum=journey.datum, columns=journey.columns, crs=journey.crs, say=journey.say)
    if reading.teams and not journey.dry_run:
        store.replace_teams(reading.teams)
    rows = sum(max(1, len(team.inspectors)) for team in reading.teams)
    return reported(path, journey, reading.rejected, Changes(accepted=rows), reading.notes)
