"""The map of a route sheet: one SVG with the streets around, the route and its numbered stops, for a printer."""

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from markupsafe import Markup, escape

from routing.sheets.route_sheet import RouteSheet
from webmap.maps.tiles import SMALLEST

DEGREE_M = 111_320.0
ROOM = 0.06  # of the route's extent, around it
LEAST_M = 400.0  # shown, however short the route is
MARK_MM = 2.1  # radius of a numbered stop
STREET_MM = (0.9, 0.7, 0.5, 0.35, 0.22, 0.14)  # by rank
SCALES_M = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
SCALE_SHARE = 0.25  # of the width, that the bar takes at most
SHIFTS = 80  # rounds of pushing marks apart
COARSE_MM = 0.12  # what a print doesn't show
ALLEYS_MM_PER_M = 0.02  # below this scale the smallest streets would only be a grey blur
LABEL_MM = 22.0  # between two names of streets
NAMES = 14

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Paper:
    """A rectangle of millimetres on which degrees lie; north is up."""

    width_mm: float
    height_mm: float
    west: float
    north: float
    mm_per_degree: tuple[float, float]  # of longitude, of latitude

    @classmethod
    def around(cls, bounds: Sequence[float], width_mm: float, height_mm: float) -> "Paper":
        """Fit bounds into the rectangle, in the middle, with room around them."""
        west, south, east, north = bounds
        shrink = math.cos(math.radians((south + north) / 2))
        wide_m = max((east - west) * DEGREE_M * shrink, LEAST_M) * (1 + 2 * ROOM)
        high_m = max((north - south) * DEGREE_M, LEAST_M) * (1 + 2 * ROOM)
        mm_per_m = min(width_mm / wide_m, height_mm / high_m)
        x, y = mm_per_m * DEGREE_M * shrink, mm_per_m * DEGREE_M
        return cls(
            width_mm, height_mm, (west + east) / 2 - width_mm / 2 / x, (south + north) / 2 + height_mm / 2 / y, (x, y)
        )

    def place(self, lonlat: Floats) -> Floats:
        """Return millimetres from the upper left for degrees, shape (n, 2)."""
        x, y = self.mm_per_degree
        return np.column_stack([(lonlat[:, 0] - self.west) * x, (self.north - lonlat[:, 1]) * y])

    @property
    def box(self) -> shapely.Polygon:
        """Return what is on the paper, in degrees."""
        x, y = self.mm_per_degree
        return shapely.box(self.west, self.north - self.height_mm / y, self.west + self.width_mm / x, self.north)


def route_map(
    sheet: RouteSheet, line: shapely.Geometry, streets: gpd.GeoDataFrame, *, title: str, size_mm: tuple[float, float]
) -> Markup:
    """Draw the map.

    Parameters
    ----------
    sheet
        Whose places are marked; a base is a square, lunch has no mark of its own.
    line
        The route along the streets, in degrees.
    streets
        As :func:`webmap.maps.tiles.street_lines` gives them: all, or those around the route.
    title
        What the picture shows, for those who cannot see it.
    size_mm
        Width and height on the paper.
    """
    places = np.array([(place.lon, place.lat) for place in sheet.places])
    both = np.vstack([places, shapely.get_coordinates(line)])
    paper = Paper.around((*both.min(axis=0), *both.max(axis=0)), *size_mm)
    shown = streets.iloc[np.sort(streets.sindex.query(paper.box))]
    shown = shown.set_geometry(shapely.clip_by_rect(shown.geometry.to_numpy(), *paper.box.bounds))
    shown = shown[~shown.geometry.is_empty]  # a street may bend round a corner of the paper
    width, height = size_mm
    way = _path(line, paper)
    parts = [
        f'<rect class="land" width="{width}" height="{height}"/>',
        *_streets(shown, paper, _key(sheet)),
        *_names(shown, paper),
        f'<path class="casing" d="{way}"/><path class="way" d="{way}"/>',
        *_arrows(line, paper),
        *_marks(sheet, paper),
        *_furniture(paper),
    ]
    head = (
        f'<svg class="route-map" viewBox="0 0 {width} {height}" width="{width}mm" height="{height}mm" role="img" '
        'xmlns="http://www.w3.org/2000/svg">'
    )
    return Markup("{}<title>{}</title>{}</svg>").format(Markup(head), title, Markup("".join(parts)))  # noqa: S704 - of numbers and escaped names


def _key(sheet: RouteSheet) -> str:
    """Name the map's parts: several maps may stand in one document."""
    return f"m{zlib.crc32(f'{sheet.team}/{sheet.day}'.encode()):x}"


def _streets(shown: gpd.GeoDataFrame, paper: Paper, key: str) -> Iterator[str]:
    """Draw every class as one path, small ones first: their edges below, their faces above."""
    small = paper.mm_per_degree[1] / DEGREE_M < ALLEYS_MM_PER_M
    ranks = [rank for rank in range(SMALLEST, -1, -1) if not (small and rank == SMALLEST)]
    paths = {rank: _path(shown.geometry[shown["rank"] == rank].to_numpy(), paper) for rank in ranks}
    drawn = {rank: path for rank, path in paths.items() if path}
    yield "<defs>" + "".join(f'<path id="{key}-{rank}" d="{path}"/>' for rank, path in drawn.items()) + "</defs>"
    for kind, more_mm in (("edge", 0.25), ("face", 0.0)):
        for rank in drawn:
            if not (kind == "edge" and rank == SMALLEST):
                wide_mm = STREET_MM[rank] * 1.6 + more_mm
                yield f'<use class="{kind}" stroke-width="{wide_mm:.2f}" href="#{key}-{rank}"/>'


def _path(shape: object, paper: Paper) -> str:
    pieces = shapely.get_parts(shape) if isinstance(shape, shapely.Geometry) else shapely.get_parts(np.asarray(shape))
    coarse = COARSE_MM / paper.mm_per_degree[1]
    return _written(*_coordinates(shapely.simplify(pieces[~shapely.is_empty(pieces)], coarse), paper))


def _coordinates(lines: npt.NDArray[np.object_], paper: Paper) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return hundredths of a millimetre: the place at which each line begins, and from it step after step."""
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    whole = np.round(paper.place(lonlat) * 100).astype(np.int64)
    begins = np.diff(line, prepend=-1) > 0
    moves = np.where(begins[:, None], whole, np.diff(whole, axis=0, prepend=0))
    kept = begins | moves.any(axis=1)
    moves, begins = moves[kept], begins[kept]
    dots = begins & np.append(begins[1:], True)[: len(begins)]  # lines without a step
    return moves[~dots], begins[~dots]


def _written(moves: npt.NDArray[np.int64], begins: npt.NDArray[np.bool_]) -> str:
    """Write lines, each point from the one before: half as long as with its place."""
    numbers, at = np.unique(moves, return_inverse=True)
    words = [f"{number / 100:g}" for number in numbers.tolist()]
    pieces: list[str] = []
    for (x, y), begin in zip(at.reshape(-1, 2).tolist(), begins.tolist(), strict=True):
        pieces.append(f"M{words[x]} {words[y]}l" if begin else f"{words[x]} {words[y]} ")
    return "".join(pieces).replace(" M", "M").rstrip()


def _names(shown: gpd.GeoDataFrame, paper: Paper) -> Iterator[str]:
    """Name the widest and longest streets along their middle, far enough from each other."""
    named = shown[(shown["name"] != "") & (shown["rank"] < SMALLEST)]
    long = named.assign(long=shapely.length(named.geometry.to_numpy())).sort_values(
        ["rank", "long"], ascending=[True, False]
    )
    taken: list[Floats] = []
    for row in long.drop_duplicates("name").itertuples():
        pieces = shapely.get_parts(row.geometry)
        longest = pieces[int(np.argmax(shapely.length(pieces)))]
        ends = paper.place(
            shapely.get_coordinates(shapely.line_interpolate_point(longest, [0.35, 0.65], normalized=True))
        )
        middle, across = ends.mean(axis=0), ends[1] - ends[0]
        room = 2.0 * len(row.name)  # mm
        inside = (middle > room / 2).all() and (middle < [paper.width_mm - room / 2, paper.height_mm - 4]).all()
        if not inside or any(np.hypot(*(middle - other)) < LABEL_MM for other in taken):
            continue
        taken.append(middle)
        tilt = math.degrees(math.atan2(across[1], across[0]))
        tilt = tilt - 180 if tilt > 90 else tilt + 180 if tilt < -90 else tilt  # noqa: PLR2004 - never upside down
        x, y = middle
        there = f"translate({x:.1f} {y:.1f}) rotate({tilt:.0f})"
        yield f'<text class="name" transform="{there}" dy="0.7">{escape(row.name)}</text>'
        if len(taken) == NAMES:
            return


def _arrows(line: shapely.Geometry, paper: Paper) -> Iterator[str]:
    """Show the direction of travel along the route."""
    points = paper.place(shapely.get_coordinates(line))
    track = shapely.LineString(points) if len(points) > 1 else None
    if track is None or track.length == 0:
        return
    for at in np.arange(12.0, track.length, 24.0):
        (x, y), (on_x, on_y) = shapely.get_coordinates(shapely.line_interpolate_point(track, [at, at + 0.4]))
        turn = math.degrees(math.atan2(on_y - y, on_x - x))
        yield f'<path class="arrow" transform="translate({x:.2f} {y:.2f}) rotate({turn:.0f})" d="M-.8-.8L.8 0-.8.8"/>'


def _marks(sheet: RouteSheet, paper: Paper) -> Iterator[str]:
    """Draw the numbered stops, pushed apart where they lie close, with a line to where they are."""
    stops = [place for place in sheet.places if place.kind == "stop"]
    bases = {(place.lon, place.lat) for place in sheet.places if place.kind == "base"}
    for x, y in paper.place(np.array(sorted(bases)).reshape(-1, 2)):
        yield f'<rect class="base" x="{x - 1.6:.2f}" y="{y - 1.6:.2f}" width="3.2" height="3.2"/>'
    if not stops:
        return
    true = paper.place(np.array([(place.lon, place.lat) for place in stops]))
    shown = _apart(true, paper)
    for (x, y), (there_x, there_y) in zip(true, shown, strict=True):
        if math.hypot(there_x - x, there_y - y) > MARK_MM / 2:
            yield f'<path class="leader" d="M{x:.2f} {y:.2f}L{there_x:.2f} {there_y:.2f}"/>'
    for place, (x, y) in zip(stops, shown, strict=True):
        yield f'<circle class="stop" cx="{x:.2f}" cy="{y:.2f}" r="{MARK_MM}"/>'
        yield f'<text class="number" x="{x:.2f}" y="{y + 0.85:.2f}">{place.number}</text>'


def _apart(true: Floats, paper: Paper) -> Floats:
    """Push marks that overlap away from each other, and keep them on the paper."""
    shown = true + 0.01 * np.column_stack([np.cos(np.arange(len(true)) * 2.4), np.sin(np.arange(len(true)) * 2.4)])
    edge = MARK_MM + 0.3
    for _ in range(SHIFTS):
        gap = shown[:, None] - shown[None]
        far = np.hypot(gap[..., 0], gap[..., 1])
        np.fill_diagonal(far, np.inf)
        push = np.clip(2 * MARK_MM + 0.2 - far, 0, None) / 2
        if not push.any():
            break
        shown = shown + (gap / far[..., None] * push[..., None]).sum(axis=1)
        shown = np.clip(shown, edge, [paper.width_mm - edge, paper.height_mm - edge])
    return shown


def _furniture(paper: Paper) -> Iterator[str]:
    """Draw the scale bar and the north arrow."""
    per_m = paper.mm_per_degree[1] / DEGREE_M
    fitting = [metres for metres in SCALES_M if metres * per_m <= paper.width_mm * SCALE_SHARE]
    metres = fitting[-1] if fitting else SCALES_M[0]
    long, low = metres * per_m, paper.height_mm - 3.5
    text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"  # noqa: PLR2004 - a kilometre
    yield f'<rect class="plate" x="1.5" y="{low - 5:.2f}" width="{long + 4:.2f}" height="7"/>'
    yield f'<path class="bar" d="M3.5 {low - 1:.2f}v1h{long:.2f}v-1"/>'
    yield f'<text class="scale" x="{3.5 + long / 2:.2f}" y="{low - 1.6:.2f}">{text}</text>'
    x = paper.width_mm - 6
    yield f'<rect class="plate" x="{x - 3.5:.2f}" y="1.5" width="7" height="11"/>'
    yield f'<path class="north" d="M{x:.2f} 2.5l2.2 6-2.2-1.4-2.2 1.4z"/>'
    yield f'<text class="scale" x="{x:.2f}" y="11.7">N</text>'
