"""``xundian user``: accounts and their sessions."""

import datetime as dt
from collections import Counter

import click

from geo.model import Role
from geo.store.sessions import SessionLimits
from webmap.accounts.making import LIMITS, add_account
from webmap.cli.session import Result, Session, command


@click.group("user")
def user_group() -> None:
    """Make accounts, list and disable them, end their sessions."""


@command(user_group, "add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--zone", default="", help="Zone code of a street account.")
@click.option("--team", default="", help="Team of a team account.")
@click.option("--unit", default="", help="Responsible unit of a unit account, as the roster names it.")
def add(session: Session, name: str, role: str, *, zone: str, team: str, unit: str) -> Result:
    """Make an account, or give it a new password; the password is made on the spot and shown once."""
    with session.store() as store:
        password = add_account(store, name, Role(role), zone=zone, team=team, unit=unit)
    session.say("Account {name} ({role}), password {password}", name=name, role=role, password=password)
    return {"name": name, "role": role, "password": password}


@command(user_group, "list")
def list_(session: Session) -> Result:
    """List the accounts: role, what they are limited to, how many sessions they have."""
    with session.store() as store:
        users = store.accounts.all()
        logged_in = Counter(one.account for one in store.sessions.of(tuple(Role), dt.datetime.now(dt.UTC)))
    lines = [
        {
            "name": one.name,
            "role": str(one.role),
            "limited_to": str(getattr(one, LIMITS[one.role])) if one.role in LIMITS else "",
            "disabled": one.disabled,
            "sessions": logged_in[one.name],
        }
        for one in users
    ]
    for line in lines:
        if line["disabled"]:
            session.say("{name}: {role} {limited_to}, disabled", **line)
        else:
            session.say("{name}: {role} {limited_to}, {sessions} sessions", **line)
    if not lines:
        session.say("There is no account yet: make one with xundian user add")
    return {"users": lines}


@command(user_group, "disable")
@click.argument("name")
def disable(session: Session, name: str) -> Result:
    """Let nobody log in to an account any more, and end its sessions."""
    with session.store() as store:
        store.accounts.disable(name)
    session.say("{name} is disabled, and its sessions were ended.", name=name)
    return {"name": name, "disabled": True}


@command(user_group, "enable")
@click.argument("name")
def enable(session: Session, name: str) -> Result:
    """Let an account log in again."""
    with session.store() as store:
        store.accounts.disable(name, disabled=False)
    session.say("{name} may log in again.", name=name)
    return {"name": name, "disabled": False}


@command(user_group, "end-sessions")
@click.argument("name")
def end_sessions(session: Session, name: str) -> Result:
    """Log an account out on every phone and computer."""
    with session.store() as store:
        ended = store.sessions.end_all(name)
    session.say("{name}: {count} sessions were ended.", name=name, count=ended)
    return {"name": name, "ended": ended}


@command(user_group, "limits")
@click.option("--idle-h", type=int, help="Hours after the last page.")
@click.option("--session-h", type=int, help="Hours after the login.")
def limits(session: Session, idle_h: int | None, session_h: int | None) -> Result:
    """Say when sessions end by themselves, or set it."""
    with session.store() as store:
        kept = store.sessions.limits()
        if idle_h is not None or session_h is not None:
            kept = SessionLimits(
                kept.idle_h if idle_h is None else idle_h, kept.session_h if session_h is None else session_h
            )
            store.sessions.set_limits(kept)
    session.say(
        "A session ends {idle} h after its last page, and {whole} h after the login at the latest.",
        idle=kept.idle_h,
        whole=kept.session_h,
    )
    return {"idle_h": kept.idle_h, "session_h": kept.session_h}
