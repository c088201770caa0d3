"""The application factory: configuration, blueprints, headers and what a failure looks like."""

import mimetypes
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.json.provider import DefaultJSONProvider
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from geo.clock import today
from geo.errors import AccessError, InputError, NotFoundError, StateError, StoreError, XundianError
from geo.failures import reason_of, refused
from geo.model import Action
from geo.store import Store
from webmap import backups, foreign_text, formats, photos
from webmap.accounts import access, auth, desk, limits, log_pages, looks, resending, sessions
from webmap.accounts.attempts import Attempts
from webmap.bulletin import pages as bulletin_pages
from webmap.bulletin import results
from webmap.desks import field, office, planner
from webmap.draw import pages as draw_pages
from webmap.draw import verify as verify_page
from webmap.findings import desk as findings_desk
from webmap.findings import pages as findings
from webmap.intake import pages as intake
from webmap.intake import placing
from webmap.intake import visits as visit_pages
from webmap.intake import zones as zone_pages
from webmap.jobs import pages as job_pages
from webmap.language import spoken as language
from webmap.maps import layers, point_tiles, tiles
from webmap.rounds import amending, closures
from webmap.rounds import pages as rounds
from webmap.route import pages as route_pages
from webmap.server.proxies import BehindProxies, networks

HSTS_S = 30 * 24 * 3600  # an office that gives its certificate up is not locked out for long
STATUS = {
    AccessError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    StateError: HTTPStatus.CONFLICT,
    InputError: HTTPStatus.BAD_REQUEST,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
}
# Scripts, styles and data come from this server alone; MapLibre keeps its sprites in data: and blob: images.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}


def create_app(config: Mapping[str, Any]) -> Flask:
    """Make the web application of one city.

    Parameters
    ----------
    config
        ``CITY``, the path or URL of the store, and ``SECRET_KEY``, which signs the sessions; both without a default.
        ``HTTPS`` (bool) limits the session cookie to secure connections even where the page came by another;
        ``TRUSTED_PROXIES`` names the addresses and networks whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are
        believed. Anything else goes to Flask as it is.

    Raises
    ------
    InputError
        When ``CITY`` or ``SECRET_KEY`` is missing, or a proxy is no address.
    NotFoundError
        When there is no such city.
    """
    _check(config)
    # The registry of Windows may call a module text/plain, which no browser runs.
    for suffix in (".js", ".mjs"):
        mimetypes.add_type("text/javascript", suffix)
    app = _site(config)
    app.extensions["xundian"] = Store.open(config["CITY"])
    app.extensions["xundian_attempts"] = Attempts()
    limits.init_app(app)  # before whatever reads a form
    CSRFProtect(app)
    language.init_app(app)
    formats.init_app(app)
    access.init_app(app)
    looks.init_app(app)
    desk.init_app(app)
    foreign_text.init_app(app)
    app.context_processor(_page)
    for blueprint in (auth.pages, language.pages, planner.pages, field.pages, office.pages, layers.pages, tiles.pages):
        app.register_blueprint(blueprint)
    for blueprint in (point_tiles.pages, draw_pages.pages, verify_page.pages, log_pages.pages):
        app.register_blueprint(blueprint)
    for blueprint in (job_pages.pages, intake.pages, visit_pages.pages, placing.pages, zone_pages.pages):
        app.register_blueprint(blueprint)
    for room in (rounds, closures, amending, route_pages, findings, photos, bulletin_pages, results, desk, backups):
        app.register_blueprint(room.pages)
    point_tiles.init_app(app)
    intake.init_app(app)
    visit_pages.init_app(app)
    findings_desk.init_app(app)
    app.add_url_rule("/", "home", _home)
    app.view_functions["static"] = access.needs(Action.ENTER)(app.view_functions["static"])
    app.after_request(_headers)
    app.register_error_handler(XundianError, _refused)
    app.register_error_handler(OSError, _prevented)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _failed)
    access.check_doors(app)
    return app


class JsonProvider(DefaultJSONProvider):
    """JSON in and out; what is nested to no end is no JSON."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # noqa: ANN401 - Flask's signature
        """Read JSON.

        Raises
        ------
        ValueError
            When it is none.
        """
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested to no end") from error


class Site(Flask):
    """The application, whose log holds no address: one may carry the token of an upload."""

    json_provider_class = JsonProvider

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401 - Flask's signature
        """Note a failure with the rule of its address."""
        self.logger.error("a page failed: %s %s", request.method, request.url_rule, exc_info=exc_info)


def _site(config: Mapping[str, Any]) -> Flask:
    """Make the application with its configuration, and nothing else."""
    trusted = networks(config.get("TRUSTED_PROXIES", ()))
    app = Site("webmap")
    app.session_interface = sessions.SessionCookies()
    app.config.update(sessions.configuration(), SESSION_COOKIE_SECURE=bool(config.get("HTTPS", False)))
    app.config.update(config)
    app.wsgi_app = BehindProxies(app.wsgi_app, trusted)  # type: ignore[method-assign]
    return app


def _check(config: Mapping[str, Any]) -> None:
    for key in ("CITY", "SECRET_KEY"):
        if not config.get(key):
            raise InputError(
                "{field} is {value!r}: give the web application a CITY (path or URL of the store) and a SECRET_KEY",
                field=key,
                value=config.get(key),
            )


def _page() -> dict[str, str]:
    """Return every page its own address and what the city wants said on all of them."""
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return {"here": here, "city_mark": " · ".join(_marks())}


def _marks() -> list[str]:
    """Return what the city wants said; nothing where it cannot be read, for the page that says so."""
    if "city_away" in g:
        return []
    try:
        store, now = access.city(), today(access.city())
        marks = [_("Demo: streets real, the rest invented")] if store.settings.get("demo") else []
    except StoreError:
        return []
    return [*marks, _("demo date %(date)s", date=now.date.isoformat())] if now.pinned else marks


@access.needs(Action.ENTER)
def _home() -> Any:  # noqa: ANN401 - a redirect of Flask or of werkzeug
    user = access.current()
    return redirect(url_for("auth.login") if user is None else access.home_of(user))


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_S}")
    # What depends on the account must not stay in a cache that another account of the same phone could read.
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _refused(error: XundianError) -> tuple[Any, int]:
    if isinstance(error, StoreError):
        g.city_away = True
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    return language.failure(language.translate_error(error), status), status


def _prevented(error: OSError) -> tuple[Any, int]:
    """Say what the system refused: a full or read-only disk, or rights that are missing."""
    current_app.logger.error("the system refused: %s %s: %s", request.method, request.url_rule, reason_of(error))
    return _refused(refused(error))


def _stale(_error: CSRFError) -> tuple[Any, int]:
    kept = resending.late(resending.ended(), HTTPStatus.BAD_REQUEST)
    if kept is not None:
        return kept, HTTPStatus.BAD_REQUEST
    message = _("This page was open for too long, so nothing was changed. Go back, reload it and try again.")
    return language.failure(message, HTTPStatus.BAD_REQUEST), HTTPStatus.BAD_REQUEST


def _failed(error: HTTPException) -> Any:  # noqa: ANN401 - an answer, or the exception that holds one
    if error.code is None or error.response is not None or request.endpoint == "static":
        return error
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return language.failure(limits.too_large(), error.code), error.code
    kept = resending.late(resending.ended(), error.code) if error.code == HTTPStatus.UNAUTHORIZED else None
    return kept or language.failure(language.said(error.code), error.code), error.code
