"""``xundian user``: accounts."""

import click

from geo.model import Role
from webmap.accounts.auth import add_account
from webmap.cli.session import Result, Session, command


@click.group("user")
def user_group() -> None:
    """Make accounts."""


@command(user_group, "add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--zone", default="", help="Zone code of a street account.")
@click.option("--team", default="", help="Team of a team account.")
def add(session: Session, name: str, role: str, zone: str, team: str) -> Result:
    """Make an account, or give it a new password; the password is made on the spot and shown once."""
    with session.store() as store:
        password = add_account(store, name, Role(role), zone=zone, team=team)
    session.say("Account {name} ({role}), password {password}", name=name, role=role, password=password)
    return {"name": name, "role": role, "password": password}
