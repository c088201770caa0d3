"""Who is asking, and what a page may ask of them."""

import functools
import hashlib
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import Unauthorized

from geo.clock import today
from geo.errors import AccessError, StoreError
from geo.model import Role, User
from geo.store import Store
from webmap.accounts.visibility import VisibleCity

HOMES = {Role.PLANNER: "planner.page", Role.TEAM: "field.page", Role.STREET: "office.page"}
DATA_PATHS = ("/data/", "/tiles/")
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def init_app(app: Flask) -> None:
    """Let the templates know who is logged in."""
    app.context_processor(lambda: {"user": shown()})


def city() -> Store:
    """Return the store of the application that answers."""
    return cast("Store", current_app.extensions["xundian"])


def mark_of(user: User) -> str:
    """Return what a session remembers of a password, so that a new password ends the old sessions."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]


def current() -> User | None:
    """Return the account of this request, read from the store once."""
    if "user" not in g:
        name = session.get("user")
        user = city().accounts.get(name) if name else None
        g.user = user if user is not None and session.get("mark") == mark_of(user) else None
    return cast("User | None", g.user)


def shown() -> User | None:
    """Return the account of this request for its page; nobody where the city cannot be read."""
    if "city_away" not in g:
        try:
            return current()
        except StoreError:
            g.city_away = True
    return None


def home_of(user: User) -> str:
    """Return the address of an account's first page."""
    return url_for(HOMES[user.role])


def visible() -> VisibleCity:
    """Return what the account of this request may see.

    Raises
    ------
    Unauthorized
        When nobody is logged in.
    """
    user = current()
    if user is None:
        raise Unauthorized
    return VisibleCity(city(), user, today(city()))


def require(*roles: Role) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Any]]:
    """Let only these roles in; send the others away, and who isn't logged in to the login."""

    def wrap(view: Callable[Asked, Answer]) -> Callable[Asked, Any]:
        @functools.wraps(view)
        def guarded(*args: Asked.args, **kwargs: Asked.kwargs) -> Any:  # noqa: ANN401 - the view's answer or a redirect
            user = current()
            if user is None:
                if request.path.startswith(DATA_PATHS) or request.method != "GET":
                    raise Unauthorized
                return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
            if user.role not in roles:
                raise AccessError("the account {name} may not open this page", name=user.name)
            return view(*args, **kwargs)

        return guarded

    return wrap
