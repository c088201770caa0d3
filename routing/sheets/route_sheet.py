"""The route sheet (路线单): a team's day as its people read it, stop after stop, with everything to know at each."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely

from geo import openings
from geo.catalogue import Catalogue, Category, Item
from geo.clock import zone_of
from geo.errors import InputError, NotFoundError, PlanError, StateError, XundianError
from geo.frames import UNSERVED
from geo.model import Mode, Round
from geo.natural import by_team
from geo.nearest import hint
from geo.openings import Windows
from geo.store import Store
from routing.amend.changes import StreetClosed
from routing.amend.context import DAY_S, Streets, streets_in
from routing.streets.closures import closed_in
from routing.streets.directions import steps
from routing.streets.ways import way

_NEAR_DEG = 1e-7  # the same place
ALWAYS: Windows = ((0, DAY_S),)  # of a stop whose hours nobody gave: the plan visits it whenever it likes


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """A line of the sheet: a base, a stop or lunch."""

    kind: str  # base, stop or lunch
    number: int  # of the stop, from 1; 0 of the others
    arrive: dt.datetime  # local
    depart: dt.datetime
    travel_s: int  # from the place before
    lon: float
    lat: float
    checkpoint: str = ""
    name: str = ""
    category: str = ""  # code
    known: Category | None = None  # the category in the round's edition of the catalogue
    address: str = ""
    unit: str = ""
    windows: Windows = ()  # of the day, seconds from midnight; of a stop none: it is shut that day
    questionnaires: int = 0

    @property
    def dwell_s(self) -> int:
        """Return the seconds on the spot."""
        return round((self.depart - self.arrive).total_seconds())

    @property
    def items(self) -> tuple[Item, ...]:
        """Return what is to be checked."""
        return self.known.items if self.known else ()

    def category_name(self, lang: str) -> str:
        """Name the category; a code that the catalogue doesn't know stays as it is."""
        return self.known.name(lang) if self.known else self.category

    @property
    def opening(self) -> str:
        """Write the windows: ``08:30–12:00, 14:00–17:30``."""
        return ", ".join(f"{_clock(first)}–{_clock(last)}" for first, last in self.windows)


@dataclass(frozen=True, slots=True)
class RouteSheet:
    """One team's day."""

    round: Round
    team: str
    day: int
    mode: Mode
    travel_s: int
    length_m: float
    places: tuple[SheetPlace, ...]

    @property
    def date(self) -> dt.date:
        """Return the day's local date."""
        return self.round.date(self.day)

    @property
    def stops(self) -> tuple[SheetPlace, ...]:
        """Return the stops alone."""
        return tuple(place for place in self.places if place.kind == "stop")


@dataclass(frozen=True, slots=True, eq=False)
class PlanPart:
    """A plan, or the part of it that somebody may read, with what is needed to read it."""

    round: Round
    routes: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    roster: gpd.GeoDataFrame
    catalogue: Catalogue
    questionnaires: Mapping[str, int]
    zone: ZoneInfo
    trial: bool  # drawn without a commitment
    unserved: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=[*UNSERVED.columns]).rename_axis(UNSERVED.index)
    )

    def sheets(self) -> Iterator[RouteSheet]:
        """Yield the sheet of each route, day by day and team by team."""
        for route in by_team(self.routes, "day", "team").itertuples():
            own = self.stops[(self.stops["team"] == route.team) & (self.stops["day"] == route.day)]
            yield RouteSheet(
                round=self.round,
                team=str(route.team),
                day=int(route.day),
                mode=Mode(route.mode),
                travel_s=int(route.travel_s),
                length_m=float(route.length_m),
                places=tuple(self._places(own.sort_values("order"))),
            )

    def _places(self, own: gpd.GeoDataFrame) -> Iterator[SheetPlace]:
        number = 0
        for row in own.itertuples():
            number += row.kind == "stop"
            yield SheetPlace(
                kind=str(row.kind),
                number=number if row.kind == "stop" else 0,
                arrive=row.arrive.astimezone(self.zone),
                depart=row.depart.astimezone(self.zone),
                travel_s=int(row.travel_s),
                lon=float(row.geometry.x),
                lat=float(row.geometry.y),
                **(self._about(str(row.checkpoint), int(row.day)) if row.kind == "stop" else {}),
            )

    def _about(self, checkpoint: str, day: int) -> dict[str, Any]:
        asked = int(self.questionnaires.get(checkpoint, 0))
        if checkpoint not in self.roster.index:
            return {"checkpoint": checkpoint, "name": checkpoint, "questionnaires": asked}
        known = self.roster.loc[checkpoint]
        category = self.catalogue.categories.get(known["category"])
        hours = openings.together(known["hours"], category.hours if category else "")
        return {
            "checkpoint": checkpoint,
            "name": known["name"] or checkpoint,
            **{name: known[name] for name in ("category", "address", "unit")},
            "windows": openings.parse(hours).windows(self.round.date(day).weekday()) if hours else ALWAYS,
            "known": category,
            "questionnaires": asked,
        }


def plan_part(store: Store, round_id: str, *, team: str | None = None, day: int | None = None) -> PlanPart:
    """Read a plan from the city, whole or of one team or day.

    Raises
    ------
    NotFoundError
        When there is no such round.
    """
    one, draw = store.rounds.get(round_id), store.draws.find(round_id)
    unserved = store.plans.unserved(round_id)
    if team is not None or day is not None:
        unserved = unserved[(unserved["day"] == (day or 0)) & (team is None)]
    stops = store.plans.stops(round_id, team=team, day=day)
    return PlanPart(
        round=one,
        routes=store.plans.routes(round_id, team=team, day=day),
        stops=stops,
        roster=store.checkpoints.some({*stops["checkpoint"], *unserved.index} - {""}),
        catalogue=store.catalogues.get(one.edition),
        questionnaires={str(id_): int(n) for id_, n in store.fieldwork.questionnaires(round_id).items()},
        zone=zone_of(store),
        trial=draw is not None and draw.trial,
        unserved=unserved,
    )


def no_route(store: Store, round_id: str, *, team: str | None, day: int | None) -> XundianError:
    """Say why a round has no route of a team and day that was asked for."""
    routes = store.plans.routes(round_id)
    if routes.empty:
        return StateError("round {round!r} has no routes yet: plan it first", round=round_id)
    teams, own = sorted(set(routes["team"])), routes if team is None else routes[routes["team"] == team]
    if own.empty:
        return NotFoundError(
            "team is {value!r}, which has no route in round {round!r}: its teams are {teams}{nearest}",
            value=team,
            round=round_id,
            teams=", ".join(teams),
            nearest=hint(str(team), teams),
        )
    return NotFoundError(
        "day is {value}, on which round {round!r} has no such route: there is one on the days {days}",
        value=day,
        round=round_id,
        days=", ".join(map(str, sorted(set(own["day"])))),
    )


def directions(store: Store, sheet: RouteSheet, lang: str) -> tuple[tuple[str, ...], ...]:
    """Say the way to each place of a sheet from the one before, as lines of :func:`routing.streets.directions.steps`.

    Streets that are closed in the round, or were closed on this day, are not used. Without streets, or where they have
    no way any more, the lines are missing.
    """
    if not store.streets.sha256():
        return tuple(() for _ in sheet.places)
    changes = store.amendments.frame(sheet.round.id, day=sheet.day)
    shut = changes[(changes["kind"] == StreetClosed.kind) & ~changes["undone"]]
    streets = streets_in(store, sheet.round)
    closures = closed_in(streets.network, store.closures.frame(), sheet.round).union(
        *(params["edges"] for params in shut["params"])
    )
    places = tuple((place.lon, place.lat) for place in sheet.places)
    with streets.lock:
        return _said(streets, sheet.mode, places, closures, lang)


@lru_cache(maxsize=64)
def _said(
    streets: Streets, mode: Mode, places: tuple[tuple[float, float], ...], closures: frozenset[int], lang: str
) -> tuple[tuple[str, ...], ...]:
    said: list[tuple[str, ...]] = [() for _ in places]
    try:
        positions = streets.snap([shapely.Point(place) for place in places], mode)
    except InputError:
        return tuple(said)  # no street for this mode
    for at, (here, there) in enumerate(pairwise(places)):
        if max(abs(here[0] - there[0]), abs(here[1] - there[1])) > _NEAR_DEG:
            try:
                found = way(streets.network, positions, at, at + 1, mode=mode, closures=closures)
            except PlanError:
                continue
            said[at + 1] = steps(found, lang)
    return tuple(said)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"
