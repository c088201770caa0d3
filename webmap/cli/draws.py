"""``xundian draw``: the random sample of a round."""

import click

from routing.rounds import draw_round
from webmap.cli.session import Result, Session, command


@click.group("draw")
def draw_group() -> None:
    """Draw the random sample of a round."""


@command(draw_group, "run")
@click.argument("round_id", metavar="ID")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Of a trial draw; the same seed gives the same sample."
)
def run(session: Session, round_id: str, seed: int) -> Result:
    """Draw the sample of a round; without a commitment it is a trial draw, and marked as such."""
    with session.store() as store:
        report = draw_round(store, round_id, seed=seed, progress=session.progress)
    session.say(
        "Trial draw of round {round}: {drawn} checkpoints; balance {balance_city:.3f} and {balance_within:.3f} within.",
        **report.as_json(),
    )
    return report.as_json()
