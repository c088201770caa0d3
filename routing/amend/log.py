"""What the log says of a change: to the planner everything, to a team what concerns its own day."""

from collections.abc import Iterator
from typing import Any

from routing.amend.changes import Late, StopClosed, StreetClosed, Takeover
from routing.amend.context import AmendmentContext
from routing.amend.quotes import Quote
from routing.problem import REASONS

Told = tuple[str, dict[str, Any]]  # a template and its values

TAKEN = "{checkpoint} is no longer on this route"
GIVEN = "{checkpoint} is now on this route"
LATE = "{team} is {minutes} minutes late on day {day}; {stops} stops remain"
OWN_LATE = "{minutes} minutes late: the times are new, {stops} stops remain"
CLOSED = "{checkpoint} is closed; {reserve} comes in for it, {metres} m away"
CLOSED_BARE = "{checkpoint} is closed; no reserve of its category is left"
STREET = "{edges} pieces of street are closed for {team} on day {day}"
OWN_STREET = "a street is closed: the way is new"
HANDED = "{team} takes {checkpoint} over from {source} on day {day}"
MOVED = "{team} takes {checkpoint} over on day {to_day} instead of day {day}"
PICKED = "{team} takes {checkpoint} on day {day}, which no route served"
DROPPED = {reason: "{checkpoint} falls out: " + text for reason, text in REASONS.items()}
TEMPLATES = (
    TAKEN,
    GIVEN,
    LATE,
    OWN_LATE,
    CLOSED,
    CLOSED_BARE,
    STREET,
    OWN_STREET,
    HANDED,
    MOVED,
    PICKED,
    *DROPPED.values(),
)
"""Every text of the log; each is a key of the translation."""


def told(context: AmendmentContext, quote: Quote) -> tuple[list[Told], list[dict[str, Any]]]:
    """Return what the planner is told, and for each route that changed its team, its day and what this team is told."""
    touched = [
        {
            "team": route.team,
            "day": route.day,
            "notes": [*_own(context, quote, number), *_lost(context, quote, route.slot)],
        }
        for number, route in enumerate(quote.routes)
    ]
    return [*_said(context, quote), *_lost(context, quote, None)], touched


def _said(context: AmendmentContext, quote: Quote) -> Iterator[Told]:
    change = quote.change
    if isinstance(change, Late):
        yield LATE, {"team": change.team, "minutes": change.minutes, "day": change.day, "stops": _left(quote, 0)}
    elif isinstance(change, StopClosed):
        yield _replaced(context, quote)
    elif isinstance(change, StreetClosed):
        yield STREET, {"edges": len(context.edges_of(change)), "team": change.team, "day": change.day}
    else:
        yield _handed(context, quote, change)


def _own(context: AmendmentContext, quote: Quote, number: int) -> Iterator[Told]:
    change = quote.change
    if isinstance(change, Late):
        yield OWN_LATE, {"minutes": change.minutes, "stops": _left(quote, number)}
    elif isinstance(change, StopClosed):
        yield _replaced(context, quote)
    elif isinstance(change, StreetClosed):
        yield OWN_STREET, {}
    else:
        yield (TAKEN if number else GIVEN), {"checkpoint": name_of(context, change.checkpoint)}


def _handed(context: AmendmentContext, quote: Quote, change: Takeover) -> Told:
    values = {"team": change.to_team, "checkpoint": name_of(context, change.checkpoint), "day": change.goal[1]}
    if len(quote.routes) == 1:
        return PICKED, values
    if change.goal[1] != change.day:
        return MOVED, {**values, "to_day": change.goal[1], "day": change.day}
    return HANDED, {**values, "source": quote.routes[1].team}


def _replaced(context: AmendmentContext, quote: Quote) -> Told:
    line = quote.replaced
    if line is None or not line.into:
        return CLOSED_BARE, {"checkpoint": name_of(context, line.out if line else "")}
    values = {"checkpoint": name_of(context, line.out), "reserve": name_of(context, line.into)}
    return CLOSED, {**values, "metres": round(line.distance_m)}


def _lost(context: AmendmentContext, quote: Quote, slot: tuple[str, int] | None) -> Iterator[Told]:
    for one in quote.dropped:
        if slot in (None, (one.team, one.day)):
            yield DROPPED[one.reason], {"checkpoint": name_of(context, one.checkpoint)}


def _left(quote: Quote, number: int) -> int:
    route = quote.routes[number]
    return int((route.stops["kind"].iloc[route.done :] == "stop").sum())


def name_of(context: AmendmentContext, checkpoint: str) -> str:
    """Name a checkpoint as people know it, with its number."""
    name = str(context.points([checkpoint])["name"].iloc[0])
    return f"{name} ({checkpoint})" if name and name != checkpoint else checkpoint
