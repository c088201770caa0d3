"""One warm-started run of PyVRP's iterated local search on a part of a problem.

PyVRP lets go of the interpreter while it searches, so parts in threads use all cores. Its own ``solve`` starts with
penalties so high that tens of thousands of iterations pass before the search may cross infeasible plans; short runs on
parts need the penalty handed on from run to run instead.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from pyvrp import (
    IteratedLocalSearch,
    IteratedLocalSearchParams,
    PenaltyManager,
    PenaltyParams,
    RandomNumberGenerator,
    Solution,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from routing.problem import Slot
from routing.search.vrp import PartProblem, Tours

NEIGHBOURS = (20, 50)  # looked at for a stop: few where windows are wide, PyVRP's own number where they are tight
SHAKEN = (10, 25)  # stops at most that a step takes out and puts back, likewise
PENALTY_UPDATES = 100  # solutions between updates: runs are short
PENALTY_RANGE = (0.1, 100_000.0)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a run may last.

    Parameters
    ----------
    iterations
        Steps of the local search.
    until_s
        When it ends at the latest, on the clock of ``time.perf_counter``; None: whenever the iterations are done.
    cancelled
        Asked at every step; True ends the run with the best found so far.
    """

    iterations: int
    until_s: float | None = None
    cancelled: Callable[[], bool] = lambda: False

    def over(self) -> bool:
        """Say whether time is up or the run is cancelled."""
        return self.cancelled() or (self.until_s is not None and time.perf_counter() >= self.until_s)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a run found."""

    tours: dict[Slot, tuple[int, ...]] | None  # None: nothing that PyVRP takes as feasible
    penalty: float  # for a second of lateness, where the search left it
    iterations: int


def improve(part: PartProblem, tours: Tours | None, effort: Effort, seed: int, penalty: float) -> SearchResult:
    """Search on from ``tours``, or from a random plan.

    Parameters
    ----------
    part
        What is solved.
    tours
        Where to start; None: at a random plan, improved by an exhaustive local search.
    effort
        When to stop.
    seed
        Of the search; the same seed and iterations give the same tours.
    penalty
        Cost of a second of lateness at the start.
    """
    random, tight = RandomNumberGenerator(seed=seed), part.tightness()
    near = compute_neighbours(part.data, NeighbourhoodParams(num_neighbours=_between(NEIGHBOURS, tight)))
    own = PerturbationManager(
        PerturbationParams(1, _between(SHAKEN, tight))
    )  # the default one is shared by all threads, and searches would no longer repeat
    search = LocalSearch(part.data, random, near, own)
    for operator in OPERATORS:
        if operator.supports(part.data):
            search.add_operator(operator(part.data))
    lowest, highest = PENALTY_RANGE
    params = PenaltyParams(solutions_between_updates=PENALTY_UPDATES, min_penalty=lowest, max_penalty=highest)
    manager = PenaltyManager(([], penalty, penalty), params)
    if tours is None:
        start = search(Solution.make_random(part.data, random), manager.max_cost_evaluator(), exhaustive=True)
    else:
        start = part.solution(tours)
    steps = _Steps(effort)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)  # what cannot be served is listed with its reason
        algorithm = IteratedLocalSearch(part.data, manager, search, start, IteratedLocalSearchParams())
        best = algorithm.run(steps, collect_stats=False).best
    found = part.tours(best) if best.is_feasible() else None
    return SearchResult(found, float(manager.penalties()[1]), steps.done)


def _between(bounds: tuple[int, int], share: float) -> int:
    return round(bounds[0] + share * (bounds[1] - bounds[0]))


class _Steps:
    """PyVRP's stopping rule that counts, looks at the clock and listens for a cancel."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self.done = 0

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002 - PyVRP's protocol
        if self.done >= self.effort.iterations or self.effort.over():
            return True
        self.done += 1
        return False
