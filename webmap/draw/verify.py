"""The public page that verifies a draw in the reader's own browser; nothing is uploaded, no account is needed."""

import json
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, render_template

from geo.catalogue import load
from geo.model import Action, SecretForm
from routing.draw.onefile import standalone
from routing.draw.risk import LOOK_BACK
from routing.rounds.proof import hash_of
from webmap import pages_apart
from webmap.accounts import access
from webmap.language import spoken as language
from webmap.language.script_texts import SCRIPT_TEXTS
from webmap.language.texts import translate

pages = Blueprint("verify", __name__, url_prefix="/verify")


@pages.get("")
@access.needs(Action.VERIFY)
def page() -> str:
    """Show the verifier, and every commitment of the city with what became of it."""
    proofs = access.published()
    return render_template(
        "verify.html",
        commitments=[(one, hash_of(one)) for one in proofs.commitments()],
        secret_sets=proofs.secret_sets(),
        root=SecretForm.ROOT,
        categories=_names(language.spoken()),
    )


@pages.get("/<secret_set>/<int:position>.json")
@pages.get("/<secret_set>/list.json", defaults={"position": 0})
@access.needs(Action.VERIFY)
def commitment(secret_set: str, position: int) -> Response:
    """Return a commitment as it was published, or every one under a root with what became of it."""
    proofs = access.published()
    return _json(proofs.commitment(secret_set, position) if position else proofs.listed(secret_set))


@pages.get("/verify_draw.py")
@access.needs(Action.VERIFY)
def program() -> Response:
    """Return the one-file verifier."""
    return _file(standalone(), "text/x-python", name="verify_draw.py")


@pages.get("/verify_draw.html")
@access.needs(Action.VERIFY)
def offline() -> Response:
    """Return this page as a file that works without this server."""
    return _file(standalone_page(language.spoken()), "text/html", name="verify_draw.html")


def standalone_page(spoken: str) -> str:
    """Write the verifying page as one file, in ``zh`` or ``en``."""
    made = pages_apart.templates(spoken)
    texts = {text: translate(text, spoken) for text in SCRIPT_TEXTS}
    html = made.get_template("verify_apart.html").render(
        style=pages_apart.style(), script=pages_apart.script("verify_page.js"), texts=texts, categories=_names(spoken)
    )
    return pages_apart.sealed(html)


def _names(spoken: str) -> dict[str, str]:
    """Name the categories of the catalogue that ships with the product; a reveal knows their codes alone."""
    names = {code: category.name(spoken) for code, category in load().categories.items()}
    return {**names, LOOK_BACK: translate("look-back", spoken)}


def _json(document: dict[str, Any]) -> Response:
    return _file(json.dumps(document, ensure_ascii=False, indent=1), "application/json")


def _file(text: str, kind: str, *, name: str = "") -> Response:
    answer = Response(text, status=HTTPStatus.OK, content_type=f"{kind}; charset=utf-8")
    if name:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
