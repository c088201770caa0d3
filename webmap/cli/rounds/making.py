"""``xundian round new`` and ``change``: what a round is to be."""

import datetime as dt
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from geo.catalogue import Catalogue
from geo.model import MOST_DAYS, Round
from geo.store import Store
from geo.zones.codes import known
from routing.plan.problem_builder import made_up
from routing.rounds.frame import ensure_drawable
from routing.rounds.making import read_quotas
from webmap.cli.groups import round_group
from webmap.cli.rounds.listing import say_round
from webmap.cli.session import Result, Session, bad_value, command

QUOTAS = click.Path(exists=True, dir_okay=False, path_type=Path)


def _date(_context: click.Context, _parameter: click.Parameter, text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise bad_value("{value!r} is no date: write it as 2026-06-12", value=text) from None


def _list(_context: click.Context, _parameter: click.Parameter, text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").replace("，", ",").split(",") if one.strip()]


@dataclass(frozen=True, slots=True)
class RoundOptions:
    """When and how large a round is to be; what is None is not named."""

    start: dt.date | None
    days: int | None
    teams: int | None
    size: int | None
    quotas: Path | None
    covert: bool | None

    def named(self, catalogue: Catalogue) -> dict[str, Any]:
        """Return what is named, as the fields of a round."""
        values = asdict(self)
        if self.quotas is not None:
            values["quotas"] = read_quotas(self.quotas, catalogue)
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """The part of the roster that a special campaign (专项行动) draws from; an empty list narrows nothing."""

    categories: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)

    def known_in(self, store: Store, catalogue: Catalogue) -> dict[str, list[str]] | None:
        """Return what narrows the draw, by the codes of the city; None when nothing does."""
        there = set(store.zones.frame().index) if self.zones else set()
        found = {
            "categories": list(map(catalogue.named, self.categories)),
            "zones": [known(code, there) for code in self.zones],
            "items": self.items,
        }
        return {name: codes for name, codes in found.items() if codes} or None


@dataclass(frozen=True, slots=True)
class Risk:
    """Whether the past decides how likely a checkpoint is drawn."""

    risk: bool
    longest_gap: int  # days
    look_back: int  # checkpoints

    def as_json(self) -> dict[str, int] | None:
        """Return what a round keeps of it; None when the past decides nothing."""
        asked = self.risk or self.look_back > 0
        return {"longest_gap_days": self.longest_gap, "look_back": self.look_back} if asked else None


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
def new(session: Session, round_id: str, wanted: RoundOptions, campaign: CampaignOptions, risk: Risk) -> Result:
    """Make a round: when, how many teams, how many checkpoints, drawn from what."""
    with session.store() as store:
        catalogue = store.catalogues.get()
        made = Round(
            id=round_id,
            edition=catalogue.edition,
            campaign=campaign.known_in(store, catalogue),
            risk=risk.as_json(),
            **wanted.named(catalogue),
        )
        ensure_drawable(store, made)
        store.rounds.create(made)
        say_round(session, made)
        session.warn(made_up(store, made))
    more = {key: value for key, value in (("campaign", made.campaign), ("risk", made.risk)) if value}
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
def change(session: Session, round_id: str, wanted: RoundOptions) -> Result:
    """Change a round that is not drawn yet; what is not named stays."""
    with session.store() as store:
        round_ = store.rounds.get(round_id)
        made = replace(round_, **wanted.named(store.catalogues.get(round_.edition)))
        ensure_drawable(store, made)
        store.rounds.change(made)
        say_round(session, made)
        session.warn(made_up(store, made))
    return {"round": made.id, "start": made.start, "days": made.days, "teams": made.teams, "size": made.size}
