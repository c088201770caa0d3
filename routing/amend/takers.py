"""Who else could take a stop that falls out: the team of the day to which it adds the least travel."""

from collections.abc import Sequence
from dataclasses import replace

from routing.amend.context import DAY_S, AmendmentContext
from routing.amend.remainder import Rest, pose
from routing.plan.remedies import Change, Remedy
from routing.problem import UNREACHABLE_S
from routing.search.drafts import detour_s, holds


def takers(context: AmendmentContext, rest: Rest, lost: Sequence[str]) -> dict[str, Remedy]:
    """Find for each stop that falls out of a day the team that could take it over, one stop by itself.

    Parameters
    ----------
    context
        The round.
    rest
        The day that loses them.
    lost
        Their checkpoints.
    """
    best: dict[str, tuple[int, str]] = {}
    if context.now_s(rest.day) == DAY_S:
        return {}
    for team, barred in context.barred_by_team(rest.day, lost).items():
        may = tuple(stop for at, stop in enumerate(lost) if at not in barred)
        if team == rest.team or not may or not context.team(team).works(rest.day):
            continue
        for stop, added_s in _added(context, replace(rest, team=team, stops=(), added=may)).items():
            best[stop] = min(best.get(stop, (UNREACHABLE_S, "")), (added_s, team))
    return {
        stop: Remedy(Change.TAKEOVER, {"team": team, "day": rest.day, "minutes": round(added_s / 60)})
        for stop, (added_s, team) in best.items()
    }


def _added(context: AmendmentContext, rest: Rest) -> dict[str, int]:
    """Return the least travel that each stop adds where it fits into a team's day."""
    progress = context.day_progress(rest.team, rest.day)
    if progress.home:
        return {}
    if progress.sooner_s is not None:
        progress = replace(progress, free_s=progress.sooner_s)
    posed = pose(context, replace(rest, progress=progress, stops=progress.ahead, untried=True, anew=False))
    problem, slot = posed.problem, (0, rest.day - 1)
    order = tuple(range(len(progress.ahead)))
    found = {}
    for at, stop in enumerate(rest.added, start=len(order)):
        places = ((detour_s(problem, slot, order, place, at), place) for place in range(len(order) + 1))
        for added_s, place in sorted(places):
            if added_s < UNREACHABLE_S and holds(problem, slot, (*order[:place], at, *order[place:])):
                found[stop] = added_s
                break
    return found
