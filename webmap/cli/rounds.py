"""``xundian round``: make and list rounds."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from geo.errors import InputError
from geo.model import Round
from geo.store import Store
from routing.rounds import read_quotas
from webmap.cli.session import Result, Session, command


@click.group("round")
def round_group() -> None:
    """Make and list rounds."""


def _date(_context: click.Context, _parameter: click.Parameter, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no date: write it as 2026-06-12") from None


@command(round_group, "new")
@click.argument("round_id", metavar="ID")
@click.option("--start", required=True, callback=_date, help="First day of fieldwork, as 2026-06-12.")
@click.option("--days", type=click.IntRange(1, 60), required=True)
@click.option("--teams", type=click.IntRange(1, 500), required=True)
@click.option("--size", type=click.IntRange(1), required=True, help="Checkpoints in all, fixed ones included.")
@click.option(
    "--quotas", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV or XLSX: category, number."
)
@click.option(
    "--covert/--open", "covert", default=False, help="A covert round (暗访) shows its routes to its teams alone."
)
def new(session: Session, round_id: str, **options: object) -> Result:
    """Make a round: when, how many teams, how many checkpoints."""
    with session.store() as store:
        return _made(session, store, round_id, options)


def _made(session: Session, store: Store, round_id: str, options: dict[str, Any]) -> Result:
    catalogue = store.catalogue()
    quotas_file = options.pop("quotas")
    quotas = read_quotas(quotas_file, catalogue) if isinstance(quotas_file, Path) else None
    made = Round(id=round_id, quotas=quotas, edition=catalogue.edition, **options)
    if quotas and sum(quotas.values()) != made.size:
        raise InputError(
            "the quotas add up to {total}, but --size is {size}: make them equal",
            total=sum(quotas.values()),
            size=made.size,
        )
    store.create_round(made)
    session.say("Round {id}: {size} checkpoints, {teams} teams, {days} days from {start}.", **_values(made))
    return {"round": made.id, "start": made.start, "days": made.days, "teams": made.teams, "size": made.size}


def _values(made: Round) -> dict[str, object]:
    return {"id": made.id, "size": made.size, "teams": made.teams, "days": made.days, "start": made.start}


@command(round_group, "list")
def list_rounds(session: Session) -> Result:
    """List the rounds of the city."""
    with session.store() as store:
        rounds = store.rounds()
    if not rounds:
        session.say("No round yet: make one with xundian round new.")
    for made in rounds:
        session.say("Round {id}: {size} checkpoints, {teams} teams, {days} days from {start}.", **_values(made))
    return {"rounds": [made.id for made in rounds]}
