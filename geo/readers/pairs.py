"""One cell with both coordinates: as surveyors, web maps, ODK, KML and WKT write them."""

import re

from geo.crs import in_china
from geo.readers.numerals import plain_number
from geo.readers.values import half_width

_NUMBER = r"[-+−–]?\d+(?:[.,]\d+)?"
_WKT = re.compile(rf"POINT\s*Z?\s*\(\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})?\s*\)", re.IGNORECASE)
_LON = re.compile(rf"""(?:longitude|long|lng|lon|经度|东经)["']?\s*[:=]?\s*["']?({_NUMBER})""", re.IGNORECASE)
_LAT = re.compile(rf"""(?:latitude|lat|纬度|北纬)["']?\s*[:=]?\s*["']?({_NUMBER})""", re.IGNORECASE)
_LAT_FIRST = re.compile(r"(北纬|南纬|[NS])|.*[NS]$", re.IGNORECASE)
_PARTED = re.compile(r" ?[;、|/]+ ?| ?, | ,")
_ONE_MARK = re.compile(r" ?,+ ?")
_PAIR, _WITH_HEIGHT, _WITH_ACCURACY = 2, 3, 4


def split_pair(text: str) -> tuple[str, str, bool]:
    """Split a cell into longitude and latitude, as text; the third value tells whether ODK's order was read.

    A latitude in front of its longitude is found by its own name, or where height and accuracy follow, as ODK writes
    them; two bare numbers are longitude and latitude. What can't be told apart comes back whole, as a longitude alone.
    """
    plain = " ".join(half_width(text).split())
    if wkt := _WKT.fullmatch(plain):
        return wkt[1], wkt[2], False
    lon, lat = _LON.findall(plain), _LAT.findall(plain)
    if (
        len(lon) == len(lat) == 1
        and re.search(r"[a-z度]", plain, re.IGNORECASE)
        and not re.search(r"[°'′\"度分秒](?!\d*[:=])\d", plain)
    ):
        return lon[0], lat[0], False
    plain = plain.strip("()[] ")
    blanks = plain.split()
    if len(blanks) in (_WITH_HEIGHT, _WITH_ACCURACY) and all(_is_number(part) for part in blanks):
        return _of_heights(blanks) or (plain, "", False)
    parts = [part for part in _PARTED.split(plain) if part]
    if len(parts) != _PAIR:
        parts = [part for part in _ONE_MARK.split(plain) if part]
    if len(parts) == _WITH_HEIGHT and all(_is_number(part) for part in parts):  # as KML writes them
        parts = parts[:_PAIR]
    if len(parts) != _PAIR:
        parts = blanks if len(blanks) == _PAIR else [plain, ""]
    one, two = parts
    return (two, one, False) if _LAT_FIRST.match(one) else (one, two, False)


def _is_number(part: str) -> bool:
    return re.fullmatch(r"[-+]?\d+(?:\.\d+)?", plain_number(part)) is not None


def _of_heights(parts: list[str]) -> tuple[str, str, bool] | None:
    """Return latitude, longitude, height and accuracy the other way round; None for three that may be either order."""
    first, second = float(plain_number(parts[0])), float(plain_number(parts[1]))
    if len(parts) == _WITH_ACCURACY or (in_china(second, first) and not in_china(first, second)):
        return parts[1], parts[0], True
    return (parts[0], parts[1], False) if in_china(first, second) and not in_china(second, first) else None
