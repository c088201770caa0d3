"""The kinds of evidence for a datum: what a file names, and where that is."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.model import Level
from geo.readers.values import half_width

Layout = npt.NDArray[np.float64]  # x, y in metres, a row for each of the file
Scores = npt.NDArray[np.float64]  # between 0 and 1, a row for each that is evidence

NAMED_STREETS = "{rows} rows name a street, from which they lie {here} m under {own} and {there} m under {other}"
STREET_CLASSES = (
    "{rows} rows belong on a class of street, from which they lie {here} m under {own} and {there} m under {other}"
)
KNOWN_PLACES = (
    "{rows} rows bear the name of a known place, which is {here} m off under {own} and {there} m under {other}"
)
NAMED_ZONES = "{rows} rows name a zone, and {here} % of them lie in it under {own}, {there} % under {other}"
OUTLINE = "{here} % of {rows} rows lie inside the city's outline under {own}, {there} % under {other}"
DRY_LAND = "{here} % of {rows} rows lie on dry land under {own}, {there} % under {other}"
KNOWN_ZONES = (
    "{rows} zones are there already, and overlap with themselves by {here} % under {own}, {there} % under {other}"
)
PARENT_ZONES = "{rows} zones have a parent, which covers {here} % of them under {own}, {there} % under {other}"
ROSTER_ZONES = "{rows} checkpoints name one of the zones, and {here} % lie in it under {own}, {there} % under {other}"

_FEW = 3  # rows below which a kind of evidence says nothing
_MOST = 800  # rows that are enough
_STREET_M = 50.0  # how near a place is to the street that it names
_CLASS_M = 15.0
_PLACE_M = 40.0
_SAME_PLACE_M = 3_000.0  # farther apart, two places of one name are two places
_CLASSES = {
    "main_road": {"trunk", "primary", "secondary"},
    "secondary_road": {"secondary", "tertiary"},
    "main_junction": {"trunk", "primary", "secondary"},
    "bus_stop": {"trunk", "primary", "secondary", "tertiary"},
    "bus_line": {"trunk", "primary", "secondary", "tertiary"},
    "taxi_rank": {"trunk", "primary", "secondary", "tertiary"},
    "shopping_street": {"primary", "secondary", "tertiary", "pedestrian"},
    "back_alley": {"residential", "living_street", "service", "unclassified", "footway", "path", "alley"},
}
_ENGLISH = {
    "st": "street",
    "ave": "avenue",
    "av": "avenue",
    "blvd": "boulevard",
    "rd": "road",
    "dr": "drive",
    "ln": "lane",
}


@dataclass(frozen=True, slots=True)
class City:
    """What is there already; an empty field is no evidence."""

    streets: gpd.GeoDataFrame | None = None  # STREETS frame
    zones: gpd.GeoDataFrame | None = None  # ZONES frame
    checkpoints: gpd.GeoDataFrame | None = None  # CHECKPOINTS frame
    water: gpd.GeoSeries | None = None  # polygons, EPSG:4326


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kind, ready to be laid over any shift of the file."""

    template: str
    rows: int  # that it rests on
    independent: int  # streets, places or zones among them: rows on one street are one witness
    score: Callable[[Layout], Scores]
    figure: Callable[[Layout], float]  # for the sentence: median metres, or per cent
    chance: Callable[[Layout], float] | None = (
        None  # the mean score if the names were dealt out anew; None: see by shifts
    )


def point_evidence(points: gpd.GeoDataFrame, city: City, crs: Any) -> list[Evidence]:  # noqa: ANN401 - whatever pyproj takes
    """Gather what a roster says about its own place.

    Parameters
    ----------
    points
        CHECKPOINTS frame.
    city
        What is there already.
    crs
        Metric CRS of the layouts.
    """
    frame = points.reset_index(drop=True)
    found: list[Evidence | None] = []
    if city.streets is not None and len(city.streets):
        streets = city.streets.to_crs(crs)
        found += [_named_streets(frame, streets), _street_classes(frame, streets)]
    if city.checkpoints is not None and len(city.checkpoints):
        others = city.checkpoints[~city.checkpoints.index.isin(points.index)]
        found.append(_known_places(frame, others.to_crs(crs)))
    if city.zones is not None and len(city.zones):
        zones = city.zones.to_crs(crs)
        found += [_named_zones(frame, zones), _outline(frame, zones)]
    if city.water is not None and len(city.water):
        wet = shapely.union_all(city.water.to_crs(crs).to_numpy())
        found.append(_inside(np.arange(len(frame)), wet, DRY_LAND, outside=True))
    return [evidence for evidence in found if evidence is not None]


def _sampled(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Take every so manieth row where there are more than enough; no chance is involved."""
    return rows if len(rows) <= _MOST else rows[np.linspace(0, len(rows) - 1, _MOST).astype(np.int64)]


def _near(
    rows: npt.NDArray[np.int64], shapes: npt.NDArray[np.object_], template: str, *, scale_m: float, independent: int
) -> Evidence | None:
    """Score a row by its distance to a shape of its own."""
    if independent < _FEW:
        return None

    def distance(xy: Layout) -> Scores:
        return np.asarray(shapely.distance(shapely.points(xy[rows]), shapes))

    def score(xy: Layout) -> Scores:
        return np.asarray(np.exp(-distance(xy) / scale_m))

    return Evidence(template, len(np.unique(rows)), independent, score, lambda xy: float(np.median(distance(xy))))


def _inside(
    rows: npt.NDArray[np.int64], whole: shapely.Geometry, template: str, *, outside: bool = False
) -> Evidence | None:
    """Score rows by whether they lie in one shape, or out of it."""
    if len(rows) < _FEW:
        return None
    rows = _sampled(rows)
    shapely.prepare(whole)

    def score(xy: Layout) -> Scores:
        return np.asarray(shapely.intersects_xy(whole, xy[rows, 0], xy[rows, 1]) != outside, float)

    return Evidence(template, len(rows), len(rows), score, lambda xy: 100 * float(score(xy).mean()))


def _plain(text: str) -> str:
    plain = half_width(text).casefold()
    if plain.isascii():
        plain = re.sub(r"[a-z]+", lambda word: _ENGLISH.get(word[0], word[0]), plain)
    return re.sub(r"\s+", " ", plain).strip()


def _mentions(texts: Iterable[str], names: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find which names each text mentions, the longest where they begin at one place: positions of texts, of names."""
    number = {name: at for at, name in enumerate(names)}
    ordered = sorted(names, key=len, reverse=True)
    latin = [rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name) for name in ordered]
    pattern = re.compile("|".join(latin))
    pairs = sorted({(at, number[hit]) for at, text in enumerate(texts) for hit in pattern.findall(text)})
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _named_streets(frame: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> Evidence | None:
    """Match the streets that names and addresses mention."""
    named = streets[streets["name"].str.len() > 1]
    if not len(named):
        return None
    lines = named.geometry.groupby(named["name"].map(_plain)).agg(lambda own: shapely.union_all(own.to_numpy()))
    names = [name for name in lines.index if not name.isdigit()]
    if not names:
        return None
    rows = _sampled(np.arange(len(frame)))
    texts = [
        _plain(f"{name} {address}") for name, address in zip(frame["name"][rows], frame["address"][rows], strict=True)
    ]
    text, street = _mentions(texts, names)
    shapes = lines.loc[names].to_numpy()[street]
    return _near(rows[text], shapes, NAMED_STREETS, scale_m=_STREET_M, independent=len(np.unique(street)))


def _street_classes(frame: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> Evidence | None:
    """Match categories that belong on a class of street."""
    kinds = streets["highway"].str.removesuffix("_link")
    rows, trees = [], []
    for category, classes in _CLASSES.items():
        mine = np.flatnonzero((frame["category"] == category).to_numpy())
        lines = streets.geometry[kinds.isin(classes)].to_numpy()
        if len(mine) and len(lines):
            rows.append(_sampled(mine))
            trees.append(shapely.STRtree(lines))
    count = sum(map(len, rows))
    if count < _FEW:
        return None

    def distance(xy: Layout) -> Scores:
        parts = []
        for own, tree in zip(rows, trees, strict=True):
            spots = shapely.points(xy[own])
            parts.append(shapely.distance(spots, tree.geometries[tree.nearest(spots)]))
        return np.concatenate(parts)

    def score(xy: Layout) -> Scores:
        return np.asarray(np.exp(-distance(xy) / _CLASS_M))

    return Evidence(STREET_CLASSES, count, count, score, lambda xy: float(np.median(distance(xy))))


def _known_places(frame: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> Evidence | None:
    """Match rows with places of the same name that are there already and are near under any datum."""
    spots = others.geometry.groupby(others["name"].map(_plain)).agg(lambda own: shapely.MultiPoint(list(own)))
    key = frame["name"].map(_plain)
    rows = _sampled(np.flatnonzero(key.isin(spots.index).to_numpy()))
    if not len(rows):
        return None
    shapes = spots.loc[key[rows]].to_numpy()
    here = frame.geometry.to_crs(others.crs).to_numpy()[rows]
    near = shapely.distance(here, shapes) < _SAME_PLACE_M
    names = key[rows][near].nunique()
    return _near(rows[near], shapes[near], KNOWN_PLACES, scale_m=_PLACE_M, independent=names)


def _named_zones(frame: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Evidence | None:
    """Match rows with the street or community that they name."""
    found_rows, found_shapes = [], []
    for level in (Level.STREET, Level.COMMUNITY):
        members = zones[zones["level"] == level]
        shapes = members.geometry.groupby(members["name"].map(_plain)).agg(
            lambda own: shapely.union_all(own.to_numpy())
        )
        key = frame[str(level)].map(_plain)
        rows = np.flatnonzero(key.isin(shapes.index).to_numpy() & (key != "").to_numpy())
        rows = _sampled(rows)
        found_rows.append(rows)
        found_shapes.append(shapes.loc[key[rows]].to_numpy() if len(rows) else np.array([], object))
    rows, shapes = np.concatenate(found_rows), np.concatenate(found_shapes)
    return _in_own_areas(shapes, NAMED_ZONES, lambda xy, _: xy[rows])


def _in_own_areas(
    shapes: npt.NDArray[np.object_], template: str, spots: Callable[[Layout, int], Layout]
) -> Evidence | None:
    """Score rows by whether each lies in the area that it names.

    What chance gives is what they would score if the names were dealt out anew among the rows: other shifts would not
    tell, because an area is as wide as a shift.

    Parameters
    ----------
    shapes
        The area of each row.
    template
        Of the sentence.
    spots
        Gives the rows' places under a layout, as seen from the area of the row at a position.
    """
    if len(shapes) < _FEW:
        return None
    shapely.prepare(shapes)
    _, first, area = np.unique([id(shape) for shape in shapes], return_index=True, return_inverse=True)

    def inside(xy: Layout) -> npt.NDArray[np.bool_]:
        """Tell for each area and row whether the row lies in the area."""
        own = [spots(xy, int(at)) for at in first]
        return np.array(
            [shapely.intersects_xy(shapes[at], one[:, 0], one[:, 1]) for at, one in zip(first, own, strict=True)]
        )

    def score(xy: Layout) -> Scores:
        return np.asarray(inside(xy)[area, np.arange(len(area))], float)

    def chance(xy: Layout) -> float:
        return float(inside(xy).mean(axis=1) @ np.bincount(area) / len(area))

    return Evidence(template, len(area), len(area), score, lambda xy: 100 * float(score(xy).mean()), chance)


def _outline(frame: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Evidence | None:
    """See how much of the roster lies in the city, where its outline is known."""
    for level in (Level.CITY, Level.DISTRICT, Level.STREET):
        members = zones[zones["level"] == level]
        if len(members):
            whole = shapely.union_all(members.geometry.to_numpy())
            return _inside(np.arange(len(frame)), whole, OUTLINE)
    return None


def zone_evidence(zones: gpd.GeoDataFrame, city: City, crs: Any) -> list[Evidence]:  # noqa: ANN401 - whatever pyproj takes
    """Gather what a layer of zones says about its own place; layouts hold the zones' centres."""
    shapes = zones.geometry.to_crs(crs)
    centres = np.column_stack((shapes.centroid.x, shapes.centroid.y))
    outlines = shapes.to_numpy()
    found: list[Evidence | None] = []
    if city.zones is not None and len(city.zones):
        known = city.zones.to_crs(crs)
        found += [_known_zones(zones, outlines, centres, known), _parents(zones, outlines, centres, known)]
    if city.checkpoints is not None and len(city.checkpoints):
        found.append(_roster(zones, outlines, centres, city.checkpoints.to_crs(crs)))
    return [evidence for evidence in found if evidence is not None]


def _moved(outlines: npt.NDArray[np.object_], by: Layout) -> npt.NDArray[np.object_]:
    coordinates, owner = shapely.get_coordinates(outlines, return_index=True)
    return np.asarray(shapely.set_coordinates(outlines.copy(), coordinates + by[owner]))


def _shared(
    rows: npt.NDArray[np.int64], outlines: npt.NDArray[np.object_], centres: Layout, others: npt.NDArray[np.object_]
) -> Callable[[Layout, bool], Scores]:
    """Give the share of each zone that lies in a shape of its own; of both together when ``jointly``."""

    def share(xy: Layout, jointly: bool) -> Scores:  # noqa: FBT001 - a closure of this module
        mine = _moved(outlines[rows], (xy - centres)[rows])
        common = shapely.area(shapely.intersection(mine, others))
        whole = shapely.area(mine)
        return np.asarray(common / (whole + shapely.area(others) - common if jointly else whole))

    return share


def _known_zones(
    zones: gpd.GeoDataFrame, outlines: npt.NDArray[np.object_], centres: Layout, known: gpd.GeoDataFrame
) -> Evidence | None:
    """Match zones with themselves as they were imported before, by code, else by level and name."""
    by_name = {(level, name): at for at, (level, name) in enumerate(zip(known["level"], known["name"], strict=True))}
    by_code = {code: at for at, code in enumerate(known.index)}
    pairs = [
        (row, at)
        for row, (code, level, name) in enumerate(zip(zones.index, zones["level"], zones["name"], strict=True))
        if (at := by_code.get(code, by_name.get((level, name)))) is not None
    ]
    if not pairs:
        return None
    rows, at = np.array(pairs[:_MOST], np.int64).T
    share = _shared(rows, outlines, centres, known.geometry.to_numpy()[at])
    return Evidence(
        KNOWN_ZONES,
        len(rows),
        4 * len(rows),
        lambda xy: share(xy, True),
        lambda xy: 100 * float(share(xy, True).mean()),
    )


def _parents(
    zones: gpd.GeoDataFrame, outlines: npt.NDArray[np.object_], centres: Layout, known: gpd.GeoDataFrame
) -> Evidence | None:
    """See how much of each zone its parent covers."""
    rows = np.flatnonzero(zones["parent"].isin(known.index).to_numpy())[:_MOST]
    if not len(rows):
        return None
    share = _shared(rows, outlines, centres, known.geometry.loc[zones["parent"].iloc[rows]].to_numpy())
    return Evidence(
        PARENT_ZONES, len(rows), len(rows), lambda xy: share(xy, False), lambda xy: 100 * float(share(xy, False).mean())
    )


def _roster(
    zones: gpd.GeoDataFrame, outlines: npt.NDArray[np.object_], centres: Layout, checkpoints: gpd.GeoDataFrame
) -> Evidence | None:
    """See how many checkpoints that name one of the zones lie in it."""
    number = {
        (level, _plain(name)): at for at, (level, name) in enumerate(zip(zones["level"], zones["name"], strict=True))
    }
    pairs = [
        (point, number[key])
        for level in (Level.STREET, Level.COMMUNITY)
        for point, name in enumerate(checkpoints[str(level)])
        if (key := (str(level), _plain(name))) in number
    ]
    if len(pairs) < _FEW:
        return None
    point, zone = np.array(pairs, np.int64)[_sampled(np.arange(len(pairs)))].T
    places = np.column_stack((checkpoints.geometry.x, checkpoints.geometry.y))[point]
    return _in_own_areas(outlines[zone], ROSTER_ZONES, lambda xy, at: places - (xy - centres)[zone[at]])
