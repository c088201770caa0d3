"""Coordinate reference systems as files name them: horizontal part, Gauss-Kruger zone, the way to WGS-84."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.transformer import TransformerGroup

from geo.frames import WGS84

Array = npt.NDArray[np.float64]

FALSE_EASTING_M = 500_000.0
_PREFIX_M = 1e6
_MERIDIANS = (75.0, 135.0)  # of the zones that cover China
_METRE_AXIS = 6_378_137.0  # of WGS-84, GRS 80 and CGCS2000: all geocentric, within a metre or two of each other
_NEIGHBOUR_DEG = 3.0  # a city at the edge of a zone may be surveyed in the next one
_WIDE_DEG = 6.0  # how far from its meridian a Gauss-Kruger zone is used at all


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """A zone of a Gauss-Kruger system, of whatever datum."""

    meridian: float  # degrees
    false_easting_m: float

    @property
    def prefix(self) -> int:
        """Return the zone number that its eastings carry in front, 0 without."""
        return int(self.false_easting_m // _PREFIX_M)

    @property
    def numbers(self) -> set[int]:
        """Return the numbers of its meridian: that of three-degree zones and that of six-degree ones."""
        three, six = self.meridian / 3.0, (self.meridian + 3.0) / 6.0
        return {int(number) for number in (three, six) if number == int(number)}


@dataclass(frozen=True, slots=True)
class Operation:
    """A way from a CRS to WGS-84 degrees."""

    name: str  # of the step between the datums; empty where the file gives its own parameters
    accuracy_m: float | None  # None where only a rough one is known
    transformer: Transformer


def horizontal(crs: CRS) -> CRS | None:
    """Return the two-dimensional part of a CRS; None where it has no place on the earth (engineering, vertical)."""
    if crs.is_compound:
        return next((part for each in crs.sub_crs_list if (part := horizontal(each)) is not None), None)
    if not (crs.is_geographic or crs.is_projected):
        return None
    return crs.to_2d() if len(crs.axis_info) > 2 else crs  # noqa: PLR2004 - with heights


def name(crs: CRS) -> str:
    """Name a CRS by its code, else by its name."""
    epsg = crs.to_epsg(min_confidence=70)
    return f"EPSG:{epsg} ({crs.name})" if epsg else crs.name


def is_modern(crs: CRS) -> bool:
    """Tell whether a CRS has the datum of WGS-84 or one that equals it for this use, such as CGCS2000."""
    ellipsoid = crs.ellipsoid
    return not crs.is_bound and ellipsoid is not None and abs(ellipsoid.semi_major_metre - _METRE_AXIS) < 1


def is_web_mercator(crs: CRS) -> bool:
    """Tell whether a CRS is the one of web maps, which hold GCJ-02 and BD-09 in it too."""
    return bool(crs.to_epsg(min_confidence=70) == 3857)  # noqa: PLR2004 - the code


def gauss_kruger(crs: CRS | None) -> GaussKruger | None:
    """Return the Gauss-Kruger zone of a CRS, None where it is something else or far from China."""
    crs = crs.source_crs if crs is not None and crs.is_bound else crs
    if crs is None or not crs.is_projected or crs.coordinate_operation is None:
        return None
    value = {each.name: float(each.value) for each in crs.coordinate_operation.params}
    easting = value.get("False easting", np.nan)
    plain = value.get("Scale factor at natural origin") == 1.0 and not value.get("Latitude of natural origin")
    known = crs.coordinate_operation.method_name == "Transverse Mercator" and easting % _PREFIX_M == FALSE_EASTING_M
    if not (plain and known):
        return None
    meridian = value["Longitude of natural origin"]
    return GaussKruger(meridian, easting) if _MERIDIANS[0] <= meridian <= _MERIDIANS[1] else None


def operation(crs: CRS, x: float, y: float) -> Operation:
    """Choose the way to WGS-84 for a file around ``(x, y)``: the most accurate one that is made for that place."""
    rough = Transformer.from_crs(crs, WGS84, always_xy=True)
    lon, lat = rough.transform(x, y)
    found = []
    for each in TransformerGroup(crs, WGS84, always_xy=True).transformers:
        if each.accuracy < 0 or each.area_of_use is None:
            continue
        west, south, east, north = each.area_of_use.bounds
        if west <= lon <= east and south <= lat <= north:
            found.append(each)
    if crs.is_bound:
        return Operation("", 0.0, rough)
    if found:
        best = min(found, key=lambda each: each.accuracy)
        return Operation(_step(best), best.accuracy, best)
    return Operation("", None, rough)


def _step(transformer: Transformer) -> str:
    steps = [step.name for step in transformer.operations or () if " to WGS 84" in step.name]
    return steps[0] if steps else str(transformer.description)


def reach(crs: CRS) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north in degrees of where a CRS is used, with a margin; None where nothing says it."""
    zone = gauss_kruger(crs)
    if zone is not None:
        return zone.meridian - _WIDE_DEG, 0.0, zone.meridian + _WIDE_DEG, 60.0
    epsg = crs.to_epsg(min_confidence=70)
    known = crs.area_of_use or (CRS.from_epsg(epsg).area_of_use if epsg else None)
    if known is None or known.west > known.east:
        return None
    margin = _NEIGHBOUR_DEG
    return known.west - margin, known.south - margin, known.east + margin, known.north + margin
