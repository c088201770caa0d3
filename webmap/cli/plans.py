"""``xundian plan``: the routes of a round."""

import click

from routing.plan import PlanOptions, plan_round
from webmap.cli.session import Result, Session, command


@click.group("plan")
def plan_group() -> None:
    """Make the routes of a round."""


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
def run(session: Session, round_id: str, seconds: float, seed: int) -> Result:
    """Give every team a route a day on the street network."""
    with session.store() as store:
        report = plan_round(store, round_id, PlanOptions(seconds=seconds, seed=seed), progress=session.progress)
        draw = store.drawn(round_id)
    keys = ("routes", "served", "unserved", "travel_s", "seconds", "candidates_sha256")
    result = {key: getattr(report, key) for key in keys} | {"team_days": report.routes}
    session.say(
        "{served} stops served on {team_days} team-days, {unserved} unserved; travel {travel_s} s in all.", **result
    )
    trial = draw is not None and draw.trial
    if trial:
        session.say("The round was drawn by trial: nobody can verify it.")
    return {"round": round_id, "trial": trial, **result}
