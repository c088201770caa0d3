"""``xundian export`` and ``xundian map``: what leaves the city as files."""

from pathlib import Path

import click

from routing.export import FORMATS, export_routes
from webmap.cli.session import Result, Session, command
from webmap.folium_map import round_map


@click.group("export")
def export_group() -> None:
    """Write files."""


OUT = click.option("--out", type=click.Path(path_type=Path), required=True)


@command(export_group, "routes")
@click.argument("round_id", metavar="ID")
@click.option("--format", "format_", type=click.Choice(FORMATS), required=True)
@OUT
def routes(session: Session, round_id: str, format_: str, out: Path) -> Result:
    """Write the routes of a round for a GPS, a map or Excel."""
    with session.store() as store:
        written = export_routes(store, round_id, format_, out)
    session.say("Wrote {path}", path=written)
    return {"round": round_id, "format": format_, "out": str(written)}


@command(None, "map")
@click.argument("round_id", metavar="ID")
@OUT
def map_command(session: Session, round_id: str, out: Path) -> Result:
    """Write the standalone map: one HTML file that opens from disk without a network."""
    with session.store() as store:
        round_map(store, round_id, out)
    session.say("Wrote {path}", path=out)
    return {"round": round_id, "out": str(out), "bytes": out.stat().st_size}
