"""``xundian round list`` and ``remove``."""

import click

from geo.model import Round
from webmap.cli.groups import round_group
from webmap.cli.session import Result, Session, command


@command(round_group, "remove")
@click.argument("round_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Don't ask.")
def remove(session: Session, round_id: str, *, yes: bool) -> Result:
    """Remove a round that is not drawn yet."""
    with session.store() as store:
        say_round(session, store.rounds.get(round_id))
        if not yes:
            session.ask("Remove round {id}?", id=round_id)
        store.rounds.remove(round_id)
    session.say("Round {id} is removed.", id=round_id)
    return {"removed": round_id}


def say_round(session: Session, made: Round) -> None:
    """Say a round in one line."""
    session.say(
        "Round {id}: {size} checkpoints, {teams} teams, {days} days from {start}.",
        id=made.id,
        size=made.size,
        teams=made.teams,
        days=made.days,
        start=made.start,
    )


@command(round_group, "list")
def list_rounds(session: Session) -> Result:
    """List the rounds of the city."""
    with session.store() as store:
        rounds = store.rounds.all()
    if not rounds:
        session.say("No round yet: make one with xundian round new.")
    for made in rounds:
        say_round(session, made)
    return {"rounds": [made.id for made in rounds]}
