"""Login, logout and passwords."""

import dataclasses
import math
import secrets
from collections.abc import Iterable
from http import HTTPStatus
from itertools import islice
from typing import Any, cast

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.security import check_password_hash, generate_password_hash

from geo.errors import InputError, NotFoundError
from geo.model import Level, Role, User
from geo.nearest import hint
from geo.notes import Note, Sentences
from geo.store import Store
from geo.zones.codes import known as known_zone
from webmap.accounts import access
from webmap.accounts.attempts import AttemptKind, Attempts, keys_of
from webmap.accounts.devices import device_of
from webmap.accounts.devices import remember as remember_device
from webmap.paths import local_path

pages = Blueprint("auth", __name__)

PASSWORD_LENGTH = 10
MADE_BYTES = 12  # of chance in a password made here: 16 characters
METHOD = "scrypt"
# Somebody without an account is checked against this, so that the time of an answer doesn't tell who has one.
NOBODY = generate_password_hash("", method=METHOD)


def hash_password(password: str) -> str:
    """Hash a password with scrypt and a salt of its own.

    Raises
    ------
    InputError
        When the password is shorter than ten characters.
    """
    if len(password) < PASSWORD_LENGTH:
        raise InputError(
            "the password has {length} characters: choose one of at least {least}",
            length=len(password),
            least=PASSWORD_LENGTH,
        )
    return generate_password_hash(password, method=METHOD)


def add_account(store: Store, name: str, role: Role, *, zone: str = "", team: str = "") -> str:
    """Make an account, or give it a new password, and return the password; it is nowhere else.

    Parameters
    ----------
    store
        The city.
    name
        Anything visible; an account of that name is replaced.
    role
        What the account may see.
    zone
        Code of a street account's zone.
    team
        Id of a team account's team.

    Raises
    ------
    InputError
        When the name is empty, a street account has no zone or a team account no team.
    NotFoundError
        When there is no such zone, or no such team while the city has teams or plans.
    """
    if not name.strip() or not name.isprintable():
        raise InputError("{field} is {value!r}: give the account a name", field="name", value=name)
    if role is Role.STREET:
        _refuse_empty("zone", zone, role, store.zones.frame(Level.STREET).index)
        zone = known_zone(zone, set(store.zones.frame().index))
    if role is Role.TEAM:
        teams = sorted(_known_teams(store))
        _refuse_empty("team", team, role, teams)
        if teams and team not in teams:
            nearest, names = hint(team, teams), ", ".join(teams)
            raise NotFoundError(
                "there is no team {value!r}: the teams are {teams}{nearest}", value=team, teams=names, nearest=nearest
            )
    password = secrets.token_urlsafe(MADE_BYTES)
    store.accounts.save(User(name.strip(), role, hash_password(password), zone=zone, team=team))
    return password


def _refuse_empty(field: str, value: str, role: Role, names: Iterable[str]) -> None:
    """Refuse an account without what it is to see; the first of the city's names serves as an example."""
    if not value:
        example = Sentences(Note(", e.g. {value}", {"value": name}) for name in islice(names, 1))
        raise InputError(
            "{field} is empty: a {role} account needs it{example}", field=field, role=role.value, example=example
        )


def _known_teams(store: Store) -> set[str]:
    """Return the teams that the city has, and those without a name that its plans made."""
    planned = (set(store.plans.routes(each.id)["team"]) for each in store.rounds.all())
    return {team.id for team in store.teams.all()}.union(*planned)


@pages.get("/login")
def login() -> Any:  # noqa: ANN401 - a page or a redirect
    """Show the form, or go on when already logged in."""
    user = access.current()
    if user is not None:
        return redirect(access.home_of(user))
    return render_template("login.html", name="", error="", next=request.args.get("next", ""))


@pages.post("/login")
def enter() -> Any:  # noqa: ANN401 - a page or a redirect
    """Check name and password."""
    name = request.form.get("name", "").strip()
    onward = request.form.get("next", "")
    keys = keys_of(name, request.remote_addr or "", device_of(name))
    wait_s = math.ceil(_attempts().begin(*keys))
    if wait_s:
        error = _("Too many wrong passwords. Wait %(seconds)s s, then try again.", seconds=wait_s)
        page = render_template("login.html", name=name, error=error, next=onward)
        return page, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(wait_s)}
    user = access.city().accounts.get(name) if name else None
    hashed = user.password_hash if user is not None else NOBODY
    if not check_password_hash(hashed, request.form.get("password", "")) or user is None:
        error = _("Name or password is wrong. Nobody was logged in.")
        return render_template("login.html", name=name, error=error, next=onward), HTTPStatus.UNAUTHORIZED
    _attempts().right(*keys)
    _remember(user)
    target = local_path(onward)
    response = make_response(redirect(access.home_of(user) if target == "/" else target))
    remember_device(response, name)
    return response


@pages.post("/logout")
def logout() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Forget who was logged in, but not the language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("auth.login"))


@pages.get("/password")
@access.require(*Role)
def password() -> str:
    """Show the form for a new password."""
    return render_template("password.html", error="", least=PASSWORD_LENGTH)


@pages.post("/password")
@access.require(*Role)
def change_password() -> Any:  # noqa: ANN401 - a page or a redirect
    """Set a new password; every other session of the account ends."""
    user = access.visible().user
    key = (AttemptKind.SESSION, user.name)
    old, new = request.form.get("old", ""), request.form.get("new", "")
    error = ""
    wait_s = math.ceil(_attempts().begin(key))
    if wait_s:
        error = _("Too many wrong passwords. Wait %(seconds)s s; the old password stays.", seconds=wait_s)
    elif not check_password_hash(user.password_hash, old):
        error = _("The old password is wrong. It was not changed.")
    elif new != request.form.get("again"):
        _attempts().right(key)
        error = _("The two new passwords differ. The old one stays.")
    elif len(new) < PASSWORD_LENGTH:
        _attempts().right(key)
        error = _("The new password is shorter than %(least)s characters. The old one stays.", least=PASSWORD_LENGTH)
    if error:
        return render_template("password.html", error=error, least=PASSWORD_LENGTH), HTTPStatus.BAD_REQUEST
    _attempts().right(key)
    changed = dataclasses.replace(user, password_hash=hash_password(new))
    access.city().accounts.save(changed)
    _remember(changed)
    flash(_("The password was changed."))
    return redirect(access.home_of(changed))


def _attempts() -> Attempts:
    return cast("Attempts", current_app.extensions["xundian_attempts"])


def _remember(user: User) -> None:
    """Begin a session; forms that were open before it stay good, so that nothing typed is lost by logging in again."""
    kept = {name: session[name] for name in ("language", "csrf_token") if name in session}
    session.clear()
    session.permanent = True
    session.update({"user": user.name, "mark": access.mark_of(user)} | kept)
