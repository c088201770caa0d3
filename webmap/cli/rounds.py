"""``xundian round``: make, list, change and remove rounds."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from geo.catalogue import Catalogue
from geo.model import MOST_DAYS, Round
from geo.store import Store
from geo.zones.codes import known
from routing.brief import made_up
from routing.rounds import read_quotas
from routing.rounds.frame import ensure_drawable
from webmap.cli.session import Result, Session, bad_value, command

QUOTAS = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("round")
def round_group() -> None:
    """Make, list, change and remove rounds."""


def _date(_context: click.Context, _parameter: click.Parameter, text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise bad_value("{value!r} is no date: write it as 2026-06-12", value=text) from None


def _list(_context: click.Context, _parameter: click.Parameter, text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").replace("，", ",").split(",") if one.strip()]


@command(round_group, "new")
@click.argument("round_id", metavar="ID")
@click.option("--start", required=True, callback=_date, help="First day of fieldwork, as 2026-06-12.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), required=True)
@click.option("--teams", type=click.IntRange(1, 500), required=True)
@click.option("--size", type=click.IntRange(1), required=True, help="Checkpoints in all, fixed ones included.")
@click.option("--quotas", type=QUOTAS, help="CSV or XLSX: category, number.")
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
    ensure_drawable(store, made)
    store.create_round(made)
    _say(session, made)
    session.warn(made_up(store, made))
    more = {key: value for key, value in (("campaign", campaign), ("risk", risk)) if value}
    return {"round": made.id, "start": made.start, "days": made.days, "teams": made.teams, "size": made.size, **more}


@command(round_group, "change")
@click.argument("round_id", metavar="ID")
@click.option("--start", callback=_date, help="First day of fieldwork, as 2026-06-12.")
@click.option("--days", type=click.IntRange(1, 60))
@click.option("--teams", type=click.IntRange(1, 500))
@click.option("--size", type=click.IntRange(1), help="Checkpoints in all, fixed ones included.")
@click.option("--quotas", type=QUOTAS, help="CSV or XLSX: category, number.")
@click.option(
    "--covert/--open", "covert", default=None, help="A covert round (暗访) shows its routes to its teams alone."
)
def change(session: Session, round_id: str, **options: Any) -> Result:  # noqa: ANN401 - the options above
    """Change a round that is not drawn yet; what is not named stays."""
    with session.store() as store:
        round_ = store.round(round_id)
        if options["quotas"] is not None:
            options["quotas"] = read_quotas(options["quotas"], store.catalogue(round_.edition))
        made = replace(round_, **{name: value for name, value in options.items() if value is not None})
        ensure_drawable(store, made)
        store.change_round(made)
        _say(session, made)
        session.warn(made_up(store, made))
    return {"round": made.id, "start": made.start, "days": made.days, "teams": made.teams, "size": made.size}


@command(round_group, "remove")
@click.argument("round_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Don't ask.")
def remove(session: Session, round_id: str, *, yes: bool) -> Result:
    """Remove a round that is not drawn yet."""
    with session.store() as store:
        _say(session, store.round(round_id))
        if not yes:
            session.ask("Remove round {id}?", id=round_id)
        store.remove_round(round_id)
    session.say("Round {id} is removed.", id=round_id)
    return {"removed": round_id}


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


def _say(session: Session, made: Round) -> None:
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
        rounds = store.rounds()
    if not rounds:
        session.say("No round yet: make one with xundian round new.")
    for made in rounds:
        _say(session, made)
    return {"rounds": [made.id for made in rounds]}
