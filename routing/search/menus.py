"""What each team's day offers, on the clock with lunch cut out."""

from routing.hours import Clock
from routing.problem import UNREACHABLE_S, RoutingProblem, Slot, Window
from routing.search.drafts import holds

OTHER_SHARES = (0.25, 0.75, 0.0, 1.0)  # of the lunch hours, where lunch may be cut out instead of in the middle


def best_menus(problem: RoutingProblem) -> "Menus":
    """Cut lunch out in the middle of its hours, or where it hides least when that hides a place from the search.

    A place that is open in the cut hour alone has no window left on the cut clock, though a team can eat before or
    after it.
    """
    middle = Menus(problem)
    hidden = set(problem.stops) - middle.offered()
    if not any(_alone(problem, slot, stop) for stop in hidden for slot in problem.slots()):
        return middle
    return max([middle, *(Menus(problem, share) for share in OTHER_SHARES)], key=lambda menus: len(menus.offered()))


def _alone(problem: RoutingProblem, slot: Slot, stop: int) -> bool:
    return stop not in problem.teams[slot[0]].avoids and holds(problem, slot, [stop])


class Menus:
    """What each team's day offers: for each stop the starts that its windows leave, on the cut clock.

    Parameters
    ----------
    problem
        The whole problem.
    share
        Where the lunch is cut out, see :class:`routing.hours.Clock`.
    """

    def __init__(self, problem: RoutingProblem, share: float = 0.5) -> None:
        self.problem = problem
        self.clocks = [Clock.of(team.shift, share) for team in problem.teams]
        self._menus: dict[Slot, dict[int, tuple[Window, ...]]] = {}

    def of(self, slot: Slot) -> dict[int, tuple[Window, ...]]:
        """Return the stops that a team can visit on a day by themselves, with their starts."""
        if slot not in self._menus:
            self._menus[slot] = self._make(slot)
        return self._menus[slot]

    def offered(self) -> set[int]:
        """Return the stops that any team's day offers."""
        return {stop for slot in self.problem.slots() for stop in self.of(slot)}

    def _make(self, slot: Slot) -> dict[int, tuple[Window, ...]]:
        number, day = slot
        problem, team, clock = self.problem, self.problem.teams[number], self.clocks[number]
        travel = problem.matrix(number)
        end_s = clock.cut(team.shift.end_s)
        menu = {}
        for stop in problem.stops:
            if stop in team.avoids:
                continue
            out_s = int(travel[team.base, stop])
            home_s = 0 if team.end_base is None else int(travel[stop, team.end_base])
            if max(out_s, home_s) >= UNREACHABLE_S:
                continue
            dwell_s = int(problem.dwell_s[stop])
            latest = end_s - home_s - dwell_s
            starts = clock.starts(problem.open_on(stop, day), dwell_s)
            fits = tuple(s for s in starts if max(s[0], team.shift.start_s + out_s) <= min(s[1], latest))
            if fits:
                menu[stop] = fits
        return menu
