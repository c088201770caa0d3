"""The own page of a street office or a responsible unit: its checkpoints, and what was found there. Never a route."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from geo.model import Action, Role
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.extent import CHINA, bounds_of
from webmap.formats import catalogue_of_app, category_name
from webmap.language.spoken import spoken
from webmap.maps import point_tiles, tiles

pages = Blueprint("office", __name__)

SHOWN = 60


@pages.get("/street")
@access.needs(Action.OPEN_OFFICE)
def page() -> str:
    """Show a zone's or a unit's checkpoints and problems."""
    visible = access.visible()
    counts, sums = visible.checkpoint_counts(), visible.found_sums()
    zones = visible.zones() if visible.user.role is Role.STREET else None
    return render_template(
        "office.html",
        zone=None if zones is None else zones.loc[visible.zone()],
        checkpoints=sum(counts.values()),
        visits=sums.visits,
        points=sums.points,
        found=sums.deductions,
        problems=_problems(visible.newest_deductions(SHOWN)),
        counts=_by_name(counts),
        settings=_settings(visible, zones),
    )


def item_name(code: str) -> str:
    """Name an item of the catalogue in the language of this request; the free text of an old record stays as it is."""
    item = catalogue_of_app().item(code)
    return item.name(spoken()) if item else code


def _problems(newest: pd.DataFrame) -> list[Any]:
    named = newest.assign(
        place=newest["name"].fillna(_("retired checkpoint")),
        kind=newest["category"].map(category_name),
        item=newest["item"].map(item_name),
    )
    return list(named.itertuples())


def _by_name(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts by the names of the categories, the highest first."""
    return {category_name(code): counts[code] for code in sorted(counts, key=lambda code: (-counts[code], code))}


def _settings(visible: VisibleCity, zones: gpd.GeoDataFrame | None) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "streets": tiles.street_address(visible),
        "checkpoints": point_tiles.checkpoint_address(),
        "problems": url_for("layers.problems"),
        "teams": [],
    }
    if zones is None:
        roster = visible.checkpoints()
        return settings | {"bounds": bounds_of(roster) if len(roster) else CHINA}
    own = visible.zone()
    return settings | {"ownZones": url_for("layers.zones"), "ownZone": own, "bounds": bounds_of(zones.loc[[own]])}
