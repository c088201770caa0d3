"""Who looked at what is secret before its time, and who took files out: a row of the audit log each time.

Of what pages ask for again and again by themselves one row an hour.
"""

import datetime as dt
import logging
import threading
from dataclasses import replace
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, current_app, g, request

from geo.audit.events import Event
from geo.clock import today
from geo.errors import StoreError
from geo.model import Action
from geo.store import Store
from geo.store.audit import Act, happening
from routing.rounds.reveal_dates import last_secret_day
from webmap.accounts import access

SECRET = frozenset(
    {
        Action.SEE_ROUTES,
        Action.SEE_PROBLEMS,
        Action.SEE_CHECKPOINTS,
        Action.SEE_CHANGES,
        Action.WALK,
        Action.CHANGE_DAY,
        Action.PLAN,
        Action.DRAW,
        Action.EVALUATE,
        Action.WRITE_BULLETINS,
        Action.DOWNLOAD_BACKUPS,
    }
)
"""What shows samples, routes or covert visits; pages of other actions read the city for something else."""
NOT_OF_THE_CITY = {
    "intake.template": "an empty table",
    "verify.commitment": "published for anybody",
    "verify.offline": "a program",
    "verify.program": "a program",
}
"""Addresses of files that hold nothing of the city, or what anybody may have: they leave no row."""
REPEATED = (*access.DATA_PATHS, "/photos/")
REPEATED_EVERY = dt.timedelta(hours=1)
_log = logging.getLogger(__name__)


class Repeated:
    """What maps and pages ask for again and again, and when it was last written down."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, str], dt.datetime] = {}
        self._lock = threading.Lock()

    def is_due(self, act: Act) -> bool:
        """Tell whether this is the first in an hour."""
        key = (act.who, act.about, str(act.detail["page"]))
        with self._lock:
            if act.at - self._last.get(key, act.at - REPEATED_EVERY) < REPEATED_EVERY:
                return False
            self._last = {one: at for one, at in self._last.items() if act.at - at < REPEATED_EVERY}
            self._last[key] = act.at
        return True


def init_app(app: Flask) -> None:
    """Write down each answer that shows what is secret."""
    app.extensions["xundian_looks"] = Repeated()
    app.after_request(_note)


def _note(response: Response) -> Response:
    takes = _takes_away(response)
    looks = "looked" in g and access.action_of(current_app, request.endpoint) in SECRET
    if response.status_code >= HTTPStatus.MULTIPLE_CHOICES or not (takes or looks):  # shows nothing
        return response
    try:
        store = access.city()
        act = _export() if takes else _look(store, g.looked)
        if act is not None:
            store.audit.note(act)
    except StoreError:  # the page was answered
        _log.warning("a look at what is secret was not written down")
    return response


def _takes_away(response: Response) -> bool:
    """Tell whether this answer is a file from the city."""
    return (
        "attachment" in response.headers.get("Content-Disposition", "")
        and request.endpoint not in NOT_OF_THE_CITY
        and access.shown() is not None
    )


def _export() -> Act | None:
    """Return the row of a file: of which round or backup it is, and from which page."""
    named, about = request.view_args or {}, "import"
    if "round_id" in named:
        about = f"round/{named['round_id']}"
    elif "name" in named:
        about = f"backup/{named['name']}"
    return _by_account(happening(Event.EXPORT, about, **_page()))


def _look(store: Store, looked: set[str]) -> Act | None:
    """Return the row of a page, None when nothing on it is secret or it was written down this hour."""
    date = today(store).date
    secret = {one.id for one in store.rounds.all() if date <= last_secret_day(one)}
    named = looked - {""} or {str((request.view_args or {}).get("round_id") or request.args.get("round") or "")} - {""}
    shown = sorted(named & secret if named else secret)
    if not shown:
        return None
    about = f"round/{shown[0]}" if len(shown) == 1 else "rounds"
    figures = {"rounds": len(shown)} if len(shown) > 1 else {}
    act = _by_account(happening(Event.LOOK, about, **_page(), **figures))
    due = act is None or not request.path.startswith(REPEATED) or _repeated().is_due(act)
    return act if due else None


def _page() -> dict[str, str]:
    """Name the page by the form of its address, which holds no token of an upload."""
    return {"page": str(request.url_rule)}


def _by_account(act: Act) -> Act | None:
    user = access.current()
    return None if user is None else replace(act, who=user.name)


def _repeated() -> Repeated:
    return cast("Repeated", current_app.extensions["xundian_looks"])
