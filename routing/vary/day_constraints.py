"""One team's day in flat arrays, for compiled code: its stops are numbered anew from 0, then base and end."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing.problem import PlannedRoute, RoutingProblem, Seconds

Flags = npt.NDArray[np.bool_]
NEVER_S = -1  # latest start of a window that isn't there


class DayConstraints(NamedTuple):
    """What a day's order and times must keep to, in seconds from midnight.

    With ``n`` stops, row ``n`` of the matrices is the base and row ``n + 1`` the end; the way to an open end takes no
    time.
    """

    travel: Seconds  # (n + 2, n + 2)
    known: Flags  # (n + 2, n + 2), legs of past rounds
    dwell: Seconds  # (n,)
    first: Seconds  # (n, windows), earliest start of a visit
    last: Seconds  # (n, windows), latest; NEVER_S fills up
    start_s: int
    end_s: int
    spare_until_s: int  # a day begun later on purpose is over by then
    idle_s: int  # by how much it may begin later at most
    lunch_first_s: int
    lunch_last_s: int
    lunch_s: int  # 0: none
    legs: int  # that count as driven


def constraints_of(
    problem: RoutingProblem, route: PlannedRoute, *, past: Collection[tuple[int, int]] = (), slack: float = 0.0
) -> DayConstraints:
    """Look a team's day up.

    Parameters
    ----------
    problem
        What the plan answers.
    route
        The day as planned; its stops in this order are numbered from 0.
    past
        Legs of past rounds, as pairs of rows of the problem's matrix in either order.
    slack
        Share of the time that the planned day leaves before the end of its shift that may go into beginning later.
    """
    team = problem.teams[route.team]
    shift, lunch = team.shift, team.shift.lunch_starts
    rows = [*route.stops, team.base, team.base if team.end_base is None else team.end_base]
    travel = problem.matrix(route.team)[np.ix_(rows, rows)]
    if team.end_base is None:
        travel[:, -1] = 0
    dwell = problem.dwell_s[list(route.stops)]
    first, last = _starts(problem, route)
    eats = shift.lunch_s if lunch else 0
    done_s = max(route.back_s, (route.lunch_s or 0) + eats)
    until_s = done_s + int(slack * max(shift.end_s - done_s, 0))
    idle_s = until_s - shift.start_s - eats - int(dwell.sum()) - route.travel_s
    return DayConstraints(
        travel=np.ascontiguousarray(travel),
        known=_known(rows, past),
        dwell=dwell,
        first=first,
        last=last,
        start_s=shift.start_s,
        end_s=shift.end_s,
        spare_until_s=until_s,
        idle_s=max(idle_s, 0) if slack > 0 else 0,
        lunch_first_s=lunch[0] if lunch else 0,
        lunch_last_s=lunch[1] if lunch else 0,
        lunch_s=eats,
        legs=len(route.stops) + (team.end_base is not None),
    )


def _starts(problem: RoutingProblem, route: PlannedRoute) -> tuple[Seconds, Seconds]:
    fits = []
    for stop in route.stops:
        dwell_s = int(problem.dwell_s[stop])
        fits.append([(a, b - dwell_s) for a, b in problem.open_on(stop, route.day) if b - a >= dwell_s])
    width = max(map(len, fits), default=1)
    filled = [[*own, *[(0, NEVER_S)] * (width - len(own))] for own in fits]
    table = np.array(filled, np.int64).reshape(len(fits), width, 2)
    return np.ascontiguousarray(table[:, :, 0]), np.ascontiguousarray(table[:, :, 1])


def _known(rows: Sequence[int], past: Collection[tuple[int, int]]) -> Flags:
    known = np.zeros((len(rows), len(rows)), bool)
    if past:
        both = {pair for a, b in past for pair in ((a, b), (b, a))}
        known[:] = [[(a, b) in both for b in rows] for a in rows]
    return known
