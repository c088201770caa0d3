"""Photos of deductions, for those who may see what they show: :mod:`webmap.accounts.visibility` decides."""

from flask import Blueprint, Response

from geo.errors import NotFoundError
from geo.model import Photo
from webmap.accounts import access
from webmap.accounts.visibility import NO_PHOTO

pages = Blueprint("photos", __name__)


@pages.get("/photos/<sha256>")
def large(sha256: str) -> Response:
    """Return a photo."""
    photo = _seen(sha256)
    return _answer(photo.content, photo)


@pages.get("/photos/<sha256>/small")
def small(sha256: str) -> Response:
    """Return the thumbnail of a photo."""
    photo = _seen(sha256)
    return _answer(photo.thumbnail, photo)


def _seen(sha256: str) -> Photo:
    """Return a photo that the account may see; to whoever isn't logged in none is there."""
    if access.current() is None:
        raise NotFoundError(NO_PHOTO)
    return access.visible().photo(sha256)


def _answer(content: bytes, photo: Photo) -> Response:
    # Without a file name, a date or a tag: the application says no-store, so no cache may keep or ask again for it.
    return Response(content, mimetype=photo.media_type)
