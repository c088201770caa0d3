"""``xundian plan run``: make the routes."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import click

from routing.hours import shift_of
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.problem_builder import made_up
from routing.plan.replacing import replaceable
from routing.plan.terms import Days, Terms
from routing.solver import SearchState
from webmap.cli.groups import plan_group
from webmap.cli.session import Result, Session, command

EVEN = 0.15  # of a team's fair share of the work


@contextlib.contextmanager
def first_interrupt() -> Iterator[Callable[[], bool]]:
    """Hear the first Ctrl-C as "enough"; the second ends the command as ever."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # only the main thread hears signals
        yield pressed.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def hear(_number: int, _frame: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, hear)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a plan is to be made, as the options say it."""

    seconds: float
    steps: int | None
    seed: int
    days: str
    premium: float  # per cent of travel
    shift: str
    closures: bool
    replace: bool

    def options(self) -> PlanOptions:
        """Return the options of the planner."""
        terms = Terms(
            days=Days(self.days),
            premium=self.premium / 100,
            listed_closures=self.closures,
            shift=shift_of(self.shift),
        )
        return PlanOptions(seconds=self.seconds, seed=self.seed, terms=terms, steps=self.steps)


@command(plan_group, "run")
@click.argument("round_id", metavar="ID")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1),
    default=60.0,
    show_default=True,
    help="How long to look for shorter routes.",
)
@click.option(
    "--steps",
    type=click.IntRange(0),
    help="End the search after so many steps instead: the same seed then gives the same plan on any machine.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--days",
    type=click.Choice([str(kind) for kind in Days]),
    default=str(Days.DRAWN),
    show_default=True,
    help="Stops keep the days of the draw, or go on any day, which is shorter and easier to foresee.",
)
@click.option(
    "--premium",
    type=click.FloatRange(0, 50),
    default=3.0,
    show_default=True,
    help="Per cent of travel that may go, on average, into routes that nobody can foresee.",
)
@click.option(
    "--shift",
    default="08:30-17:30",
    show_default=True,
    help="When teams work that name no hours of their own in the team table, on the clock of the city.",
)
@click.option("--closures/--no-closures", default=True, help="Keep off the streets that the city lists as closed.")
@click.option(
    "--replace", is_flag=True, help="Plan again although changes by hand, and the order of visits made, are dropped."
)
def run(session: Session, round_id: str, wanted: RunOptions) -> Result:
    """Make a route a day for every team on the street network."""
    with session.store() as store, first_interrupt() as pressed:
        options = replace(wanted.options(), after=replaceable(store, round_id, agreed=wanted.replace))

        def watch(now: SearchState) -> bool:
            session.remark(
                "{travel} of travel, {unserved} unserved; Ctrl-C keeps it",
                travel=session.duration(now.travel_s),
                unserved=now.unserved,
            )
            return pressed()

        report = plan_round(store, round_id, options, progress=session.progress, watch=watch)
        trial, missing = store.draws.get(round_id).trial, made_up(store, store.rounds.get(round_id))
    keys = ("routes", "served", "unserved", "travel_s", "seconds", "candidates_sha256")
    result = {key: getattr(report, key) for key in keys} | {"team_days": report.routes}
    session.say(
        "{served} stops served on {team_days} team-days, {unserved} unserved; {travel} of travel in all.",
        **result,
        travel=session.duration(report.travel_s),
    )
    session.warn((*missing, *report.notes))
    if report.farthest_load > EVEN:
        session.say(
            "The work of one team is {share:.0%} off its fair share: give more --seconds; within {even:.0%} is good.",
            share=report.farthest_load,
            even=EVEN,
        )
    session.say("Chosen from candidates with the hash {sha256}", sha256=report.candidates_sha256)
    if trial:
        session.say("The round was drawn by trial: nobody can verify it.")
    return {"round": round_id, "trial": trial, **result}
