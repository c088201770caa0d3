"""Who is asking, and what a page may ask of them."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.exceptions import NotFound, Unauthorized

from geo.acting import NOBODY, acting
from geo.clock import today
from geo.errors import AccessError, StoreError
from geo.model import Action, Role, User
from geo.store import Store
from webmap.accounts import sessions
from webmap.accounts.published import PublishedProofs
from webmap.accounts.visibility import VisibleCity
from webmap.rights import ANYBODY, reach_of

HOMES = {
    Role.ADMIN: "accounts.page",
    Role.PLANNER: "planner.page",
    Role.TEAM: "field.page",
    Role.STREET: "office.page",
    Role.UNIT: "office.page",
    Role.OBSERVER: "results.page",
}
DATA_PATHS = ("/data/", "/tiles/")
_ACTION = "xundian_action"
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def init_app(app: Flask) -> None:
    """Let the templates know who is logged in, and what that account may open."""
    app.context_processor(lambda: {"user": shown()})
    app.jinja_env.tests["opened"] = opens


def city() -> Store:
    """Return the store of the application that answers; pages ask :func:`visible` instead."""
    return cast("Store", current_app.extensions["xundian"])


def current() -> User | None:
    """Return the account of this request, read from the store once."""
    if "user" not in g:
        g.user = sessions.user_of_request(city())
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
    return VisibleCity(city(), user, today(city()), looked=_look)


def _look(round_id: str) -> None:
    """Remember for :mod:`webmap.accounts.looks` that this answer shows what is secret of a round; empty: of any."""
    g.setdefault("looked", set()).add(round_id)


def published() -> PublishedProofs:
    """Return what anybody may see."""
    return PublishedProofs(city())


def needs(action: Action, *, unknown: bool = False) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Any]]:
    """Let in who has a right to this action; send the others away, and who isn't logged in to the login.

    Parameters
    ----------
    action
        The one that this address is for.
    unknown
        That there is anything behind the address is a secret too: whoever may not open it is told that nothing is.
    """

    def wrap(view: Callable[Asked, Answer]) -> Callable[Asked, Any]:
        @functools.wraps(view)
        def guarded(*args: Asked.args, **kwargs: Asked.kwargs) -> Any:  # noqa: ANN401 - the view's answer or a redirect
            away = None if action in ANYBODY else _turned_away(action, unknown=unknown)
            if away is not None:
                return away
            with acting(NOBODY if action in ANYBODY else visible().user.name):
                return view(*args, **kwargs)

        if hasattr(view, _ACTION):
            raise TypeError(f"{view} has two actions: leave one")
        setattr(guarded, _ACTION, action)
        return guarded

    return wrap


def action_of(app: Flask, endpoint: str | None) -> Action | None:
    """Return what an endpoint is for, None when there is no such endpoint or nobody said."""
    return getattr(app.view_functions.get(endpoint or ""), _ACTION, None)


def may(user: User, action: Action | None) -> bool:
    """Tell whether an account may do something at all; how far is for :class:`VisibleCity` to say."""
    return action in ANYBODY or (action is not None and reach_of(user.role, action) is not None)


def opens(endpoint: str) -> bool:
    """Tell whether the account of this request may open an address."""
    user = shown()
    return user is not None and may(user, action_of(current_app, endpoint))


def check_doors(app: Flask) -> None:
    """Refuse an application that has an address which nobody gave an action.

    Raises
    ------
    TypeError
        When there is one.
    """
    for rule in app.url_map.iter_rules():
        if action_of(app, rule.endpoint) is None:
            raise TypeError(f"the address {rule.rule} has no action: decorate its view with needs()")


def _turned_away(action: Action, *, unknown: bool) -> Any:  # noqa: ANN401 - None, or a redirect of werkzeug
    user = current()
    if unknown and (user is None or not may(user, action)):
        raise NotFound
    if user is None:
        if request.path.startswith(DATA_PATHS) or request.method != "GET":
            raise Unauthorized
        return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
    if not may(user, action):
        raise AccessError("the account {name} may not open this page", name=user.name)
    return None
