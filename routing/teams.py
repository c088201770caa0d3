"""Drawn teams: who goes with whom, and which street they get: avoidance always, rotation whenever it is possible.

The other half of 双随机 (inspectors are drawn as well as objects). What cannot be kept is said, with the proof that it
cannot.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError, PlanError
from geo.model import Inspector
from routing.draw.stream import shuffled, words
from routing.pairing import Pair, Team, partition, stuck
from routing.rotation import Rotation, rotate

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
        """Give the pairs that were together within the window."""
        rounds = self.past[-self.window :] if self.window > 0 else []
        return {pair for teams in rounds for team in teams for pair in combinations(sorted(team), 2)}

    def never(self) -> set[Pair]:
        """Give the pairs that must be apart, names in order."""
        return {(min(pair), max(pair)) for pair in self.apart}


@dataclass(frozen=True, slots=True)
class TeamDraw:
    """Drawn teams, and what they could not keep."""

    teams: tuple[Team, ...]
    repeats: tuple[Pair, ...] = ()  # pairs that were together within the window
    proof: str = ""  # why there are any


@dataclass(frozen=True, slots=True)
class Avoidance:
    """A line of the avoidance table (回避): an inspector, and what they must not inspect. Empty fields name nothing."""

    inspector: str
    street: str = ""
    unit: str = ""
    checkpoint: str = ""
    reason: str = "kinship"


@dataclass(frozen=True, slots=True)
class StreetPlan:
    """Who inspects what, and what the rotation could not keep."""

    team: pd.Series  # number of the team, from 1, of every drawn point
    repeats: tuple[tuple[str, int, int], ...] = ()  # street, day, team: it had the street the day before
    proofs: tuple[str, ...] = ()  # one per street with repeats


def draw_teams(inspectors: Sequence[Inspector], count: int, key: bytes, rules: TeamRules | None = None) -> TeamDraw:
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
    return TeamDraw(tuple(teams[at] for at in shuffled(key, "teams", np.arange(len(teams)))), found, proof)


def _sizes(names: list[str], count: int) -> dict[int, int]:
    """Give how many teams there are of each size."""
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
) -> StreetPlan:
    """Draw which team inspects which street on which day.

    A street goes as a whole to one team a day, the least loaded one that may, ties by the key; where no team may
    inspect all of
    it, it is split by responsible unit. No team gets a street two days in a row, unless the streets' own possibilities
    make that impossible.

    Parameters
    ----------
    teams
        The teams, whose numbers count from 1.
    drawn
        The sample with ``day``, ``unit`` and the street.
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
        When no team at all may inspect some point, naming who stands in the way in each.
    """
    allowed = np.column_stack([may_inspect(team, drawn, avoid).to_numpy(bool) for team in teams])
    if not allowed.any(axis=1).all():
        point = drawn.index[int(np.argmin(allowed.any(axis=1)))]
        raise PlanError(
            "no team may inspect {id!r}: every team has a member with its unit or street, or one whom the table names",
            id=str(point),
        )
    pieces = _pieces(drawn, allowed, street)
    order = shuffled(key, "street order", np.arange(len(pieces))).tolist()
    order.sort(key=lambda at: -pieces[at].size)  # the heaviest first, so that the light ones even out
    ranks = np.argsort(words(key, "street teams", len(teams)), kind="stable")
    load: dict[tuple[int, int], int] = {}
    number = np.zeros(len(drawn), np.int64)
    found: list[tuple[Rotation, str]] = []
    for at in order:
        piece = pieces[at]
        before = {
            t for t, team in enumerate(teams) if {one.name for one in team} & set((last or {}).get(piece.street, ()))
        }
        turn = rotate(piece.days, piece.allowed, before, load, ranks.tolist())
        for day, team in zip(piece.days, turn.teams, strict=True):
            load[day, team] = load.get((day, team), 0) + len(piece.members[day])
            number[piece.members[day]] = team + 1
        found.append((turn, piece.street))
    repeats = sorted((name, day, team + 1) for turn, name in found for day, team in turn.repeats)
    proofs = sorted(f"street {name}: {turn.proof}" for turn, name in found if turn.proof)
    return StreetPlan(pd.Series(number, index=drawn.index, name="team"), tuple(repeats), tuple(proofs))


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one team inspects a day: a street, or a unit's points in it."""

    street: str
    members: dict[int, npt.NDArray[np.int64]]  # positions of the points by day
    allowed: list[list[int]]  # teams that may, for each day

    @property
    def days(self) -> list[int]:
        return sorted(self.members)

    @property
    def size(self) -> int:
        return sum(len(one) for one in self.members.values())


def _pieces(drawn: pd.DataFrame, allowed: npt.NDArray[np.bool_], street: str) -> list[_Piece]:
    """Cut the sample into streets, and a street that no team may inspect whole on some day into its units."""
    pieces = []
    for name, inside in drawn.reset_index(drop=True).groupby(street, sort=True):
        whole = _piece(str(name), inside, allowed)
        if all(whole.allowed):
            pieces.append(whole)
        else:
            pieces += [_piece(str(name), part, allowed) for _, part in inside.groupby("unit", sort=True)]
    return pieces


def _piece(name: str, inside: pd.DataFrame, allowed: npt.NDArray[np.bool_]) -> _Piece:
    members = {int(str(day)): part.index.to_numpy(np.int64) for day, part in inside.groupby("day")}
    teams = [np.flatnonzero(allowed[members[day]].all(axis=0)).tolist() for day in sorted(members)]
    return _Piece(name, members, teams)
