"""The zones page: overlaps and gaps measured on the map, who has no zone, and which zone has nobody."""

from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from geo.model import Action
from geo.store import Store
from geo.zones.faults import IDLE, KINDS, OUTSIDE, UNOWNED, ZoneFaults, zone_faults
from webmap.accounts import access
from webmap.extent import extent
from webmap.intake.view import levels
from webmap.language.our_words import FAULT_KINDS
from webmap.language.spoken import say
from webmap.maps import geojson, tiles

pages = Blueprint("zone_pages", __name__)

SHOWN = 100
DRAWN = 5000


@pages.get("/zones")
@access.needs(Action.IMPORT)
def page() -> str:
    """Show what is wrong with the zones."""
    store = access.visible().store
    with store.snapshot():
        return render_template("zones.html", **_shown(store))


def _shown(store: Store) -> dict[str, Any]:
    found, counts = _faults(store), store.zones.counts()
    settings = {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "zoneNames": url_for("layers.zone_names") if counts else "",
        "faults": url_for("zone_pages.faults") if len(found.table) else "",
        "bounds": extent(store),
        "teams": [],
    }
    return {
        "counts": {name: counts[level] for level, name in levels().items() if level in counts},
        "groups": [_group(found, kind) for kind in KINDS if found.count(kind)],
        "found": found,
        "cells": store.zones.cell_count(),
        "settings": settings,
    }


@pages.get("/data/zone-faults.geojson")
@access.needs(Action.IMPORT)
def faults() -> Response:
    """Return the faults as shapes and points; zones and checkpoints without a responsible are in the list."""
    table = _faults(access.visible().store).table
    drawn = table[~table["kind"].isin([IDLE, UNOWNED])].head(DRAWN)
    return geojson.answer(drawn, ("kind", "level", "code", "other", "name", "other_name", "area_m2"))


def _group(found: ZoneFaults, kind: str) -> dict[str, Any]:
    """Return one kind of fault with its first rows and where each is."""
    rows = found.table[found.table["kind"] == kind].head(SHOWN)
    centres = rows.geometry.representative_point()
    values = {"count": found.count(kind), "area_m2": found.area_m2(kind)}
    places = [f"{point.x:.6f},{point.y:.6f}" if point and not point.is_empty else "" for point in centres]
    return {
        "kind": kind,
        "title": say(FAULT_KINDS[kind], values),
        "count": values["count"],
        "rows": list(zip(rows.itertuples(), places, strict=True)),
        "areal": kind not in (IDLE, OUTSIDE, UNOWNED),
    }


def _faults(store: Store) -> ZoneFaults:
    """Check the zones, once for each state of zones and roster."""
    with store.snapshot():
        return _checked(store, store.zones.state(), store.checkpoints.state())


@lru_cache(maxsize=2)
def _checked(store: Store, _zones: str, _roster: str) -> ZoneFaults:
    return zone_faults(store.zones.frame(), store.checkpoints.frame())
