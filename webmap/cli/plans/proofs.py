"""``xundian plan reveal | verify``: what is published of a plan, and whether it is true."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from geo.audit.events import Event
from geo.clock import today
from geo.errors import InputError
from geo.store.audit import happening
from routing.draw.canonical import canonical_json
from routing.draw.verify import read
from routing.plan import proof as plan_proof
from routing.rounds.reveal_dates import last_secret_day, refuse_early
from webmap.cli.files import OutFile
from webmap.cli.groups import plan_group
from webmap.cli.session import REFUSED, Result, Session, command

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@command(plan_group, "reveal")
@click.argument("round_id", metavar="ID")
@click.option("--out", type=OutFile(), required=True)
@click.option("--day", type=int, help="Only this day's routes with its subkey, which tell nothing about other days.")
def reveal(session: Session, round_id: str, out: Path, day: int | None) -> Result:
    """Write what anyone can verify the routes with; of a committed round refused while it, or the day, is secret."""
    with session.store() as store:
        document = plan_proof.release(store, round_id, day=day)
        round_, now = store.rounds.get(round_id), today(store).date
        if not document["trial"]:
            refuse_early(store, round_, now, day=day)
        out.write_bytes(canonical_json(document) + b"\n")
        store.audit.note(happening(Event.PLAN_REVEALED, f"plan/{round_id}", day=day))
    last = last_secret_day(round_, day)
    if now <= last:
        session.say("The fieldwork lasts until {date}: whoever reads this file before knows every route.", date=last)
    session.say("Wrote {path}", path=out)
    keys = ("candidates_sha256", "trial", "day")
    return {"round": round_id, "out": str(out), **{key: document[key] for key in keys}}


@command(plan_group, "verify")
@click.argument("file", type=FILE)
@click.option("--published", help="The hash of the candidates, as it was published before the days.")
@click.option("--draw", "drawn", type=FILE, help="The reveal of the draw, or of the day: the keys come from it.")
def verify(session: Session, file: Path, published: str | None, drawn: Path | None) -> Result:
    """Choose the routes again from candidates and keys; exit 0: they are those of the plan, 1: they are not."""
    document = _object(file)
    faults = plan_proof.faults(document, published=published, reveal=_object(drawn) if drawn else None)
    if published is None:
        session.say("candidates    {value}  <- as published before?", value=document["candidates_sha256"])
    session.say("planned       {times}x", times=len(document["planned"]))
    if document["trial"]:
        session.say("The round was drawn by trial: nobody can verify it.")
    if faults:
        session.say("Not valid: {faults}", faults="; ".join(faults))
        session.exit_code = REFUSED
    else:
        session.say("Valid.")
    keys = ("round", "day", "trial", "candidates_sha256")
    result: dict[str, Any] = {key: document[key] for key in keys}
    changes = document["changes"]
    return {"valid": not faults, "faults": faults, "planned": len(document["planned"]), "changes": changes, **result}


def _object(path: Path) -> Mapping[str, Any]:
    try:
        document = read(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        document = None
    if not isinstance(document, Mapping):
        raise InputError("{path} is no JSON object: give what was published", path=path.name)
    return document
