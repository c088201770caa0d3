"""The least change that would serve a stop which no route visits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from geo.notes import Note
from routing.problem import HOUR_S, Plan, Reason, RoutingProblem, Slot
from routing.search.drafts import Drafts, detour_s, holds, shift_s, work_s
from routing.search.places import InsertionPlaces
from routing.search.timetable import NEVER_S, TimetableDay, earliest_back

_TRIED = 60  # places for a stop, nearest first, before the least overtime is taken
_ENOUGH_TEAMS = 200


class Change(StrEnum):
    """What is to be changed, as a code; :data:`CHANGES` says it."""

    STREET = "street"
    BASE = "base"
    WAY = "way"
    TEAM = "team"
    DAY = "day"
    OPEN_DAY = "open_day"
    OPEN_UNTIL = "open_until"
    OPEN_FROM = "open_from"
    OPEN = "open"
    OVERTIME = "overtime"
    TAKEOVER = "takeover"
    MORE = "more"
    PRIZE = "prize"


CHANGES: Mapping[Change, str] = {
    Change.STREET: (
        "{metres} m from the nearest street that can be reached: move it to a street, or import the one missing"
    ),
    Change.BASE: (
        "the base of {team} lies {metres} m from the nearest street that can be left: correct it in the team table"
    ),
    Change.WAY: "no way by {mode}: open a street that is closed, or give a team another mode",
    Change.TEAM: "give it to a team without inspectors of its unit or street",
    Change.DAY: "visit it on day {day}, when {team} has room",
    Change.OPEN_DAY: "visit it on day {day}, when it is open",
    Change.OPEN_UNTIL: "let it be open until {time} on day {day}",
    Change.OPEN_FROM: "let it be open from {time} on day {day}",
    Change.OPEN: "let it be open for {minutes} minutes on day {day}",
    Change.OVERTIME: "let {team} work {minutes} minutes longer on day {day}",
    Change.TAKEOVER: "let {team} take it over on day {day}, which adds {minutes} minutes of travel",
    Change.MORE: "add a team",
    Change.PRIZE: "raise its prize above {seconds} s, or make it a stop that must be visited",
}
"""Changes in English, as templates for their values; the texts are the keys of their translations."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change with its values; days count from 1, ``team`` is the team's place in the problem or its name."""

    change: Change
    values: Mapping[str, object]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Read what :meth:`plain` writes."""
        return cls(Change(kept["change"]), kept["values"])

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values: the code and its values."""
        return {"change": str(self.change), "values": dict(self.values)}

    def named(self, names: Sequence[str]) -> "Remedy":
        """Return it with the name of its team in the place of its number; ``names`` are those of all teams."""
        if "team" not in self.values:
            return self
        return Remedy(self.change, {**self.values, "team": names[int(str(self.values["team"]))]})

    def note(self) -> Note:
        """Return it as a template and its values."""
        return Note(CHANGES[self.change], self.values)

    def text(self, names: Sequence[str] | None = None) -> str:
        """Say it in English, with the team's name when ``names`` gives the names of all teams."""
        return (self if names is None else self.named(names)).note().text()


def remedies(problem: RoutingProblem, plan: Plan) -> dict[int, Remedy]:
    """Find for each stop that is not served the least change that would serve it."""
    drafts: Drafts = {(route.team, route.day): route.stops for route in plan.routes}
    places = InsertionPlaces(problem, drafts)
    answer: dict[Reason, Callable[[int], Remedy]] = {
        Reason.NO_WAY: lambda _: Remedy(Change.WAY, {"mode": ", ".join(dict.fromkeys(t.mode for t in problem.teams))}),
        Reason.AVOIDED: lambda _: Remedy(Change.TEAM, {}),
        Reason.CLOSED: lambda stop: _another_day(places, stop) or _wider(problem, stop),
        Reason.FULL: lambda stop: _another_day(places, stop, room=True) or _overtime(problem, drafts, stop),
        Reason.NOT_WORTH: lambda stop: Remedy(Change.PRIZE, {"seconds": _price(problem, drafts, stop)}),
    }
    return {stop: answer[reason](stop) for stop, reason in plan.unserved.items()}


def teams_for_all(problem: RoutingProblem, plan: Plan) -> int | None:
    """Return a number of teams that serves every stop which only lacks room; None when even very many do not.

    The further teams are like the one with the longest day, and work on all days. The number is proved by putting the
    stops into their days on the real clock, so it is enough; a longer search may do with fewer.
    """
    if not problem.teams:
        return 0
    longest = max(range(len(problem.teams)), key=lambda number: shift_s(problem, number))
    team = replace(problem.teams[longest], days=None, avoids=frozenset())
    one = replace(problem, teams=(team,))
    left = [stop for stop, reason in plan.unserved.items() if reason is Reason.FULL and _fits_alone(one, stop)]
    if not left:
        return len(problem.teams)
    for extra in range(1, _ENOUGH_TEAMS):
        wider = replace(problem, teams=(team,) * extra)
        places = InsertionPlaces(wider, {})
        for stop in sorted(left, key=lambda stop: -int(problem.dwell_s[stop])):
            found = places.cheapest(stop)
            if found is None:
                break
            places.put(*found, stop)
        else:
            return len(problem.teams) + extra
        if extra > len(left):
            break
    return None


def _another_day(places: InsertionPlaces, stop: int, *, room: bool = False) -> Remedy | None:
    """Move a stop that is bound to its day: to one with room, or, unless there must be room, to one when it is open."""
    problem = places.problem
    if problem.day_of[stop] is None:
        return None
    found = places.cheapest(stop, any_day=True)
    if found:
        return Remedy(Change.DAY, {"day": found[0][1] + 1, "team": found[0][0]})
    free = replace(problem, day_of={**problem.day_of, stop: None})
    open_days = [] if room else [slot[1] for slot in free.slots() if holds(free, slot, [stop])]
    return Remedy(Change.OPEN_DAY, {"day": open_days[0] + 1}) if open_days else None


def _wider(problem: RoutingProblem, stop: int) -> Remedy:
    """Widen the hours of a day by as little as serves the stop alone."""
    dwell_s = int(problem.dwell_s[stop])
    options = []
    for number, day in problem.slots():
        if problem.day_of[stop] not in (None, day) or stop in problem.teams[number].avoids:
            continue
        team, travel = problem.teams[number], problem.matrix(number)
        first = team.shift.start_s + int(travel[team.base, stop])
        last = team.shift.end_s - (0 if team.end_base is None else int(travel[stop, team.end_base]))
        for open_s, close_s in problem.windows[stop][day]:
            until_s, from_s = max(open_s, first) + dwell_s, min(close_s, last) - dwell_s
            if close_s < until_s <= last:
                options.append((until_s - close_s, Change.OPEN_UNTIL, until_s, day))
            if first <= from_s < open_s:
                options.append((open_s - from_s, Change.OPEN_FROM, from_s, day))
    if options:
        _, change, second, day = min(options)
        second = -(-second // 60) * 60 if change is Change.OPEN_UNTIL else second // 60 * 60
        return Remedy(change, {"time": f"{second // HOUR_S:02d}:{second % HOUR_S // 60:02d}", "day": day + 1})
    return Remedy(Change.OPEN, {"minutes": -(-dwell_s // 60), "day": (problem.day_of[stop] or 0) + 1})


def _overtime(problem: RoutingProblem, drafts: Drafts, stop: int) -> Remedy:
    """Let the team work longer that would be back the soonest; another team, when that is over an hour.

    A stop that is too far for a whole shift is helped by no other team.
    """
    late = [
        (earliest_back(TimetableDay.of(problem, *slot), stops) - problem.teams[slot[0]].shift.end_s, slot)
        for slot, stops in _insertions(problem, drafts, stop)
    ]
    late_s, slot = min(late, default=(NEVER_S, (0, 0)))
    if late_s > HOUR_S and (late_s >= NEVER_S // 2 or _fits_alone(problem, stop)):
        return Remedy(Change.MORE, {})
    return Remedy(Change.OVERTIME, {"team": slot[0], "minutes": max(1, -(-late_s // 60)), "day": slot[1] + 1})


def _fits_alone(problem: RoutingProblem, stop: int) -> bool:
    willing = (slot for slot in problem.slots() if stop not in problem.teams[slot[0]].avoids)
    return any(holds(problem, slot, [stop]) for slot in willing)


def _price(problem: RoutingProblem, drafts: Drafts, stop: int) -> int:
    added = [detour_s(problem, slot, stops, place, stop) for slot, stops, place in _places(problem, drafts, stop)]
    return min(added, default=0)


def _insertions(problem: RoutingProblem, drafts: Drafts, stop: int) -> Iterator[tuple[Slot, list[int]]]:
    """Put a stop into the places of the routes of its day, those with the least overtime by work alone first."""
    ranked = []
    for slot, stops, place in _places(problem, drafts, stop):
        added = detour_s(problem, slot, stops, place, stop)
        over_s = work_s(problem, slot, stops) + added + int(problem.dwell_s[stop]) - shift_s(problem, slot[0])
        ranked.append((max(over_s, 0), added, slot, place))
    for _, _, slot, place in sorted(ranked)[:_TRIED]:
        stops = drafts.get(slot, ())
        yield slot, [*stops[:place], stop, *stops[place:]]


def _places(problem: RoutingProblem, drafts: Drafts, stop: int) -> Iterator[tuple[Slot, tuple[int, ...], int]]:
    for slot in problem.slots():
        if stop not in problem.teams[slot[0]].avoids and problem.open_on(stop, slot[1]):
            stops = drafts.get(slot, ())
            yield from ((slot, stops, place) for place in range(len(stops) + 1))
