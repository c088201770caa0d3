"""What people type: an address, a form or JSON that holds characters that nobody sees is refused, field by field."""

from flask import Flask, request

from geo.foreign_text import refuse_unseen

SECRETS = ("password",)  # part of a field's name; nobody reads such a field, and no error may repeat it


def init_app(app: Flask) -> None:
    """Look at every request before any page does."""
    app.before_request(_look)


def _look() -> None:
    for fields in (request.args, request.form):
        refuse_unseen({name: many for name, many in fields.lists() if not any(word in name for word in SECRETS)})
    refuse_unseen(request.view_args or {})
