"""``xundian draw report``: what a draw achieved, in figures and as one HTML file."""

from dataclasses import asdict
from pathlib import Path

import click

from geo.clock import today
from routing.rounds.report import report_round
from routing.rounds.reveal_dates import last_secret_day
from webmap.cli.draws.documents import OUT
from webmap.cli.groups import draw_group
from webmap.cli.leaving import exported, looked
from webmap.cli.session import Result, Session, command
from webmap.draw.sheet import write_sheet


@command(draw_group, "report")
@click.argument("round_id", metavar="ID")
@click.option("--out", type=OUT, help="Write the report with its map there, one HTML file.")
@click.option(
    "--draws",
    type=click.IntRange(0, 200),
    default=10,
    show_default=True,
    help="Simpler draws to compare with, of each kind.",
)
def report(session: Session, round_id: str, out: Path | None, draws: int) -> Result:
    """Say what a draw achieved: quotas, balance against simpler draws, streets covered, voids, replacements."""
    with session.store() as store:
        found = report_round(store, round_id, draws=draws, progress=session.progress)
        last = last_secret_day(store.rounds.get(round_id))
        secret = today(store).date <= last
        if out is not None:
            write_sheet(store, found, out, language=session.language)
            exported(store, f"round/{round_id}", out)
        else:
            looked(store, round_id)
    result, than = found.as_json(), found.comparison
    if result["trial"]:
        session.say("Trial draw: nobody can verify it.")
    session.say("Round {round}: {drawn} checkpoints drawn, in {days} days.", **{**result, "days": len(found.days)})
    if result["quotas_exact"]:
        session.say("Every category has exactly its quota.")
    session.say(
        "Balance, 0 is perfect: {city:.3f} in the city, {within:.3f} within categories", **asdict(found.balance)
    )
    if than is not None:
        session.say("  drawn at random:         {city:.3f}, {within:.3f}", **asdict(than.simple_random))
        session.say("  each category by itself: {city:.3f}, {within:.3f}", **asdict(than.per_category))
    session.say(
        "Street offices with a point: {covered} of {all}. Points replaced: {replaced}. Rounds voided: {voids}.",
        covered=found.covered,
        all=len(found.streets),
        replaced=len(found.status.replaced),
        voids=found.status.voids,
    )
    if out is not None:
        session.say("Wrote {path}", path=out)
        if secret:
            session.say(
                "The fieldwork lasts until {date}: whoever reads this file before knows what is inspected.", date=last
            )
    return result
