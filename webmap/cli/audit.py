"""``xundian audit``: the log of who did what, and whether it holds."""

from pathlib import Path

import click

from geo.audit import checkpoint
from geo.audit.checkpoint import Checkpoint
from geo.errors import InputError
from webmap.cli.session import REFUSED, Result, Session, command

LINES = 100


@click.group("audit")
def audit_group() -> None:
    """Read the log of who did what, and check that nobody changed it."""


@command(audit_group, "verify")
@click.option("--head", default="", help="A head that somebody kept: the log must still contain it.")
@click.option("--count", type=click.IntRange(0), help="Of how many rows the head was.")
@click.option("--kept", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A file of 'audit head'.")
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


@command(audit_group, "list")
@click.option("--before", type=click.IntRange(1), help="Only rows before this one.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=LINES, show_default=True, help="How many rows.")
def list_(session: Session, before: int | None, limit: int) -> Result:
    """List the newest rows."""
    with session.store() as store:
        rows = store.audit.page(before=before, count=limit)
    lines = [
        {name: getattr(row, name) for name in row.__slots__} | {"at": row.at.isoformat(timespec="milliseconds")}
        for row in rows
    ]
    for line in lines:
        session.say("{number} {at} {who} {action} {object} {from_version} > {to_version}", **line)
    if rows and rows[-1].number > 1:
        session.say("Earlier rows: --before {number}", number=rows[-1].number)
    return {"rows": lines}


@command(audit_group, "erase")
@click.argument("name")
def erase(session: Session, name: str) -> Result:
    """Take the name of an account out of the log, for good; the log holds all the same."""
    session.ask("Erase {name} from the log? Who did what can't be told any more.", name=name)
    with session.store() as store:
        count = store.audit.erase(name)
    session.say("{name} was erased from {count} rows.", name=name, count=count)
    return {"rows": count}
