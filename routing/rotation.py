"""One street over the days of a round: the team of each day, no team two days in a row where that can be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Rotation:
    """The teams of a street, day by day."""

    teams: tuple[int, ...]
    repeats: tuple[tuple[int, int], ...] = ()  # day, team: it had the street on the day before
    proof: str = ""  # why there are any


_Way = tuple[tuple[int, int, int], tuple[int, ...]]  # repeats, load and ranks so far; the teams


def rotate(
    days: Sequence[int],
    allowed: Sequence[Sequence[int]],
    before: Collection[int],
    load: Mapping[tuple[int, int], int],
    ranks: Sequence[int],
) -> Rotation:
    """Choose teams with the fewest repeats, among those the least loaded: exactly, by dynamic programming over days.

    Parameters
    ----------
    days
        Days with something to inspect, ascending.
    allowed
        Teams that may inspect the street, for each of the days; none is empty.
    before
        Teams that had the street last before the first day.
    load
        Points that a team has already, by day and team.
    ranks
        Teams in an order of the key's making, which breaks ties.
    """
    place = {team: at for at, team in enumerate(ranks)}
    best: dict[int, _Way] = {}
    for at, day in enumerate(days):
        now: dict[int, _Way] = {}
        for team in allowed[at]:
            own = load.get((day, team), 0), place[team]
            if at == 0:
                ways: list[_Way] = [((int(team in before), *own), (team,))]
            else:
                ways = [
                    (
                        (cost[0] + (last == team and day == days[at - 1] + 1), cost[1] + own[0], cost[2] + own[1]),
                        (*teams, team),
                    )
                    for last, (cost, teams) in best.items()
                ]
            now[team] = min(ways)
        best = now
    cost, teams = min(best.values())
    if not cost[0]:
        return Rotation(teams)
    repeats = [(days[0], teams[0])] if teams[0] in before else []
    steps = pairwise(zip(days, teams, strict=True))
    repeats += [(day, team) for (past, last), (day, team) in steps if last == team and day == past + 1]
    return Rotation(teams, tuple(repeats), _proof(days, allowed, before, cost[0]))


def _proof(days: Sequence[int], allowed: Sequence[Sequence[int]], before: Collection[int], least: int) -> str:
    """List what each day allows: from this alone anyone sees that fewer repeats are impossible."""
    parts = [f"day {day} only {_named(teams)}" for day, teams in zip(days, allowed, strict=True)]
    had = f"{_named(sorted(before))} had it last; " if before else ""
    return f"{had}{', '.join(parts)}; every choice repeats at least {least} times"


def _named(teams: Collection[int]) -> str:
    return "team " + " or ".join(str(team + 1) for team in teams)
