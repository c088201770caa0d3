"""What the changes of a day stand on: the round, its teams and streets, read once for one change."""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.catalogue import Catalogue
from geo.clock import zone_of
from geo.errors import InputError, NotFoundError
from geo.frames import WGS84
from geo.model import Avoidance, Mode, Round, Scope, Team, TeamDraw
from geo.natural import natural_order
from geo.nearest import hint
from geo.store import Store
from geo.store.revisions import PlanState
from geo.streets.edges import Positions, snap
from routing.amend.changes import Late, StreetClosed, change_of
from routing.amend.day_progress import DayProgress, day_progress, seconds_of
from routing.plan.problem_builder import teams_of
from routing.plan.terms import Terms, terms_of
from routing.streets.closures import closed_edges
from routing.streets.network import StreetNetwork, edges_in_area_or_street, network_of
from routing.streets.working import WorkTime, work_time
from routing.teams.drawn import barred, composed

DAY_S = 24 * 3600
_KEPT = 4  # networks of cities that this process has amended
_KEPT_PLACES = 20_000
_networks: "OrderedDict[tuple[str, str, WorkTime | None], Streets]" = OrderedDict()
_lock = threading.Lock()


class Streets:
    """A network that stays in memory between changes, with the positions that it was asked for."""

    def __init__(self, network: StreetNetwork) -> None:
        self.network = network
        self.lock = threading.RLock()  # the engines answer one question at a time
        self._places: dict[tuple[Mode, float, float], tuple[int, float, float]] = {}

    def snap(self, points: Sequence[shapely.Point], mode: Mode) -> Positions:
        """Find positions as :func:`geo.streets.edges.snap` does; it looks at all streets, so they are remembered."""
        keys = [(mode, point.x, point.y) for point in points]
        new = [at for at, key in enumerate(keys) if key not in self._places]
        if new:
            found = snap(self.network.edges, gpd.GeoSeries([points[at] for at in new], crs=WGS84), mode)
            if len(self._places) > _KEPT_PLACES:
                self._places = {key: self._places[key] for key in keys if key in self._places}
            triples = zip(found.edge.tolist(), found.fraction.tolist(), found.distance_m.tolist(), strict=True)
            self._places.update(zip((keys[at] for at in new), triples, strict=True))
        edge, fraction, distance_m = zip(*(self._places[key] for key in keys), strict=True)
        return Positions(np.array(edge, np.int64), np.array(fraction, float), np.array(distance_m, float))


def streets_of(store: Store, when: WorkTime | None = None) -> Streets:
    """Return a city's network, in a working time, from memory when its streets are the same as the last time."""
    key = (store.url, store.streets.sha256() or "", when)
    with _lock:
        if key not in _networks:
            _networks[key] = Streets(network_of(store) if when is None else network_of(store).during(when))
            while len(_networks) > _KEPT:
                _networks.popitem(last=False)
        _networks.move_to_end(key)
        return _networks[key]


def streets_in(store: Store, round_: Round) -> Streets:
    """Return a city's network as it is while the teams of a planned round work."""
    return streets_of(store, work_time(round_, store.teams.all(), terms_of(store, round_.id).shift))


@dataclass(frozen=True, slots=True, eq=False)
class AmendmentContext:
    """A round as its changes see it."""

    store: Store
    round: Round
    streets: Streets
    sample: gpd.GeoDataFrame  # what is to be inspected now
    teams: dict[str, Team]  # with the inspectors of this round
    drawn: TeamDraw | None
    avoid: tuple[Avoidance, ...]
    catalogue: Catalogue
    terms: Terms
    zone: ZoneInfo
    now: dt.datetime | None
    state: PlanState  # of the plan
    read: dict[object, gpd.GeoDataFrame] = field(default_factory=dict)  # what was read for it, each once

    @classmethod
    def of(cls, store: Store, round_id: str, now: dt.datetime | None) -> "AmendmentContext":
        """Read a round.

        Raises
        ------
        NotFoundError, StateError
            When there is no such round, or it is not drawn.
        InputError
            When ``now`` names no time zone.
        """
        if now is not None and now.tzinfo is None:
            raise InputError("{field} is {value}: give it a time zone", field="now", value=now.isoformat())
        with store.snapshot():
            round_ = store.rounds.get(round_id)
            state = store.plans.state(round_id)
            sample, drawn = store.draws.sample(round_id), store.fieldwork.team_draw(round_id)
            teams = composed(drawn, teams_of(store, round_, sample))
            return cls(
                store,
                round_,
                streets_in(store, round_),
                sample,
                {team.id: team for team in teams},
                drawn,
                tuple(store.fieldwork.avoidances()),
                store.catalogues.get(round_.edition),
                terms_of(store, round_id),
                zone_of(store),
                now,
                state,
            )

    @property
    def revision(self) -> int:
        """The revision of the plan."""
        return self.state.revision

    def team(self, team: str) -> Team:
        """Return a team of the round, or raise NotFoundError."""
        if team not in self.teams:
            names, nearest = natural_order(self.teams), hint(team, self.teams)
            raise NotFoundError(
                "there is no team {value!r}: the teams are {teams}{nearest}",
                value=team,
                teams=", ".join(names),
                nearest=nearest,
            )
        return self.teams[team]

    def check_day(self, day: int) -> None:
        """Raise NotFoundError for a day that the round does not have."""
        if not 1 <= day <= self.round.days:
            raise NotFoundError(
                "round {round} has no day {day}: they count from 1 to {days}",
                round=self.round.id,
                day=day,
                days=self.round.days,
            )

    def midnight(self, day: int) -> pd.Timestamp:
        """Return the local midnight with which a day begins, without its zone."""
        return pd.Timestamp(self.round.date(day))

    def now_s(self, day: int) -> int | None:
        """Tell what the local clock shows on a day; None before that day, a whole day when it is past."""
        if self.now is None:
            return None
        second = self.second_of(self.now, day)
        return None if second < 0 else min(second, DAY_S)

    def visited(self, team: str, day: int) -> dict[str, int]:
        """Tell when the team was at which checkpoint of the round on the day, as far as it is recorded."""
        found = self._visits()
        found = found[found["team"] == team]
        seconds = seconds_of(found["arrived_at"], self.midnight(day), self.zone)
        return {
            checkpoint: second
            for checkpoint, second in zip(found["checkpoint"], seconds, strict=True)
            if 0 <= second < DAY_S
        }

    def done(self, team: str) -> frozenset[str]:
        """Return the stops of the team's routes that it was at since the round began, on whichever day."""
        return frozenset(stop for stop, (own, _) in self.store.plans.done(self.round.id).items() if own == team)

    def seen(self, teams: Collection[str]) -> dict[str, int]:
        """Count the visits of each team that this context knows of."""
        counts = self._visits()["team"].value_counts()
        return {team: int(counts.get(team, 0)) for team in teams}

    def _visits(self) -> gpd.GeoDataFrame:
        return self._once("visits", lambda: self.store.visits.frame(Scope(round_id=self.round.id)))

    def day_progress(self, team: str, day: int, *, late_s: int = 0, gone: Collection[str] = ()) -> DayProgress:
        """Tell how far a team's day is."""
        rows = self.rows(team, day)
        midnight = self.midnight(day)
        times = seconds_of(rows["arrive"], midnight, self.zone), seconds_of(rows["depart"], midnight, self.zone)
        found = day_progress(
            rows, times, now_s=self.now_s(day), late_s=late_s, visited=self.visited(team, day), gone=gone
        )
        lines = self.store.amendments.frame(self.round.id, team=team, day=day)
        said_late = ((lines["kind"] == Late.kind) & ~lines["undone"]).any()
        return replace(found, sooner_s=None) if said_late else found

    def second_of(self, moment: dt.datetime, day: int) -> int:
        """Tell what the local clock showed at a moment, counted from the midnight of a day of the round."""
        local = pd.Timestamp(moment.astimezone(self.zone).replace(tzinfo=None))
        return int((local - self.midnight(day)).total_seconds())

    def begun(self, team: str, day: int) -> list[int]:
        """List when a team set about each place that it has been at, by the clock and by what is recorded."""
        rows = self.rows(team, day)
        now_s = self.now_s(day)
        times = [] if now_s is None else seconds_of(rows["arrive"], self.midnight(day), self.zone)
        return [*(second for second in times if second <= (now_s or 0)), *self.visited(team, day).values()]

    def closed(self, day: int, more: Sequence[StreetClosed] = ()) -> frozenset[int]:
        """List the edges that are closed on a day: by the city's closures, and by changes of this day."""
        found = set(self.terms.closures)
        if self.terms.listed_closures:
            found |= set(closed_edges(self.streets.network, self.store.closures.frame(), self.round.date(day)))
        lines = self.store.amendments.frame(self.round.id, day=day)
        kept = lines[(lines["kind"] == StreetClosed.kind) & ~lines["undone"]]
        earlier = [change_of(StreetClosed.kind, params) for params in kept["params"]]
        for one in [*earlier, *more]:
            if isinstance(one, StreetClosed):
                found |= self.edges_of(one)
        return frozenset(found)

    def edges_of(self, change: StreetClosed) -> frozenset[int]:
        """List the edges that a change closes.

        Raises
        ------
        InputError
            When no street has its name.
        """
        edges = self.streets.network.edges
        if change.area is None and not change.street:
            return change.edges
        area = None if change.area is None else edges_in_area_or_street(edges, polygon=change.area)
        named = edges_in_area_or_street(edges, street=change.street) if change.street else None
        both = named if area is None else area if named is None else area & named
        return change.edges | (both or frozenset())

    def points(self, checkpoints: Sequence[str]) -> gpd.GeoDataFrame:
        """Return checkpoints with what the roster says of them; one that left the sample but not its route, too."""
        gone = [one for one in checkpoints if one not in self.sample.index]
        if not gone:
            return self.sample.loc[list(checkpoints)]
        roster = self.roster()
        strange = [one for one in gone if one not in roster.index]
        if strange:
            raise NotFoundError("there is no checkpoint {checkpoint}: look its number up", checkpoint=strange[0])
        return gpd.GeoDataFrame(pd.concat([self.sample, roster.loc[gone]]).loc[list(checkpoints)])

    def roster(self) -> gpd.GeoDataFrame:
        """Return all checkpoints, read once: there are thousands, and seldom is one of them needed."""
        return self._once("roster", lambda: self.store.checkpoints.frame(include_retired=True))

    def rows(self, team: str, day: int) -> gpd.GeoDataFrame:
        """Return the stops of a team's day in order: a STOPS frame."""
        everyone = self._once(day, lambda: self.store.plans.stops(self.round.id, day=day))
        return everyone[everyone["team"] == team]

    def _once(self, key: object, read: Callable[[], gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
        if key not in self.read:
            self.read[key] = read()
        return self.read[key]

    def barred(self, team: str, day: int, checkpoints: Sequence[str]) -> frozenset[int]:
        """Return the places of the checkpoints that a team must avoid (回避)."""
        rows = self.points(checkpoints).assign(day=day)
        return barred(self.drawn, [self.team(team)], rows, self.avoid, turns=False)[0]

    def barred_by_team(self, day: int, checkpoints: Sequence[str]) -> dict[str, frozenset[int]]:
        """Return for each team the places of the checkpoints that it must avoid, or whose turn is others' on a day."""
        rows = self.points(checkpoints).assign(day=day)
        found = barred(self.drawn, list(self.teams.values()), rows, self.avoid, turns=self.terms.turns)
        return dict(zip(self.teams, found, strict=True))
