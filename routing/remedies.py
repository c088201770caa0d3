"""The least change that would serve a stop which no route visits."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from routing.brief import Brief
from routing.problem import HOUR_S, UNREACHABLE_S, Plan, Reason, RoutingProblem, Window
from routing.settle import detour_s, holds
from routing.timetable import NEVER_S, Day, earliest_back
from routing.vrp import Slot

_TRIED = 60  # places for a stop, nearest first, before the least overtime is taken

TEMPLATES = {
    "street": "{metres} m from the nearest street that can be reached: move it to a street, or import the one missing",
    "way": "no way by {mode}: open a street that is closed, or give a team another mode",
    "team": "give it to a team without inspectors of its unit or street",
    "day": "visit it on day {day}, when {team} has room",
    "hours": "let it open from {begin} to {end} on day {day}",
    "overtime": "let {team} work {minutes} minutes longer on day {day}",
    "more": "add a team",
    "prize": "raise its prize, or make it a stop that must be visited",
}


def remedy_texts(brief: Brief, plan: Plan) -> dict[int, str]:
    """Say for each stop that is not served what would serve it."""
    drafts = {(route.team, route.day): route.stops for route in plan.routes}
    answer: dict[Reason, Callable[[int], str]] = {
        Reason.NO_WAY: lambda stop: _no_way(brief, stop),
        Reason.AVOIDED: lambda _: TEMPLATES["team"],
        Reason.CLOSED: lambda stop: _closed(brief, drafts, stop),
        Reason.FULL: lambda stop: _full(brief, drafts, stop),
        Reason.NOT_WORTH: lambda _: TEMPLATES["prize"],
    }
    return {stop: answer[reason](stop) for stop, reason in plan.unserved.items()}


def _no_way(brief: Brief, stop: int) -> str:
    if stop in brief.off_street_m:
        return TEMPLATES["street"].format(metres=round(brief.off_street_m[stop]))
    return TEMPLATES["way"].format(mode=", ".join(dict.fromkeys(str(team.mode) for team in brief.teams)))


def _closed(brief: Brief, drafts: Mapping[Slot, Sequence[int]], stop: int) -> str:
    other = _room_on_another_day(brief, drafts, stop)
    if other:
        return other
    problem = brief.problem
    day = problem.day_of[stop] or 0
    dwell_s = int(problem.dwell_s[stop])
    begin_s = 14 * HOUR_S
    return TEMPLATES["hours"].format(begin=_clock(begin_s), end=_clock(begin_s + max(dwell_s, HOUR_S)), day=day + 1)


def _full(brief: Brief, drafts: Mapping[Slot, Sequence[int]], stop: int) -> str:
    other = _room_on_another_day(brief, drafts, stop)
    if other:
        return other
    problem = brief.problem
    late = [
        (earliest_back(Day.of(problem, *slot), stops) - problem.teams[slot[0]].shift.end_s, slot)
        for slot, stops in _insertions(problem, drafts, stop, problem.day_of[stop])
    ]
    late_s, slot = min(late, default=(NEVER_S, (0, 0)))
    if late_s >= HOUR_S:
        return TEMPLATES["more"]
    return TEMPLATES["overtime"].format(team=brief.teams[slot[0]].id, minutes=-(-late_s // 60), day=slot[1] + 1)


def _room_on_another_day(brief: Brief, drafts: Mapping[Slot, Sequence[int]], stop: int) -> str:
    problem = brief.problem
    if problem.day_of[stop] is None:
        return ""
    free = _freed(problem, stop)
    for slot, stops in _insertions(free, drafts, stop, None):
        if holds(free, slot, stops):
            return TEMPLATES["day"].format(day=slot[1] + 1, team=brief.teams[slot[0]].id)
    return ""


def _freed(problem: RoutingProblem, stop: int) -> RoutingProblem:
    """Let one stop go on any day."""
    return RoutingProblem(
        problem.travel_s,
        problem.dwell_s,
        problem.teams,
        days=problem.days,
        windows=problem.windows,
        day_of={**problem.day_of, stop: None},
        prizes=problem.prizes,
        stops=problem.stops,
    )


def _insertions(
    problem: RoutingProblem, drafts: Mapping[Slot, Sequence[int]], stop: int, day: int | None
) -> Iterator[tuple[Slot, list[int]]]:
    """Put a stop into each place of each route of its day, the shortest detours first."""
    places = []
    for slot in problem.slots():
        if stop in problem.teams[slot[0]].avoids or day not in (None, slot[1]):
            continue
        stops = drafts.get(slot, ())
        places += [(detour_s(problem, slot, stops, place, stop), slot, place) for place in range(len(stops) + 1)]
    for added_s, slot, place in sorted(places)[:_TRIED]:
        if added_s < UNREACHABLE_S:
            stops = drafts.get(slot, ())
            yield slot, [*stops[:place], stop, *stops[place:]]


def _clock(second: int) -> str:
    return f"{second // HOUR_S:02d}:{second % HOUR_S // 60:02d}"


def hours_text(windows: Sequence[Window]) -> str:
    """Write windows as ``08:30-12:00,14:00-17:30``."""
    return ",".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in windows)
