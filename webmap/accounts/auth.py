"""Login, logout and passwords."""

import logging
import math
from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.acting import acting
from geo.errors import StateError, StoreError
from geo.model import Action, User
from webmap.accounts import access, sessions
from webmap.accounts.attempts import AttemptKind, Attempts, keys_of
from webmap.accounts.devices import device_of
from webmap.accounts.devices import remember as remember_device
from webmap.accounts.passwords import NOBODY, PASSWORD_LENGTH, hash_password, is_outdated, is_right
from webmap.paths import local_path

pages = Blueprint("auth", __name__)
_log = logging.getLogger(__name__)


@pages.get("/login")
@access.needs(Action.ENTER)
def login() -> Any:  # noqa: ANN401 - a page or a redirect
    """Show the form, or go on when already logged in."""
    user = access.current()
    if user is not None:
        return redirect(access.home_of(user))
    return render_template("login.html", name="", error="", next=request.args.get("next", ""))


@pages.post("/login")
@access.needs(Action.ENTER)
def enter() -> Any:  # noqa: ANN401 - a page or a redirect
    """Check name and password."""
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    keys = keys_of(name, request.remote_addr or "", device_of(name))
    wait_s = math.ceil(_attempts().begin(*keys))
    if wait_s:
        error = _("Too many wrong passwords. Wait %(seconds)s s, then try again.", seconds=wait_s)
        return _again(error), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(wait_s)}
    user = access.city().accounts.get(name) if name else None
    hashed = user.password_hash if user is not None else NOBODY
    if not is_right(hashed, password) or user is None:
        _refuse(name, "wrong")
        return _again(_("Name or password is wrong. Nobody was logged in.")), HTTPStatus.UNAUTHORIZED
    _attempts().right(*keys)
    if user.disabled:
        _refuse(name, "disabled")
        return _again(_("This account is disabled. Ask the administrator.")), HTTPStatus.FORBIDDEN
    with acting(user.name):
        sessions.begin(access.city(), user)
        _renew(user, password)
    target = local_path(request.form.get("next", ""))
    response = make_response(redirect(access.home_of(user) if target == "/" else target))
    remember_device(response, name)
    return response


@pages.post("/logout")
@access.needs(Action.ENTER)
def logout() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Forget who was logged in, here and on the server, but not the language."""
    sessions.end(access.city())
    return redirect(url_for("auth.login"))


@pages.get("/password")
@access.needs(Action.KEEP_ACCOUNT)
def password() -> str:
    """Show the form for a new password."""
    return render_template("password.html", error="", least=PASSWORD_LENGTH)


@pages.post("/password")
@access.needs(Action.KEEP_ACCOUNT)
def change_password() -> Any:  # noqa: ANN401 - a page or a redirect
    """Set a new password; every other session of the account ends."""
    user = access.visible().user
    error = _refused(user)
    if error:
        return render_template("password.html", error=error, least=PASSWORD_LENGTH), HTTPStatus.BAD_REQUEST
    own = sessions.own()
    keep = None if own is None else own.id
    access.city().accounts.set_password(user, hash_password(request.form.get("new", "")), keep=keep)
    flash(_("The password was changed."))
    return redirect(access.home_of(user))


def _refuse(name: str, why: str) -> None:
    """Write a failed login down; whoever fails is answered all the same."""
    try:
        access.city().sessions.refuse(name, request.remote_addr or "", why)
    except StoreError:
        _log.warning("a failed login was not written down")


def _refused(user: User) -> str:
    """Say why the password stays; empty when it may be changed."""
    key = (AttemptKind.SESSION, user.name)
    old, new = request.form.get("old", ""), request.form.get("new", "")
    wait_s = math.ceil(_attempts().begin(key))
    if wait_s:
        return str(_("Too many wrong passwords. Wait %(seconds)s s; the old password stays.", seconds=wait_s))
    if not is_right(user.password_hash, old):
        return str(_("The old password is wrong. It was not changed."))
    _attempts().right(key)
    if new != request.form.get("again"):
        return str(_("The two new passwords differ. The old one stays."))
    if len(new) < PASSWORD_LENGTH:
        return str(
            _("The new password is shorter than %(least)s characters. The old one stays.", least=PASSWORD_LENGTH)
        )
    return ""


def _renew(user: User, password: str) -> None:
    """Keep a password that was hashed in an old way in today's."""
    if not is_outdated(user.password_hash) or len(password) < PASSWORD_LENGTH:
        return
    try:
        access.city().accounts.set_password(user, hash_password(password), renewed=True)
    except (StateError, StoreError):  # it was changed meanwhile, or the next login does it
        _log.warning("the hash of a password was not renewed")


def _again(error: str) -> str:
    """Show the form again with what was wrong."""
    form = request.form
    return render_template("login.html", name=form.get("name", "").strip(), error=error, next=form.get("next", ""))


def _attempts() -> Attempts:
    return cast("Attempts", current_app.extensions["xundian_attempts"])
