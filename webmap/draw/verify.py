"""The public page that verifies a draw in the reader's own browser; nothing is uploaded, no account is needed."""

import json
from http import HTTPStatus

from flask import Blueprint, Response, render_template

from geo.catalogue import load
from geo.errors import NotFoundError
from routing.draw.risk import LOOK_BACK
from routing.draw.verify import standalone
from routing.rounds.proof import hash_of, publication, restored
from webmap import access, pages_apart
from webmap.language import spoken as language
from webmap.language.script_texts import SCRIPT_TEXTS
from webmap.language.texts import translate

pages = Blueprint("verify", __name__, url_prefix="/verify")

_SCRIPTS = ("texts.js", "verify.js", "verify_page.js")


@pages.get("")
def page() -> str:
    """Show the verifier, and every commitment of the city with what became of it."""
    store = access.city()
    commitments = [(one, hash_of(one)) for one in reversed(store.commitments())]
    return render_template(
        "verify.html", commitments=commitments, chains=store.chains(), categories=_names(language.spoken())
    )


@pages.get("/<chain>/<int:position>.json")
def commitment(chain: str, position: int) -> Response:
    """Return a commitment as it was published."""
    store = access.city()
    for one in store.commitments():
        if (one.chain, one.position) == (chain, position):
            return _file(
                json.dumps(publication(one, restored(store, one).link), ensure_ascii=False, indent=1),
                "application/json",
            )
    raise NotFoundError("there is no commitment {position} of chain {chain}", position=position, chain=chain)


@pages.get("/verify_draw.py")
def program() -> Response:
    """Return the one-file verifier."""
    return _file(standalone(), "text/x-python", name="verify_draw.py")


@pages.get("/verify_draw.html")
def offline() -> Response:
    """Return this page as a file that works without this server."""
    return _file(standalone_page(language.spoken()), "text/html", name="verify_draw.html")


def standalone_page(spoken: str) -> str:
    """Write the verifying page as one file, in ``zh`` or ``en``."""
    made = pages_apart.templates(spoken)
    texts = {text: translate(text, spoken) for text in SCRIPT_TEXTS}
    html = made.get_template("verify_apart.html").render(
        style=pages_apart.style(), script=pages_apart.script(*_SCRIPTS), texts=texts, categories=_names(spoken)
    )
    return pages_apart.sealed(html)


def _names(spoken: str) -> dict[str, str]:
    """Name the categories of the catalogue that ships with the product; a reveal knows their codes alone."""
    names = {code: category.name(spoken) for code, category in load().categories.items()}
    return {**names, LOOK_BACK: translate("look-back", spoken)}


def _file(text: str, kind: str, *, name: str = "") -> Response:
    answer = Response(text, status=HTTPStatus.OK, content_type=f"{kind}; charset=utf-8")
    if name:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
