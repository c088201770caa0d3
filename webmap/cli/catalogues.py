"""``xundian catalogue``: the city's own categories and items, edition by edition."""

from functools import partial
from pathlib import Path

import click

from geo.catalogue import Catalogue, load, to_toml, write_xlsx
from geo.errors import InputError
from webmap.cli.apart import read_apart
from webmap.cli.files import OutFile
from webmap.cli.leaving import exported
from webmap.cli.session import Result, Session, command


@click.group("catalogue")
def catalogue_group() -> None:
    """Take the catalogue of categories and items out, and bring an own edition in."""


@command(catalogue_group, "list")
def list_editions(session: Session) -> Result:
    """List the editions; the first is the current one."""
    with session.store() as store:
        editions = [_shape(store.catalogues.get(edition)) for edition in store.catalogues.editions()]
    for edition in editions:
        session.say("Edition {edition}: {categories} categories, {items} items", **edition)
    return {"editions": editions}


@command(catalogue_group, "export")
@click.option("--out", type=OutFile(), required=True, help="Ends in .xlsx or .toml.")
@click.option("--edition", default="", help="The current one by default.")
def export(session: Session, out: Path, edition: str) -> Result:
    """Write an edition of the catalogue, to be edited and imported again."""
    with session.store(create=True) as store:
        catalogue = store.catalogues.get(edition or None)
        if out.suffix.lower() == ".xlsx":
            write_xlsx(catalogue, out)
        elif out.suffix.lower() == ".toml":
            out.write_text(to_toml(catalogue), encoding="utf-8")
        else:
            raise InputError("{file} ends in {suffix!r}: write .xlsx or .toml", file=out.name, suffix=out.suffix)
        exported(store, "catalogue", out)
    session.say("Wrote {path}", path=out)
    return {**_shape(catalogue), "out": str(out)}


@command(catalogue_group, "import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(session: Session, file: Path) -> Result:
    """Make a catalogue (XLSX or TOML) the city's current edition; rounds keep the one that they were made under."""
    catalogue = read_apart(session, file, partial(load, file))
    with session.store(create=True) as store:
        store.catalogues.save(catalogue)
        roster = store.checkpoints.frame()
    strange = roster[~roster["category"].isin(list(catalogue.categories))]["category"].value_counts()
    session.say("Edition {edition}: {categories} categories, {items} items", **_shape(catalogue))
    if len(strange):
        session.say(
            "{count} checkpoints have a category that this edition lacks: {categories}",
            count=int(strange.sum()),
            categories=", ".join(strange.index),
        )
    return {**_shape(catalogue), "checkpoints_without_category": int(strange.sum())}


def _shape(catalogue: Catalogue) -> dict[str, object]:
    every = catalogue.categories.values()
    return {
        "edition": catalogue.edition,
        "categories": len(every),
        "items": sum(len(category.items) for category in every),
    }
