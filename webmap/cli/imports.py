"""``xundian import``: streets, zones, checkpoints, teams, visits."""

from pathlib import Path

import click

from geo import imports
from geo.crs import Datum
from geo.imports import ImportReport
from geo.model import Level
from webmap.cli.session import Result, Session, command

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def import_group() -> None:
    """Bring in streets, zones, checkpoints, teams, visits."""


def _columns(_context: click.Context, _parameter: click.Parameter, text: str | None) -> dict[str, str]:
    """Read ``name=乡,code=代码`` into a mapping from our field to the file's column."""
    pairs = [pair.partition("=") for pair in (text or "").split(",") if pair]
    bad = [pair for pair in pairs if not pair[1] or not pair[0].strip() or not pair[2].strip()]
    if bad:
        raise click.BadParameter(f"{''.join(bad[0])!r} names no column: write field=column, as name=乡")
    return {field.strip(): column.strip() for field, _, column in pairs}


datum_option = click.option(
    "--datum",
    type=click.Choice([d.value for d in Datum]),
    required=True,
    help="Datum of the file's coordinates; it is never guessed.",
)
columns_option = click.option(
    "--columns", callback=_columns, help="Our field = the file's column, as name=乡,code=代码."
)
rejected_option = click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused rows go, with the reason of each.",
)


def _answer(session: Session, report: ImportReport) -> Result:
    for note in report.notes:
        session.say("{note}", note=note)
    session.say(
        "{accepted} accepted, {rejected} rejected, {updated} updated, {unchanged} unchanged, {retired} retired.",
        **{key: getattr(report, key) for key in ("accepted", "rejected", "updated", "unchanged", "retired")},
    )
    if report.rejected_file:
        session.say("Rejected rows with their reasons: {path}", path=report.rejected_file)
    return report.as_json()


@command(import_group, "streets")
@click.argument("file", type=FILE)
def streets(session: Session, file: Path) -> Result:
    """Import streets: OSM XML or PBF, or GeoPackage/Parquet edges with u, v, highway."""
    with session.store(create=True) as store:
        return _answer(session, imports.import_streets(store, file, progress=session.progress))


@command(import_group, "zones")
@click.argument("file", type=FILE)
@datum_option
@click.option("--level", type=click.Choice([level.value for level in Level]), required=True)
@columns_option
def zones(session: Session, file: Path, datum: str, level: str, columns: dict[str, str]) -> Result:
    """Import zones of one level."""
    with session.store(create=True) as store:
        return _answer(
            session, imports.import_zones(store, file, datum=Datum(datum), level=Level(level), columns=columns)
        )


@command(import_group, "checkpoints")
@click.argument("file", type=FILE)
@datum_option
@columns_option
@rejected_option
def checkpoints(session: Session, file: Path, datum: str, columns: dict[str, str], rejected: Path | None) -> Result:
    """Import the roster of checkpoints."""
    with session.store(create=True) as store:
        options = imports.RosterOptions(datum=Datum(datum), columns=columns, rejected=rejected)
        return _answer(session, imports.import_checkpoints(store, file, options, progress=session.progress))


@command(import_group, "teams")
@click.argument("file", type=FILE)
@click.option(
    "--datum",
    type=click.Choice([d.value for d in Datum]),
    default="wgs84",
    show_default=True,
    help="Datum of the bases.",
)
def teams(session: Session, file: Path, datum: str) -> Result:
    """Import teams: team, inspector, unit, street, base_lon, base_lat, mode."""
    with session.store(create=True) as store:
        return _answer(session, imports.import_teams(store, file, datum=Datum(datum)))


@command(import_group, "visits")
@click.argument("file", type=FILE)
@rejected_option
def visits(session: Session, file: Path, rejected: Path | None) -> Result:
    """Import visits: checkpoint, team, arrived_at, item, points, note."""
    with session.store() as store:
        return _answer(session, imports.import_visits(store, file, rejected=rejected))
