"""The planner's map: a round with its routes, its figures, and where it was bad."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from geo.model import Action, Level
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.figures import RoundFigures, figures_of
from webmap.findings.classes import SURFACES
from webmap.findings.pages import cell_settings
from webmap.rounds.view import chosen_day, chosen_round, map_settings, unserved_rows

pages = Blueprint("planner", __name__)


@pages.get("/map")
@access.needs(Action.PLAN)
def page() -> str:
    """Show the map of a round: the one asked for, else the newest."""
    visible = access.visible()
    rounds = visible.rounds()
    chosen = chosen_round(rounds, request.args.get("round"))
    figures = None if chosen is None else figures_of(visible, chosen)
    day = chosen_day(chosen, visible.today, request.args.get("day", type=int)) if chosen else 1
    return render_template(
        "planner.html",
        rounds=rounds,
        figures=figures,
        day=day,
        marks=figures.marks if figures else {},
        levels=_levels(),
        surfaces=SURFACES,
        unserved=unserved_rows(visible, chosen.id) if chosen else None,
        settings=_settings(visible, figures) | {"day": day},
    )


def _levels() -> dict[str, str]:
    return {
        Level.DISTRICT: _("districts"),
        Level.STREET: _("street offices"),
        Level.COMMUNITY: _("communities"),
        Level.GRID: _("grids"),
    }


def _settings(visible: VisibleCity, figures: RoundFigures | None) -> dict[str, Any]:
    """Return the page's script what it needs to draw: addresses, extent, teams. What is empty has no layer."""
    visited = figures is not None and figures.visits_ever
    return map_settings(visible, figures) | (cell_settings() if visited else {"cells": ""})
