"""A sample as a picture: one SVG, which prints, and needs neither a script nor a network."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from markupsafe import Markup

WIDTH = 720.0
MARGIN = 8.0
SIMPLE_DEG = 0.0002  # of outlines: about 20 m
DOTS = 10_000  # of the frame, each drawn; of more one stands for all in a square
SQUARE = 2.0  # its side, which a dot covers

Floats = npt.NDArray[np.float64]


def sample_map(places: gpd.GeoSeries, drawn: Iterable[str], zones: gpd.GeoSeries, *, title: str) -> Markup:
    """Draw the frame as pale dots, the sample as strong ones, and the street offices as lines.

    Parameters
    ----------
    places
        Points of the frame by id, in degrees.
    drawn
        Ids of the sample.
    zones
        Outlines, in degrees.
    title
        What the picture shows, for those who cannot see it.
    """
    xy = np.column_stack([places.x, places.y])
    west, south, east, north = np.r_[xy.min(axis=0), xy.max(axis=0)] if len(xy) else np.zeros(4)
    shrink = float(np.cos(np.radians((south + north) / 2)))  # degrees of longitude are shorter
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * shrink, (north - south) * 0.5, 1e-6)
    height = (north - south) * scale + 2 * MARGIN

    def screen(points: Floats) -> Floats:
        x = (points[:, 0] - west) * shrink * scale + MARGIN
        y = (north - points[:, 1]) * scale + MARGIN
        return np.column_stack([x, y])

    chosen = places.index.isin(list(drawn))
    lines = "".join(_outline(ring, screen) for shape in zones for ring in _rings(shape))
    parts = [
        f'<path class="zones" d="{lines}"/>',
        f'<path class="frame" d="{_dots(_thinned(screen(xy[~chosen])))}"/>',
        f'<path class="drawn" d="{_dots(screen(xy[chosen]))}"/>',
    ]
    head = f'<svg class="sample" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg">'
    return Markup("{}<title>{}</title>{}</svg>").format(Markup(head), title, Markup("".join(parts)))  # noqa: S704 - of numbers alone


def _rings(shape: shapely.Geometry) -> list[Floats]:
    simple = shapely.simplify(shape, SIMPLE_DEG)
    return [
        shapely.get_coordinates(shapely.get_exterior_ring(part))
        for part in shapely.get_parts(simple)
        if not shapely.is_empty(part)
    ]


def _outline(ring: Floats, screen: "object") -> str:
    points = screen(ring)  # type: ignore[operator]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _thinned(points: Floats) -> Floats:
    """Leave out dots that would lie on others, where there are very many."""
    if len(points) <= DOTS:
        return points
    _, first = np.unique((points // SQUARE).astype(int), axis=0, return_index=True)
    return points[np.sort(first)]


def _dots(points: Floats) -> str:
    """Write dots as lines of no length, which round caps make visible: far smaller than circles."""
    return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)
