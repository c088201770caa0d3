"""The map of a full-size city: zones, cells and a roster on the streets of all of Wuhan, everything on them invented.

Grids are made of real street blocks, communities of grids, street offices of communities, as in the demo city; there
are only fifteen times as many, so they are put together by the nearest of some centres.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import KDTree

from data.demo import names
from data.demo.clip import METRIC
from data.demo.rules import RULES
from geo.catalogue import load
from geo.crs import to_metric, to_wgs84_frame
from geo.frames import CHECKPOINTS, ZONES
from geo.model import Level
from geo.zones.blocks import dissolve, street_blocks
from geo.zones.cells import assign
from geo.zones.locate import locate

CITY_CODE, COUNTY = "420100000000", 420190
SHARES = (("community", 6), ("office", 10), ("district", 12))  # of the zones one level down in one of these
MARGIN = 0.01  # of the streets lie west, east, south and north of the city's outline
ASIDE_M = 12.0
NO_PLACE = "motorway|trunk|link"
FIXED = 0.002  # of the roster is in every round
POSTED = 0.35
TEXT = [name for name, kind in CHECKPOINTS.columns.items() if kind == "str"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sites:
    """Random positions along the streets, in metres of METRIC, a little aside."""

    xy: Floats
    edge: Ints


def sites(streets: gpd.GeoDataFrame, count: int, rng: np.random.Generator) -> Sites:
    """Choose positions beside streets that have houses, as many a metre everywhere."""
    lines = streets.geometry.to_numpy()
    weight = np.where(streets["highway"].str.contains(NO_PLACE), 0.0, shapely.length(lines))
    edge = np.sort(rng.choice(len(lines), count, p=weight / weight.sum()))
    share = rng.random(count)
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines[edge], share, normalized=True))
    there = shapely.line_interpolate_point(lines[edge], np.minimum(share + 0.01, 1.0), normalized=True)
    ahead = shapely.get_coordinates(there) - here
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    side = rng.choice((-ASIDE_M, ASIDE_M), count)
    return Sites(here + side[:, None] * np.column_stack((-ahead[:, 1], ahead[:, 0])), edge)


def outline_of(streets: gpd.GeoDataFrame) -> shapely.Polygon:
    """Return the box that holds the streets without the outermost."""
    middle = shapely.get_coordinates(shapely.centroid(streets.geometry.to_numpy()))
    west, south = np.quantile(middle, MARGIN, axis=0)
    east, north = np.quantile(middle, 1 - MARGIN, axis=0)
    return shapely.box(west, south, east, north)


def build_zones(streets: gpd.GeoDataFrame, grids: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Make a tree of zones with about so many grids: a ZONES frame.

    Parameters
    ----------
    streets
        In metres of METRIC.
    grids
        How many centres the street blocks are shared among.
    rng
        What makes centres and names.
    """
    outline = outline_of(streets)
    seeds = sites(streets, 2 * grids, rng).xy
    seeds = seeds[shapely.contains_xy(outline, *seeds.T)][:grids]
    cuts = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=outline, only_edges=True)
    lines = np.append(streets.geometry.to_numpy(), shapely.get_parts(cuts))
    blocks = street_blocks(gpd.GeoSeries(lines, crs=METRIC), outline, sliver_area_m2=4_000, sliver_width_m=30)
    table, middle = pd.DataFrame(index=blocks.index), seeds
    inside = shapely.get_coordinates(shapely.point_on_surface(blocks.to_numpy()))
    table["grid"] = KDTree(middle).query(inside)[1]
    own = np.arange(len(middle))
    for level, share in SHARES:
        centres = middle[rng.choice(len(middle), max(1, len(middle) // share), replace=False)]
        own = KDTree(centres).query(middle)[1][own]
        table[level], middle = own[table["grid"]], centres
    return _named(blocks.to_numpy(), _codes(table), rng)


def _codes(table: pd.DataFrame) -> pd.DataFrame:
    """Return the codes of the zones that every block lies in, numbered inside the zone above."""
    codes = pd.DataFrame(index=table.index)
    codes["district"] = (COUNTY + pd.factorize(table["district"])[0] + 1).astype(str)
    for level, above, mark in (("office", "district", ""), ("community", "office", ""), ("grid", "community", "W")):
        pairs = pd.DataFrame({"above": codes[above], "own": table[level]})
        once = pairs.drop_duplicates()
        number = once.assign(number=once.groupby("above").cumcount() + 1)
        text = number["above"] + mark + number["number"].astype(str).str.zfill(3 - len(mark))
        codes[level] = pairs.merge(once.assign(code=text), how="left")["code"].to_numpy()
    return codes


def _named(blocks: npt.NDArray[np.object_], codes: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Join the blocks level by level, and name what comes out."""
    city = pd.Series(CITY_CODE, codes.index)
    district, office = codes["district"] + "000000", codes["office"] + "000"
    levels = {
        Level.CITY: (city, pd.Series("", codes.index)),
        Level.DISTRICT: (district, city),
        Level.STREET: (office, district),
        Level.COMMUNITY: (codes["community"], office),
        Level.GRID: (codes["grid"], codes["community"]),
    }
    ends = {Level.CITY: "市", Level.DISTRICT: "区", Level.STREET: "街道", Level.COMMUNITY: "社区", Level.GRID: "网格"}
    stem = names.stems(rng)
    rows = []
    for level, (own, parent) in levels.items():
        number, unique = pd.factorize(own, sort=True)
        above = parent.to_numpy()[np.unique(number, return_index=True)[1]]
        shapes = gpd.GeoSeries(dissolve(blocks, number), crs=METRIC)
        part = gpd.GeoDataFrame({"code": unique, "level": str(level), "parent": above}, geometry=shapes)
        part["name"] = [f"{next(stem)}{ends[level]}" for _ in unique]
        part["unit"] = part["name"] + ("文明办" if level in (Level.CITY, Level.DISTRICT) else "办事处")
        part["person"] = [names.person(rng) for _ in unique]
        rows.append(part)
    frame = to_wgs84_frame(gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=METRIC)).set_index("code")
    return frame[[*ZONES.columns, "geometry"]].astype(dict.fromkeys(ZONES.columns, "str"))


def build_roster(
    streets: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, count: int, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Make a roster of so many checkpoints inside the city: a CHECKPOINTS frame.

    Parameters
    ----------
    streets
        In metres of METRIC, with names.
    zones
        Of :func:`build_zones`.
    cells
        Unit grid cells of the zones.
    count
        Checkpoints.
    rng
        What chooses places, categories and names.
    """
    metric = to_metric(zones[zones["level"] == Level.CITY], crs=METRIC).geometry.iloc[0]
    found = sites(streets, count + count // 5, rng)
    inside = np.flatnonzero(shapely.contains_xy(metric, *found.xy.T))
    if len(inside) < count:
        raise ValueError(f"{len(inside)} of the places lie in the city, not {count}: widen its outline")
    inside = rng.permutation(inside)[:count]
    frame = gpd.GeoDataFrame(geometry=shapely.points(found.xy[inside]), crs=METRIC)
    frame.index = pd.Index([f"WH-{number:06d}" for number in range(1, count + 1)], name="id", dtype="str")
    frame = to_wgs84_frame(frame)
    weight = np.array([rule.count for rule in RULES.values()], float)
    frame["category"] = rng.choice(np.array(list(RULES), object), count, p=weight / weight.sum())
    own = locate(frame, zones)
    for level in ("street", "community", "grid"):
        frame[f"{level}_code"] = own[level]
    for level in ("street", "community"):
        frame[level] = zones["name"].reindex(own[level]).fillna("").to_numpy()
    frame["cell"] = assign(frame, cells)
    frame["road"] = streets["name"].to_numpy()[found.edge[inside]]
    return _described(frame, rng)


def _described(frame: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Add names, addresses, units and hours, and which are fixed."""
    stem = names.stems(rng)
    number = rng.integers(1, 800, len(frame))
    rows = []
    columns = (frame[name].tolist() for name in ("category", "road", "street", "community"))
    for category, road, office, community, house in zip(*columns, number.tolist(), strict=True):
        at = community.removesuffix("社区")
        parts = {"street": road or f"{at}里弄", "office": office, "community": at, "number": house, "stem": next(stem)}
        choices = names.PLACE[category]
        name = choices[house % len(choices)].format(**parts)
        rows.append((name, f"{office}{parts['street']}{house}号", names.UNIT.get(category, name).format(**parts)))
    frame[["name", "address", "unit"]] = rows
    posted = rng.random(len(frame)) < POSTED
    hours = [RULES[category].hours for category in frame["category"]]
    frame["hours"] = [all_[0] if all_ and own else "" for all_, own in zip(hours, posted.tolist(), strict=True)]
    kinds = load().categories
    may_be = np.array([kinds[category].fixed for category in frame["category"]])
    frame["fixed"] = may_be & (rng.random(len(frame)) < FIXED)
    frame["size"] = np.round(rng.lognormal(0.0, 0.5, len(frame)), 2)
    frame["retired"] = False
    return frame[[*CHECKPOINTS.columns, "geometry"]].astype(dict.fromkeys(TEXT, "str"))
