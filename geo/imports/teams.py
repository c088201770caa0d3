"""Teams into the city."""

from dataclasses import replace
from pathlib import Path

from geo.imports.report import ImportOptions, ImportReport, reported
from geo.model import Changes
from geo.readers.teams import read_team_list
from geo.store import Store


def import_teams(store: Store, path: Path, options: ImportOptions) -> ImportReport:
    """Replace the teams of the city by those of the file that are whole."""
    teams, refused = read_team_list(path, datum=options.datum, columns=options.columns, say=options.say)
    if teams and not options.dry_run:
        store.replace_teams(teams)
    rows = sum(max(1, len(team.inspectors)) for team in teams)
    return replace(reported(path, options, refused, Changes(accepted=rows), ()), retired=0)
