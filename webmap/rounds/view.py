"""What the page of a round shows: which round and day, who stands in the timeline, what is not served, one stop."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from flask import url_for

from geo.clock import Today, zone_of
from geo.errors import NotFoundError
from geo.model import Round, Team
from geo.store import Store
from geo.store.plans import TeamDay
from routing.problem import Window
from webmap.extent import extent
from webmap.figures import RoundFigures
from webmap.formats import category_name
from webmap.maps import point_tiles, tiles
from webmap.rounds.timeline import Timeline, TimelineBlock, hours_of, timeline
from webmap.team_marks import TeamMark, team_marks

UNSERVED_SHOWN = 200


@dataclass(frozen=True, slots=True)
class PlaceDetails:
    """What people want to read of a checkpoint."""

    id: str
    name: str
    category: str
    address: str
    hours: str  # as the roster or the catalogue has them; empty: always open


@dataclass(frozen=True, slots=True)
class Chosen:
    """One stop of a plan, or one that the plan leaves out."""

    place: PlaceDetails
    day: int
    team: str  # empty: no route serves it
    block: TimelineBlock | None
    reason: str  # why no route serves it, as a code of :class:`routing.problem.Reason`
    remedy: Mapping[str, Any]  # what would serve it, as the plan keeps it


def chosen_round(rounds: list[Round], asked: str | None) -> Round | None:
    """Return the round that is asked for, else the newest, None when there is none.

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
    """Return the day that is asked for, 0 for all of them; else today's, else the first."""
    wanted = asked if asked is not None else (today.date - round_.start).days + 1
    return wanted if 1 <= wanted <= round_.days or wanted == asked == 0 else 1


def unserved_rows(store: Store, round_id: str) -> pd.DataFrame:
    """Return the unserved stops with the names of their checkpoints, the first two hundred."""
    listed = store.plans.unserved(round_id, most=UNSERVED_SHOWN)
    roster = store.checkpoints.some(listed.index)[["name", "category"]].reindex(listed.index)
    names, kinds = roster["name"].fillna(""), roster["category"].fillna("").map(category_name)
    return listed.assign(name=names, category=kinds).reset_index()


@dataclass(frozen=True, slots=True)
class PlacedTimeline:
    """A timeline, and what people want to read of the checkpoints in it."""

    timeline: Timeline
    places: Mapping[str, PlaceDetails]


@dataclass(frozen=True)
class PlanBoard:
    """The plan of a round as its page shows it: read once for each request."""

    store: Store
    round: Round

    @property
    def days(self) -> range:
        """Count the days of the round."""
        return range(1, self.round.days + 1)

    @cached_property
    def planned(self) -> list[TeamDay]:
        """What each route comes to."""
        return self.store.plans.team_days(self.round.id)

    @cached_property
    def marks(self) -> dict[str, TeamMark]:
        """Every team that works in this round, with or without a route, as figures and maps mark it."""
        return team_marks([*self.terms, *(one.team for one in self.planned)])

    @cached_property
    def terms(self) -> dict[str, Team]:
        """What the team table says of each team's hours and days; teams that only the plan made aren't in it."""
        return {team.id: team for team in self.store.teams.all()}

    @property
    def own_hours(self) -> bool:
        """Whether any team names working hours of its own, or days."""
        return any(team.shift_s or team.days for team in self.terms.values())

    def off(self, team: str, day: int, shown: Timeline) -> tuple[Window, ...]:
        """Return the parts of a timeline in which a team doesn't work; none where it names no hours of its own."""
        own = self.terms.get(team)
        if own is None:
            return ()
        if not own.works(day):
            return ((shown.from_s, shown.to_s),)
        edges = own.shift_s or (shown.from_s, shown.to_s)
        spans = ((shown.from_s, edges[0]), (edges[1], shown.to_s))
        return tuple(span for span in spans if shown.span(*span) > 0)

    def places(self, checkpoints: Collection[str]) -> dict[str, PlaceDetails]:
        """Return what people want to read of these checkpoints."""
        found = self.store.checkpoints.some(checkpoints)
        hours = hours_of(found, self.store.catalogues.get(self.round.edition).categories)
        rows: Any = found.itertuples()
        return {
            row.Index: PlaceDetails(row.Index, row.name, category_name(row.category), row.address, hours(row.Index))
            for row in rows
        }

    def timeline(self, day: int) -> PlacedTimeline:
        """Lay out a day, or with day 0 all of them: every team that works has a row."""
        stops = self.store.plans.stops(self.round.id, day=day or None)
        places = self.places(set(stops["checkpoint"]) - {""})
        working = [*list(self.terms)[: self.round.teams], *(one.team for one in self.planned)]
        hours = {id_: place.hours for id_, place in places.items()}
        laid = timeline(
            stops,
            self.round,
            working,
            [day] if day else self.days,
            zone=zone_of(self.store),
            hours=lambda checkpoint: hours.get(checkpoint, ""),
        )
        return PlacedTimeline(laid, places)

    def stop(self, checkpoint: str) -> Chosen | None:
        """Return one stop, or None when the plan of this round neither serves it nor leaves it out."""
        slot = self.store.plans.slot(self.round.id, checkpoint)
        if slot is not None:
            team, day = slot
            shown = self.timeline(day)
            row = next(one for one in shown.timeline.rows if one.team == team)
            block = next(one for one in row.stops if one.checkpoint == checkpoint)
            return Chosen(shown.places[checkpoint], day, team, block, "", {})
        left = self.store.plans.left_out(self.round.id, checkpoint)
        if left.empty:
            return None
        line: Any = left.loc[checkpoint]
        return Chosen(self.places([checkpoint])[checkpoint], int(line["day"]), "", None, line["reason"], line["remedy"])


def map_settings(store: Store, figures: RoundFigures | None) -> dict[str, Any]:
    """Return what a script needs to draw the city and the routes of a round; what is empty has no layer."""
    settings: dict[str, Any] = {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "zoneNames": url_for("layers.zone_names"),
        "bounds": extent(store),
        "checkpoints": point_tiles.checkpoint_address(),
        "teams": [],
    }
    if figures is not None:
        settings["round"] = figures.round.id
        if figures.team_days:
            settings["teams"] = [dataclasses.asdict(mark) for mark in figures.marks.values()]
            settings["routes"] = url_for("layers.routes", round_id=figures.round.id)
            settings["stops"] = url_for("layers.stops", round_id=figures.round.id)
    return settings
