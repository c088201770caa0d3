"""The page of the audit log: a planner's whole, an administrator's what happened to accounts."""

import datetime as dt
from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request, url_for

from geo.audit.events import OF_ACCOUNTS, Event
from geo.errors import InputError
from geo.model import Action
from geo.store.audit_pages import LogQuestion, place_of
from webmap.accounts import access
from webmap.accounts.log_words import event_text

pages = Blueprint("log", __name__)

ROWS = 50


@pages.get("/audit")
@access.needs(Action.READ_LOG)
def page() -> str:
    """List the rows that are asked for, fifty a page, the newest first."""
    visible = access.visible()
    whole = visible.sees_all(Action.READ_LOG)
    asked = _asked(visible.today.zone)
    rows, onward = visible.log(asked, ROWS)
    return render_template(
        "log.html",
        rows=rows,
        whole=whole,
        asked=request.args,
        narrowed=any(request.args.get(name) for name in ("who", "action", "day")),
        events=sorted(
            ((str(one), event_text(one)) for one in (Event if whole else OF_ACCOUNTS)), key=lambda one: one[1]
        ),
        names=visible.log_names(),
        head=visible.log_head() if whole else None,
        earlier=_address(before=str(onward)) if onward else "",
        newest=_address() if asked.before else "",
    )


def _asked(zone: dt.tzinfo) -> LogQuestion:
    """Read what the address asks for."""
    asked = LogQuestion(who=request.args.get("who", "").strip(), before=place_of(request.args.get("before", "")))
    action, day = request.args.get("action", ""), request.args.get("day", "")
    if action:
        if action not in set(Event):
            raise InputError("{field} is {value!r}: choose one of the list", field="action", value=action[:100])
        asked = replace(asked, events=frozenset({Event(action)}))
    if day:
        try:
            date = dt.date.fromisoformat(day)
            since, until = (
                dt.datetime.combine(one, dt.time(), zone).astimezone(dt.UTC)
                for one in (date, date + dt.timedelta(days=1))
            )
        except (ValueError, OverflowError) as error:
            raise InputError(
                "{field} is {value!r}: write a date as 2026-06-12", field="day", value=day[:100]
            ) from error
        asked = replace(asked, since=since, until=until)
    return asked


def _address(**more: str) -> str:
    """Return the address of the same question elsewhere in the log."""
    kept: dict[str, Any] = {name: request.args[name] for name in ("who", "action", "day") if request.args.get(name)}
    return url_for("log.page", **(kept | more))
