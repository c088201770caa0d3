"""``xundian draw reveal | receipt | verifier | verify``: what is published of a draw, and whether it is true."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from geo.clock import today
from geo.errors import InputError
from routing.draw.commitment import publication
from routing.draw.onefile import standalone
from routing.draw.verify import Verification, read, verify, verify_day, verify_owner
from routing.rounds import publishing
from routing.rounds.reveal_dates import open_rounds
from webmap.cli.draws.documents import OUT, shown, written
from webmap.cli.groups import draw_group
from webmap.cli.leaving import exported, looked
from webmap.cli.session import REFUSED, Result, Session, command
from webmap.draw.verify import standalone_page

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@command(draw_group, "reveal")
@click.argument("round_id", metavar="ID")
@click.option("--out", type=OUT, required=True)
@click.option("--day", type=int, help="Only this day's sample with its subkey, which tell nothing about other days.")
def reveal(session: Session, round_id: str, out: Path, day: int | None) -> Result:
    """Write what anyone can verify the draw with, to be published: refused while the round, or the day, is secret."""
    with session.store() as store:
        now = today(store).date
        if day is None:
            document = publishing.reveal_round(store, round_id, now)
        else:
            document = publishing.release_day(store, round_id, day, now)
        still = open_rounds(store, now, but=round_id)
    written(session, document, out)
    if still:
        session.say("Also open, and not told by this: {rounds}", rounds=", ".join(still))
    return {"round": round_id, "out": str(out), "drawn": len(document["sample"]), "day": day, "open": still}


@command(draw_group, "receipt")
@click.argument("round_id", metavar="ID")
@click.argument("checkpoint")
@click.option("--out", type=OUT, help="Write the proof there; without it, it is printed.")
def receipt(session: Session, round_id: str, checkpoint: str, out: Path | None) -> Result:
    """Return a checkpoint's owner the proof that it was in the frame with its chance; it shows no other checkpoint."""
    with session.store() as store:
        document = publishing.receipt(store, round_id, checkpoint)
        shown(session, document, out)
        if out is not None:
            exported(store, f"draw/{round_id}", out)
        else:
            looked(store, round_id)
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
    """Verify a reveal, a day's release, an owner's receipt or a closing; exit 0: it is what it says, 1: it is not."""
    document = _read(file)
    before = _read(published) if published else None
    if published and not isinstance(before, Mapping):
        raise InputError("{path} is no JSON object: give what was published", path=published.name)
    if isinstance(document, Mapping) and "master" in document:
        result = _closing(session, verify(document), document, before)
    elif isinstance(document, Mapping) and "path" in document:
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
    faults, facts = list(found.faults), found.facts
    if before is not None and before.get("commitment") != facts.get("commitment"):
        faults.append("commitment: it is not the published one")
    if facts:
        _say_reveal(session, {name: _plain(value) for name, value in facts.items()})
    return {"valid": not faults, "faults": faults, **facts}


def _say_reveal(session: Session, told: Mapping[str, Any]) -> None:
    """Print of a reveal what a person compares with what was published."""
    session.say("commitment    {commitment}  <- as published before?", **told)
    session.say("public number {public_name} = {public_number}  <- as its source says?", **told)
    session.say("voided before {voids}", **told)
    if "chain_end" in told:
        session.say("chain         {chain_end}, link {link_position}  <- as published first?", **told)
        return
    session.say("secrets       {secrets_root}  <- as published first?", **told)
    session.say(
        "position      {position} of {secrets_count}; commitments of this number and period: {same_number}", **told
    )
    session.say("unaccounted   {unaccounted}; void: {void}; open: {open}", **told)
    session.say("replaced      {replaced} on a reason alone, of at most {replacements_limit}", **told)


def _plain(value: object) -> object:
    return (", ".join(map(str, value)) or "–") if isinstance(value, list) else value


def _closing(
    session: Session, found: Verification, document: Mapping[str, Any], before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Verify a year's closing; a commitment that was published before must stand in its list."""
    faults, facts = list(found.faults), found.facts
    if facts and before is not None:
        own = before.get("commitment")
        if "parameters" in before and "root" in before:
            own = publication(before["parameters"], before["root"])["commitment"]
        if own not in {one["commitment"] for one in document["commitments"]}:
            faults.append("commitments: the published one is not in the list")
    if facts:
        told = {name: _plain(value) for name, value in facts.items()}
        session.say("secrets       {secrets_root}, {secrets_count}  <- as published first?", **told)
        session.say("last          {last}  <- as published?", **told)
        session.say("revealed      {revealed}; void: {void}; unaccounted: {unaccounted}", **told)
    return {"valid": not faults, "faults": faults, **facts}


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
