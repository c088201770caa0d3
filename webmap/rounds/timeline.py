"""The day of every team as rows of blocks: travel, waiting, stops with their opening windows, lunch."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd

from geo import openings
from geo.catalogue import Category
from geo.model import Round
from geo.natural import by_team, natural_order
from routing.problem import DAY_S, HOUR_S, Window

Hours = Callable[[str], str]
"""Gives the opening hours of a checkpoint as text; empty: always open."""
Windows = tuple[Window, ...]
SCALE_START_S, SCALE_END_S = 8 * HOUR_S, 18 * HOUR_S  # of a scale on which nothing stands


@dataclass(frozen=True, slots=True)
class TimelineBlock:
    """A piece of a team's day, in local seconds from midnight."""

    kind: str  # travel, wait, stop or lunch
    from_s: int
    to_s: int
    checkpoint: str = ""  # of a stop
    number: int = 0  # of a stop, from 1
    lon: float = 0.0
    lat: float = 0.0
    windows: Windows | None = None  # when a stop is open that day; None: always


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One team's day; without blocks where it has no route."""

    team: str
    day: int  # from 1
    blocks: tuple[TimelineBlock, ...]

    @property
    def stops(self) -> list[TimelineBlock]:
        """Return the stops in their order."""
        return [block for block in self.blocks if block.kind == "stop"]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows of one day, or of all, and the hours that they span."""

    rows: tuple[TeamRow, ...]
    from_s: int  # a whole hour
    to_s: int

    @property
    def hours(self) -> list[int]:
        """Return the whole hours of the scale, the last one included."""
        return list(range(self.from_s // HOUR_S, self.to_s // HOUR_S + 1))

    def at(self, second: int) -> float:
        """Return the place of a second on the scale, in percent; what lies beyond it is put on its edge."""
        inside = min(max(second, self.from_s), self.to_s)
        return round(100 * (inside - self.from_s) / (self.to_s - self.from_s), 3)

    def span(self, from_s: int, to_s: int) -> float:
        """Return the length of a time on the scale, in percent."""
        return round(self.at(to_s) - self.at(from_s), 3)

    def lanes(self, row: TeamRow) -> list[Windows]:
        """Return the different opening windows of a row's stops, without those that the whole scale lies in."""
        known = dict.fromkeys(stop.windows for stop in row.stops if stop.windows is not None)
        return [windows for windows in known if not self._covers(windows)]

    def _covers(self, windows: Windows) -> bool:
        return any(open_s <= self.from_s and self.to_s <= close_s for open_s, close_s in windows)


def timeline(
    stops: gpd.GeoDataFrame, round_: Round, teams: Iterable[str], days: Iterable[int], *, zone: ZoneInfo, hours: Hours
) -> Timeline:
    """Lay out the days of teams.

    Parameters
    ----------
    stops
        A frame of schema ``stops`` of one round.
    round_
        The round.
    teams
        Everybody who has a row, with or without a route.
    days
        Days to show, from 1; no other day's stops are.
    zone
        The city's time zone.
    hours
        Gives the opening hours of a checkpoint.

    Returns
    -------
    Timeline
        Rows by day, then team.
    """
    wanted = sorted(set(days))
    routes = dict(list(_seconds(stops[stops["day"].isin(wanted)], round_, zone).groupby(["team", "day"])))
    order = natural_order([*teams, *stops["team"]])
    rows = [TeamRow(team, day, tuple(_day(routes, team, day, round_, hours))) for day in wanted for team in order]
    ends = [(row.blocks[0].from_s, row.blocks[-1].to_s) for row in rows if row.blocks]
    from_s = min((start for start, _ in ends), default=SCALE_START_S)
    to_s = max((end for _, end in ends), default=SCALE_END_S)
    return Timeline(tuple(rows), from_s // HOUR_S * HOUR_S, -(-to_s // HOUR_S) * HOUR_S)


def hours_of(roster: pd.DataFrame, categories: Mapping[str, Category]) -> Hours:
    """Return what says the opening hours of a checkpoint: its own, else the usual ones of its category."""
    own, kind = roster["hours"].to_dict(), roster["category"].to_dict()

    def hours(checkpoint: str) -> str:
        category = categories.get(kind.get(checkpoint, ""))
        return openings.together(str(own.get(checkpoint) or ""), category.hours if category else "")

    return hours


@lru_cache(maxsize=4096)
def open_windows(hours: str, weekday: int) -> Windows | None:
    """Return the opening windows of a weekday, seconds from midnight; None: always open."""
    if not hours:
        return None
    windows = tuple(openings.parse(hours).windows(weekday))
    return None if windows == ((0, DAY_S),) else windows


def _seconds(stops: gpd.GeoDataFrame, round_: Round, zone: ZoneInfo) -> pd.DataFrame:
    """Return the stops with coordinates as columns and times as local clocks show them on the day of the route."""
    midnight = pd.Timestamp(round_.start) + pd.to_timedelta(stops["day"] - 1, unit="D")
    times = {
        name: (stops[column].dt.tz_convert(zone).dt.tz_localize(None) - midnight).dt.total_seconds().astype("int64")
        for name, column in (("came_s", "arrive"), ("left_s", "depart"))
    }
    plain = pd.DataFrame(stops.drop(columns=["geometry", "arrive", "depart"]))
    return by_team(plain.assign(**times, lon=stops.geometry.x, lat=stops.geometry.y), "day", "team", "order")


def _day(
    routes: Mapping[Any, pd.DataFrame], team: str, day: int, round_: Round, hours: Hours
) -> Iterator[TimelineBlock]:
    """Walk a day: before each place comes the way there, and before that what is left of the time."""
    part = routes.get((team, day))
    if part is None:
        return
    number, free_s, weekday = 0, None, round_.date(day).weekday()
    places: Any = part.itertuples()
    for place in places:
        came_s, left_s = int(place.came_s), int(place.left_s)
        if free_s is not None:
            went_s = max(free_s, came_s - int(place.travel_s))
            pause = (TimelineBlock("wait", free_s, went_s), TimelineBlock("travel", went_s, came_s))
            yield from (block for block in pause if block.to_s > block.from_s)
        if place.kind == "stop":
            number += 1
            windows = open_windows(hours(place.checkpoint), weekday)
            yield TimelineBlock("stop", came_s, left_s, place.checkpoint, number, place.lon, place.lat, windows)
        elif place.kind == "lunch":
            yield TimelineBlock("lunch", came_s, left_s)
        free_s = left_s
