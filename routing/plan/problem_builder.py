"""What a round asks of the planner: its sample, teams, hours and streets, as a routing problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely

from geo import openings
from geo.catalogue import Catalogue
from geo.clock import zone_of
from geo.errors import InputError
from geo.frames import WGS84
from geo.model import Level, Mode, Round, Team
from geo.notes import Note
from geo.store import Store
from geo.streets.edges import FAR_M, Positions, snap, stranded
from routing.arrays import windows_of
from routing.check import ENDLESS_S, Slice, ensure
from routing.hours import own_shift, windows_by_day
from routing.plan.bases import StrayBase, stray_bases
from routing.plan.done import done_stops
from routing.plan.rush import EVENING_RUSH_S, MORNING_RUSH_S, RushClock, rush_of, share_left
from routing.plan.terms import Days, Terms
from routing.problem import UNREACHABLE_S, Plan, RoutingProblem, RoutingTeam, Seconds, Shift, Window
from routing.streets.closures import closed_in
from routing.streets.matrix import travel_matrix
from routing.streets.network import StreetNetwork
from routing.streets.speeds import TimeSlice, slowest_share
from routing.teams.drawn import barred, composed
from routing.vary.likeness import Walk, base_of

LOST_M = 1000.0
"""A checkpoint farther than this from every street that can be reached has no way there."""


Windows = Sequence[Sequence[Window]]
"""Opening windows of each day, in seconds from midnight."""


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """What the real clock knows and the problem does not: the problem is posed on the solver's."""

    rush: RushClock = field(default_factory=RushClock)
    shifts: Sequence[Shift] = ()  # of each team
    windows: Sequence[Windows | None] | None = None  # of each stop, by day
    travel_s: Mapping[str, Mapping[TimeSlice, Seconds]] = field(default_factory=dict)  # by mode

    @property
    def slices(self) -> dict[str, list[Slice]]:
        """The travel of each mode from slice to slice, each with the second at which it ends."""
        return {
            mode: [
                (MORNING_RUSH_S[0], by_slice[TimeSlice.DAY]),
                (MORNING_RUSH_S[1], by_slice.get(TimeSlice.MORNING_PEAK, by_slice[TimeSlice.DAY])),
                (EVENING_RUSH_S[0], by_slice[TimeSlice.DAY]),
                (EVENING_RUSH_S[1], by_slice.get(TimeSlice.EVENING_PEAK, by_slice[TimeSlice.DAY])),
                (ENDLESS_S, by_slice[TimeSlice.DAY]),
            ]
            for mode, by_slice in self.travel_s.items()
        }


@dataclass(frozen=True, slots=True, eq=False)
class PosedRound:
    """A round's routing problem, and what its rows are: first the sample in its order, then where teams start."""

    round: Round
    sample: gpd.GeoDataFrame
    teams: tuple[Team, ...]
    positions: Mapping[str, Positions]  # by mode, one per row
    problem: RoutingProblem
    off_street_m: Mapping[int, float]  # stops with no way there, and how far they are from a street that has one
    terms: Terms  # with all closures that hold
    timezone: ZoneInfo
    hours: Hours = field(default_factory=Hours)
    stray: Sequence[StrayBase] = ()  # bases far from the streets, or without a way

    @property
    def real_problem(self) -> RoutingProblem:
        """The problem with the hours of the real clock."""
        pairs = zip(self.problem.teams, self.hours.shifts, strict=True)
        teams = tuple(replace(team, shift=shift) for team, shift in pairs)
        windows = windows_of(self.hours.windows, self.problem.stops, self.problem.days)
        return replace(self.problem, teams=teams, windows=windows)

    def real(self, plan: Plan) -> Plan:
        """Say a plan of the problem on the real clock."""
        return self.hours.rush.real(plan)

    def ensure_real(self, plan: Plan) -> Plan:
        """Say a plan on the real clock, and replay it there with the speeds of each hour; raise what the checker says.

        Raises
        ------
        PlanError
            When a rule is broken.
        """
        return ensure(self.real_problem, self.real(plan), slices=self.hours.slices)

    @property
    def rows(self) -> dict[str, int]:
        """The row of each place: of the checkpoints by their ids, of the bases by those of their teams."""
        bases = {base_of(team.id): own.base for team, own in zip(self.teams, self.problem.teams, strict=True)}
        return {**{place: row for row, place in enumerate(self.sample.index)}, **bases}

    def walks(self, plan: Plan) -> list[Walk]:
        """Say the routes of a plan as sequences of places."""
        found = []
        for route in plan.routes:
            base = base_of(self.teams[route.team].id)
            home = [] if self.problem.teams[route.team].end_base is None else [base]
            found.append((base, *(self.sample.index[stop] for stop in route.stops), *home))
        return found


def pose_round(store: Store, round_: Round, network: StreetNetwork, catalogue: Catalogue, terms: Terms) -> PosedRound:
    """Read a round's sample and teams and pose its problem.

    Raises
    ------
    InputError
        When a checkpoint's category is not in the catalogue or its hours cannot be read.
    """
    sample = store.draws.sample(round_.id)
    if terms.listed_closures:
        closed = terms.closures | closed_in(network, store.closures.frame(), round_)
        terms = replace(terms, closures=closed)
    drawn = store.fieldwork.team_draw(round_.id)
    teams = tuple(composed(drawn, teams_of(store, round_, sample)))
    avoids = barred(drawn, teams, sample, store.fieldwork.avoidances(), turns=terms.days is Days.DRAWN)
    done = done_stops(store, round_.id, sample, teams)
    avoids = [avoided | done.of_others(team.id) for team, avoided in zip(teams, avoids, strict=True)]
    bases, starts = _bases(teams)
    points = gpd.GeoSeries(pd.concat([sample.geometry, bases], ignore_index=True), crs=WGS84)
    shifts = [own_shift(team, terms.shift) for team in teams]
    positions, travel, lost = {}, {}, {}
    for mode in dict.fromkeys(team.mode for team in teams):
        positions[str(mode)] = snap(network.edges, points, mode)
        lost[str(mode)] = lost_points(network, points, mode)
        travel[str(mode)] = by_slices(
            network, positions[str(mode)], mode, met_by(shifts), terms.closures, list(lost[str(mode)])
        )
    rush = rush_of(speeds_left(Mode(mode), by_slice) for mode, by_slice in travel.items())
    dwell_s, windows = hours_and_dwell(sample, round_, catalogue)
    problem = RoutingProblem(
        {mode: by_slice[TimeSlice.DAY] for mode, by_slice in travel.items()},
        dwell_s,
        [
            _crew(team, len(sample) + start, rush.shift(shift), avoided)
            for team, start, shift, avoided in zip(teams, starts, shifts, avoids, strict=True)
        ],
        days=round_.days,
        windows=[own if own is None else [rush.windows(day) for day in own] for own in windows],
        day_of=done.days(None if terms.days is Days.FREE else [int(day) - 1 for day in sample["day"]]),
        stops=range(len(sample)),
    )
    everywhere = set.intersection(*(set(off) for off in lost.values())) & set(range(len(sample)))
    off_street_m = {stop: min(off[stop] for off in lost.values()) for stop in sorted(everywhere)}
    zone = zone_of(store)
    hours = Hours(rush, shifts, windows, travel)
    stray = stray_bases(teams, [len(sample) + start for start in starts], positions, lost)
    return PosedRound(round_, sample, teams, positions, problem, off_street_m, terms, zone, hours, stray)


def _crew(team: Team, base: int, shift: Shift, avoids: frozenset[int]) -> RoutingTeam:
    """Return a team as the solver sees it; its days count from 0 there."""
    days = None if team.days is None else frozenset(day - 1 for day in team.days)
    return RoutingTeam(base, shift, str(team.mode), open_end=team.open_end, avoids=avoids, days=days)


def met_by(shifts: Sequence[Shift]) -> list[TimeSlice]:
    """List the day and each rush that any shift meets."""
    met = [TimeSlice.DAY]
    met += [TimeSlice.MORNING_PEAK] if any(shift.start_s < MORNING_RUSH_S[1] for shift in shifts) else []
    met += [TimeSlice.EVENING_PEAK] if any(shift.end_s > EVENING_RUSH_S[0] for shift in shifts) else []
    return met


def by_slices(
    network: StreetNetwork,
    positions: Positions,
    mode: Mode,
    met: Sequence[TimeSlice],
    closures: frozenset[int],
    off: Sequence[int],
) -> dict[TimeSlice, Seconds]:
    """Return the travel seconds of each part of the day that is met; ``off`` has no way there."""
    found = {}
    for part in met:
        travel = travel_matrix(network, positions, mode=mode, time_slice=part, closures=closures)
        travel[off, :] = travel[:, off] = UNREACHABLE_S
        found[part] = travel
    return found


def speeds_left(mode: Mode, by_slice: Mapping[TimeSlice, Seconds]) -> tuple[float, float]:
    """Return what the morning's and the evening's rush leave of a mode's speed."""
    day = by_slice[TimeSlice.DAY]
    morning, evening = (
        share_left(day, by_slice.get(part, day), least=slowest_share(mode, part))
        for part in (TimeSlice.MORNING_PEAK, TimeSlice.EVENING_PEAK)
    )
    return morning, evening


def _bases(teams: Sequence[Team]) -> tuple[gpd.GeoSeries, list[int]]:
    """Return where teams start, each place once, and the number of each team's: who starts together can swap days."""
    places = list(dict.fromkeys((team.base_lon, team.base_lat) for team in teams))
    starts = [places.index((team.base_lon, team.base_lat)) for team in teams]
    return gpd.GeoSeries(shapely.points(places), crs=WGS84), starts


def teams_of(store: Store, round_: Round, sample: gpd.GeoDataFrame) -> tuple[Team, ...]:
    """Return as many teams as the round has: those of the store first, then unnamed ones that start at the centre."""
    teams = store.teams.all()[: round_.teams]
    names = _unnamed(teams, round_)
    if names:
        centre = _centre(store, sample)
        teams += [Team(name, centre.x, centre.y, Mode.CAR) for name in names]
    return tuple(teams)


def made_up(store: Store, round_: Round) -> tuple[Note, ...]:
    """Warn of the teams that a round needs and the team table does not have; nothing when it has them all."""
    teams = store.teams.all()[: round_.teams]
    names = _unnamed(teams, round_)
    if not names:
        return ()
    named = " – ".join(dict.fromkeys((names[0], names[-1])))
    return (Note(MADE_UP, {"has": len(teams), "teams": round_.teams, "names": named}),)


MADE_UP = (
    "The team table has {has} of the {teams} teams of this round. Made up, by car from the middle of the city: {names}."
    " Give them with xundian import teams FILE, then plan again."
)


def _unnamed(teams: Sequence[Team], round_: Round) -> list[str]:
    """Name the teams that a round needs besides these."""
    taken = {team.id for team in teams}
    free = [name for name in (f"T{number:02d}" for number in range(1, 2 * round_.teams + 1)) if name not in taken]
    return free[: round_.teams - len(teams)]


def _centre(store: Store, sample: gpd.GeoDataFrame) -> shapely.Point:
    for level in (Level.CITY, Level.DISTRICT):
        zones = store.zones.frame(level)
        if len(zones):
            return shapely.centroid(shapely.union_all(zones.geometry.to_numpy()))
    return shapely.centroid(shapely.multipoints(sample.geometry.to_numpy()))


def lost_points(network: StreetNetwork, points: gpd.GeoSeries, mode: Mode) -> dict[int, float]:
    """Find points on an island that cannot be reached, or far from any street; how far from one that can be, metres."""
    far = stranded(network.edges, points, mode)
    lost = far[(far["far"] & (far["island_m"] <= FAR_M)) | (far["reachable_m"] > LOST_M)]
    return dict(zip(lost.index.tolist(), lost["reachable_m"].tolist(), strict=True))


def hours_and_dwell(
    sample: gpd.GeoDataFrame, round_: Round, catalogue: Catalogue
) -> tuple[list[int], list[Windows | None]]:
    """Return each stop's dwell and its windows on the dates of the round."""
    missing = sorted(set(sample["category"]) - set(catalogue.categories))
    if missing:
        raise InputError(
            "category is {value!r}: edition {edition!r} of the catalogue has no such category; import the one that has",
            field="category",
            value=missing[0],
            edition=catalogue.edition,
        )
    categories = [catalogue.categories[code] for code in sample["category"]]
    pairs = zip(sample["hours"], categories, strict=True)
    texts = [openings.together(own, category.hours) for own, category in pairs]
    days = {text: windows_by_day(openings.parse(text), round_) if text else None for text in dict.fromkeys(texts)}
    return [category.dwell_s for category in categories], [days[text] for text in texts]
