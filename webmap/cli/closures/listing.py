"""``xundian closure list`` and ``lift``."""

import click

from webmap.cli.groups import closure_group
from webmap.cli.session import Result, Session, command


@command(closure_group, "list")
@click.option("--all", "every", is_flag=True, help="Lifted ones too.")
def list_(session: Session, *, every: bool) -> Result:
    """List the closures by their first day."""
    with session.store() as store:
        found = store.closures.frame(include_lifted=every)
    if found.empty:
        session.say("No street is closed. Close one with `xundian closure add`.")
    rows = []
    for number, one in found.iterrows():
        row = {name: one[name] for name in ("street", "first_day", "last_day", "reason", "who")}
        row |= {"id": number, "area": one.geometry is not None, "lifted": bool(one["lifted_at"] == one["lifted_at"])}
        rows.append(row)
        where = one["street"] if one.geometry is None else f"{one['street']} ▱".strip()
        session.say("{id}  {first_day} to {last_day}  {where}  {reason}", where=where, **row)
    return {"closures": rows}


@command(closure_group, "lift")
@click.argument("number", metavar="ID", type=int)
def lift(session: Session, number: int) -> Result:
    """Open the streets of a closure again; it stays on record."""
    with session.store() as store:
        store.closures.lift(number)
    session.say("Closure {id} is lifted; plan the rounds of its days again.", id=number)
    return {"closure": number, "lifted": True}
