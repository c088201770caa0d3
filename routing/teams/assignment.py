"""Drawn teams: who goes with whom, and which street they get: avoidance always, rotation whenever it is possible.

The other half of 双随机 (inspectors are drawn as well as objects). What cannot be kept is said, with the proof that it
cannot.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import InputError, PlanError
from geo.model import Avoidance as Avoidance  # noqa: PLC0414 - a word of this room too
from geo.model import Inspector
from routing.draw.stream import below, shuffled
from routing.teams.pairing import Pair, Team, partition, stuck
from routing.teams.turns import SPLITS, Ints, take_turns

_TURNS = 65_536  # directions of a quarter turn
_LARGEST = 3  # a larger team would make too many candidates to enumerate


@dataclass(frozen=True, slots=True)
class TeamRules:
    """What the draw of teams has to keep.

    Parameters
    ----------
    apart
        Pairs of inspectors that are never in one team, e.g. relatives.
    past
        Teams of earlier rounds, the newest last.
    window
        Rounds back in which a pair must not repeat.
    """

    apart: Collection[Pair] = ()
    past: Sequence[Collection[Team]] = ()
    window: int = 3

    def recent(self) -> set[Pair]:
        """Return the pairs that were together within the window."""
        rounds = self.past[-self.window :] if self.window > 0 else []
        return {pair for teams in rounds for team in teams for pair in combinations(sorted(team), 2)}

    def never(self) -> set[Pair]:
        """Return the pairs that must be apart, names in order."""
        return {(min(pair), max(pair)) for pair in self.apart}


@dataclass(frozen=True, slots=True)
class TeamAssignment:
    """Drawn teams, and what they could not keep."""

    teams: tuple[Team, ...]
    repeats: tuple[Pair, ...] = ()  # pairs that were together within the window
    proof: str = ""  # why there are any


@dataclass(frozen=True, slots=True)
class StreetTurns:
    """Which teams may go where on which day, and what the rotation could not keep."""

    turns: Mapping[str, Mapping[int, tuple[int, ...]]]  # street -> day -> numbers of teams, from 1
    repeats: tuple[tuple[str, int, int], ...] = ()  # street, day, team: it had the street on its day before
    proofs: tuple[str, ...] = ()  # one per street with repeats


def draw_teams(
    inspectors: Sequence[Inspector], count: int, key: bytes, rules: TeamRules | None = None
) -> TeamAssignment:
    """Draw inspectors into teams of at least two.

    The key shuffles the pool; then a partition with the fewest pairs of the window is searched in that order, exactly,
    so a repeat is there only where none can be avoided.

    Parameters
    ----------
    inspectors
        The pool; names are unique.
    count
        Number of teams; sizes differ by one at most, and are 2 or 3.
    key
        Key of the draw.
    rules
        Who must be apart, and who was together lately.

    Raises
    ------
    InputError
        When the pool is too small or too large, or names a person twice.
    PlanError
        When no partition keeps apart who must be apart, with the reason.
    """
    rules = rules or TeamRules()
    names = sorted(one.name for one in inspectors)
    sizes = _sizes(names, count)
    never, recent = rules.never(), rules.recent()
    order = shuffled(key, "inspectors", np.arange(len(names))).tolist()
    teams = partition([names[at] for at in order], sizes, never, recent)
    if teams is None:
        raise PlanError("no teams can be drawn: {proof}", proof=stuck(names, sizes, never, "must be kept apart"))
    found = tuple(sorted(pair for team in teams for pair in combinations(team, 2) if pair in recent))
    proof = stuck(names, sizes, never | recent, "were together or must be kept apart") if found else ""
    if proof:
        proof = f"at least {len(found)} pairs must repeat, by exact search over all possible teams: {proof}"
    return TeamAssignment(tuple(teams[at] for at in shuffled(key, "teams", np.arange(len(teams)))), found, proof)


def _sizes(names: list[str], count: int) -> dict[int, int]:
    """Return how many teams there are of each size."""
    if len(set(names)) < len(names):
        twice = next(a for a, b in pairwise(names) if a == b)
        raise InputError("the inspector {name!r} is named twice: tell them apart", name=twice)
    if count < 1 or not 2 * count <= len(names) <= _LARGEST * count:
        raise InputError(
            "{count} teams of 2 or 3 cannot be drawn from {inspectors} inspectors: choose {low} to {high} teams",
            count=count,
            inspectors=len(names),
            low=-(-len(names) // _LARGEST),
            high=len(names) // 2,
        )
    threes = len(names) - 2 * count
    return {size: number for size, number in ((2, count - threes), (3, threes)) if number}


def may_inspect(team: Collection[Inspector], points: pd.DataFrame, avoid: Sequence[Avoidance] = ()) -> pd.Series:
    """Tell which points a team may inspect: none of a member's own unit or street, none that the avoidance table names.

    Parameters
    ----------
    team
        Its inspectors.
    points
        Checkpoints with ``street`` or ``street_code`` (names or codes), and ``unit``.
    avoid
        The avoidance table.

    Returns
    -------
    pandas.Series
        Named ``may_inspect``, with the index of ``points``.
    """
    names = {one.name for one in team}
    lines = [line for line in avoid if line.inspector in names]
    streets = {one.street for one in team} | {line.street for line in lines}
    units = {one.unit for one in team} | {line.unit for line in lines}
    barred = points.index.isin([line.checkpoint for line in lines])
    for column, values in (("street", streets), ("street_code", streets), ("unit", units)):
        if column in points:
            barred |= points[column].isin(list(values - {""})).to_numpy(bool)
    return pd.Series(~barred, index=points.index, name="may_inspect")


def draw_streets(
    teams: Sequence[Sequence[Inspector]],
    drawn: pd.DataFrame,
    key: bytes,
    *,
    avoid: Sequence[Avoidance] = (),
    last: Mapping[str, Collection[str]] | None = None,
    street: str = "street_code",
) -> StreetTurns:
    """Draw which teams may inspect which street on which day.

    No team gets a street on two of its days in a row, unless who may inspect it makes that impossible; each point has
    a team that may inspect it among those of its street's day. Among them a planner chooses by the way.

    Parameters
    ----------
    teams
        The teams, whose numbers count from 1.
    drawn
        The sample with ``day``, ``unit`` and the street; a point without street has no turns.
    key
        Key of the draw.
    avoid
        The avoidance table.
    last
        Names of those who inspected each street last, in the round before.
    street
        Column of the streets.

    Raises
    ------
    PlanError
        When no team at all may inspect some point.
    """
    allowed = np.column_stack([may_inspect(team, drawn, avoid).to_numpy(bool) for team in teams])
    if not allowed.any(axis=1).all():
        point = drawn.index[int(np.argmin(allowed.any(axis=1)))]
        raise PlanError(
            "no team may inspect {id!r}: every team has a member with its unit or street, or one whom the table names",
            id=str(point),
        )
    turns, repeats, proofs = {}, [], []
    halves, side = _halves(len(teams), key), _sides(drawn, street, key)
    code, on = drawn[street].astype(str).to_numpy(object), drawn["day"].to_numpy(np.int64)
    for name in sorted(set(code) - {""}):
        days = np.unique(on[code == name]).tolist()
        asked = [_asked(allowed[(code == name) & (on == day)]) for day in days]
        had = set((last or {}).get(name, ()))
        before = [t for t, team in enumerate(teams) if {one.name for one in team} & had]
        found = take_turns(asked, len(teams), before, halves ^ side.get(name, 0))
        numbers = [tuple(team + 1 for team in sorted(chosen)) for chosen in found.teams]
        turns[name] = dict(zip(days, numbers, strict=True))
        repeats += [(name, days[at], team + 1) for at, team in found.repeats]
        proofs += [f"street {name}: {found.proof}"] if found.proof else []
    return StreetTurns(turns, tuple(repeats), tuple(proofs))


def _halves(teams: int, key: bytes) -> Ints:
    """Split the teams by the key in two even halves, 0 and 1, again and again: ``(splits, teams)``."""
    orders = [shuffled(key, f"turns {split}", np.arange(teams)) for split in range(SPLITS)]
    return np.argsort(np.array(orders).reshape(SPLITS, teams), axis=1) % 2


def _sides(drawn: pd.DataFrame, street: str, key: bytes) -> dict[str, int]:
    """Cut the city in two along a line whose direction the key decides, with half of the points on either side.

    Each half of the teams then has one side of the city to itself on each day, and its ways are short.
    """
    if not isinstance(drawn, gpd.GeoDataFrame):
        return {}
    at = shapely.get_coordinates(drawn.geometry.to_numpy())
    turn, mirror = below(key, "turns cut", _TURNS + 1), 1 - 2 * below(key, "turns mirror", 2)
    narrow = np.cos(np.radians(at[:, 1].mean()))  # a degree of longitude against one of latitude
    along = pd.Series(at[:, 0] * narrow * (_TURNS - turn) + mirror * at[:, 1] * turn, index=drawn.index)
    streets = along.groupby(drawn[street].astype(str)).agg(["mean", "size"]).sort_values("mean", kind="stable")
    upto = streets["size"].cumsum() - streets["size"] / 2
    return {str(name): int(sum_ > len(drawn) / 2) for name, sum_ in upto.items()}


def _asked(allowed: npt.NDArray[np.bool_]) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(row).tolist()) for row in np.unique(allowed, axis=0)}
