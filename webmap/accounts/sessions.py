"""The session of a browser: a random token in its cookie, and a row in the city that says whose it is, until when.

The cookie is signed and holds what a page must remember besides: the language, the token against forged forms. It is
sent again only when one of these changes, never with a picture or a tile.
"""

import datetime as dt
import secrets
from typing import Any

from flask import Flask, g, request, session
from flask.sessions import SecureCookieSessionInterface

from geo.foreign_text import shown
from geo.model import LoginSession, User
from geo.store import Store
from geo.store.sessions import MOST_H

TOKEN = "token"  # noqa: S105 - the name of a field
TOKEN_BYTES = 32
KEPT = ("language", "csrf_token")  # over a login: forms that were open before it stay good


class SessionCookies(SecureCookieSessionInterface):
    """Session cookies that travel by HTTPS alone where the page came by HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Tell whether the cookie of this answer is for HTTPS alone."""
        return request.is_secure or bool(app.config["SESSION_COOKIE_SECURE"])


def configuration() -> dict[str, Any]:
    """Return how Flask is to keep the cookie; how long a session lasts is for the city to say, not for the cookie."""
    return {
        "SESSION_COOKIE_NAME": "xundian",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": dt.timedelta(hours=MOST_H + 24),
        "WTF_CSRF_TIME_LIMIT": None,  # a form is good as long as its session
    }


def begin(store: Store, user: User) -> None:
    """Log an account in with this browser; the session that it had before ends."""
    now, token = dt.datetime.now(dt.UTC), secrets.token_urlsafe(TOKEN_BYTES)
    agent = shown(request.headers.get("User-Agent", ""))
    seen = LoginSession(0, user.name, now, now, request.remote_addr or "", agent)
    store.sessions.begin(user, token, seen, instead_of=str(session.get(TOKEN, "")))
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.permanent = True
    session.update({TOKEN: token} | kept)


def end(store: Store) -> None:
    """Log out with this browser, but let it keep its language."""
    token, language = session.get(TOKEN), session.get("language")
    session.clear()
    if language:
        session["language"] = language
    if token:
        store.sessions.end(str(token))


def user_of_request(store: Store) -> User | None:
    """Return the account of this request's session, None when there is none or it is over."""
    token = session.get(TOKEN)
    found = store.sessions.find(str(token), dt.datetime.now(dt.UTC)) if token else None
    g.login_session = None if found is None else found[1]
    return None if found is None else found[0]


def own() -> LoginSession | None:
    """Return the session of this request, after its account was asked for."""
    one: LoginSession | None = g.get("login_session")
    return one
