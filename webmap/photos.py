"""Photos of deductions, for those who may see what they show: :mod:`webmap.accounts.visibility` decides."""

from flask import Blueprint, Response

from geo.model import Action, Photo
from webmap.accounts import access

pages = Blueprint("photos", __name__)


@pages.get("/photos/<sha256>")
@access.needs(Action.SEE_PROBLEMS, unknown=True)
def large(sha256: str) -> Response:
    """Return a photo."""
    photo = access.visible().photo(sha256)
    return _answer(photo.content, photo)


@pages.get("/photos/<sha256>/small")
@access.needs(Action.SEE_PROBLEMS, unknown=True)
def small(sha256: str) -> Response:
    """Return the thumbnail of a photo."""
    photo = access.visible().photo(sha256)
    return _answer(photo.thumbnail, photo)


def _answer(content: bytes, photo: Photo) -> Response:
    # Without a file name, a date or a tag: the application says no-store, so no cache may keep or ask again for it.
    return Response(content, mimetype=photo.media_type)
