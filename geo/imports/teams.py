"""Teams into the city."""

from dataclasses import replace
from pathlib import Path

from geo.imports.report import ImportReport, Journey, reported
from geo.model import Changes
from geo.progress import Progress, silent
from geo.readers.teams import read_team_list
from geo.store import Store


def import_teams(store: Store, path: Path, journey: Journey, *, progress: Progress = silent) -> ImportReport:
    """Replace the teams of the city by those of the file that are whole."""
    progress("reading", 0, 1)
    teams, refused = read_team_list(path, datum=journey.datum, columns=journey.columns, say=journey.say)
    progress("reading", 1, 1)
    if teams and not journey.dry_run:
        store.replace_teams(teams)
    rows = sum(max(1, len(team.inspectors)) for team in teams)
    return replace(reported(path, journey, refused, Changes(accepted=rows), ()), retired=0)
