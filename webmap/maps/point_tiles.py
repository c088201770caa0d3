"""Vector tiles of the checkpoints that an account may see: each where they are few, counted where they are many."""

import hashlib
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request, url_for

from geo.model import Action
from webmap.accounts import access
from webmap.formats import catalogue_of_app, category_name
from webmap.language.spoken import spoken
from webmap.maps.kept_tiles import KeptTiles
from webmap.maps.vector_tile import MIME, TileAddress, TilePoint, point_tile

pages = Blueprint("point_tiles", __name__, url_prefix="/tiles")

FORMAT = 1  # raised when the tiles of the same roster change, so that no browser keeps old ones
LAYER = "checkpoints"
MOST = 600  # of a tile, shown one by one
CELLS = 12  # across a tile, otherwise: 43 px, which is as wide as a mark with its number
SHOWN = ("name", "address", "unit")


def init_app(app: Flask) -> None:
    """Set up the room that the application has for tiles."""
    app.extensions["xundian_tiles"] = KeptTiles()


def checkpoint_address() -> str:
    """Return the address of the checkpoints' tiles, with places for zoom, column and row."""
    made = url_for("point_tiles.checkpoints", zoom=0, column=0, row=0)
    return made.replace("/0/0/0.", "/{z}/{x}/{y}.")


@pages.get("/checkpoints/<int:zoom>/<int:column>/<int:row>.mvt")
@access.needs(Action.SEE_CHECKPOINTS)
def checkpoints(zoom: int, column: int, row: int) -> Response:
    """Return a tile of the roster, or of the part of it that the account may see."""
    address = TileAddress(zoom, column, row)
    kept = f"{FORMAT} {access.visible().roster_state()} {catalogue_of_app().edition} {spoken()} {address}"
    etag = hashlib.sha256(kept.encode()).hexdigest()[:32]
    if request.if_none_match.contains(etag):
        answer = Response(status=304)
    else:
        answer = Response(_kept().get(etag, lambda: tile(address)), mimetype=MIME)
    answer.set_etag(etag)
    # A phone is shared: its browser may keep a tile, but asks each time whether this account may still see it.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def tile(address: TileAddress) -> bytes:
    """Write a tile of what the account of this request may see."""
    found = access.visible().look(address.box, most=MOST, cells=CELLS)
    frame = found.alone
    places, shown = (frame.geometry.x, frame.geometry.y), [frame[name] for name in ("category", *SHOWN)]
    columns = zip(frame.index, *places, *shown, strict=True)
    points = [
        TilePoint(lon, lat, {"id": id_, "category": category_name(category), **dict(zip(SHOWN, texts, strict=True))})
        for id_, lon, lat, category, *texts in columns
    ]
    points += [TilePoint(crowd.lon, crowd.lat, {"count": crowd.count}) for crowd in found.crowds]
    return point_tile(address, LAYER, points)


def _kept() -> KeptTiles:
    return cast("KeptTiles", current_app.extensions["xundian_tiles"])
