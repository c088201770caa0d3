"""The zones page: overlaps and gaps measured on the map, who has no zone, and which zone has nobody."""

import hashlib
from functools import lru_cache
from typing import Any

import geopandas as gpd
import shapely
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
    zones = store.zones.frame()
    found = _faults(store)
    counts = zones["level"].value_counts()
    settings = {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "zoneNames": url_for("layers.zone_names") if len(zones) else "",
        "faults": url_for("zone_pages.faults") if len(found.table) else "",
        "bounds": extent(store),
        "teams": [],
    }
    return render_template(
        "zones.html",
        counts={name: int(counts[level]) for level, name in levels().items() if level in counts},
        groups=[_group(found, kind) for kind in KINDS if found.count(kind)],
        found=found,
        cells=len(store.zones.cells()),
        settings=settings,
    )


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
    zones, checkpoints = store.zones.frame(), store.checkpoints.frame()
    total = hashlib.sha256()
    for frame in (zones, checkpoints):
        for part in (frame.drop(columns="geometry").to_csv().encode(), *shapely.to_wkb(frame.geometry.to_numpy())):
            total.update(part)
    return _checked(_Frames(zones, checkpoints, total.hexdigest()))


class _Frames:
    """Zones and roster, known by their digest."""

    def __init__(self, zones: gpd.GeoDataFrame, checkpoints: gpd.GeoDataFrame, digest: str) -> None:
        self.zones, self.checkpoints, self.digest = zones, checkpoints, digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frames) and self.digest == other.digest


@lru_cache(maxsize=2)
def _checked(frames: _Frames) -> ZoneFaults:
    return zone_faults(frames.zones, frames.checkpoints)
