"""``xundian audit``: the log of who did what, and whether it holds."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import click

from geo.audit import checkpoint, proofs
from geo.audit.checkpoint import Checkpoint
from geo.audit.events import Event
from geo.audit.proofs import GrowthProof, RowProof
from geo.errors import InputError
from geo.foreign_text import plain_json
from geo.notes import Note
from geo.store.audit_pages import LogQuestion
from webmap.cli.files import OutFile
from webmap.cli.leaving import exported
from webmap.cli.session import REFUSED, Result, Session, command

LINES = 100
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
OTHER_LOG = "the proof is of another log than the one of {count} rows with the head {head} that was kept"


@click.group("audit")
def audit_group() -> None:
    """Read the log of who did what, and check that nobody changed it."""


@command(audit_group, "verify")
@click.option("--head", default="", help="A head that somebody kept: the log must still contain it.")
@click.option("--count", type=click.IntRange(0), help="Of how many rows the head was.")
@click.option("--kept", type=FILE, help="A file of 'audit head'.")
def verify(session: Session, head: str, count: int | None, kept: Path | None) -> Result:
    """Check every row of the log; exit 1 and name the row when it doesn't hold."""
    if kept is not None:
        one = checkpoint.read(kept.read_text(encoding="utf-8", errors="replace"))
        head, count = one.head, one.count
    elif head:
        Checkpoint(count or 0, head.lower())  # refuses what is no head
    elif count is not None:
        raise InputError("--count is {value} without a head: give the head of these rows too", value=count)
    with session.store() as store:
        found = store.audit.verify(head, count)
    if found.fault is None:
        session.say("The log holds: {count} rows, head {head}", count=found.count, head=found.head)
        if found.erased:
            session.say("In {count} rows of it a name was erased.", count=found.erased)
    else:
        session.exit_code = REFUSED
        session.warn([found.fault])
    return {
        "holds": found.fault is None,
        "head": found.head,
        "count": found.count,
        "erased": found.erased,
        "row": found.row,
        "error": "" if found.fault is None else found.fault.template.format(**found.fault.values),
    }


@command(audit_group, "head")
def head(session: Session) -> Result:
    """Print the head to keep, elsewhere: with it 'audit verify' shows that the log was not written anew."""
    with session.store() as store:
        kept = store.audit.head()
    click.echo(checkpoint.write(kept), nl=False, err=session.as_json)
    return {"head": kept.head, "count": kept.count}


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """Which rows are asked for; empty: any."""

    who: str
    action: str | None
    about: str

    def question(self) -> LogQuestion:
        """Return it as the store takes it."""
        events = None if self.action is None else frozenset({Event(self.action)})
        return LogQuestion(self.who, events, (self.about,) if self.about else ())


@command(audit_group, "list")
@click.option("--before", type=click.IntRange(1), help="Only rows before this one.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=LINES, show_default=True, help="How many rows.")
@click.option("--who", default="", help="Only what this account or command did, and what was done to the account.")
@click.option("--action", type=click.Choice([str(one) for one in Event]), help="Only rows of this kind.")
@click.option("--object", "about", default="", help="Only rows on this, as round/2026-06.")
def list_(session: Session, asked: RowsAsked, before: int | None, limit: int) -> Result:
    """List the newest rows."""
    with session.store() as store:
        rows = store.audit.page(asked.question(), before=before, count=limit)
    lines = [
        {name: getattr(row, name) for name in row.__slots__} | {"at": row.at.isoformat(timespec="milliseconds")}
        for row in rows
    ]
    for line in lines:
        session.say("{number} {at} {who} {action} {object} {from_version} > {to_version}", **line)
    if rows and rows[-1].number > 1:
        session.say("Earlier rows: --before {number}", number=rows[-1].number)
    return {"rows": lines}


OUT = click.option("--out", type=OutFile(), help="Write the proof there; without it, it is printed.")


@command(audit_group, "prove")
@click.argument("row", type=click.IntRange(1))
@click.option("--sealed", is_flag=True, help="Without the texts: who did it, to what, and the details stay hashes.")
@OUT
def prove(session: Session, row: int, out: Path | None, *, sealed: bool) -> Result:
    """Write the proof that a row stands in the log; 'audit check' reads it without the city, and no other row."""
    with session.store() as store:
        proof = store.audit.prove(row)
        document = (replace(proof, texts={}) if sealed else proof).plain()
        _give(session, document, out)
        exported(store, f"audit/{row}", out)
    return document


@command(audit_group, "consistency")
@click.option("--count", type=click.IntRange(0), required=True, help="Of how many rows the head was that you kept.")
@OUT
def consistency(session: Session, count: int, out: Path | None) -> Result:
    """Write the proof that the log still begins with its first rows as they were; it holds nothing of any row."""
    with session.store() as store:
        document = store.audit.growth(count).plain()
    _give(session, document, out)
    return document


def _give(session: Session, document: Result, out: Path | None) -> None:
    text = plain_json(json.dumps(document, ensure_ascii=False, indent=1))
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
        session.say("Wrote {path}", path=out)
    elif not session.as_json:
        click.echo(text)


@command(audit_group, "check")
@click.argument("file", type=FILE)
@click.option("--kept", "kept_files", type=FILE, multiple=True, help="A file of 'audit head' that somebody kept.")
def check(session: Session, file: Path, kept_files: tuple[Path, ...]) -> Result:
    """Check a proof without the city; exit 1 when it proves nothing, or of another log than the one that was kept."""
    proof = proofs.read(_json(file))
    heads = [proof.log] if isinstance(proof, RowProof) else [proof.earlier, proof.log]
    kept = [checkpoint.read(one.read_text(encoding="utf-8", errors="replace")) for one in kept_files]
    strange = next((one for one in kept if one not in heads), None)
    fault = proof.fault() or (Note(OTHER_LOG, {"count": strange.count, "head": strange.head}) if strange else None)
    if fault is not None:
        session.exit_code = REFUSED
        session.warn([fault])
    else:
        _say_proved(session, proof)
    return {
        "holds": fault is None,
        "kind": "row" if isinstance(proof, RowProof) else "growth",
        "heads": [{"count": one.count, "head": one.head} for one in heads],
        "error": "" if fault is None else fault.text(),
    }


def _json(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError("{file} is no JSON: give a file of 'xundian audit prove'", file=file.name) from error


def _say_proved(session: Session, proof: RowProof | GrowthProof) -> None:
    if isinstance(proof, GrowthProof):
        session.say(
            "The log of {later} rows begins with all {earlier} of the earlier one, unchanged.",
            later=proof.log.count,
            earlier=proof.earlier.count,
        )
        session.say("head of {count} rows: {head}", count=proof.earlier.count, head=proof.earlier.head)
    else:
        one = proof.entry
        session.say(
            "Row {number} stands in the log: {at} {action} {from_version} > {to_version}",
            **{name: getattr(one, name) for name in ("number", "action", "from_version", "to_version")},
            at=one.at.isoformat(timespec="milliseconds"),
        )
        for name, (text, _) in proof.texts.items():
            session.say("{field}: {text}", field=name, text=text)
    session.say("head of {count} rows: {head}  <- as you kept it?", count=proof.log.count, head=proof.log.head)


@command(audit_group, "erase")
@click.argument("name")
def erase(session: Session, name: str) -> Result:
    """Take the name of an account out of the log, for good; the log holds all the same."""
    session.ask("Erase {name} from the log? Who did what can't be told any more.", name=name)
    with session.store() as store:
        count = store.audit.erase(name)
    session.say("{name} was erased from {count} rows.", name=name, count=count)
    return {"rows": count}
