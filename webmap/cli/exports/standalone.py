"""``xundian map``: the standalone map."""

from pathlib import Path

import click

from geo.errors import InputError
from webmap.cli.exports.files import OUT, warn_covert
from webmap.cli.leaving import exported
from webmap.cli.session import Result, Session, command
from webmap.standalone.folium_map import LAYERS as LAYERS_SEEN
from webmap.standalone.folium_map import Contents, round_map


@command(None, "map")
@click.argument("round_id", metavar="ID")
@click.option("--layer", type=click.Choice(LAYERS_SEEN), help="What is seen when it opens; default: the routes.")
@click.option("--routes/--no-routes", default=True, show_default=True, help="Whether the routes are in the file.")
@OUT
def map_command(session: Session, round_id: str, layer: str | None, out: Path, *, routes: bool) -> Result:
    """Write the standalone map: one HTML file that opens from disk without a network."""
    if out.suffix.lower() not in (".html", ".htm"):
        raise InputError("--out is {path}: let it end in .{format}", path=out, format="html")
    with session.store() as store:
        round_map(store, round_id, out, Contents(session.language, first=layer or "", routes=routes))
        covert = routes and store.rounds.get(round_id).covert
        exported(store, f"round/{round_id}", out)
    warn_covert(session, covert=covert)
    session.say("Wrote {path}", path=out)
    return {"round": round_id, "out": str(out), "bytes": out.stat().st_size}
