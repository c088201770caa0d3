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

FEW = 3  # rows below which a kind of evidence says nothing
MOST = 800  # rows that are enough
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
        found.append(_known_places(points, city.checkpoints.to_crs(crs)))
    if city.zones is not None and len(city.zones):
        zones = city.zones.to_crs(crs)
        found += [_named_zones(frame, zones), _outline(frame, zones)]
    if city.water is not None and len(city.water):
        wet = shapely.union_all(city.water.to_crs(crs).to_numpy())
        found.append(_inside(np.arange(len(frame)), wet, DRY_LAND, outside=True))
    return [evidence for evidence in found if evidence is not None]


def sampled(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Take every so manieth row where there are more than enough; no chance is involved."""
    return rows if len(rows) <= MOST else rows[np.linspace(0, len(rows) - 1, MOST).astype(np.int64)]


def _near(
    rows: npt.NDArray[np.int64], shapes: npt.NDArray[np.object_], template: str, *, scale_m: float, independent: int
) -> Evidence | None:
    """Score a row by its distance to a shape of its own."""
    if independent < FEW:
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
    if len(rows) < FEW:
        return None
    rows = sampled(rows)
    shapely.prepare(whole)

    def score(xy: Layout) -> Scores:
        return np.asarray(shapely.intersects_xy(whole, xy[rows, 0], xy[rows, 1]) != outside, float)

    return Evidence(template, len(rows), len(rows), score, lambda xy: 100 * float(score(xy).mean()))


def plain(text: str) -> str:
    """Bring a name to the form in which names are compared."""
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
    lines = named.geometry.groupby(named["name"].map(plain)).agg(lambda own: shapely.union_all(own.to_numpy()))
    names = [name for name in lines.index if not name.isdigit()]
    if not names:
        return None
    rows = sampled(np.arange(len(frame)))
    texts = [
        plain(f"{name} {address}") for name, address in zip(frame["name"][rows], frame["address"][rows], strict=True)
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
            rows.append(sampled(mine))
            trees.append(shapely.STRtree(lines))
    count = sum(map(len, rows))
    if count < FEW:
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


def _known_places(points: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> Evidence | None:
    """Match rows with the place of the same id, else with those of the same name that are near under any datum."""
    by_name = others.geometry.groupby(others["name"].map(plain)).agg(lambda own: shapely.MultiPoint(list(own)))
    names = points["name"].map(plain)
    same = points.index.isin(others.index)
    rows = sampled(np.flatnonzero(same | names.isin(by_name.index).to_numpy()))
    if not len(rows):
        return None
    by_id = others.geometry.to_dict()
    keys = zip(points.index[rows], names.iloc[rows], same[rows], strict=True)
    shapes = np.array([by_id[key] if known else by_name[name] for key, name, known in keys], dtype=object)
    here = points.geometry.to_crs(others.crs).to_numpy()[rows]
    near = shapely.distance(here, shapes) < _SAME_PLACE_M
    independent = names.iloc[rows][near].nunique()
    return _near(rows[near], shapes[near], KNOWN_PLACES, scale_m=_PLACE_M, independent=independent)


def _named_zones(frame: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Evidence | None:
    """Match rows with the street or community that they name."""
    found_rows, found_shapes = [], []
    for level in (Level.STREET, Level.COMMUNITY):
        members = zones[zones["level"] == level]
        shapes = members.geometry.groupby(members["name"].map(plain)).agg(lambda own: shapely.union_all(own.to_numpy()))
        key = frame[str(level)].map(plain)
        rows = np.flatnonzero(key.isin(shapes.index).to_numpy() & (key != "").to_numpy())
        rows = sampled(rows)
        found_rows.append(rows)
        found_shapes.append(shapes.loc[key[rows]].to_numpy() if len(rows) else np.array([], object))
    rows, shapes = np.concatenate(found_rows), np.concatenate(found_shapes)
    return in_own_areas(shapes, NAMED_ZONES, lambda xy, _: xy[rows])


def in_own_areas(
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
    if len(shapes) < FEW:
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
