"""Tables that are read as one: their places are of one coordinate system, or of systems that differ in form only."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
from pyproj import CRS

from geo.errors import InputError
from geo.readers import messages


def in_one_system(
    file: str, names: Sequence[str], shapes: Sequence[gpd.GeoSeries | None], said: Sequence[str]
) -> list[gpd.GeoSeries | None]:
    """Return the shapes of several tables in one CRS.

    Metres and degrees of the same geodetic CRS differ in form alone, so that both become degrees. Between two geodetic
    CRSs nothing is converted here.

    Parameters
    ----------
    file
        Its name.
    names
        Of the tables.
    shapes
        Of each table; none where it has no geometry.
    said
        The CRS that the format means where the file names none, as GeoJSON does; else empty.

    Raises
    ------
    InputError
        When the systems differ.
    """
    own = [at for at, one in enumerate(shapes) if one is not None]
    stated = {at: None if (one := shapes[at]) is None else one.crs for at in own}
    if len({_text(crs) for crs in stated.values()}) < 2:  # noqa: PLR2004 - alike
        return list(shapes)
    systems = {at: stated[at] or (CRS.from_user_input(said[at]) if said[at] else None) for at in own}
    first = own[0]
    base = _geodetic(systems[first])
    for at in own[1:]:
        if base is None or _geodetic(systems[at]) != base:
            values = {"first": _text(systems[first]) or "-", "second": _text(systems[at]) or "-"}
            raise InputError(messages.PARTS_DIFFER, file=file, one=names[first], other=names[at], **values)
    if len({_text(systems[at]) for at in own}) == 1:
        return [None if one is None else one.set_crs(systems[first], allow_override=True) for one in shapes]
    return [
        None if one is None else one.set_crs(systems[at], allow_override=True).to_crs(base)
        for at, one in enumerate(shapes)
    ]


def _text(crs: Any) -> str:  # noqa: ANN401 - a CRS of pyproj, or none
    return "" if crs is None else str(crs.to_string())


def _geodetic(crs: Any) -> CRS | None:  # noqa: ANN401 - a CRS of pyproj, or none
    """Return the geodetic CRS under a CRS, in the order of longitude and latitude that geometries have."""
    found = None if crs is None else crs.geodetic_crs
    return None if found is None else CRS.from_user_input(found.to_epsg() or found)
