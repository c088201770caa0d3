"""The statistics map of a planner: where it is bad, how sure that is, and what was found there."""

import math
from http import HTTPStatus
from typing import Any

import pandas as pd
from flask import Blueprint, Response, g, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _

from geo.catalogue import Catalogue
from geo.errors import InputError, StoreError
from geo.model import Action
from geo.results import RADII_M, item_names, zone_names
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.extent import extent
from webmap.findings import arrays, charts
from webmap.findings.card import card, class_at, pictures
from webmap.findings.choice import Choice
from webmap.findings.classes import SURFACES
from webmap.findings.desk import AskedChoice, desk
from webmap.findings.kept import KeptFinding
from webmap.findings.work import BANDWIDTH_M, CELL_M
from webmap.formats import catalogue_of_app, category_name, every_edition
from webmap.language.spoken import spoken
from webmap.maps import geojson, tiles

pages = Blueprint("findings", __name__)

PATIENCE_S = 1.2  # then a page says how far the work is
LONG_S = 60.0
BOUNDS = 4


@pages.get("/hotspots")
@access.needs(Action.EVALUATE)
def page() -> str:
    """Show the statistics map of a choice, with what is known by now."""
    visible = access.visible()
    choice = Choice.of(request.args)
    asked = _asked(visible, choice, PATIENCE_S)
    surface = request.args.get("surface", "rate")
    return render_template(
        "findings.html",
        choice=choice,
        surface=surface if surface in (*SURFACES, "none") else "rate",
        outlined=request.args.get("outlines") != "0",
        surfaces=SURFACES,
        bandwidth_m=BANDWIDTH_M,
        options=_options(visible),
        settings=settings(visible) | {"at": request.args.get("at", ""), "page": url_for("findings.page")},
        **_said(visible, asked, choice),
        **_card(visible, asked, choice),
    )


@pages.get("/data/hotspots/panel")
@access.needs(Action.EVALUATE)
def panel() -> Response:
    """Return what stands beside the map of a choice: months, places, charts."""
    visible, choice = access.visible(), Choice.of(request.args)
    asked = _asked(visible, choice, PATIENCE_S)
    if not asked.finished:
        return _not_yet(asked)
    return make_response(render_template("findings_panel.html", choice=choice, **_said(visible, asked, choice)))


@pages.get("/data/hotspots/cells")
@access.needs(Action.EVALUATE)
def cells() -> Response:
    """Return the cells of a choice as bytes; see :func:`webmap.findings.arrays.packed`."""
    asked = _asked(access.visible(), Choice.of(request.args), PATIENCE_S)
    if not asked.finished:
        return _not_yet(asked)
    answer = Response(arrays.packed(_found(asked)), mimetype="application/octet-stream")
    answer.headers["Content-Encoding"] = "gzip"
    return answer


@pages.get("/data/hotspots/cells.geojson")
@access.needs(Action.EVALUATE)
def shapes() -> Response:
    """Return the cells of a part of the map as GeoJSON."""
    west, south, east, north = _numbers("bbox", BOUNDS)
    asked = _asked(access.visible(), Choice.of(request.args), LONG_S)
    if not asked.finished:
        return _not_yet(asked)
    return geojson.answer(arrays.shapes(_found(asked), (west, south, east, north)), arrays.SHAPE_COLUMNS)


@pages.get("/data/hotspots/cell")
@access.needs(Action.EVALUATE)
def cell() -> Response:
    """Return the card of the cell at a place."""
    visible, choice = access.visible(), Choice.of(request.args)
    asked = _asked(visible, choice, LONG_S)
    if not asked.finished:
        return _not_yet(asked)
    return make_response(render_template("findings_cell.html", choice=choice, **_card(visible, asked, choice)))


def settings(visible: VisibleCity) -> dict[str, Any]:
    """Return what a script needs to draw the cells on a map of the city."""
    store = visible.store
    return {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "zoneNames": url_for("layers.zone_names"),
        "bounds": extent(store),
        "teams": [],
    } | cell_settings()


def cell_settings() -> dict[str, Any]:
    """Return where the cells come from, and the palettes of their surfaces."""
    return {
        "cells": url_for("findings.cells"),
        "cellShapes": url_for("findings.shapes"),
        "cellCard": url_for("findings.cell"),
        "panel": url_for("findings.panel"),
        "surfaces": [[name, surface.palette] for name, surface in SURFACES.items()],  # in the order of their bytes
    }


def _asked(visible: VisibleCity, choice: Choice, wait_s: float) -> AskedChoice:
    return desk().ask(visible.store, choice, visible.user.name, wait_s=wait_s)


def _found(asked: AskedChoice) -> KeptFinding:
    if asked.found is None:
        raise StoreError("the findings could not be worked out: try again")
    return asked.found


def _not_yet(asked: AskedChoice) -> Response:
    answer = jsonify(stage=asked.stage, done=asked.done, total=asked.total)
    answer.status_code = HTTPStatus.ACCEPTED
    return answer


def _said(visible: VisibleCity, asked: AskedChoice, choice: Choice) -> dict[str, Any]:
    """Return what the panel says; without the findings as long as they are being worked out."""
    seen = desk().seen(visible.store)
    names = dict(zip(seen.streets, zone_names(pd.Series(seen.streets, dtype="str"), visible.zones()), strict=True))
    said: dict[str, Any] = {
        "first": not seen.categories,
        "working": not asked.finished,
        "trouble": asked.trouble,
        "as_of": f"{asked.as_of.astimezone(visible.today.zone):%Y-%m-%d %H:%M}" if asked.as_of else "",
        "found": asked.found,
        "street_name": names.get(choice.street, choice.street),
        "wide": charts.WIDE,
    }
    if asked.found is None:
        return said | {"months": pd.Series(dtype="int64")}
    known = asked.found.panel
    return said | {
        "months": known.months,
        "places": known.places,
        "items": known.items,
        "by_category": charts.named(known.by_category, category_name),
        "by_street": charts.named(known.by_street, lambda code: names.get(code, code)),
    }


def _card(visible: VisibleCity, asked: AskedChoice, choice: Choice) -> dict[str, Any]:
    """Return the card of the cell that the address names, with the class in time that all months give it."""
    if not request.args.get("at") or asked.found is None:
        return {"card": None, "in_time": "", "photos": {}}
    lon, lat = _numbers("at", 2)
    kept = card(visible.store, asked.found, (lon, lat), choice)
    always: KeptFinding | None = asked.found
    if choice.month:
        always = _asked(visible, choice.without("month"), PATIENCE_S).found
    in_time = "" if always is None else class_at(always, lon, lat)
    photos = {} if kept is None else pictures(visible.photos(kept.problems.index))
    return {"card": kept, "in_time": class_names().get(in_time, ""), "photos": photos}


def _numbers(name: str, count: int) -> list[float]:
    """Read numbers with commas between them from the address."""
    text = request.args.get(name, "")
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != count or not all(map(math.isfinite, values)):
        raise InputError("{field} is {value!r}: give {count} numbers of degrees", field=name, value=text, count=count)
    return values


def class_names() -> dict[str, str]:
    """Name the classes in time, in the language of this request."""
    return {
        "new": _("new: hot in its last month only"),
        "intensifying": _("intensifying: hot nearly always, and rising"),
        "persistent": _("persistent: hot nearly always"),
        "diminishing": _("diminishing: hot nearly always, and falling"),
        "sporadic": _("sporadic: hot now and then"),
        "former": _("former: was hot, is not any more"),
    }


@pages.app_template_filter("item")
def item_name(code: str) -> str:
    """Name an item in the language of this request, by the newest edition of the catalogue that knows it."""
    if "editions" not in g:
        g.editions = every_edition()
    known = next((edition for edition in g.editions if edition.item(code)), None)
    return code if known is None else item_names([code], known, spoken())[0]


def _options(visible: VisibleCity) -> dict[str, Any]:
    """Return what can be chosen: only what some visit has."""
    seen, known = desk().seen(visible.store), catalogue_of_app()
    rounds = [one for one in visible.rounds() if one.id in seen.rounds]
    streets = pd.Series(seen.streets, dtype="str")
    return {
        "categories": [(code, category_name(code)) for code in _in_order(set(seen.categories), known)],
        "items": _by_category(set(seen.items), known),
        "streets": list(zip(streets, zone_names(streets, visible.zones()), strict=True)),
        "campaigns": [one for one in rounds if one.campaign],
        "rounds": [one for one in rounds if not one.campaign],
        "radii": [f"{one:.0f}" for one in RADII_M],
        "cell_m": CELL_M,
    }


def _in_order(codes: set[str], known: Catalogue) -> list[str]:
    return [*(code for code in known.categories if code in codes), *sorted(codes - set(known.categories))]


def _by_category(codes: set[str], known: Catalogue) -> list[tuple[str, list[tuple[str, str]]]]:
    """Group items under the name of their category, those of no category last."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code in sorted(codes):
        head = code.partition(".")[0]
        groups.setdefault(head if head in known.categories else "", []).append((code, item_name(code)))
    return [(category_name(head) if head else "", groups[head]) for head in [*known.categories, ""] if head in groups]
