"""``xundian export`` and ``xundian map``: what leaves the city as files."""

from pathlib import Path

import click

from geo.crs import Datum
from geo.errors import InputError
from geo.exports import LAYERS, export_layer
from routing.export import FORMATS, export_routes
from webmap.cli.files import OutFile
from webmap.cli.session import Result, Session, command
from webmap.folium_map import round_map


@click.group("export")
def export_group() -> None:
    """Write files."""


OUT = click.option("--out", type=OutFile(), required=True)


LAYER_FORMATS = ("gpkg", "geojson", "csv", "xlsx", "kml")
LAYER_HELP = {
    "checkpoints": "Write the roster; what comes back in by import is the same.",
    "zones": "Write the zones of all levels.",
    "cells": "Write the unit grid cells.",
    "visits": "Write the visits, one row for each deduction.",
}


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


def _layer_command(layer: str) -> None:
    @command(export_group, layer)
    @click.option("--format", "format_", type=click.Choice(LAYER_FORMATS), required=True)
    @click.option(
        "--datum",
        type=click.Choice([datum.value for datum in Datum]),
        default=Datum.WGS84.value,
        show_default=True,
        help="Datum of the coordinates in the file; the file says it in a column.",
    )
    @OUT
    def export(session: Session, format_: str, datum: str, out: Path) -> Result:
        if out.suffix.lower() != f".{format_}":
            raise InputError("--out is {path}: let it end in .{format}", path=out, format=format_)
        with session.store() as store:
            rows = export_layer(store, layer, out, datum=Datum(datum), lang=session.language)
        session.say("Wrote {count} rows to {path}", count=rows, path=out)
        return {"layer": layer, "format": format_, "datum": datum, "rows": rows, "out": str(out)}

    export.help = LAYER_HELP[layer]


for _layer in LAYERS:
    _layer_command(_layer)


@command(None, "map")
@click.argument("round_id", metavar="ID")
@OUT
def map_command(session: Session, round_id: str, out: Path) -> Result:
    """Write the standalone map: one HTML file that opens from disk without a network."""
    with session.store() as store:
        round_map(store, round_id, out)
    session.say("Wrote {path}", path=out)
    return {"round": round_id, "out": str(out), "bytes": out.stat().st_size}
