"""A form that comes too late: its session has ended, but what was typed into it is kept on the answer."""

from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from webmap.accounts import access
from webmap.accounts.access import DATA_PATHS

SECRET_FIELDS = {"password", "old", "new", "again", "csrf_token"}
NEVER = ("auth.", "language.")


def late(message: str, status: int) -> Response | None:
    """Return a page with all that was typed, to be sent again after logging in; None where nothing was typed.

    Only a form of our own pages is given back: one that another site sent would come with our token then.
    """
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET_FIELDS]
    own = request.headers.get("Origin") == request.host_url.rstrip("/")
    apart = request.path.startswith(DATA_PATHS) or str(request.endpoint).startswith(NEVER)
    if request.method != "POST" or not typed or not own or apart:
        return None
    content: dict[str, Any] = {
        "message": message,
        "typed": typed,
        "files": [one.filename for one in request.files.values() if one.filename],
        "ended": access.current() is None,
    }
    return make_response(render_template("late.html", **content), status)


def ended() -> str:
    """Say what happened to a form whose session has ended."""
    if access.current() is None:
        return str(_("Your session has ended, so nothing was changed. What you typed is kept on this page."))
    message = _("This page was older than your session, so nothing was changed. What you typed is kept on this page.")
    return str(message)
