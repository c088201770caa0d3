"""The statistics map of a planner: where it is bad, how sure that is, and what was found there."""

import math
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _

from geo.catalogue import Catalogue
from geo.errors import InputError
from geo.model import Action
from geo.results import RADII_M, item_names, zone_names
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.extent import extent
from webmap.findings import arrays, charts
from webmap.findings.answers import FoundLater
from webmap.findings.card import card, pictures
from webmap.findings.choice import Choice
from webmap.findings.classes import SURFACES
from webmap.findings.records import Records
from webmap.findings.work import BANDWIDTH_M, CELL_M, ChoiceResult, desk
from webmap.formats import catalogue_of_app, category_name, every_edition
from webmap.language.spoken import spoken, translate_error
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
    records = desk().records(visible)
    answer = desk().ask(visible, choice, wait_s=PATIENCE_S)
    surface = request.args.get("surface", "rate")
    return render_template(
        "findings.html",
        choice=choice,
        surface=surface if surface in (*SURFACES, "none") else "rate",
        outlined=request.args.get("outlines") != "0",
        surfaces=SURFACES,
        bandwidth_m=BANDWIDTH_M,
        options=_options(visible, records),
        settings=settings(visible) | {"at": request.args.get("at", ""), "page": url_for("findings.page")},
        **_said(answer, records, choice),
        **_card(visible, answer, choice),
    )


@pages.get("/data/hotspots/panel")
@access.needs(Action.EVALUATE)
def panel() -> Response:
    """Return what stands beside the map of a choice: months, places, charts."""
    visible, choice = access.visible(), Choice.of(request.args)
    answer = desk().ask(visible, choice, wait_s=PATIENCE_S)
    if not answer.finished:
        return _not_yet(answer)
    records = desk().records(visible)
    return make_response(render_template("findings_panel.html", choice=choice, **_said(answer, records, choice)))


@pages.get("/data/hotspots/cells")
@access.needs(Action.EVALUATE)
def cells() -> Response:
    """Return the cells of a choice as bytes; see :func:`webmap.findings.arrays.packed`."""
    answer = desk().ask(access.visible(), Choice.of(request.args), wait_s=PATIENCE_S)
    if not answer.finished:
        return _not_yet(answer)
    packed = Response(arrays.packed(answer.result()), mimetype="application/octet-stream")
    packed.headers["Content-Encoding"] = "gzip"
    return packed


@pages.get("/data/hotspots/cells.geojson")
@access.needs(Action.EVALUATE)
def shapes() -> Response:
    """Return the cells of a part of the map as GeoJSON."""
    answer = desk().ask(access.visible(), Choice.of(request.args), wait_s=LONG_S)
    west, south, east, north = _numbers("bbox", BOUNDS)
    return geojson.answer(arrays.shapes(answer.result(), (west, south, east, north)), arrays.SHAPE_COLUMNS)


@pages.get("/data/hotspots/cell")
@access.needs(Action.EVALUATE)
def cell() -> Response:
    """Return the card of the cell at a place."""
    visible, choice = access.visible(), Choice.of(request.args)
    answer = desk().ask(visible, choice, wait_s=LONG_S)
    return make_response(render_template("findings_cell.html", choice=choice, **_card(visible, answer, choice)))


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


def _not_yet(answer: FoundLater[ChoiceResult]) -> Response:
    said = jsonify(stage=_(answer.stage) if answer.stage else "", done=answer.done, total=answer.total)
    said.status_code = HTTPStatus.ACCEPTED
    return said


def _said(answer: FoundLater[ChoiceResult], records: Records, choice: Choice) -> dict[str, Any]:
    """Return what the panel says; without the findings as long as they are being worked out."""
    streets = zone_names(records.visits["street_code"].drop_duplicates(), records.zones)
    named = dict(zip(records.visits["street_code"].drop_duplicates(), streets, strict=True))
    of_categories = records.of(choice.without("category", "item")).visits
    of_streets = records.of(choice.without("street")).visits
    found = answer.found
    return {
        "months": records.of(choice.without("month")).months,
        "first": not len(records.visits),
        "working": not answer.finished,
        "trouble": "" if answer.error is None else translate_error(answer.error),
        "found": found,
        "places": charts.places(found) if found and found.raster else None,
        "items": charts.items(records.of(choice.without("item")).deductions),
        "by_category": charts.chart(of_categories, "category", category_name),
        "by_street": charts.chart(of_streets, "street_code", lambda code: named.get(code, code)),
        "street_name": named.get(choice.street, choice.street),
        "wide": charts.WIDE,
    }


def _card(visible: VisibleCity, answer: FoundLater[ChoiceResult], choice: Choice) -> dict[str, Any]:
    """Return the card of the cell that the address names, with the class in time that all months give it."""
    if not request.args.get("at") or answer.found is None:
        return {"card": None, "in_time": "", "photos": {}}
    lon, lat = _numbers("at", 2)
    found, roster = answer.result(), visible.checkpoints()
    kept = card(found, lon, lat, roster)
    always = kept
    if choice.month:
        always = card(desk().ask(visible, choice.without("month"), wait_s=LONG_S).result(), lon, lat, roster)
    in_time = "" if always is None or always.numbers is None else str(always.numbers["class"])
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


def _options(visible: VisibleCity, records: Records) -> dict[str, Any]:
    """Return what can be chosen: only what some visit has."""
    visits, known = records.visits, catalogue_of_app()
    seen = set(visits["category"])
    streets = visits["street_code"][visits["street_code"] != ""].drop_duplicates().sort_values()
    rounds = [one for one in visible.rounds() if one.id in set(visits["round_id"])]
    return {
        "categories": [(code, category_name(code)) for code in _in_order(seen, known)],
        "items": _by_category(set(records.deductions["item"]), known),
        "streets": list(zip(streets, zone_names(streets, records.zones), strict=True)),
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
