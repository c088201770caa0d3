"""A sheet to draw a map on: metres in, a PNG out; smooth by drawing it larger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Self

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from geo.crs import metric_crs, project_xy
from geo.foreign_text import shown
from webmap.bulletin.fonts import font

Floats = NDArray[np.float64]
Place = tuple[float, float]
Colour = str

SMOOTH = 2  # times larger than the picture
COLOURS = 256
PAPER = "#ffffff"
INK = "#1c2126"
DIM = "#5c666f"
SCALES_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
SCALE_SHARE = 0.22  # of the width, at most


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture and where its pixels lie. Sizes are in pixels of the finished picture."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    size: tuple[int, int]
    crs_epsg: int = 0
    west_m: float = 0.0
    north_m: float = 0.0
    metre_px: float = 1.0
    top: int = 0

    @classmethod
    def blank(cls, width: int, height: int) -> Self:
        """Return white paper."""
        image = Image.new("RGB", (width * SMOOTH, height * SMOOTH), PAPER)
        return cls(image, ImageDraw.Draw(image), (width, height))

    @classmethod
    def over(cls, bounds: Sequence[float], *, width: int, margin: int, top: int, bottom: int) -> Self:
        """Lay paper over bounds in degrees, with room for a title above and a legend below.

        The height follows from the bounds, between half and one and a quarter of the width.
        """
        west, south, east, north = bounds
        epsg = int(metric_crs((west + east) / 2, (south + north) / 2).to_epsg() or 0)
        ring = shapely.segmentize(shapely.box(west, south, east, north), (east - west) / 8 or 1e-4)
        lon, lat = shapely.get_coordinates(ring).T
        x, y = project_xy(lon, lat, epsg)
        wide, high = max(float(np.ptp(x)), 100.0), max(float(np.ptp(y)), 100.0)
        inner = width - 2 * margin
        height = int(np.clip(inner * high / wide, inner * 0.5, inner * 1.25))
        scale = min(inner / wide, height / high)
        left = (float(x.min()) + float(x.max())) / 2 - width / scale / 2
        upper = (float(y.min()) + float(y.max())) / 2 + height / scale / 2
        blank = cls.blank(width, height + top + bottom)
        return cls(blank.image, blank.draw, blank.size, epsg, left, upper, scale, top)

    def place(self, lon: Floats, lat: Floats) -> Floats:
        """Return the pixels of places in degrees, shape (n, 2)."""
        return self.place_xy(*project_xy(lon, lat, self.crs_epsg))

    def place_xy(self, x_m: Floats, y_m: Floats) -> Floats:
        """Return the pixels of places in metres, shape (n, 2)."""
        return np.column_stack([(x_m - self.west_m) * self.metre_px, (self.north_m - y_m) * self.metre_px + self.top])

    def areas(
        self, shapes: gpd.GeoSeries, fills: Iterable[Colour | None], *, edge: Colour | None, width: float = 1
    ) -> None:
        """Fill polygons, each in its colour, and draw their borders."""
        for shape, fill in zip(shapes, fills, strict=True):
            for part in shapely.get_parts(shape):
                if fill is not None:
                    self._ring(part.exterior, fill)
                    for hole in part.interiors:
                        self._ring(hole, PAPER)
                if edge is not None:
                    for ring in (part.exterior, *part.interiors):
                        self.line(self.place(*shapely.get_coordinates(ring).T), edge, width)

    def _ring(self, ring: shapely.LinearRing, fill: Colour) -> None:
        self.polygon(self.place(*shapely.get_coordinates(ring).T), fill)

    def polygon(self, at: Floats, fill: Colour) -> None:
        """Fill a polygon of pixels."""
        self.draw.polygon([tuple(xy) for xy in at * SMOOTH], fill=fill)

    def line(self, at: Floats, colour: Colour, width: float) -> None:
        """Draw a line through pixels."""
        self.draw.line(
            [tuple(xy) for xy in at * SMOOTH], fill=colour, width=max(round(width * SMOOTH), 1), joint="curve"
        )

    def lines(self, shapes: gpd.GeoSeries, colour: Colour, width: float) -> None:
        """Draw lines in degrees."""
        points, owner = shapely.get_coordinates(shapes.array, return_index=True)
        at = self.place(*points.T)
        for one in np.split(at, np.flatnonzero(np.diff(owner)) + 1):
            if len(one) > 1:
                self.line(one, colour, width)

    def box(self, corners: tuple[float, float, float, float], fill: Colour | None, edge: Colour | None = None) -> None:
        """Fill a box of pixels: left, top, right, bottom."""
        self.draw.rectangle([c * SMOOTH for c in corners], fill=fill, outline=edge, width=SMOOTH)

    def frame(self, margin: int, bottom: int) -> None:
        """Clear what was drawn beyond the map."""
        width, height = self.size
        for corners in (
            (0, 0, width, self.top - 2),
            (0, height - bottom + 2, width, height),
            (0, 0, margin - 2, height),
            (width - margin + 2, 0, width, height),
        ):
            self.box(corners, PAPER)

    def text(
        self, at: Place, text: str, size: int, *, anchor: str = "lm", colour: Colour = INK, halo: bool = False
    ) -> None:
        """Write at a pixel; the anchor is Pillow's: left, middle or right, then top, middle or bottom."""
        self.draw.text(
            (at[0] * SMOOTH, at[1] * SMOOTH),
            shown(text),
            fill=colour,
            font=font(size * SMOOTH),
            anchor=anchor,
            stroke_width=2 * SMOOTH if halo else 0,
            stroke_fill=PAPER if halo else None,
        )

    def width_of(self, text: str, size: int) -> float:
        """Measure a text."""
        return float(self.draw.textlength(shown(text), font=font(size * SMOOTH))) / SMOOTH

    def scale_bar(self, at: Place, size: int) -> None:
        """Draw how long a round number of metres is, its right end at ``at``, and which way is north."""
        most = self.size[0] * SCALE_SHARE / self.metre_px
        metres = max([m for m in SCALES_M if m <= most], default=SCALES_M[0])
        long = metres * self.metre_px
        right, y = at
        corners = np.array([[right - long, y - 6], [right - long, y], [right, y], [right, y - 6]])
        self.line(corners, INK, 2)
        said = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"  # noqa: PLR2004 - metres of a kilometre
        self.text((right - long / 2, y - 8), said, size, anchor="mb")
        arrow = np.array([[right - long - 34, y], [right - long - 26, y - 28], [right - long - 18, y]])
        self.polygon(arrow, INK)
        self.text((right - long - 26, y - 30), "N", size, anchor="mb")

    def png(self) -> bytes:
        """Return the finished picture."""
        file = BytesIO()
        small = self.image.resize(self.size, Image.Resampling.LANCZOS)
        small.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            file, "PNG", optimize=True
        )
        return file.getvalue()
