"""solve(problem, *, seconds=None, iterations=None, seed): the shortest routes that serve the most."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from geo.progress import Progress, silent
from routing.problem import Plan, RoutingProblem
from routing.search.drafts import Drafts, holds, keep, routes_of
from routing.search.part_searches import Search
from routing.search.places import InsertionPlaces
from routing.search.unserved import reason_of


@dataclass(frozen=True, slots=True)
class SearchState:
    """How the search stands."""

    travel_s: int  # of the best plan so far
    unserved: int
    seconds_left: float | None  # None: it ends by iterations


def solve(  # noqa: PLR0913 - two ways to end it, two to listen, and where to start
    problem: RoutingProblem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int,
    progress: Progress = silent,
    watch: Callable[[SearchState], bool] | None = None,
    start: Plan | None = None,
) -> Plan:
    """Plan the routes.

    Parameters
    ----------
    problem
        What is asked.
    seconds
        Wall time of the search.
    iterations
        Steps of the local search in all; the same problem, seed and iterations give the same plan. Without ``seconds``
        and ``iterations`` there are 100 for each stop.
    seed
        Of everything random.
    progress
        Told how far the search is, in hundredths of it.
    watch
        Told several times a second how the search stands; True ends it at once with the best plan so far.
    start
        A plan to better; what of it does not hold for this problem is left out first.

    Returns
    -------
    Plan
        Every stop is in a route or listed with the reason why not.
    """
    if seconds is None and iterations is None:
        iterations = 100 * len(problem.stops)
    tours = _held(problem, start) if start else None
    search = Search(problem, seed=seed, seconds=seconds, iterations=iterations, tours=tours)

    def listen() -> bool:
        progress("routes", round(100 * search.share_done()), 100)
        if watch is None:
            return False
        left = None if seconds is None else max(0.0, search.ends_at - time.perf_counter())
        return watch(SearchState(search.travel_s(), len(search.missing), left))

    search.run(listen)
    return build_plan(problem, search.tours)


def _held(problem: RoutingProblem, plan: Plan) -> Drafts:
    """Take what of a plan this problem allows."""
    known, slots, tours = set(problem.stops), set(problem.slots()), {}
    for route in plan.routes:
        slot = (route.team, route.day)
        if slot in slots:
            avoids = problem.teams[route.team].avoids
            allowed = [stop for stop in route.stops if stop in known and stop not in avoids]
            tours[slot] = keep(problem, slot, [stop for stop in allowed if holds(problem, slot, [stop])])
    return {slot: stops for slot, stops in tours.items() if stops}


def build_plan(problem: RoutingProblem, tours: Drafts) -> Plan:
    """Bring tours onto the real clock, put what is missing where it still fits, and say why for the rest."""
    drafts = {slot: keep(problem, slot, stops) for slot, stops in tours.items()}
    served = {stop for stops in drafts.values() for stop in stops}
    places = InsertionPlaces(problem, drafts)
    left = places.insert(set(problem.stops) - served)
    drafts = {slot: stops for slot, stops in places.drafts.items() if stops}
    return Plan(routes_of(problem, drafts), {stop: reason_of(places, stop) for stop in left})
