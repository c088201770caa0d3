"""The page of accounts, and everybody's page of the own sessions.

An administrator sees every account, ends sessions and disables accounts. A planner sees those of the teams, and what
happened to planners' accounts: whoever becomes a planner sees everything.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.errors import AccessError, NotFoundError
from geo.model import Action, LoginSession, Reach, Role, User
from geo.store.accounts import NoticeKind, PlannerNotice
from webmap.accounts import access, sessions
from webmap.accounts.browsers import browser_name
from webmap.accounts.log_words import detail_text, event_text, object_text, role_name, who_text
from webmap.accounts.making import LIMITS
from webmap.rights import reach_of

pages = Blueprint("accounts", __name__)

REACHED = {Reach.ACCOUNTS: tuple(Role), Reach.TEAM_ACCOUNTS: (Role.TEAM,)}
NEWS_DAYS = 7
"""How long every page of a planner says that somebody became one."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as the page lists it."""

    user: User
    limited_to: str  # its zone, team or unit
    sessions: tuple[LoginSession, ...]


def init_app(app: Flask) -> None:
    """Let every page of a planner say what happened to planners' accounts lately."""
    said = {"log_who": who_text, "log_event": event_text, "log_object": object_text, "log_detail": detail_text}
    app.jinja_env.filters.update(said, browser=browser_name)
    app.context_processor(lambda: {"planner_news": planner_news, "role_name": role_name, "notice_text": notice_text})


@pages.get("/accounts")
@access.needs(Action.SEE_ACCOUNTS)
def page() -> str:
    """List the accounts with their sessions."""
    user, store = access.visible().user, access.city()
    roles = _reached(user, Action.SEE_ACCOUNTS)
    logged_in = store.sessions.of(roles, dt.datetime.now(dt.UTC))
    lines = [
        AccountLine(one, _limit(one), tuple(each for each in logged_in if each.account == one.name))
        for one in store.accounts.all(roles)
    ]
    return render_template(
        "accounts.html",
        lines=lines,
        logged_in=len(logged_in),
        manages=access.opens("accounts.disable"),
        notices=store.accounts.planner_notices(),
        limits=store.sessions.limits(),
    )


@pages.post("/accounts/end")
@access.needs(Action.END_SESSIONS)
def end() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """End the sessions of an account."""
    name = request.form.get("name", "")
    ended = access.city().sessions.end_all(name, _reached(access.visible().user, Action.END_SESSIONS))
    flash(_("%(name)s: %(count)s sessions were ended.", name=name, count=ended))
    return redirect(url_for("accounts.page"))


@pages.post("/accounts/disable")
@access.needs(Action.MANAGE_ACCOUNTS)
def disable() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Let nobody log in to an account any more."""
    name = request.form.get("name", "")
    access.city().accounts.disable(name, who=access.visible().user.name)
    flash(_("%(name)s is disabled, and its sessions were ended.", name=name))
    return redirect(url_for("accounts.page"))


@pages.post("/accounts/enable")
@access.needs(Action.MANAGE_ACCOUNTS)
def enable() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Let an account log in again."""
    name = request.form.get("name", "")
    access.city().accounts.disable(name, disabled=False, who=access.visible().user.name)
    flash(_("%(name)s may log in again.", name=name))
    return redirect(url_for("accounts.page"))


@pages.get("/sessions")
@access.needs(Action.KEEP_ACCOUNT)
def own() -> str:
    """List the own sessions."""
    user = access.visible().user
    here = sessions.own()
    return render_template(
        "sessions.html",
        sessions=access.city().sessions.of([user.role], dt.datetime.now(dt.UTC), user.name),
        here=here.id if here else 0,
        limits=access.city().sessions.limits(),
    )


@pages.post("/sessions/end")
@access.needs(Action.KEEP_ACCOUNT)
def end_own() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """End one of the own sessions; the one that asks ends by logging out."""
    user, asked = access.visible().user, request.form.get("session", type=int) or 0
    here = sessions.own()
    if here is not None and here.id == asked:
        raise NotFoundError("this is the session that you are in: log out instead")
    access.city().sessions.end_one(user.name, asked)
    flash(_("The session was ended."))
    return redirect(url_for("accounts.own"))


def planner_news() -> list[PlannerNotice]:
    """Return what happened to planners' accounts in the last days, to planners."""
    user = access.shown()
    if user is None or user.role is not Role.PLANNER:
        return []
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=NEWS_DAYS)
    return [one for one in access.city().accounts.planner_notices(since) if one.account != user.name]


def notice_text(notice: PlannerNotice) -> str:
    """Say what happened to the account of a planner."""
    who = notice.who or _("a command on the server")
    texts = {
        NoticeKind.MADE: _("%(account)s became a planner, by %(who)s", account=notice.account, who=who),
        NoticeKind.PASSWORD: _("planner %(account)s got a new password, by %(who)s", account=notice.account, who=who),
        NoticeKind.DISABLED: _("planner %(account)s was disabled, by %(who)s", account=notice.account, who=who),
        NoticeKind.ENABLED: _("planner %(account)s may log in again, by %(who)s", account=notice.account, who=who),
    }
    return str(texts[notice.what])


def _limit(user: User) -> str:
    return str(getattr(user, LIMITS[user.role])) if user.role in LIMITS else ""


def _reached(user: User, action: Action) -> tuple[Role, ...]:
    """Return the roles to whose accounts a right reaches."""
    reach = reach_of(user.role, action)
    if reach not in REACHED:
        raise AccessError("the account {name} may not see this", name=user.name)
    return REACHED[reach]
