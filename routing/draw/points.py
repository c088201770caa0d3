"""The canonical form of a frame: ids as text in order of their code points, coordinates in whole centimetres."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo.crs import to_metric
from geo.errors import InputError
from routing.draw.design import Design
from routing.draw.units import Units

Ints = npt.NDArray[np.int64]
_FARTHEST_CM = 1 << 32  # 43,000 km, zone prefix included: turned coordinates stay below 2^50
_DEGREES = (180.0, 90.0)


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a draw in canonical order."""

    at: Ints  # position of each in the frame that it came from
    ids: tuple[str, ...]
    categories: tuple[str, ...]
    streets: tuple[str, ...]  # all empty unless the design names the column
    x_cm: Ints
    y_cm: Ints

    def units(self) -> Units:
        """Return what is drawn from, categories and streets numbered in order of their names."""
        street = _numbers(self.streets) if any(self.streets) else None
        return Units(_numbers(self.categories), self.x_cm, self.y_cm, street)

    def rows(self, prob: Ints) -> list[list[Any]]:
        """Return one plain row per point: id, category, street, x_cm, y_cm, prob."""
        columns = (self.ids, self.categories, self.streets, self.x_cm.tolist(), self.y_cm.tolist(), prob.tolist())
        return [list(row) for row in zip(*columns, strict=True)]


def _numbers(names: tuple[str, ...]) -> Ints:
    number = {name: at for at, name in enumerate(sorted(set(names)))}
    return np.array([number[name] for name in names], np.int64)


def points(frame: gpd.GeoDataFrame, design: Design) -> Points:
    """Bring the part of ``frame`` that has a quota into canonical form.

    Raises
    ------
    InputError
        Duplicate or unwritable ids, missing columns or places, coordinates without a metric plane.
    """
    needed = ["category", *(column for column in (design.size, design.streets) if column)]
    for column in needed:
        if column not in frame:
            raise InputError("the frame has no column {column!r}, which the design names", column=column)
    category = frame["category"].astype(str).to_numpy()
    inside = np.flatnonzero([design.quotas.get(name, 0) > 0 for name in category])
    ids = [str(frame.index[at]) for at in inside]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    ids = [ids[at] for at in order]
    _check_ids(ids)
    at = inside[order]
    x_cm, y_cm = centimetres(frame.iloc[at])
    street = frame[design.streets].iloc[at].astype(str) if design.streets else [""] * len(ids)
    return Points(at.astype(np.int64), tuple(ids), tuple(category[at]), tuple(street), x_cm, y_cm)


def _check_ids(ids: list[str]) -> None:
    for one, two in pairwise(ids):
        if one == two:
            raise InputError("the frame names {id!r} twice: give every checkpoint an id of its own", id=one)
    for name in ids:
        if any("\ud800" <= letter <= "\udfff" for letter in name):
            raise InputError("the id {id!r} is no valid text: mend it in the roster", id=name)


def centimetres(frame: gpd.GeoDataFrame) -> tuple[Ints, Ints]:
    """Return whole centimetres in the city's metric zone.

    A frame in degrees is projected; one in metres is taken as it is, and so is one without CRS.

    Raises
    ------
    InputError
        When a place is missing, isn't a point, or is in degrees without saying so.
    """
    if not bool((frame.geom_type == "Point").all()) or frame.geometry.is_empty.any():
        raise InputError("the frame holds places that are no points: mend them in the roster")
    crs = frame.crs
    if crs is not None and (crs.is_geographic or crs.axis_info[0].unit_name != "metre"):
        frame = to_metric(frame)
    x, y = frame.geometry.x.to_numpy(float), frame.geometry.y.to_numpy(float)
    if crs is None and len(x) and (np.abs(x) <= _DEGREES[0]).all() and (np.abs(y) <= _DEGREES[1]).all():
        raise InputError("the frame has no CRS and looks like degrees: set it, e.g. frame.set_crs('EPSG:4326')")
    x_cm, y_cm = np.floor(x * 100 + 0.5), np.floor(y * 100 + 0.5)
    if not (
        np.isfinite(x_cm) & np.isfinite(y_cm) & (np.abs(x_cm) < _FARTHEST_CM) & (np.abs(y_cm) < _FARTHEST_CM)
    ).all():
        raise InputError("the frame has coordinates that are not on this planet: mend them in the roster")
    return x_cm.astype(np.int64), y_cm.astype(np.int64)
