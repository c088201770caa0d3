"""plan_round: from a drawn round to saved routes."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

from geo.catalogue import Catalogue
from geo.progress import Progress, silent
from geo.store import Store
from routing.brief import Brief, Days, Terms, brief_of
from routing.check import ensure
from routing.itinerary import plan_frames, unserved_frame
from routing.loads import farthest_load
from routing.network import network_of
from routing.problem import Plan, Reason, RoutingProblem
from routing.remedies import Change, Remedy, remedies, teams_for_all
from routing.solver import Standing, solve

PRICING = 0.2  # of the time, to find out what the drawn days cost


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How a round is planned.

    Parameters
    ----------
    seconds
        How long to search for shorter routes.
    seed
        Of the search.
    terms
        What the planner chose.
    catalogue
        Dwell times and usual hours; None: the edition that the round was made under.
    """

    seconds: float = 60.0
    seed: int = 0
    terms: Terms = field(default_factory=Terms)
    catalogue: Catalogue | None = None


DEFAULTS = PlanOptions()


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a plan came to."""

    routes: int
    served: int
    unserved: int
    travel_s: int
    team_days: int
    seconds: float
    teams_for_all: int | None  # teams that would serve all that only lack room
    reasons: Mapping[str, int]  # how many stops are not served for each reason
    farthest_load: float  # of the team whose work is farthest from its fair share, as a part of the share
    drawn_days_cost_s: int | None  # travel that free days would save at least; None: not asked, or days are free

    def as_json(self) -> dict[str, object]:
        """Give the keys of the JSON line."""
        return asdict(self)


def plan_round(
    store: Store,
    round_id: str,
    options: PlanOptions = DEFAULTS,
    *,
    progress: Progress = silent,
    watch: Callable[[Standing], bool] | None = None,
) -> PlanReport:
    """Plan a drawn round and save its routes, in the place of the plan it had.

    Parameters
    ----------
    store
        The city.
    round_id
        A round that is drawn.
    options
        How.
    progress
        Told at each stage.
    watch
        Told how the search stands; True ends it with the best plan so far, which is saved.

    Raises
    ------
    NotFoundError, StateError
        When there is no such round, or it is not drawn.
    PlanError
        When the independent checker refuses the plan; nothing is saved then.
    """
    began, seconds, seed = time.perf_counter(), options.seconds, options.seed
    progress("streets", 0, 1)
    round_ = store.round(round_id)
    network = network_of(store)
    progress("streets", 1, 1)
    catalogue = options.catalogue or store.catalogue(round_.edition)
    brief = brief_of(store, round_, network, catalogue, options.terms)
    pricing_s = (
        PRICING * seconds if brief.terms.days is Days.DRAWN and brief.terms.price_days and round_.days > 1 else 0
    )
    plan = solve(brief.problem, seconds=seconds - pricing_s, seed=seed, progress=progress, watch=watch)
    ensure(brief.problem, plan)
    free = _freed(brief.problem, plan, pricing_s, seed) if pricing_s else None
    routes, stops = plan_frames(brief, plan, network, progress=progress)
    store.save_routes(round_id, routes, stops, unserved_frame(brief, plan, _remedy_texts(brief, plan)))
    return PlanReport(
        routes=len(plan.routes),
        served=len(brief.problem.stops) - len(plan.unserved),
        unserved=len(plan.unserved),
        travel_s=plan.travel_s,
        team_days=len(plan.routes),
        seconds=round(time.perf_counter() - began, 2),
        teams_for_all=teams_for_all(brief.problem, plan),
        reasons=dict(Counter(map(str, plan.unserved.values()))),
        farthest_load=farthest_load(brief.problem, plan),
        drawn_days_cost_s=plan.travel_s - free.travel_s if free else None,
    )


def _freed(problem: RoutingProblem, plan: Plan, seconds: float, seed: int) -> Plan | None:
    """Search on with free days from a plan with drawn days; None when that serves less, and so cannot be compared."""
    free = solve(replace(problem, day_of=None), seconds=seconds, seed=seed, start=plan)
    return free if len(free.unserved) <= len(plan.unserved) else None


def _remedy_texts(brief: Brief, plan: Plan) -> dict[int, str]:
    found = remedies(brief.problem, plan)
    for stop, metres in brief.off_street_m.items():
        if plan.unserved.get(stop) is Reason.NO_WAY:
            found[stop] = Remedy(Change.STREET, {"metres": round(metres)})
    names = [team.id for team in brief.teams]
    return {stop: remedy.text(names) for stop, remedy in found.items()}
