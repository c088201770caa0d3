"""Teams into the city."""

from dataclasses import replace
from pathlib import Path

from geo.imports.report import ImportOptions, ImportReport, few, reported
from geo.imports.stranded import base_notes
from geo.model import Changes, Team
from geo.notes import Note
from geo.readers.chosen_file import ChosenFile
from geo.readers.teams import TeamReading, read_team_table
from geo.store import Store

REMOVED = "{count} teams of the city are not in the file and were removed: {names}"
WOULD_REMOVE = "{count} teams of the city are not in the file and would be removed: {names}"
KEPT = "teams {names} stay as they are: their rows were refused, or may stand in what was not read"


def import_teams(store: Store, path: Path, options: ImportOptions) -> ImportReport:
    """Replace the teams of the city by those of the file that are whole; what was not read takes no team away."""
    reading = read_team_table(
        ChosenFile(path, options.parts), datum=options.datum, columns=options.columns, crs=options.crs, say=options.say
    )
    before = store.teams.all()
    kept = [] if options.whole else _kept(before, reading)
    gone = {team.id for team in before} - {team.id for team in (*reading.teams, *kept)} if reading.teams else set()
    if reading.teams and not options.dry_run:
        store.teams.replace([*reading.teams, *kept])
    notes = [
        *reading.notes,
        *base_notes(store, reading.teams),
        *([Note(KEPT, {"names": few(team.id for team in kept)})] if kept else []),
        *([Note(WOULD_REMOVE if options.dry_run else REMOVED, _counted(sorted(gone)))] if gone else []),
    ]
    report = reported(path, options, reading.rejected, Changes(accepted=reading.rows), notes)
    return replace(report, skipped=reading.skipped)


def _counted(names: list[str]) -> dict[str, object]:
    return {"count": len(names), "names": few(names)}


def _kept(teams: list[Team], reading: TeamReading) -> list[Team]:
    """Return the teams of the city that the file may have in what was refused or not read."""
    read = {team.id for team in reading.teams}
    missing = [team for team in teams if team.id not in read]
    return missing if reading.unread or "" in reading.spoilt else [one for one in missing if one.id in reading.spoilt]
