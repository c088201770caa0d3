"""The placing page: checkpoints without coordinates, put on the map by a tap."""

from typing import Any

import pandas as pd
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from geo import imports
from geo.crs import Datum, to_wgs84
from geo.errors import InputError
from geo.model import Action
from geo.store import Store
from webmap.accounts import access
from webmap.extent import extent
from webmap.formats import category_name
from webmap.intake.view import datums
from webmap.maps import point_tiles, tiles

pages = Blueprint("placing", __name__)

SHOWN = 100
UNDOABLE = 20  # placements of a session that can be taken back


@pages.get("/placing")
@access.needs(Action.IMPORT)
def page() -> str:
    """Show the list and the map."""
    store = access.visible().store
    with store.snapshot():
        return render_template("placing.html", **_shown(store))


def _shown(store: Store) -> dict[str, Any]:
    """Return a page of the list: of the rows that hold what is looked for, those after one."""
    search, after, chosen = (request.args.get(name, "").strip() for name in ("q", "after", "id"))
    found = store.checkpoints.waiting(after=after, search=search, limit=SHOWN + 1)
    if chosen and chosen not in found.index[:SHOWN]:  # it stands on another page: that page begins with it
        own = store.checkpoints.waiting(only=chosen, limit=1)
        found = pd.concat([own, found.drop(index=own.index, errors="ignore")]) if len(own) else found
    listed = found.head(SHOWN)
    settings = {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "zoneNames": url_for("layers.zone_names"),
        "checkpoints": point_tiles.checkpoint_address(),
        "bounds": extent(store),
        "teams": [],
    }
    return {
        "waiting": list(listed.assign(category=listed["category"].map(category_name)).itertuples()),
        "count": store.checkpoints.unplaced_count(),
        "search": search,
        "begun": bool(after),
        "onward": str(listed.index[-1]) if len(found) > SHOWN else "",
        "chosen": chosen,
        "last": _placed()[-1] if _placed() else None,
        "datums": datums(),
        "settings": settings,
    }


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
    own = store.checkpoints.waiting(only=chosen, limit=1)
    imports.place(store, chosen, float(there[0]), float(there[1]))
    name = str(own["name"].iloc[0]) if len(own) else chosen
    session["placed"] = [*_placed(), [chosen, name]][-UNDOABLE:]
    flash(_("%(name)s is on the map now.", name=name))
    search = request.form.get("q", "").strip()
    following = store.checkpoints.waiting(after=chosen, search=search, limit=1)
    if following.empty:
        following = store.checkpoints.waiting(search=search, limit=1)
    onward = None if following.empty else following.index[0]
    return redirect(url_for("placing.page", id=onward, q=search or None))


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
