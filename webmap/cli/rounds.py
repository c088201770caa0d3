"""``xundian round``: make and list rounds."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from geo.catalogue import Catalogue
from geo.errors import InputError
from geo.model import MOST_DAYS, Round
from geo.store import Store
from geo.zone_codes import known
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


def _list(_context: click.Context, _parameter: click.Parameter, text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").replace("，", ",").split(",") if one.strip()]


@command(round_group, "new")
@click.argument("round_id", metavar="ID")
@click.option("--start", required=True, callback=_date, help="First day of fieldwork, as 2026-06-12.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), required=True)
@click.option("--teams", type=click.IntRange(1, 500), required=True)
@click.option("--size", type=click.IntRange(1), required=True, help="Checkpoints in all, fixed ones included.")
@click.option(
    "--quotas", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV or XLSX: category, number."
)
@click.option(
    "--covert/--open", "covert", default=False, help="A covert round (暗访) shows its routes to its teams alone."
)
@click.option("--categories", callback=_list, help="Special campaign (专项行动): draw these categories only, as a,b.")
@click.option("--zones", callback=_list, help="Special campaign: draw in these zones only; codes of any level.")
@click.option("--items", callback=_list, help="Special campaign: draw only where these items were faulted before.")
@click.option("--risk", is_flag=True, help="Bad and long unvisited checkpoints are drawn more likely.")
@click.option(
    "--longest-gap",
    type=click.IntRange(1),
    default=180,
    show_default=True,
    help="With --risk: days after which a checkpoint is drawn for certain (滚动轮回).",
)
@click.option(
    "--look-back",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of --size, so many among those where the last visit found something (回头看); implies --risk.",
)
def new(session: Session, round_id: str, **options: object) -> Result:
    """Make a round: when, how many teams, how many checkpoints, drawn from what."""
    with session.store() as store:
        return _made(session, store, round_id, options)


def _made(session: Session, store: Store, round_id: str, options: dict[str, Any]) -> Result:
    catalogue = store.catalogue()
    quotas_file = options.pop("quotas")
    quotas = read_quotas(quotas_file, catalogue) if isinstance(quotas_file, Path) else None
    campaign, risk = _campaign(store, catalogue, options), _risk(options)
    made = Round(id=round_id, quotas=quotas, edition=catalogue.edition, campaign=campaign, risk=risk, **options)
    extra = risk["look_back"] if risk else 0
    if quotas and sum(quotas.values()) + extra != made.size:
        raise InputError(
            "the quotas add up to {total}, but --size is {size}: make them equal",
            total=sum(quotas.values()) + extra,
            size=made.size,
        )
    store.create_round(made)
    session.say("Round {id}: {size} checkpoints, {teams} teams, {days} days from {start}.", **_values(made))
    more = {key: value for key, value in (("campaign", campaign), ("risk", risk)) if value}
    return {"round": made.id, "start": made.start, "days": made.days, "teams": made.teams, "size": made.size, **more}


def _campaign(store: Store, catalogue: Catalogue, options: dict[str, Any]) -> dict[str, list[str]] | None:
    asked = {name: options.pop(name) for name in ("categories", "zones", "items")}
    found = {name: values for name, values in asked.items() if values}
    if "categories" in found:
        found["categories"] = list(map(catalogue.named, found["categories"]))
    if "zones" in found:
        there = set(store.zones().index)
        found["zones"] = [known(code, there) for code in found["zones"]]
    return found or None


def _risk(options: dict[str, Any]) -> dict[str, int] | None:
    asked, gap, extra = options.pop("risk"), options.pop("longest_gap"), options.pop("look_back")
    return {"longest_gap_days": gap, "look_back": extra} if asked or extra else None


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
