"""How a document of a draw is printed that is to be published."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from geo.foreign_text import plain_json
from webmap.cli.session import Session

OUT = click.Path(dir_okay=False, path_type=Path)


def shown(session: Session, document: Mapping[str, Any], out: Path | None) -> None:
    """Print a document that is to be published, or write it."""
    if out is not None:
        written(session, document, out)
    elif not session.as_json:
        click.echo(plain_json(json.dumps(document, ensure_ascii=False, indent=1)))


def written(session: Session, document: Mapping[str, Any], out: Path) -> None:
    """Write a document that is to be published."""
    out.write_text(plain_json(json.dumps(document, ensure_ascii=False, indent=1)) + "\n", encoding="utf-8")
    session.say("Wrote {path}", path=out)
