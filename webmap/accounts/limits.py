"""How much may be sent: by address and by who sends it, known before a byte of it is read."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Flask, current_app, request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from webmap.accounts import access
from webmap.server.connection import REFUSED, UNKEPT

KB, MB = 1024, 1024 * 1024
STRANGER_BYTES = 64 * KB  # a name and a password
FORM_BYTES = MB  # an area that somebody drew
PARTS = 400  # of a form: a column of a file is two
BODILESS = {"GET", "HEAD", "OPTIONS"}
UPLOADS = {"intake.upload": 64 * MB, "visit_intake.upload": 64 * MB}
"""Where files come in, and how large with all that comes along; from those who may use the address."""


def init_app(app: Flask) -> None:
    """Let the application read no more than may be sent; this must come before anything that reads a form."""
    app.config.update(MAX_FORM_PARTS=PARTS, MAX_FORM_MEMORY_SIZE=FORM_BYTES)
    app.before_request(_limit)


def allowed_bytes() -> int:
    """Return how large the body of this request may be."""
    user = access.current()
    if user is None:
        return STRANGER_BYTES
    most = UPLOADS.get(str(request.endpoint), FORM_BYTES)
    allowed = most == FORM_BYTES or access.may(user, access.action_of(current_app, request.endpoint))
    return most if allowed else STRANGER_BYTES


def gate_of(app: Flask) -> Callable[[dict[str, Any]], int]:
    """Return what the server asks before it reads a large body."""

    def allowed(environ: dict[str, Any]) -> int:
        with app.request_context({**environ, "wsgi.input": BytesIO()}):
            return allowed_bytes()

    return allowed


def too_large() -> str:
    """Say how much may be sent here."""
    most = allowed_bytes()
    size = f"{most // MB} MB" if most >= MB else f"{most // KB} KB"
    message = _(
        "At most %(size)s in %(parts)s fields may be sent here, and this was more. Nothing was kept.",
        size=size,
        parts=PARTS,
    )
    return str(message)


def _limit() -> None:
    # What sends nothing is not asked who sends it: a picture or a script costs no look into the city.
    request.max_content_length = STRANGER_BYTES if request.method in BODILESS else allowed_bytes()
    if UNKEPT in request.environ:
        raise request.environ[UNKEPT]
    if REFUSED in request.environ or (request.content_length or 0) > request.max_content_length:
        raise RequestEntityTooLarge
