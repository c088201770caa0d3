"""Moving a stop to another team or day: what it would cost, said before anything is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo import clock
from routing.amend import AmendedRoute, Quote, Takeover, quote
from webmap.accounts.visibility import VisibleCity
from webmap.formats import clock as hours_and_minutes
from webmap.language.spoken import say
from webmap.rounds.view import Chosen
from webmap.team_marks import team_name

TEAMS = ("team", "teams", "source")  # values of a refusal that name teams


@dataclass(frozen=True, slots=True)
class Side:
    """One of the routes that a move would change."""

    team: str
    day: int
    extra_s: int  # travel
    back: str  # when the team's day is over; empty where nothing is left of it
    open_end: bool  # it ends at the last stop, not at the base


@dataclass(frozen=True, slots=True)
class Proposal:
    """A move that a planner considers."""

    checkpoint: str
    day: int
    to_team: str
    to_day: int
    possible: bool
    refusal: str  # why not, in the language of the page
    extra_s: int
    arrives: str
    leaves: str
    number: int  # among the stops of its new day
    sides: tuple[Side, ...]
    revision: int

    @property
    def minutes(self) -> int:
        """Return the extra travel in whole minutes."""
        return round(self.extra_s / 60)


def proposal(visible: VisibleCity, round_id: str, chosen: Chosen, to_team: str, to_day: int) -> Proposal:
    """Say what it would cost to give a stop to a team on a day.

    Raises
    ------
    NotFoundError
        When there is no such team or day.
    """
    change = Takeover(chosen.place.id, chosen.day, to_team, to_day)
    found = quote(visible.store, round_id, change, now=clock.now(visible.store))
    arrives, leaves, number = _visit(found, chosen.place.id)
    return Proposal(
        checkpoint=chosen.place.id,
        day=chosen.day,
        to_team=to_team,
        to_day=to_day,
        possible=found.possible,
        refusal=_refusal(found, chosen),
        extra_s=found.extra_travel_s,
        arrives=arrives,
        leaves=leaves,
        number=number,
        sides=tuple(_side(route) for route in found.routes),
        revision=found.revision,
    )


def _visit(found: Quote, checkpoint: str) -> tuple[str, str, int]:
    for route in found.routes:
        stops = route.stops[route.stops["kind"] == "stop"]
        at = stops["checkpoint"].tolist().index(checkpoint) if checkpoint in set(stops["checkpoint"]) else None
        if at is not None:
            row = stops.iloc[at]
            return hours_and_minutes(row["arrive"]), hours_and_minutes(row["depart"]), at + 1
    return "", "", 0


def _side(route: AmendedRoute) -> Side:
    back = "" if route.back is None else hours_and_minutes(route.back)
    return Side(route.team, route.day, route.travel_s - route.before_s, back, route.open_end)


def _refusal(found: Quote, chosen: Chosen) -> str:
    if found.reason is None:
        return ""
    named = chosen.place.name or chosen.place.id
    return found.reason.text(lambda template, values: say(template, _named(values, chosen.place.id, named)))


def _named(values: Mapping[str, Any], checkpoint: str, name: str) -> dict[str, Any]:
    """Name teams and the stop as the page does."""
    named = {
        key: ", ".join(map(team_name, str(value).split(", "))) if key in TEAMS else value
        for key, value in values.items()
    }
    return named | ({"checkpoint": name} if named.get("checkpoint") == checkpoint else {})
