"""``xundian backup``: the city as one file, also while it is served."""

from pathlib import Path

import click

from geo.audit.events import Event
from geo.errors import InputError
from geo.store.audit import happening
from routing.rounds.vault import folder_of
from webmap.cli.files import OutFile
from webmap.cli.session import Result, Session, command


@command(None, "backup")
@click.argument("to", metavar="TO", type=OutFile())
@click.option("--replace", is_flag=True, help="Put it in the place of a file that is there.")
def backup(session: Session, to: Path, *, replace: bool) -> Result:
    """Copy the city into the file TO, whole, also while it is served; QGIS and this program open the copy."""
    if to.exists() and not replace:
        raise InputError("{path} is there already: name another file, or say --replace", path=to)
    with session.store() as store:
        store.backup(to)
        store.audit.note(happening(Event.BACKUP, "city"))
        secrets = folder_of(store)
    size = to.stat().st_size
    session.say("Wrote {path}, {size:.1f} MB", path=to, size=size / 1e6)
    if secrets.is_dir():
        session.say("The secrets of committed rounds are not in it: keep a copy of {folder} apart", folder=secrets)
    return {"out": str(to), "bytes": size, "secrets": str(secrets) if secrets.is_dir() else ""}
