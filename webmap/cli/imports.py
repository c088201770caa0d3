"""``xundian import``: streets, zones, checkpoints, teams, visits."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import click

from geo import imports
from geo.clock import zone_of
from geo.crs import Datum
from geo.imports import ImportOptions, ImportReport
from geo.imports.avoidances import import_avoidances
from geo.model import Level
from geo.readers.chosen_file import ChosenFile
from webmap.cli.apart import import_apart, quietly
from webmap.cli.files import OutFile, parts_option
from webmap.cli.session import Result, Session, command
from webmap.language.texts import say, translate

FILE = click.Path(exists=True, path_type=Path)  # a folder is a FileGDB
DATUMS = click.Choice([datum.value for datum in Datum])


@click.group("import")
def import_group() -> None:
    """Bring in streets, zones, checkpoints, teams, visits."""


def columns_option(example: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Add ``--columns``, with an example of the fields that the command knows."""

    def read(_context: click.Context, _parameter: click.Parameter, text: str | None) -> dict[str, str]:
        """Read ``name=乡,code=代码`` into a mapping from our field to the file's column."""
        pairs = [pair.partition("=") for pair in (text or "").split(",") if pair]
        bad = [pair for pair in pairs if not pair[1] or not pair[0].strip() or not pair[2].strip()]
        if bad:
            raise click.BadParameter(f"{''.join(bad[0])!r} names no column: write field=column, as {example}")
        return {field.strip(): column.strip() for field, _, column in pairs}

    return click.option("--columns", callback=read, help=f"Our field = the file's column, as {example}.")


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a file is to be taken, as the options say it; a command has those that mean something for its files."""

    columns: dict[str, str]
    datum: str = Datum.WGS84.value
    crs: str | None = None
    rejected: Path | None = None
    force: bool = False
    parts: tuple[str, ...] = ()
    part: bool = False
    whole: bool = False
    dry_run: bool = False
    history: bool = False

    def options(self, session: Session) -> ImportOptions:
        """Return them as the importers take them, with reasons in the language of the command line."""
        chosen = {each.name: getattr(self, each.name) for each in fields(self)}
        return ImportOptions(**chosen | {"datum": Datum(self.datum)}, say=partial(say, language=session.language))


_OPTIONS = {
    "datum": click.option("--datum", type=DATUMS, required=True, help="Datum of the coordinates; it is never guessed."),
    "crs": click.option("--crs", help="CRS of projected coordinates without a zone prefix, as EPSG:4547."),
    "rejected": click.option(
        "--rejected",
        type=OutFile(),
        help="Where refused rows go with their reasons; by default FILE.rejected.xlsx in the working folder.",
    ),
    "force": click.option("--force", is_flag=True, help="Take the datum although the evidence speaks against it."),
    "parts": parts_option(),
    "whole": click.option(
        "--whole", is_flag=True, help="What is read is all: what it lacks goes, whatever else stands in the file."
    ),
    "part": click.option("--part", is_flag=True, help="The file is a part of the roster: what it lacks stays."),
    "dry_run": click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing."),
}


def file_options(*names: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Add these options of :class:`FileOptions`, in this order."""

    def wrap(function: Callable[..., Result]) -> Callable[..., Result]:
        for name in reversed(names):
            function = _OPTIONS[name](function)
        return function

    return wrap


def _answer(session: Session, report: ImportReport) -> Result:
    for note in report.notes:
        session.say(note.template, **note.values)
    if report.dry_run:
        session.say("Dry run: nothing was changed.")
    session.say("{accepted} rows accepted, {rejected} rejected, {unplaced} without coordinates.", **_counts(report))
    session.say("{new} new, {updated} updated, {unchanged} unchanged, {retired} retired.", **_counts(report))
    if report.skipped:
        session.say("{skipped} rows were left out: they are no data, or stand in what was not read.", **_counts(report))
    if report.rejected_file:
        session.say("Rejected rows with their reasons: {path}", path=report.rejected_file)
    notes = [say(note.template, note.values, session.language) for note in report.notes]
    return {**report.as_json(), "notes": notes}


def _counts(report: ImportReport) -> dict[str, Any]:
    keys = ("accepted", "rejected", "unplaced", "skipped", "new", "updated", "unchanged", "retired")
    return {key: getattr(report, key) for key in keys}


@command(import_group, "streets")
@click.argument("file", type=FILE)
@parts_option()
def streets(session: Session, file: Path, parts: tuple[str, ...]) -> Result:
    """Import streets: OSM XML or PBF, or GeoPackage/Parquet edges with u, v, highway."""
    bring = partial(imports.import_streets, path=ChosenFile(file, parts))
    return _answer(session, import_apart(session, file, bring, create=True))


@command(import_group, "zones")
@click.argument("file", type=FILE)
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    help="Of all its zones; without it a column says the level of each.",
)
@columns_option("name=乡,code=代码")
@file_options("parts", "datum", "crs", "rejected", "force", "dry_run")
def zones(session: Session, file: Path, level: str | None, given: FileOptions) -> Result:
    """Import zones, and say what is wrong with the tree."""
    options = given.options(session)
    bring = partial(imports.import_zones, path=file, options=options, level=Level(level) if level else None)
    return _answer(session, import_apart(session, file, bring, create=True))


@command(import_group, "checkpoints")
@click.argument("file", type=FILE)
@columns_option("name=场所,category=种别")
@file_options("parts", "datum", "crs", "rejected", "force", "part", "whole", "dry_run")
def checkpoints(session: Session, file: Path, given: FileOptions) -> Result:
    """Import the roster; rows that a whole roster lacks are retired."""
    bring = partial(imports.import_checkpoints, path=file, options=given.options(session))
    return _answer(session, import_apart(session, file, bring, create=True))


@command(import_group, "teams")
@click.argument("file", type=FILE)
@columns_option("team=班组,lon=驻点东经,lat=驻点北纬")
@file_options("parts", "datum", "crs", "rejected", "whole", "dry_run")
def teams(session: Session, file: Path, given: FileOptions) -> Result:
    """Import teams: team, inspector, unit, street, base_lon, base_lat, mode."""
    bring = partial(quietly, partial(imports.import_teams, path=file, options=given.options(session)))
    return _answer(session, import_apart(session, file, bring, create=True))


@command(import_group, "avoidance")
@click.argument("file", type=FILE)
@columns_option("inspector=组员,partner=不同组")
@file_options("parts", "rejected", "whole", "dry_run")
def avoidance(session: Session, file: Path, given: FileOptions) -> Result:
    """Import the avoidance table (回避): inspector, and a partner, street, unit or checkpoint to keep away from."""
    bring = partial(quietly, partial(import_avoidances, path=file, options=given.options(session)))
    return _answer(session, import_apart(session, file, bring, create=True))


@command(import_group, "visits")
@click.argument("file", type=FILE)
@click.option(
    "--photos",
    type=click.Path(exists=True, path_type=Path),
    help="Folder or ZIP archive of the photos that the table names.",
)
@click.option(
    "--history",
    is_flag=True,
    help="Records of another system: items, points and teams that the city does not know stay as they stand.",
)
@columns_option("checkpoint=点号,item=失分项")
@file_options("parts", "rejected")
def visits(session: Session, file: Path, photos: Path | None, given: FileOptions) -> Result:
    """Import visits: checkpoint, team, arrived_at, item, points, note, photo."""
    bring = partial(imports.import_visits, path=file, options=given.options(session), photos=photos)
    return _answer(session, import_apart(session, file, bring))


@command(import_group, "list")
def list_imports(session: Session) -> Result:
    """List the imports so far, the last one first."""
    with session.store() as store:
        found, zone = store.imports.all(), zone_of(store)
    if not found:
        session.say("No import yet.")
    for each in found:
        state = translate("undone", session.language) if each.undone else ""
        session.say(
            "{id}  {at:%Y-%m-%d %H:%M}  {kind}  {file}  {state}",
            id=each.id,
            at=each.at.astimezone(zone),
            kind=each.kind,
            file=each.file,
            state=state,
        )
    return {"imports": [{"id": e.id, "kind": e.kind, "file": e.file, "at": e.at, "undone": e.undone} for e in found]}


@command(import_group, "undo")
@click.argument("kind", type=click.Choice(["checkpoints", "zones", "visits"]))
def undo(session: Session, kind: str) -> Result:
    """Undo the last import of checkpoints, zones or visits."""
    with session.store() as store:
        undone = imports.undo_last(store, kind)
    session.say(
        "Undone: {removed} removed, {restored} restored, {retired} retired because they are in use.",
        removed=undone.removed,
        restored=undone.restored,
        retired=undone.retired,
    )
    return {"removed": undone.removed, "restored": undone.restored, "retired": undone.retired}
