"""The planner's map: a round with its routes, its figures, and where it was bad."""

import dataclasses
from typing import Any

import pandas as pd
from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from geo.errors import NotFoundError
from geo.model import Level, Role, Round
from webmap import access, tiles
from webmap.clock import Today
from webmap.extent import extent
from webmap.figures import Figures, figures_of
from webmap.formats import category_name
from webmap.heat import BREAKS, CLASSES, FEW_VISITS
from webmap.sight import Sight

pages = Blueprint("planner", __name__)

UNSERVED_SHOWN = 200


@pages.get("/map")
@access.require(Role.PLANNER)
def page() -> str:
    """Show the map of a round: the one asked for, else the newest."""
    sight = access.sight()
    rounds = sight.rounds()
    chosen = _chosen(rounds, request.args.get("round"))
    figures = None if chosen is None else figures_of(sight, chosen)
    day = _day(figures, sight.today, request.args.get("day", type=int))
    return render_template(
        "planner.html",
        rounds=rounds,
        figures=figures,
        day=day,
        marks=figures.marks if figures else {},
        levels=_levels(),
        heat_classes=CLASSES,
        few_visits=FEW_VISITS,
        unserved=_unserved(sight, chosen),
        settings=_settings(sight, figures) | {"day": day},
    )


def _chosen(rounds: list[Round], asked: str | None) -> Round | None:
    if not asked:
        return rounds[0] if rounds else None
    for one in rounds:
        if one.id == asked:
            return one
    raise NotFoundError("there is no round {round}: choose one of the list", round=asked)


def _day(figures: Figures | None, today: Today, asked: int | None) -> int:
    if figures is None:
        return 1
    wanted = asked if asked is not None else (today.date - figures.round.start).days + 1
    return wanted if wanted in figures.days or wanted == asked == 0 else 1


def _levels() -> dict[str, str]:
    return {
        Level.DISTRICT: _("districts"),
        Level.STREET: _("street offices"),
        Level.COMMUNITY: _("communities"),
        Level.GRID: _("grids"),
    }


def _unserved(sight: Sight, chosen: Round | None) -> pd.DataFrame | None:
    """Give the unserved stops with the names of their checkpoints, the first two hundred."""
    if chosen is None:
        return None
    listed = sight.unserved(chosen.id)
    if listed.empty:
        return None
    roster = sight.checkpoints()[["name", "category"]].reindex(listed.index)
    named = listed.assign(name=roster["name"].fillna(""), category=roster["category"].fillna("").map(category_name))
    return named.reset_index().head(UNSERVED_SHOWN)


def _settings(sight: Sight, figures: Figures | None) -> dict[str, Any]:
    """Give the page's script what it needs to draw: addresses, extent, teams. What is empty has no layer."""
    store = sight.store
    settings: dict[str, Any] = {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "zoneNames": url_for("layers.zone_names"),
        "bounds": extent(store),
        "checkpoints": url_for("layers.checkpoints"),
        "heat": "",
        "heatBreaks": BREAKS,
        "few": FEW_VISITS,
        "teams": [],
    }
    if figures is None:
        return settings
    settings["round"] = figures.round.id
    if figures.visits_ever:
        settings["heat"] = url_for("layers.heat")
        settings["roundHeat"] = url_for("layers.heat", round=figures.round.id)
    if figures.team_days:
        settings["teams"] = [dataclasses.asdict(mark) for mark in figures.marks.values()]
        settings["routes"] = url_for("layers.routes", round_id=figures.round.id)
        settings["stops"] = url_for("layers.stops", round_id=figures.round.id)
    return settings
