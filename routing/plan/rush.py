"""Rush hours on the solver's clock: shorter than the real ones by as much as travel is slower in them.

The solver travels at daytime speeds all day. Its clock runs slower than the real one in the rush hours, by the share
of the daytime speed that is left of the slowest pair: what fits into a rush hour on this clock fits on the real one,
since nothing is slowed more, and visits are not slowed at all (Ichoua, Gendreau and Potvin 2003,
https://doi.org/10.1016/S0377-2217(02)00147-9: speeds that change while a leg is travelled keep the order of arrivals).
The independent checker replays the plan on the real clock with the speeds of each hour.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from routing.problem import UNREACHABLE_S, Plan, PlannedRoute, Shift, Window

MORNING_RUSH_S = (7 * 3600, 9 * 3600)
EVENING_RUSH_S = (17 * 3600, 19 * 3600)
_ROUNDING = 0.001
PARTS = 10_000
"""A share is a whole number of these parts, so that whoever verifies a plan has the same clock."""


@dataclass(frozen=True, slots=True)
class RushClock:
    """The solver's clock.

    Parameters
    ----------
    morning, evening
        Share of the daytime speed that is left in the rush hours, above 0 and at most 1; 1: no rush.
    """

    morning: float = 1.0
    evening: float = 1.0

    def solver_s(self, real_s: float) -> float:
        """Say a time of the real clock on the solver's."""
        ahead = max(0.0, MORNING_RUSH_S[1] - max(real_s, MORNING_RUSH_S[0]))
        behind = max(0.0, min(real_s, EVENING_RUSH_S[1]) - EVENING_RUSH_S[0])
        return real_s + (1 - self.morning) * ahead - (1 - self.evening) * behind

    def real_s(self, solver_s: float) -> float:
        """Say a time of the solver's clock on the real one."""
        if solver_s < MORNING_RUSH_S[1]:
            inside = MORNING_RUSH_S[1] - (MORNING_RUSH_S[1] - solver_s) / self.morning
            return max(inside, solver_s - (1 - self.morning) * (MORNING_RUSH_S[1] - MORNING_RUSH_S[0]))
        if solver_s > EVENING_RUSH_S[0]:
            inside = EVENING_RUSH_S[0] + (solver_s - EVENING_RUSH_S[0]) / self.evening
            return min(inside, solver_s + (1 - self.evening) * (EVENING_RUSH_S[1] - EVENING_RUSH_S[0]))
        return solver_s

    def begin_s(self, solver_s: int) -> int:
        """Say when something begins really: rounded so that neither an opening nor a closing hour is missed."""
        real_s = self.real_s(solver_s)
        return math.ceil(real_s) if solver_s < MORNING_RUSH_S[1] else math.floor(real_s)

    def windows(self, real: Sequence[Window]) -> list[Window]:
        """Say opening windows on the solver's clock; one that only the rush held is left out."""
        found = [(self._open(begin), self._close(end)) for begin, end in real]
        return [(begin, end) for begin, end in found if begin < end]

    def shift(self, real: Shift) -> Shift:
        """Say a shift on the solver's clock."""
        start_s, end_s = self._open(real.start_s), self._close(real.end_s)
        lunch = self._open(real.lunch_from_s), self._close(real.lunch_until_s)
        if end_s <= start_s or (real.lunch_s and lunch[1] - lunch[0] < real.lunch_s):
            return real
        return replace(real, start_s=start_s, end_s=end_s, lunch_from_s=lunch[0], lunch_until_s=lunch[1])

    def real(self, plan: Plan) -> Plan:
        """Say a plan on the real clock: visits last as long as ever, what lies between them is longer in a rush."""
        return replace(plan, routes=tuple(map(self._route, plan.routes)))

    def _open(self, real_s: int) -> int:
        return math.ceil(self.solver_s(real_s))

    def _close(self, real_s: int) -> int:
        return math.floor(min(real_s, self.solver_s(real_s)))

    def _route(self, route: PlannedRoute) -> PlannedRoute:
        arrive_s = tuple(map(self.begin_s, route.arrive_s))
        stay_s = [depart - arrive for arrive, depart in zip(route.arrive_s, route.depart_s, strict=True)]
        return replace(
            route,
            leave_s=math.floor(self.real_s(route.leave_s)),
            arrive_s=arrive_s,
            depart_s=tuple(arrive + stay for arrive, stay in zip(arrive_s, stay_s, strict=True)),
            back_s=self.begin_s(route.back_s) if route.back_s > route.depart_s[-1] else arrive_s[-1] + stay_s[-1],
            lunch_s=None if route.lunch_s is None else self.begin_s(route.lunch_s),
        )


def share_left(day_s: npt.NDArray[np.int64], rush_s: npt.NDArray[np.int64], *, least: float = 0.0) -> float:
    """Return the share of the daytime speed that the slowest pair keeps in a rush.

    Parameters
    ----------
    day_s, rush_s
        Travel seconds of all pairs, shape (n, n).
    least
        The share of the slowest street: no pair keeps less, however its seconds are rounded.
    """
    counted = (day_s < UNREACHABLE_S) & (rush_s < UNREACHABLE_S) & (rush_s > day_s)
    if not counted.any():
        return 1.0
    left = max(least, float((day_s[counted] / rush_s[counted]).min())) - _ROUNDING
    return math.floor(left * PARTS) / PARTS


def rush_of(shares: Iterable[tuple[float, float]]) -> RushClock:
    """Make one clock for teams that are slowed differently: the slowest decides.

    Parameters
    ----------
    shares
        Morning's and evening's of each mode.
    """
    morning, evening = zip(*shares, strict=True)
    return RushClock(min(1.0, *morning), min(1.0, *evening))
