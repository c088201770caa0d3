"""Who looked at what is secret before its time: a row of the audit log a page or export, one an hour of the rest."""

import datetime as dt
import logging
import threading
from dataclasses import replace
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
    looked: set[str] | None = g.get("looked")
    if looked is None or response.status_code >= 300 or access.action_of(current_app, request.endpoint) not in SECRET:  # noqa: PLR2004 - shows nothing
        return response
    try:
        store = access.city()
        act = _act(store, looked, response)
        if act is not None:
            store.audit.note(act)
    except StoreError:  # the page was answered
        _log.warning("a look at what is secret was not written down")
    return response


def _act(store: Store, looked: set[str], response: Response) -> Act | None:
    """Return the row of this answer, None when nothing in it is secret or it was written down this hour."""
    user, date = access.current(), today(store).date
    secret = {one.id for one in store.rounds.all() if date <= last_secret_day(one)}
    named = looked - {""} or {str((request.view_args or {}).get("round_id") or request.args.get("round") or "")} - {""}
    shown = sorted(named & secret if named else secret)
    if user is None or not shown:
        return None
    event = Event.EXPORT if "attachment" in response.headers.get("Content-Disposition", "") else Event.LOOK
    about = f"round/{shown[0]}" if len(shown) == 1 else "rounds"
    act = replace(happening(event, about, page=request.endpoint, rounds=len(shown)), who=user.name)
    repeats = request.path.startswith(access.DATA_PATHS) and event is Event.LOOK
    due = not repeats or cast("Repeated", current_app.extensions["xundian_looks"]).is_due(act)
    return act if due else None
