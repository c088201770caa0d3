"""Foreign text of requests and pages: what nobody sees is refused where it is typed; scripts get data as JSON alone."""

from flask import Flask, request

from geo.foreign_text import in_script, refuse_unseen

SECRETS = ("password",)  # part of a field's name; nobody reads such a field, and no error may repeat it


def init_app(app: Flask) -> None:
    """Look at every request before any page does, and let ``tojson`` write what is no template either."""
    app.before_request(_look)
    app.jinja_env.policies["json.dumps_function"] = lambda value, **_options: in_script(app.json.dumps(value))


def _look() -> None:
    for fields in (request.args, request.form):
        refuse_unseen({name: many for name, many in fields.lists() if not any(word in name for word in SECRETS)})
    refuse_unseen(request.view_args or {})
