"""``xundian plan run``: make the routes."""

import click

from routing.brief import Days, Terms
from routing.plan import PlanOptions, plan_round
from webmap.cli.plans.group import plan_group
from webmap.cli.session import Result, Session, command


@command(plan_group, "run")
@click.argument("round_id", metavar="ID")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1),
    default=60.0,
    show_default=True,
    help="How long to look for shorter routes.",
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
@click.option("--closures/--no-closures", default=True, help="Keep off the streets that the city lists as closed.")
def run(session: Session, round_id: str, seconds: float, seed: int, **chosen: object) -> Result:
    """Give every team a route a day on the street network."""
    terms = Terms(
        days=Days(str(chosen["days"])),
        premium=float(str(chosen["premium"])) / 100,
        listed_closures=bool(chosen["closures"]),
    )
    options = PlanOptions(seconds=seconds, seed=seed, terms=terms)
    with session.store() as store:
        report = plan_round(store, round_id, options, progress=session.progress)
        trial = store.draw(round_id).trial
    keys = ("routes", "served", "unserved", "travel_s", "seconds", "candidates_sha256")
    result = {key: getattr(report, key) for key in keys} | {"team_days": report.routes}
    session.say(
        "{served} stops served on {team_days} team-days, {unserved} unserved; travel {travel_s} s in all.", **result
    )
    session.say("Chosen from candidates with the hash {sha256}", sha256=report.candidates_sha256)
    if trial:
        session.say("The round was drawn by trial: nobody can verify it.")
    return {"round": round_id, "trial": trial, **result}
