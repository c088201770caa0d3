"""``xundian cells``: unit grid cells."""

import click

from geo.imports import make_cells
from webmap.cli.session import Result, Session, command


@click.group("cells")
def cells_group() -> None:
    """Cut the city into unit grid cells (单元网格)."""


@command(cells_group, "make")
def make(session: Session) -> Result:
    """Cut the communities into cells of about 10,000 m2 along the streets, in the place of those that were there."""
    with session.store() as store:
        made = make_cells(store, progress=session.progress)
    session.say("{cells} cells in {communities} communities.", cells=made.cells, communities=made.communities)
    if not made.communities:
        session.say("There is no community: the cells have numbers but no codes. Import communities, then cut again.")
    for community, area_m2 in made.enlarged.items():
        session.say(
            "{community}: cells of {area_m2:.0f} m2, as 999 smaller ones would not do.",
            community=community,
            area_m2=area_m2,
        )
    return {
        "cells": made.cells,
        "communities": made.communities,
        "enlarged": dict(made.enlarged),
        "moved": made.moved,
    }
