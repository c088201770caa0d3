"""What the commands share that write a file of a round: where it goes, and who may have it."""

import click

from webmap.cli.files import OutFile
from webmap.cli.session import Session

OUT = click.option("--out", type=OutFile(), required=True)


def warn_covert(session: Session, *, covert: bool) -> None:
    """Say what a file with the routes of a covert round is not for."""
    if covert:
        session.say("Covert round: this file shows its routes; give it to nobody but the team.")
