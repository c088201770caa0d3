"""The placing page: checkpoints without coordinates, put on the map by a tap."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from geo import imports
from geo.crs import Datum, to_wgs84
from geo.errors import InputError
from geo.model import Action
from webmap.accounts import access
from webmap.extent import extent
from webmap.formats import category_name
from webmap.intake.view import datums
from webmap.maps import point_tiles, tiles

pages = Blueprint("placing", __name__)

SHOWN = 300
UNDOABLE = 20  # placements of a session that can be taken back


@pages.get("/placing")
@access.needs(Action.IMPORT)
def page() -> str:
    """Show the list and the map."""
    store = access.visible().store
    waiting = store.checkpoints.unplaced()
    shown = waiting.head(SHOWN)
    listed = shown.assign(category=shown["category"].map(category_name))
    settings = {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "zoneNames": url_for("layers.zone_names"),
        "checkpoints": point_tiles.checkpoint_address(),
        "bounds": extent(store),
        "teams": [],
    }
    return render_template(
        "placing.html",
        waiting=list(listed.itertuples()),
        count=len(waiting),
        chosen=request.args.get("id", ""),
        last=_placed()[-1] if _placed() else None,
        datums=datums(),
        settings=settings,
    )


@pages.post("/placing")
@access.needs(Action.IMPORT)
def put() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Return a checkpoint its place; coordinates that were typed come in the datum that was named beside them."""
    chosen = request.form.get("id", "")
    lon, lat = (_degrees(axis) for axis in ("lon", "lat"))
    datum = request.form.get("datum", "")
    if datum not in set(Datum):
        raise InputError("name the datum of the coordinates: it is never guessed")
    there = to_wgs84(lon, lat, Datum(datum))
    store = access.visible().store
    waiting = store.checkpoints.unplaced()
    imports.place(store, chosen, float(there[0]), float(there[1]))
    name = waiting["name"].get(chosen, chosen)
    session["placed"] = [*_placed(), [chosen, name]][-UNDOABLE:]
    flash(_("%(name)s is on the map now.", name=name))
    following = [code for code in waiting.index if code > chosen] or [code for code in waiting.index if code != chosen]
    return redirect(url_for("placing.page", id=following[0] if following else None))


@pages.post("/placing/undo")
@access.needs(Action.IMPORT)
def undo() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Take the last placement of this session back."""
    placed = _placed()
    if not placed:
        return redirect(url_for("placing.page"))
    chosen, name = placed[-1]
    session["placed"] = placed[:-1]
    access.visible().store.checkpoints.unplace(chosen)
    flash(_("%(name)s waits for a place again.", name=name))
    return redirect(url_for("placing.page", id=chosen))


def _placed() -> list[list[str]]:
    """Return id and name of what this session placed, the last one at the end."""
    return list(session.get("placed", []))


def _degrees(axis: str) -> float:
    written = request.form.get(axis, "").strip()
    try:
        return float(written)
    except ValueError:
        raise InputError(
            "{field} is {value!r}: tap the map, or write decimal degrees", field=axis, value=written
        ) from None
