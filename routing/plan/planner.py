"""plan_round: from a drawn round to saved routes that nobody can foresee."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from geo.catalogue import Catalogue
from geo.model import Mode
from geo.progress import Progress, silent
from geo.store import Store
from geo.store.plans import NewPlan
from geo.store.revisions import PlanState
from routing.check import ensure
from routing.plan.forecast import chances, figures
from routing.plan.itinerary import plan_frames, unserved_frame
from routing.plan.problem_builder import PosedRound, pose_round
from routing.plan.remedies import Change, Remedy, remedies, teams_for_all
from routing.plan.report import LONG_WALK_M, PlanReport, plain
from routing.plan.terms import Days, Terms
from routing.problem import Plan, Reason
from routing.search.loads import farthest_load
from routing.solver import SearchState, solve
from routing.streets.network import network_of
from routing.streets.working import work_time
from routing.vary.candidates import together
from routing.vary.history import known_legs, past_walks
from routing.vary.keeping import keep_candidates
from routing.vary.likeness import Walk, similarity
from routing.vary.sampler import Varied, Variety, candidates_of, chosen_of, with_lots

PRICING = 0.2  # of the time, to find out what the drawn days cost

Watch = Callable[[SearchState], bool]
Saving = Callable[[PlanReport], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How a round is planned.

    Parameters
    ----------
    seconds
        How long to search for shorter routes; varying them comes after it.
    steps
        Steps of the search in place of ``seconds``: the same seed then gives the same plan on any machine.
    seed
        Of the search.
    terms
        What the planner chose.
    catalogue
        Dwell times and usual hours; None: the edition that the round was made under.
    by
        The account; empty from the command line.
    after
        Where the plan stood that somebody agreed to replace, of :func:`routing.plan.replacing.replaceable`; None: as it
        stands when planning begins.
    """

    seconds: float = 60.0
    seed: int = 0
    terms: Terms = field(default_factory=Terms)
    catalogue: Catalogue | None = None
    steps: int | None = None
    by: str = ""
    after: PlanState | None = None

    def effort(self, share: float) -> dict[str, Any]:
        """Return a share of the search as :func:`routing.solver.solve` takes it."""
        if self.steps is None:
            return {"seconds": share * self.seconds}
        return {"iterations": round(share * self.steps)}


DEFAULTS = PlanOptions()


def plan_round(
    store: Store,
    round_id: str,
    options: PlanOptions = DEFAULTS,
    *,
    progress: Progress = silent,
    watch: Watch | None = None,
    saving: Saving = nullcontext,
) -> PlanReport:
    """Plan a drawn round and save its routes, in the place of the plan it had.

    The shortest routes that are found are varied by the key of the draw: all that could be chosen is kept with its hash
    before the choice, the plan afterwards with its figures, at once. Broken off at any moment, the old plan is whole.

    Parameters
    ----------
    store
        The city.
    round_id
        A round that is drawn.
    options
        How.
    progress
        Told at each stage; what it raises ends the work, and the old plan stays.
    watch
        Told how the search stands; True ends it with the best plan so far, which is varied and saved.
    saving
        Given the report, a block in which the plan is saved: what else it writes commits with the plan.

    Raises
    ------
    NotFoundError, StateError
        When there is no such round, it is not drawn, or its plan or draw moved meanwhile.
    PlanError
        When the independent checker refuses the plan; the old one stays then.
    """
    began = time.perf_counter()
    after = options.after or store.plans.state(round_id)
    progress("streets", 0, 1)
    round_, draw = store.rounds.get(round_id), store.draws.get(round_id)
    terms = options.terms
    network = network_of(store).during(work_time(round_, store.teams.all(), terms.shift))
    progress("streets", 1, 1)
    posed = pose_round(store, round_, network, options.catalogue or store.catalogues.get(round_.edition), terms)
    plan, days_cost_s = _searched(posed, options, progress, watch)
    past = past_walks(store, round_)
    varied = _varied(store, posed, plan, draw.key, past, progress)
    posed.ensure_real(varied.plan)
    routes, stops = plan_frames(posed, varied.plan, network, progress=progress)
    unserved = unserved_frame(posed, varied.plan, _remedies(posed, varied.plan))
    guessed = chances(posed.problem, varied)
    report = _report(posed, varied, guessed, past)
    driven = replace(report.figures, travel_s=int(routes["travel_s"].sum()))
    seconds = round(time.perf_counter() - began, 2)
    report = replace(
        report,
        drawn_days_cost_s=days_cost_s,
        seconds=seconds,
        figures=driven,
        long_walks=_long_walks(routes),
        ruled_by_hour=network.ruled,
        stray_bases=[(base.team, base.metres, base.lost) for base in posed.stray],
    )
    saved = plain(report, guessed.set_axis(posed.sample.index[guessed.index]))
    frames = {"routes": routes, "stops": stops, "unserved": unserved, "figures": saved, "terms": terms.plain()}
    new = NewPlan(round_id, **frames, candidates=varied.candidates_sha256, by=options.by)
    with saving(report):
        store.plans.save(new, after=after)
    return report


def _long_walks(routes: pd.DataFrame) -> list[tuple[str, int, float]]:
    far = routes[(routes["mode"] == Mode.WALK) & (routes["length_m"] > LONG_WALK_M)]
    rows = far.sort_values("length_m", ascending=False)[["team", "day", "length_m"]]
    return [(str(team), int(day), float(length_m)) for team, day, length_m in rows.to_numpy(object)]


def _searched(
    posed: PosedRound, options: PlanOptions, progress: Progress, watch: Watch | None
) -> tuple[Plan, int | None]:
    """Find the shortest routes, and what free days would save; None when nobody asks or it can't be compared."""
    terms, problem, seed, ended = posed.terms, posed.problem, options.seed, False
    asked = terms.days is Days.DRAWN and terms.price_days and posed.round.days > 1
    pricing = PRICING if asked else 0.0

    def listen(now: SearchState) -> bool:
        nonlocal ended
        left_s = None if now.seconds_left is None else now.seconds_left + pricing * options.seconds
        ended = watch is not None and watch(replace(now, seconds_left=left_s))
        return ended

    def part(begun: float, share: float) -> Progress:
        return lambda stage, done, total: progress(stage, round(100 * (begun + share * done / total)), 100)

    searching = {**options.effort(1 - pricing), "seed": seed, "progress": part(0.0, 1 - pricing), "watch": listen}
    plan = ensure(problem, solve(problem, **searching))
    if not asked or ended:
        return plan, None

    def still(now: SearchState) -> bool:
        return watch is not None and watch(SearchState(plan.travel_s, len(plan.unserved), now.seconds_left))

    freed = replace(problem, day_of=dict.fromkeys(problem.stops))
    aside = part(1 - pricing, pricing)  # the same bar, which goes on
    free = solve(freed, **options.effort(pricing), seed=seed, start=plan, progress=aside, watch=still)
    return plan, max(0, plan.travel_s - free.travel_s) if len(free.unserved) <= len(plan.unserved) else None


def _varied(
    store: Store, posed: PosedRound, plan: Plan, key: bytes, past: list[list[Walk]], progress: Progress
) -> Varied:
    variety = Variety(
        past=known_legs(past, posed.rows),
        names=posed.sample.index.tolist(),
        teams=[team.id for team in posed.teams],
    )
    problem = posed.problem
    plan = with_lots(problem, plan, key, variety)
    premium = posed.terms.premium
    candidates = candidates_of(problem, plan, key, premium=premium, variety=variety, progress=progress)
    keep_candidates(store, posed.round.id, candidates, together(candidates))
    return chosen_of(problem, plan, key, candidates, exchanged=variety.exchange)


def _report(posed: PosedRound, varied: Varied, guessed: pd.DataFrame, past: list[list[Walk]]) -> PlanReport:
    problem, plan = posed.problem, varied.plan
    likeness = similarity(posed.walks(plan), past)
    return PlanReport(
        reasons=dict(Counter(map(str, plan.unserved.values()))),
        teams_for_all=teams_for_all(problem, plan),
        farthest_load=farthest_load(problem, plan),
        drawn_days_cost_s=None,
        days=str(posed.terms.days),
        premium_cap=posed.terms.premium,
        closed_edges=len(posed.terms.closures),
        shift=asdict(posed.terms.shift),
        rush=(posed.hours.rush.morning, posed.hours.rush.evening),
        past_rounds=len(past),
        candidates_sha256=varied.candidates_sha256,
        seconds=0.0,
        figures=figures(problem, varied, guessed, similarity=likeness),
        own_shifts={
            team.id: asdict(shift)
            for team, shift in zip(posed.teams, posed.hours.shifts, strict=True)
            if shift != posed.terms.shift
        },
    )


def _base_remedies(posed: PosedRound, plan: Plan) -> dict[int, Remedy]:
    """Find the stops that nobody reaches because the bases of all who might are off the streets."""
    metres = {base.team: base.metres for base in posed.stray if base.lost}
    found = {}
    for stop, reason in plan.unserved.items():
        willing = [at for at, team in enumerate(posed.problem.teams) if stop not in team.avoids]
        off = [at for at in willing if posed.teams[at].id in metres]
        if reason is Reason.NO_WAY and off == willing and willing and stop not in posed.off_street_m:
            found[stop] = Remedy(Change.BASE, {"team": off[0], "metres": round(metres[posed.teams[off[0]].id])})
    return found


def _remedies(posed: PosedRound, plan: Plan) -> dict[int, Remedy]:
    found = remedies(posed.problem, plan)
    for stop, metres in posed.off_street_m.items():
        if plan.unserved.get(stop) is Reason.NO_WAY:
            found[stop] = Remedy(Change.STREET, {"metres": round(metres)})
    found |= _base_remedies(posed, plan)
    names = [team.id for team in posed.teams]
    return {stop: remedy.named(names) for stop, remedy in found.items()}
