"""A picture as somebody took it, made a photo that may be kept: upright, without metadata, no larger than a screen."""

import hashlib
import re
import struct
import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageOps

from geo.errors import InputError
from geo.model import Photo
from geo.readers import messages

LONG_SIDE = 1_600  # pixels
THUMBNAIL = 240
MOST_MEGAPIXELS = 120  # the cameras of phones end at 108; a decompression bomb begins far above
MOST_DRAFTLESS = 40  # of kinds that cannot be decoded at a fraction of their size
QUALITY, SMALL_QUALITY = 82, 75

_KINDS = ("JPEG", "PNG", "WEBP", "BMP")
_BY_PARTS = ("JPEG", "MPO")  # MPO: the JPEG of some phones, with a second picture behind the first
_PLAIN_MODES = ("RGB", "L", "CMYK")
_DAMAGES = (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, struct.error, zlib.error)
"""What Pillow raises on what is no picture, or on half of one."""


def as_photo(data: bytes, name: str) -> Photo:
    """Make a photo of the bytes of a picture file.

    It is drawn onto an empty sheet: nothing that the camera wrote beside the pixels (place, time, device, owner's
    remarks, a preview of what was cut away) comes along.

    Raises
    ------
    InputError
        When it is no picture that can be read, or has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, on sizes that are judged below
            sheet = _upright(data, name)
    except Image.DecompressionBombError as error:
        pixels = re.search(r"\d+", str(error))
        raise _too_large(name, int(pixels[0]) if pixels else 0, MOST_MEGAPIXELS) from error
    except _DAMAGES as error:
        raise InputError(messages.NO_PICTURE, value=name) from error
    small = sheet.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    sha256 = hashlib.sha256(data).hexdigest()
    return Photo(sha256, *sheet.size, _encoded(sheet, QUALITY), _encoded(small, SMALL_QUALITY))


def _upright(data: bytes, name: str) -> Image.Image:
    with Image.open(BytesIO(data), formats=_KINDS) as opened:
        pixels, most = opened.width * opened.height, MOST_DRAFTLESS
        if opened.format in _BY_PARTS:
            most = MOST_MEGAPIXELS
        if pixels > most * 1e6:
            raise _too_large(name, pixels, most)
        shown: Image.Image = opened if opened.mode in _PLAIN_MODES else opened.convert("RGBA")
        shown.thumbnail((LONG_SIDE, LONG_SIDE))  # decodes a JPEG at a fraction of its size
        shown = ImageOps.exif_transpose(shown)
        sheet = Image.new("RGB", shown.size, "white")
        sheet.paste(shown.convert("RGB"), mask=shown.getchannel("A") if "A" in shown.getbands() else None)
    return sheet


def _too_large(name: str, pixels: int, most: int) -> InputError:
    return InputError(messages.BIG_PICTURE, value=name, megapixels=round(pixels / 1e6), most=most)


def _encoded(sheet: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    sheet.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()
