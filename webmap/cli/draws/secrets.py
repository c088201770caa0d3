"""``xundian draw secrets new | list | close``: a year's secrets, from their root to the publication of their seed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from geo.clock import today
from geo.errors import StateError
from geo.model import SecretForm
from geo.store import Store
from routing.rounds import proof, publishing
from webmap.cli.draws.documents import OUT, shown, written
from webmap.cli.groups import secrets_group
from webmap.cli.session import Result, Session, command


@command(secrets_group, "new")
@click.option("--year", type=click.IntRange(2000, 2999), required=True)
@click.option(
    "--count",
    type=click.IntRange(1, 1_000),
    default=proof.COUNT,
    show_default=True,
    help="Commitments they last for, void ones included.",
)
def new_secrets(session: Session, year: int, count: int) -> Result:
    """Make the secrets of a year; publish their root and number before the first commitment."""
    with session.store() as store:
        made = proof.new_secrets(store, year, count=count)
    session.say(
        "Secrets {name}: {count} under the root {root}. Publish both before the first commitment.",
        name=made.name,
        count=made.size,
        root=made.root,
    )
    return {"secrets": made.name, "secrets_root": made.root, "secrets_count": made.size}


@command(secrets_group, "list")
@click.option("--name", default="", help="The year, as 2026 or 2026-2; without it the newest.")
@click.option("--out", type=OUT, help="Write the list there; without it, it is printed.")
def list_secrets(session: Session, name: str, out: Path | None) -> Result:
    """Print every commitment under a root with what became of it; each names the one before. To be published."""
    with session.store() as store:
        document = _listed(store, name or _newest(store))
    shown(session, document, out)
    return document


def _listed(store: Store, name: str) -> Mapping[str, Any]:
    own = publishing.rooted(store, name)
    lines = publishing.public_list(store, name, today(store).date)
    return {"secrets": name, "secrets_root": own.root, "secrets_count": own.size, "commitments": lines}


def _newest(store: Store) -> str:
    found = [one.name for one in store.commitments.secret_sets() if one.form == SecretForm.ROOT]
    if not found:
        raise StateError("there are no secrets yet: make them with xundian draw secrets new --year")
    return found[-1]


@command(secrets_group, "close")
@click.option("--name", required=True, help="The year, as 2026 or 2026-2.")
@click.option("--out", type=OUT, required=True)
def close_secrets(session: Session, name: str, out: Path) -> Result:
    """Publish the master seed of a year whose rounds are all over: everyone computes every secret again."""
    with session.store() as store:
        document = publishing.close_year(store, name, today(store).date)
    written(session, document, out)
    missing = [one["position"] for one in document["commitments"] if one["state"] == "drawn"]
    if missing:
        session.say("Drawn and not revealed: numbers {numbers}.", numbers=", ".join(map(str, missing)))
    return {"secrets": name, "out": str(out), "commitments": len(document["commitments"]), "not_revealed": missing}
