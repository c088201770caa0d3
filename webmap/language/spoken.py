"""Chinese first, English by a switch: which language a page speaks, and how errors and scripts speak it too."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, make_response, redirect, render_template, request, session
from flask_babel import Babel
from flask_babel import gettext as _

from geo.errors import XundianError
from geo.failures import told
from geo.model import Action
from webmap.accounts import access
from webmap.accounts.access import DATA_PATHS
from webmap.language.on_pages import ON_PAGES
from webmap.language.saying import in_words
from webmap.language.script_texts import SCRIPT_TEXTS
from webmap.paths import local_path

pages = Blueprint("language", __name__)

LANGUAGES: Mapping[str, str] = {"zh": "中文", "en": "English"}
HTML_CODES: Mapping[str, str] = {"zh": "zh-CN", "en": "en"}


def init_app(app: Flask) -> None:
    """Speak the language of the session."""
    Babel(app, locale_selector=spoken, default_locale="zh", default_translation_directories="translations")
    app.context_processor(
        lambda: {
            "language": spoken(),
            "languages": LANGUAGES,
            "html_language": HTML_CODES[spoken()],
            "script_texts": script_texts,
        }
    )


def spoken() -> str:
    """Return the language of this request: ``zh`` or ``en``."""
    chosen = str(session.get("language"))
    return chosen if chosen in LANGUAGES else "zh"


def script_texts() -> dict[str, str]:
    """Return what the scripts say in the language of this request, keyed by the English."""
    return {text: _(text) for text in SCRIPT_TEXTS}


def translate_error(error: XundianError) -> str:
    """Say an error in the language of this request; of its values only the words that are ours are translated."""
    return say(error.template, error.values)


def say(template: str, values: Mapping[str, Any]) -> str:
    """Say a template with its values in the language of this request, without paths of the server."""
    return in_words(ON_PAGES.get(template, template), told(values), _)


def said(status: int | None) -> str:
    """Say in one line what a failure of HTTP means here and what to do."""
    lines = {
        HTTPStatus.UNAUTHORIZED: _("You are not logged in, or your session has ended. Log in again."),
        HTTPStatus.FORBIDDEN: _("Your account may not see this."),
        HTTPStatus.NOT_FOUND: _("There is no such page. Go back to the first page."),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This address cannot be used like that. Go back to the first page."),
        HTTPStatus.TOO_MANY_REQUESTS: _("Too many attempts. Wait a moment, then try again."),
        HTTPStatus.INTERNAL_SERVER_ERROR: _(
            "The server failed. Nothing you had saved is lost. Try again; if it goes on, tell whoever runs this server."
        ),
    }
    return str(lines.get(HTTPStatus(status or 500), _("The request was not understood. Nothing was changed.")))


def failure(message: str, status: int) -> Response:
    """Answer with what happened: a page for people, JSON for scripts."""
    if request.path.startswith(DATA_PATHS):
        return jsonify(error=message)
    return make_response(render_template("failure.html", message=message, status=int(status)))


@pages.post("/language")
@access.needs(Action.ENTER)
def choose() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Change the language and stay where one was."""
    asked = request.form.get("language", "")
    if asked in LANGUAGES:
        session["language"] = asked
    return redirect(local_path(request.form.get("next", "")))
