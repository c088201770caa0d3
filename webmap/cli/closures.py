"""``xundian closure``: streets that are closed for some days."""

import datetime as dt

import click

from routing.streets.closures import closed_edges
from routing.streets.network import edges_named, network_of
from webmap.cli.area import ClosedArea, area_options
from webmap.cli.session import Result, Session, command

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("closure")
def closure_group() -> None:
    """Close streets for some days; plans keep off them."""


@command(closure_group, "add")
@area_options
@click.option("--from", "first", type=DAY, required=True, help="First day, as 2026-06-12.")
@click.option("--until", "last", type=DAY, required=True, help="Last day, included.")
@click.option("--reason", required=True, help="Why: road works, a market, a marathon.")
def add(session: Session, closed: ClosedArea, first: dt.datetime, last: dt.datetime, reason: str) -> Result:
    """Close a street by its name, or the streets that an area touches."""
    street, shape = closed.street, closed.shape(session)
    first_day, last_day = first.date(), last.date()
    with session.store() as store:
        network = network_of(store)
        if street:
            edges_named(network.edges, street.strip())
        number = store.closures.add(area=shape, street=street, reason=reason, first_day=first_day, last_day=last_day)
        edges = len(closed_edges(network, store.closures.frame().loc[[number]], first_day))
    session.say(
        "Closure {id} closes {edges} pieces of street; plan the rounds of these days again.", id=number, edges=edges
    )
    if not edges:
        session.say("Nothing lies there: look at the area and its datum, and lift the closure.")
    return {"closure": number, "edges": edges, "first_day": str(first_day), "last_day": str(last_day)}


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
