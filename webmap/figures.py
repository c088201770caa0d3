"""The figures of a round that stand beside its map."""

from dataclasses import dataclass

import geopandas as gpd

from geo.model import Round
from geo.natural import natural_key, natural_order
from webmap.accounts.visibility import VisibleCity
from webmap.team_marks import TeamMark, team_marks


@dataclass(frozen=True, slots=True)
class TeamDay:
    """One team on one day, or on all days together."""

    team: str
    day: int  # 0: all days
    stops: int
    travel_s: int
    length_m: float


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """What a planner wants to know of a round at a glance."""

    round: Round
    roster: int  # checkpoints that could be drawn
    drawn: int  # 0 before the draw
    trial: bool  # a draw without a commitment
    served: int
    unserved: int
    travel_s: int
    length_m: float
    visits: int  # reported for this round
    visits_ever: int
    points: float  # deducted in this round
    points_ever: float
    team_days: tuple[TeamDay, ...]
    every_team: tuple[str, ...]  # with or without a route

    @property
    def marks(self) -> dict[str, TeamMark]:
        """Mark every team, so that one keeps its colour when another has no route."""
        return team_marks((*self.every_team, *self.teams))

    @property
    def teams(self) -> tuple[str, ...]:
        """Name the teams that have a route, in their order."""
        return tuple(natural_order(one.team for one in self.team_days))

    @property
    def days(self) -> range:
        """Count the days of the round."""
        return range(1, self.round.days + 1)

    def on(self, day: int) -> list[TeamDay]:
        """Return the teams of a day in their order; of day 0, each team with all its days together."""
        if day:
            return [one for one in self.team_days if one.day == day]
        return [_together(team, [one for one in self.team_days if one.team == team]) for team in self.teams]


def figures_of(visible: VisibleCity, one: Round) -> RoundFigures:
    """Read the figures of a round; a round that is not drawn or planned yet has zeros there."""
    routes, unserved, every = visible.routes(one.id), visible.unserved(one.id), visible.visits()
    here = every[every["round_id"] == one.id]
    draw = visible.draw(one.id)
    return RoundFigures(
        round=one,
        roster=len(visible.checkpoints()),
        drawn=0 if draw is None else len(visible.sample(one.id)),
        trial=draw is not None and draw.trial,
        served=int(routes["stops"].sum()),
        unserved=len(unserved),
        travel_s=int(routes["travel_s"].sum()),
        length_m=float(routes["length_m"].sum()),
        visits=len(here),
        visits_ever=len(every),
        points=float(here["points"].sum()),
        points_ever=float(every["points"].sum()),
        team_days=_team_days(routes),
        every_team=tuple(team.id for team in visible.store.teams.all()),
    )


def _team_days(routes: gpd.GeoDataFrame) -> tuple[TeamDay, ...]:
    rows = (
        TeamDay(row.team, int(row.day), int(row.stops), int(row.travel_s), float(row.length_m))
        for row in routes.itertuples()
    )
    return tuple(sorted(rows, key=lambda one: (one.day, natural_key(one.team))))


def _together(team: str, days: list[TeamDay]) -> TeamDay:
    return TeamDay(
        team, 0, sum(one.stops for one in days), sum(one.travel_s for one in days), sum(one.length_m for one in days)
    )
