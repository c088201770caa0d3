"""The figures of a round that stand beside its map."""

from dataclasses import dataclass

from geo.model import Round
from geo.natural import natural_key, natural_order
from geo.store import Store
from geo.store.plans import TeamDay
from webmap.team_marks import TeamMark, team_marks


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


@dataclass(frozen=True, slots=True)
class FoundFigures:
    """What was found so far, in a round and ever."""

    visits: int  # reported for this round
    visits_ever: int
    points: float  # deducted in this round
    points_ever: float


def figures_of(store: Store, one: Round) -> RoundFigures:
    """Read the figures of a round; a round that is not drawn or planned yet has zeros there."""
    with store.snapshot():
        team_days = store.plans.team_days(one.id)
        draw = store.draws.find(one.id)
        return RoundFigures(
            round=one,
            roster=store.checkpoints.count(),
            drawn=0 if draw is None else store.draws.size(one.id),
            trial=draw is not None and draw.trial,
            served=sum(each.stops for each in team_days),
            unserved=store.plans.unserved_count(one.id),
            travel_s=sum(each.travel_s for each in team_days),
            length_m=sum(each.length_m for each in team_days),
            team_days=tuple(sorted(team_days, key=lambda each: (each.day, natural_key(each.team)))),
            every_team=tuple(team.id for team in store.teams.all()),
        )


def found_of(store: Store, round_id: str) -> FoundFigures:
    """Read what was found so far."""
    sums = store.visits.summary(by=("round_id",)).set_index("round_id")
    visits, points = sums["visits"], sums["points"]
    return FoundFigures(
        int(visits.get(round_id, 0)), int(visits.sum()), float(points.get(round_id, 0.0)), float(points.sum())
    )


def _together(team: str, days: list[TeamDay]) -> TeamDay:
    return TeamDay(
        team, 0, sum(one.stops for one in days), sum(one.travel_s for one in days), sum(one.length_m for one in days)
    )
