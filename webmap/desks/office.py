"""A street office's own page: its zone, its checkpoints, and what was found there. Never a route."""

from typing import Any

import pandas as pd
from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from geo.model import Role
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.extent import bounds_of
from webmap.formats import catalogue_of_app, category_name
from webmap.language.spoken import spoken
from webmap.maps import tiles

pages = Blueprint("office", __name__)

SHOWN = 60


@pages.get("/street")
@access.require(Role.STREET)
def page() -> str:
    """Show the zone with its checkpoints and problems."""
    visible = access.visible()
    zones, roster, found = visible.zones(), visible.checkpoints(), visible.deductions()
    counts = roster["category"].map(category_name).value_counts()
    return render_template(
        "office.html",
        zone=zones.loc[visible.zone()],
        checkpoints=len(roster),
        visits=len(visible.visits()),
        points=float(found["points"].sum()),
        found=len(found),
        problems=_problems(found, roster),
        counts=counts,
        settings=_settings(visible),
    )


def item_name(code: str) -> str:
    """Name an item of the catalogue in the language of this request; the free text of an old record stays as it is."""
    item = catalogue_of_app().item(code)
    return item.name(spoken()) if item else code


def _problems(found: pd.DataFrame, roster: pd.DataFrame) -> list[Any]:
    newest = found.sort_values(["arrived_at", "points"], ascending=False).head(SHOWN)
    named = newest.assign(
        place=newest["checkpoint"].map(roster["name"]).fillna(_("retired checkpoint")),
        kind=newest["category"].map(category_name),
        item=newest["item"].map(item_name),
    )
    return list(named.itertuples())


def _settings(visible: VisibleCity) -> dict[str, Any]:
    zones = visible.zones()
    return {
        "streets": tiles.street_address(visible.store),
        "ownZones": url_for("layers.zones"),
        "ownZone": visible.zone(),
        "bounds": bounds_of(zones.loc[[visible.zone()]]),
        "checkpoints": url_for("layers.checkpoints"),
        "problems": url_for("layers.problems"),
        "teams": [],
    }
