"""What the page of a round shows: which round and day, who stands in the timeline, what is not served, one stop."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import url_for

from geo.errors import NotFoundError
from geo.model import Round
from webmap import tiles
from webmap.clock import Today, zone_of
from webmap.extent import extent
from webmap.figures import Figures
from webmap.formats import category_name
from webmap.rounds.timeline import Block, Timeline, hours_of, timeline
from webmap.sight import Sight

UNSERVED_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Place:
    """What people want to read of a checkpoint."""

    id: str
    name: str
    category: str
    address: str
    hours: str  # as the roster or the catalogue has them; empty: always open


@dataclass(frozen=True, slots=True)
class Chosen:
    """One stop of a plan, or one that the plan leaves out."""

    place: Place
    day: int
    team: str  # empty: no route serves it
    block: Block | None
    reason: str  # why no route serves it, as the plan keeps it
    remedy: str


def chosen_round(rounds: list[Round], asked: str | None) -> Round | None:
    """Give the round that is asked for, else the newest, None when there is none.

    Raises
    ------
    NotFoundError
        When the one asked for does not exist.
    """
    if not asked:
        return rounds[0] if rounds else None
    for one in rounds:
        if one.id == asked:
            return one
    raise NotFoundError("there is no round {round}: choose one of the list", round=asked)


def chosen_day(round_: Round, today: Today, asked: int | None) -> int:
    """Give the day that is asked for, 0 for all of them; else today's, else the first."""
    wanted = asked if asked is not None else (today.date - round_.start).days + 1
    return wanted if 1 <= wanted <= round_.days or wanted == asked == 0 else 1


def unserved_rows(sight: Sight, round_id: str) -> pd.DataFrame:
    """Give the unserved stops with the names of their checkpoints, the first two hundred."""
    listed = sight.unserved(round_id)
    roster = sight.checkpoints()[["name", "category"]].reindex(listed.index)
    names, kinds = roster["name"].fillna(""), roster["category"].fillna("").map(category_name)
    return listed.assign(name=names, category=kinds).reset_index().head(UNSERVED_SHOWN)


def places(sight: Sight, round_: Round, wanted: Iterable[str]) -> dict[str, Place]:
    """Give what people want to read of checkpoints."""
    roster = sight.store.checkpoints(include_retired=True)
    hours = hours_of(roster, sight.store.catalogue(round_.edition).categories)
    rows: Any = roster.loc[roster.index.isin(list(wanted))].itertuples()
    return {
        row.Index: Place(row.Index, row.name, category_name(row.category), row.address, hours(row.Index))
        for row in rows
    }


def timeline_of(sight: Sight, figures: Figures, day: int) -> Timeline:
    """Lay out a day of a round, or with day 0 all of them: every team that works has a row."""
    round_, store = figures.round, sight.store
    roster = store.checkpoints(include_retired=True)
    hours = hours_of(roster, store.catalogue(round_.edition).categories)
    days = [day] if day else figures.days
    teams = [*figures.every_team[: round_.teams], *figures.teams]
    return timeline(sight.stops(round_.id), round_, teams, days, zone=zone_of(store), hours=hours)


def chosen_stop(sight: Sight, figures: Figures, checkpoint: str) -> Chosen | None:
    """Give one stop of a round, or None when it was not drawn for it."""
    round_, stops = figures.round, sight.stops(figures.round.id)
    own = stops[stops["checkpoint"] == checkpoint]
    left = sight.unserved(round_.id)
    place = places(sight, round_, [checkpoint]).get(checkpoint)
    if place is None or (own.empty and checkpoint not in left.index):
        return None
    if own.empty:
        line: Any = left.loc[checkpoint]
        return Chosen(place, int(line["day"]), "", None, line["reason"], line["remedy"])
    team, day = own["team"].iloc[0], int(own["day"].iloc[0])
    hours = {checkpoint: place.hours}
    part = stops[(stops["team"] == team) & (stops["day"] == day)]
    shown = timeline(part, round_, [], [day], zone=zone_of(sight.store), hours=lambda one: hours.get(one, ""))
    block = next(one for one in shown.rows[0].stops if one.checkpoint == checkpoint)
    return Chosen(place, day, team, block, "", "")


def map_settings(sight: Sight, figures: Figures | None) -> dict[str, Any]:
    """Give what a script needs to draw the city and the routes of a round; what is empty has no layer."""
    store = sight.store
    settings: dict[str, Any] = {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "zoneNames": url_for("layers.zone_names"),
        "bounds": extent(store),
        "checkpoints": url_for("layers.checkpoints"),
        "teams": [],
    }
    if figures is not None:
        settings["round"] = figures.round.id
        if figures.team_days:
            settings["teams"] = [dataclasses.asdict(mark) for mark in figures.marks.values()]
            settings["routes"] = url_for("layers.routes", round_id=figures.round.id)
            settings["stops"] = url_for("layers.stops", round_id=figures.round.id)
    return settings
