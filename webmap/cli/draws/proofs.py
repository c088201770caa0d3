"""``xundian draw reveal | receipt | verifier | verify``: what is published of a draw, and whether it is true."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from geo.clock import today
from geo.errors import InputError
from routing.draw import reveal as reveals
from routing.draw.verify import Verification, read, standalone, verify, verify_day, verify_owner
from routing.rounds import proof
from webmap.cli.draws.group import OUT, draw_group, shown, written
from webmap.cli.session import REFUSED, Result, Session, command
from webmap.draw.verify import standalone_page

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@command(draw_group, "reveal")
@click.argument("round_id", metavar="ID")
@click.option("--out", type=OUT, required=True)
@click.option("--day", type=int, help="Only this day's sample with its subkey, which tell nothing about other days.")
def reveal(session: Session, round_id: str, out: Path, day: int | None) -> Result:
    """Write what anyone can verify the draw with; publish it when the fieldwork is over, a day when the day is."""
    with session.store() as store:
        round_, now = store.round(round_id), today(store)
        drawn = proof.drawn_of(store, round_id)
        document = reveals.reveal(drawn) if day is None else reveals.day_release(drawn, day)
    last = round_.date(round_.days if day is None else day)
    if now.date <= last:
        session.say(
            "The fieldwork lasts until {date}: whoever reads this file before knows what is inspected.", date=last
        )
    written(session, document, out)
    return {"round": round_id, "out": str(out), "drawn": len(document["sample"]), "day": day}


@command(draw_group, "receipt")
@click.argument("round_id", metavar="ID")
@click.argument("checkpoint")
@click.option("--out", type=OUT, help="Write the proof there; without it, it is printed.")
def receipt(session: Session, round_id: str, checkpoint: str, out: Path | None) -> Result:
    """Return a checkpoint's owner the proof that it was in the frame with its chance; it shows no other checkpoint."""
    with session.store() as store:
        document = proof.receipt(store, round_id, checkpoint)
    shown(session, document, out)
    return document


@command(draw_group, "verifier")
@click.option("--out", type=OUT, help="verify_draw.py, or a page verify_draw.html; without it, the program is printed.")
def verifier(session: Session, out: Path | None) -> Result:
    """Return the verifier: one Python file without any library, or one page that works offline."""
    if out is None:
        click.echo(standalone(), nl=False, err=session.as_json)
        return {"lines": len(standalone().splitlines())}
    text = standalone_page(session.language) if out.suffix == ".html" else standalone()
    out.write_text(text, encoding="utf-8")
    session.say("Wrote {path}", path=out)
    return {"out": str(out), "lines": len(text.splitlines())}


@command(draw_group, "verify")
@click.argument("file", type=FILE)
@click.option(
    "--published",
    type=FILE,
    help="What was published before: the commitment, or for a day what draw run printed with --json.",
)
def check(session: Session, file: Path, published: Path | None) -> Result:
    """Verify a reveal, a day's release or an owner's receipt; exit 0: it is what it says, 1: it is not."""
    document = _read(file)
    before = _read(published) if published else None
    if published and not isinstance(before, Mapping):
        raise InputError("{path} is no JSON object: give what was published", path=published.name)
    if isinstance(document, Mapping) and "path" in document:
        result = _receipt(document, before)
    elif isinstance(document, Mapping) and "day_key" in document:
        result = _day(document, before)
    else:
        result = _whole(session, verify(document), before)
    if result["valid"]:
        session.say("Valid.")
    else:
        session.say("Not valid: {faults}", faults="; ".join(result["faults"]))
        session.exit_code = REFUSED
    return result


def _read(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return read(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return None


def _whole(session: Session, found: Verification, before: Mapping[str, Any] | None) -> dict[str, Any]:
    faults = list(found.faults)
    if before is not None and before.get("commitment") != found.commitment:
        faults.append("commitment: it is not the published one")
    if found.commitment:
        session.say("commitment    {value}  <- as published before?", value=found.commitment)
        session.say(
            "public number {name} = {value}  <- as its source says?", name=found.public_name, value=found.public_number
        )
        session.say("voided before {voids}", voids=found.voids)
    return {
        "valid": not faults,
        "faults": faults,
        "round": found.round_id,
        "commitment": found.commitment,
        "public_name": found.public_name,
        "public_number": found.public_number,
        "voids": found.voids,
    }


def _receipt(document: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Verify an owner's receipt against the published root, or, without that, in itself alone."""
    root = document.get("root") if before is None else before.get("root")
    faults = [] if verify_owner(document, str(root)) else ["path: it does not lead to the root"]
    return {"valid": not faults, "faults": faults, "point": document.get("point"), "root": root}


def _day(document: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    if before is None or not isinstance(before.get("seals"), list):
        raise InputError("a day is verified against its seal: give --published, a file with the seals of the round")
    faults = [] if verify_day(document, before["seals"]) else ["seal: the sample is not the sealed one"]
    return {"valid": not faults, "faults": faults, "round": document.get("round"), "day": document.get("day")}
