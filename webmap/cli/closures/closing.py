"""``xundian closure add``: which streets are closed, and for how long."""

import datetime as dt

import click

from routing.streets.closures import closed_edges
from routing.streets.network import edges_named, network_of
from webmap.cli.area import ClosedArea, area_options
from webmap.cli.groups import closure_group
from webmap.cli.session import Result, Session, command

DAY = click.DateTime(formats=["%Y-%m-%d"])


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
