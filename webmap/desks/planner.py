"""The planner's map: a round with its routes, its figures, and where it was bad."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from geo.model import Action, Level
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.figures import figures_of, found_of
from webmap.findings.classes import SURFACES
from webmap.findings.pages import cell_settings
from webmap.rounds.view import chosen_day, chosen_round, map_settings, unserved_rows

pages = Blueprint("planner", __name__)


@pages.get("/map")
@access.needs(Action.PLAN)
def page() -> str:
    """Show the map of a round: the one asked for, else the newest."""
    visible = access.visible()
    with visible.store.snapshot():
        return render_template("planner.html", **_shown(visible))


def _shown(visible: VisibleCity) -> dict[str, Any]:
    store, rounds = visible.store, visible.rounds()
    chosen = chosen_round(rounds, request.args.get("round"))
    figures = None if chosen is None else figures_of(store, chosen)
    found = None if chosen is None else found_of(store, chosen.id)
    day = chosen_day(chosen, visible.today, request.args.get("day", type=int)) if chosen else 1
    # What is empty has no layer.
    cells = cell_settings() if found and found.visits_ever else {"cells": ""}
    return {
        "rounds": rounds,
        "figures": figures,
        "found": found,
        "day": day,
        "marks": figures.marks if figures else {},
        "levels": _levels(),
        "surfaces": SURFACES,
        "unserved": unserved_rows(store, chosen.id) if chosen else None,
        "settings": map_settings(store, figures) | cells | {"day": day},
    }


def _levels() -> dict[str, str]:
    return {
        Level.DISTRICT: _("districts"),
        Level.STREET: _("street offices"),
        Level.COMMUNITY: _("communities"),
        Level.GRID: _("grids"),
    }
