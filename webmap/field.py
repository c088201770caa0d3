"""A team's own page: its route of today, stop after stop, and what to check at each. A phone comes first."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
from flask import Blueprint, render_template, request, url_for

from geo.catalogue import Item
from geo.model import Role, Round
from webmap import access, tiles
from webmap.extent import CHINA, bounds_of
from webmap.formats import category_name
from webmap.sight import Sight
from webmap.stop_rows import stop_rows

pages = Blueprint("field", __name__)


@dataclass(frozen=True, slots=True)
class Leg:
    """A round that is out today, with the team's part of it."""

    round: Round
    routes: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    trial: bool  # drawn without a commitment


@pages.get("/field")
@access.require(Role.TEAM)
def page() -> str:
    """Show the team's route of today."""
    sight = access.sight()
    legs = _legs(sight)
    asked = request.args.get("round")
    leg = next((one for one in legs if one.round.id == asked), legs[0] if legs else None)
    return render_template(
        "field.html",
        today=sight.today,
        legs=legs,
        leg=leg,
        rows=_rows(sight, leg),
        asked=sight.store.questionnaires(leg.round.id).to_dict() if leg else {},
        settings=_settings(sight, leg),
    )


def items_of(category: str, edition: str) -> tuple[Item, ...]:
    """Give what is looked at in a category, by the edition that the round was made under."""
    known = access.city().catalogue(edition).categories.get(category)
    return known.items if known else ()


def _legs(sight: Sight) -> list[Leg]:
    legs = [Leg(one, sight.routes(one.id), sight.stops(one.id), _trial(sight, one)) for one in sight.rounds()]
    return [leg for leg in legs if len(leg.stops)]


def _trial(sight: Sight, one: Round) -> bool:
    draw = sight.store.drawn(one.id)
    return draw is not None and draw.trial


def _rows(sight: Sight, leg: Leg | None) -> list[Any]:
    if leg is None:
        return []
    roster = sight.checkpoints()
    named = stop_rows(leg.stops, roster, zone=sight.today.zone, category=category_name)
    details = roster[["address", "unit", "category"]].rename(columns={"category": "code"})
    rows = named.join(details, on="checkpoint")
    rows[["address", "unit", "code"]] = rows[["address", "unit", "code"]].fillna("")
    return list(rows.rename(columns={"from": "arrives", "to": "leaves"}).itertuples())


def _settings(sight: Sight, leg: Leg | None) -> dict[str, Any]:
    settings: dict[str, Any] = {"streets": tiles.street_address(sight.store), "bounds": CHINA, "own": True, "teams": []}
    if leg is not None:
        settings["bounds"] = bounds_of(leg.routes)
        settings["routes"] = url_for("layers.routes", round_id=leg.round.id)
        settings["stops"] = url_for("layers.stops", round_id=leg.round.id)
    elif settings["streets"]:
        settings["bounds"] = bounds_of(sight.store.streets())
    return settings
