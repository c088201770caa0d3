"""Browsers in which somebody has logged in before, told by a signed cookie: guesses elsewhere do not count there."""

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "xundian_known"
AGE_S = 180 * 24 * 3600
_BYTES = 16


def device_of(account: str) -> str:
    """Return the browser of this request when its last login was to this account; else nothing."""
    try:
        name, device = _signer().loads(request.cookies.get(COOKIE, ""), max_age=AGE_S)
    except (BadSignature, ValueError, TypeError):
        return ""
    return str(device) if name == account else ""


def remember(response: Response, account: str) -> None:
    """Let the browser say next time that this account has logged in there; that alone opens nothing."""
    value = _signer().dumps([account, device_of(account) or secrets.token_hex(_BYTES)])
    response.set_cookie(
        COOKIE, str(value), max_age=AGE_S, httponly=True, samesite="Lax", secure=request.is_secure, path="/login"
    )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known browsers")
