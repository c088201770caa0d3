"""``xundian export`` and ``xundian map``: what leaves the city as files."""

from pathlib import Path

import click

from geo.crs import Datum
from geo.errors import InputError
from geo.writers.exports import LAYERS, export_layer
from routing.sheets.export import FORMATS, routes_file
from routing.sheets.route_sheet import no_route, plan_part
from webmap.cli.files import OutFile
from webmap.cli.leaving import exported
from webmap.cli.session import Result, Session, command
from webmap.language.reasons import wording
from webmap.language.texts import translate
from webmap.route.sheet import write_sheets
from webmap.standalone.folium_map import LAYERS as LAYERS_SEEN
from webmap.standalone.folium_map import Contents, round_map


@click.group("export")
def export_group() -> None:
    """Write files."""


OUT = click.option("--out", type=OutFile(), required=True)
TEAM = click.option("--team", help="The route of one team alone.")
DAY = click.option("--day", type=click.IntRange(1), help="The routes of one day alone.")


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
@TEAM
@DAY
@OUT
def routes(session: Session, round_id: str, format_: str, team: str | None, day: int | None, out: Path) -> Result:
    """Write the routes of a round, or of one team or day, for a GPS, a map or Excel."""
    with session.store() as store:
        part = plan_part(store, round_id, team=team, day=day)
        if part.routes.empty and part.unserved.empty:
            raise no_route(store, round_id, team=team, day=day)
        words = wording(session.language, lambda text: translate(text, session.language))
        out.write_bytes(routes_file(part, format_, wording=words))
        exported(store, f"plan/{round_id}", out)
    _warn(session, covert=part.round.covert)
    session.say("Wrote {path}", path=out)
    return {"round": round_id, "format": format_, "routes": len(part.routes), "out": str(out)}


@command(export_group, "sheets")
@click.argument("round_id", metavar="ID")
@TEAM
@DAY
@OUT
def sheets(session: Session, round_id: str, team: str | None, day: int | None, out: Path) -> Result:
    """Write route sheets to print: one HTML file with a page of A4 for each team and day, its map on it."""
    with session.store() as store:
        pages = write_sheets(store, round_id, out, team=team, day=day, language=session.language)
        covert = store.rounds.get(round_id).covert
        exported(store, f"plan/{round_id}", out)
    _warn(session, covert=covert)
    session.say("Wrote {count} pages to {path}", count=pages, path=out)
    return {"round": round_id, "pages": pages, "out": str(out)}


def _warn(session: Session, *, covert: bool) -> None:
    if covert:
        session.say("Covert round: this file shows its routes; give it to nobody but the team.")


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
    _warn(session, covert=covert)
    session.say("Wrote {path}", path=out)
    return {"round": round_id, "out": str(out), "bytes": out.stat().st_size}
