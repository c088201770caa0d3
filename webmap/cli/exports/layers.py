"""``xundian export``: the layers of a city as files."""

from pathlib import Path

import click

from geo.crs import Datum
from geo.errors import InputError
from geo.writers.exports import LAYERS, export_layer
from webmap.cli.exports.files import OUT
from webmap.cli.groups import export_group
from webmap.cli.leaving import exported
from webmap.cli.session import Result, Session, command

LAYER_FORMATS = ("gpkg", "geojson", "csv", "xlsx", "kml")
LAYER_HELP = {
    "checkpoints": "Write the roster; what comes back in by import is the same.",
    "zones": "Write the zones of all levels.",
    "cells": "Write the unit grid cells.",
    "visits": "Write the visits, one row for each deduction.",
}


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
            exported(store, layer, out)
        session.say("Wrote {count} rows to {path}", count=rows, path=out)
        return {"layer": layer, "format": format_, "datum": datum, "rows": rows, "out": str(out)}

    export.help = LAYER_HELP[layer]


for _layer in LAYERS:
    _layer_command(_layer)
