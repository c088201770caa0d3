"""The teams of a drawn round: inspectors by the key of its draw, streets by turns, avoidance always."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import StateError
from geo.model import Avoidance, Inspector, Round, Team, TeamDraw
from geo.store import Store
from routing.draw.stream import shuffled
from routing.teams.assignment import TeamRules, draw_streets, draw_teams, may_inspect

STREET = "street_code"
SMALLEST, LARGEST = 2, 3  # inspectors of a team
WINDOW = 3  # rounds back in which a pair must not repeat


@dataclass(frozen=True, slots=True)
class InspectorPool:
    """What teams are drawn from; a commitment freezes it."""

    inspectors: tuple[Inspector, ...]
    avoid: tuple[Avoidance, ...]
    past: tuple[tuple[tuple[str, ...], ...], ...]  # teams of earlier rounds, the newest last
    last: Mapping[str, tuple[str, ...]]  # who inspected each street last, in the round before

    def plain(self) -> dict[str, Any]:
        """Return plain JSON values; :func:`pool` reads them back."""
        return {
            "inspectors": [[one.name, one.unit, one.street] for one in self.inspectors],
            "avoid": [
                [line.inspector, line.partner, line.street, line.unit, line.checkpoint, line.reason]
                for line in self.avoid
            ],
            "past": [[list(team) for team in teams] for teams in self.past],
            "last": {street: list(names) for street, names in self.last.items()},
        }


def pool(values: Mapping[str, Any]) -> InspectorPool:
    """Read back what :meth:`Pool.plain` gave."""
    return InspectorPool(
        tuple(Inspector(name, "", unit, street) for name, unit, street in values["inspectors"]),
        tuple(
            Avoidance(inspector, street, unit, checkpoint, reason, partner)
            for inspector, partner, street, unit, checkpoint, reason in values["avoid"]
        ),
        tuple(tuple(tuple(team) for team in teams) for teams in values["past"]),
        {street: tuple(names) for street, names in values["last"].items()},
    )


def pool_of(store: Store, round_: Round, *, window: int = WINDOW) -> InspectorPool:
    """Read who can be drawn into the teams of a round, and what was before."""
    people = tuple(sorted((one for team in store.teams.all() for one in team.inspectors), key=lambda one: one.name))
    earlier = [one for one in store.rounds.all() if (one.start, one.id) < (round_.start, round_.id)]
    drawn = [found for one in earlier if (found := store.fieldwork.team_draw(one.id)) is not None]
    past = tuple(
        tuple(tuple(sorted(one.name for one in members)) for members in found.members.values())
        for found in drawn[-window:]
        if window
    )
    return InspectorPool(people, tuple(store.fieldwork.avoidances()), past, _last(store, earlier))


def _last(store: Store, earlier: Sequence[Round]) -> dict[str, tuple[str, ...]]:
    """Tell who had each street on its last day of the round before, as far as that was planned."""
    for one in reversed(earlier):
        stops = store.plans.stops(one.id)
        stops = stops[stops["kind"] == "stop"]
        if stops.empty:
            continue
        drawn = store.fieldwork.team_draw(one.id)
        members = drawn.members if drawn else {team.id: team.inspectors for team in store.teams.all()}
        street = store.checkpoints.frame(include_retired=True)[STREET].reindex(stops["checkpoint"]).to_numpy()
        newest = stops.assign(street=street).dropna(subset="street")
        newest = newest[newest["day"] == newest.groupby("street")["day"].transform("max")]
        names = {
            str(code): {one.name for team in inside["team"].unique() for one in members.get(team, ())}
            for code, inside in newest.groupby("street")
            if code
        }
        return {code: tuple(sorted(found)) for code, found in names.items()}
    return {}


def draw_round_teams(store: Store, round_id: str, teams: Sequence[Team], *, window: int = WINDOW) -> TeamDraw:
    """Draw who goes with whom and where, by the key of the round's draw, and keep it.

    Of a committed round the pool is the one that was frozen with the commitment, whoever was added or taken out since.

    Parameters
    ----------
    store
        The city.
    round_id
        A round that is drawn.
    teams
        The teams of its plan, as many as the round has; each gets its inspectors by its place in this list.
    window
        Rounds back in which a pair must not repeat.

    Raises
    ------
    StateError
        When the round is not drawn, or there is nobody to draw.
    InputError, PlanError
        As :func:`routing.teams.draw_teams` and :func:`routing.teams.draw_streets`.
    """
    draw = store.draws.get(round_id)
    kept = None if draw.trial else store.commitments.of_round(round_id)
    found = pool_of(store, store.rounds.get(round_id), window=window) if kept is None else pool(kept.pool)
    if not found.inspectors:
        raise StateError("there are no inspectors to draw: import teams with their inspectors first")
    apart = [(line.inspector, line.partner) for line in found.avoid if line.partner]
    rules = TeamRules(apart, found.past, len(found.past))
    drawn = draw_teams(_called(found.inspectors, len(teams), draw.key), len(teams), draw.key, rules)
    by_name = {one.name: one for one in found.inspectors}
    people = [
        tuple(replace(by_name[name], team=team.id) for name in names)
        for names, team in zip(drawn.teams, teams, strict=True)
    ]
    sample = _as_drawn(store, round_id)
    streets = draw_streets(people, sample, draw.key, avoid=found.avoid, last=found.last, street=STREET)
    ids = [team.id for team in teams]
    result = TeamDraw(
        round_id,
        dict(zip(ids, people, strict=True)),
        {
            street: {str(day): tuple(ids[team - 1] for team in numbers) for day, numbers in days.items()}
            for street, days in streets.turns.items()
        },
        drawn.repeats,
        drawn.proof,
        tuple((street, day, ids[team - 1]) for street, day, team in streets.repeats),
        streets.proofs,
        dt.datetime.now(dt.UTC),
    )
    store.fieldwork.save_team_draw(result)
    return result


def _called(people: Sequence[Inspector], teams: int, key: bytes) -> list[Inspector]:
    """Draw whom the round needs, two a team, where there are more people than teams of three could take."""
    if len(people) <= LARGEST * teams:
        return list(people)
    order = shuffled(key, "called", np.arange(len(people)))
    return [people[at] for at in sorted(order[: SMALLEST * teams].tolist())]


def _as_drawn(store: Store, round_id: str) -> gpd.GeoDataFrame:
    """Return the checkpoints that the key drew, whatever was replaced since."""
    drawn = store.fieldwork.drawn_sample(round_id)
    roster = store.checkpoints.frame(include_retired=True)
    return gpd.GeoDataFrame(roster.loc[drawn.index].join(drawn[["inclusion_prob", "day", "ticket"]]))


def composed(drawn: TeamDraw | None, teams: Sequence[Team]) -> list[Team]:
    """Return the teams with the inspectors that were drawn for the round."""
    if drawn is None:
        return list(teams)
    return [replace(team, inspectors=drawn.members.get(team.id, ())) for team in teams]


def barred(
    drawn: TeamDraw | None, teams: Sequence[Team], sample: pd.DataFrame, avoid: Sequence[Avoidance], *, turns: bool
) -> list[frozenset[int]]:
    """List, for each team, the stops that it must not get: avoidance (回避), and streets that are not its turn.

    Parameters
    ----------
    drawn
        The teams as drawn, None before that.
    teams
        The teams with their inspectors.
    sample
        The stops, with ``day`` and the street.
    avoid
        The avoidance table.
    turns
        Whether stops keep their days, without which there are no turns.
    """
    may = np.column_stack([may_inspect(team.inspectors, sample, avoid).to_numpy(bool) for team in teams])
    if drawn is not None and turns:
        turn = np.array(
            [
                [
                    team.works(int(day)) and team.id in drawn.turns.get(street, {}).get(str(day), (team.id,))
                    for team in teams
                ]
                for street, day in zip(sample[STREET], sample["day"], strict=True)
            ],
            bool,
        ).reshape(may.shape)
        both = may & turn
        may = np.where(both.any(axis=1, keepdims=True), both, may)  # nobody's turn, or that of a team which is off
    return [frozenset(np.flatnonzero(~may[:, team]).tolist()) for team in range(len(teams))]
