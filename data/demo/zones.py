"""The demo's zones: grids, communities and street offices made of real street blocks, names and borders invented."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.cluster.vq import kmeans2
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from data.demo import names
from data.demo.clip import METRIC, square
from data.demo.regions import Floats, Ints, RegionPieces, neighbours, regions
from geo.crs import to_wgs84_frame
from geo.model import Level
from geo.zones.blocks import borders, dissolve, street_blocks

OFFICES, COMMUNITIES, GRIDS = 12, 80, 400
CITY_CODE, COUNTY = "420100000000", "420199"  # no county has the number 420199
# rough middles of the two rivers, in metres of METRIC: nobody lives across one, so no zone reaches over them
RIVERS = (
    [
        (524_500, 3_375_800),
        (525_530, 3_377_700),
        (526_010, 3_378_710),
        (526_540, 3_379_380),
        (526_620, 3_380_230),
        (527_130, 3_381_420),
        (527_750, 3_382_760),
        (528_520, 3_383_780),
        (528_950, 3_384_570),
        (529_570, 3_385_810),
        (530_040, 3_386_820),
        (530_620, 3_387_640),
        (531_150, 3_388_600),
    ],
    [
        (521_400, 3_383_750),
        (522_300, 3_383_740),
        (522_750, 3_383_620),
        (523_100, 3_383_410),
        (523_380, 3_383_130),
        (523_700, 3_382_980),
        (524_200, 3_382_920),
        (524_900, 3_382_790),
        (525_500, 3_382_650),
        (526_000, 3_382_590),
        (526_500, 3_382_590),
        (527_950, 3_382_700),
    ],
)
_WIDEST_BLOCK_M2 = 250_000.0  # lakes, river and railway yards are cut further, by straight lines
_RIVER_STRIP_M = 600.0
_SAMPLE_M = 25.0


@dataclass(frozen=True, slots=True)
class DemoZones:
    """The tree, and the blocks that it is made of."""

    frame: gpd.GeoDataFrame  # ZONES
    blocks: gpd.GeoSeries  # metric
    grid: npt.NDArray[np.str_]  # code of each block's grid
    frontage_m: Floats  # length of street fronts of each block, which stands for how many people live there


def build_zones(streets: gpd.GeoDataFrame, rng: np.random.Generator) -> DemoZones:
    """Make one city, one district, 12 street offices, about 80 communities and 400 grids.

    Parameters
    ----------
    streets
        STREETS frame in metres of :data:`data.demo.clip.METRIC`.
    rng
        What makes seeds of regions and names.
    """
    blocks = _blocks(streets, rng)
    frontage = _frontage(blocks, streets)
    pieces = _pieces(blocks, frontage)
    office = _split_connected(pieces, np.zeros(len(blocks), np.int64), OFFICES, rng)
    community = _split_connected(pieces, office, COMMUNITIES, rng)
    grid = _split_connected(pieces, community, GRIDS, rng)
    table = pd.DataFrame({"office": office, "community": community, "grid": grid})
    codes = _codes(table, pieces.xy)
    return DemoZones(_frame(blocks, codes, rng), blocks, codes["grid"].to_numpy(str), frontage)


def _blocks(streets: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoSeries:
    """Cut the square along streets and rivers, and what is still too wide by straight lines."""
    rivers = [shapely.LineString(river) for river in RIVERS]
    kept = streets[~streets["highway"].str.endswith("_link")].geometry.to_numpy()
    known = gpd.GeoSeries(np.append(kept, rivers), crs=METRIC)
    wide = street_blocks(known, square(), sliver_area_m2=4_000, sliver_width_m=30)
    wide = wide[wide.area > _WIDEST_BLOCK_M2]
    cuts = [line for block in wide for line in _cuts(block, rivers, rng)]
    known = gpd.GeoSeries(np.concatenate([known.to_numpy(), cuts]), crs=METRIC)
    return _with_water(street_blocks(known, square(), sliver_area_m2=4_000, sliver_width_m=30), rivers)


def _with_water(blocks: gpd.GeoSeries, rivers: list[shapely.LineString]) -> gpd.GeoSeries:
    """Assign each strip of a river to the block on its bank."""
    wet = shapely.intersects(blocks.to_numpy(), shapely.union_all(rivers))
    touch = _dry_borders(blocks)
    both = pd.concat([touch, touch.rename(columns={"left": "right", "right": "left"})])
    bank = (
        both[wet[both["left"]] & ~wet[both["right"]]].sort_values(["length_m", "right"]).groupby("left")["right"].last()
    )
    group = np.arange(len(blocks))
    group[bank.index] = bank.to_numpy()
    return gpd.GeoSeries(dissolve(blocks.to_numpy(), np.unique(group, return_inverse=True)[1]), crs=METRIC)


def _cuts(
    block: shapely.Polygon, rivers: list[shapely.LineString], rng: np.random.Generator
) -> Iterator[shapely.Geometry]:
    """Return lines that cut a block into compact pieces, or into strips from the bank to the middle of a river."""
    river = min(rivers, key=lambda line: float(line.distance(block)))
    along = shapely.intersection(river, shapely.buffer(block, 1.0))
    if along.length > _RIVER_STRIP_M:
        count = max(2, round(along.length / _RIVER_STRIP_M))
        from_m, to_m = (river.project(shapely.Point(end)) for end in _ends(along))
        seeds = [river.interpolate(from_m + (to_m - from_m) * (i + 0.5) / count) for i in range(count)]
    else:
        count = math.ceil(block.area / (0.7 * _WIDEST_BLOCK_M2))
        west, south, east, north = block.bounds
        spread = rng.uniform((west, south), (east, north), (60 * count, 2))
        spread = spread[shapely.contains_xy(block, *spread.T)]
        seeds = [shapely.Point(xy) for xy in kmeans2(spread, count, minit="++", rng=rng)[0]]
    edges = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=block, only_edges=True)
    # a little over the border, so that noding meets it
    return iter(shapely.get_parts(shapely.intersection(edges, shapely.buffer(block, 0.05))))


def _ends(line: shapely.Geometry) -> tuple[tuple[float, ...], tuple[float, ...]]:
    xy = shapely.get_coordinates(line)
    return tuple(xy[0]), tuple(xy[-1])


def _frontage(blocks: gpd.GeoSeries, streets: gpd.GeoDataFrame) -> Floats:
    """Measure the street fronts of every block: both sides of every street that has houses."""
    lived = streets[~streets["highway"].str.contains("link|trunk|motorway")].geometry.to_numpy()
    count = np.maximum(1, np.ceil(shapely.length(lived) / _SAMPLE_M)).astype(int)
    edge = np.repeat(np.arange(len(lived)), count)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = (step + 0.5) / count[edge]
    here = shapely.get_coordinates(shapely.line_interpolate_point(lived[edge], share, normalized=True))
    there = shapely.get_coordinates(
        shapely.line_interpolate_point(lived[edge], np.minimum(share + 0.01, 1), normalized=True)
    )
    ahead = there - here
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    aside = 12.0 * np.column_stack((-ahead[:, 1], ahead[:, 0]))
    points = shapely.points(np.concatenate((here + aside, here - aside)))
    point, block = shapely.STRtree(blocks.to_numpy()).query(points, predicate="within")
    length = np.tile((shapely.length(lived) / count)[edge], 2)
    return np.bincount(block, length[point], len(blocks)).astype(float)


def _pieces(blocks: gpd.GeoSeries, frontage: Floats) -> RegionPieces:
    """Describe the blocks, neighbours across a river left out."""
    centre = shapely.get_coordinates(shapely.centroid(blocks.to_numpy()))
    weight = 60.0 + frontage + blocks.area.to_numpy() / 1_000
    dry = _dry_borders(blocks)
    return RegionPieces(centre, weight, neighbours(dry[dry["length_m"] > 1.0], len(blocks)))


def _dry_borders(blocks: gpd.GeoSeries) -> pd.DataFrame:
    """Return the borders between blocks on one side of both rivers."""
    touch = borders(blocks)
    banks = street_blocks(gpd.GeoSeries([shapely.LineString(river) for river in RIVERS], crs=METRIC), square())
    inside = shapely.point_on_surface(blocks.to_numpy())
    side = shapely.STRtree(banks.to_numpy()).nearest(inside)
    dry: pd.DataFrame = touch[side[touch["left"]] == side[touch["right"]]]
    return dry


def _split_connected(pieces: RegionPieces, parent: Ints, count: int, rng: np.random.Generator) -> Ints:
    """Split every connected part of every parent region, ``count`` regions in all, in proportion to weight."""
    left = np.repeat(np.arange(len(parent)), [len(near) for near in pieces.near])
    right = np.array([other for near in pieces.near for other in near], np.int64)
    same = parent[left] == parent[right]
    links = coo_array((np.ones(same.sum()), (left[same], right[same])), shape=(len(parent),) * 2)
    part = connected_components(links, directed=False)[1]
    sizes = _shares(np.bincount(part, pieces.weight).astype(float), np.bincount(part), count)
    region = np.empty(len(parent), np.int64)
    done = 0
    for number, size in enumerate(sizes.tolist()):
        members = np.flatnonzero(part == number)
        region[members] = done + regions(pieces.part(members), size, rng)
        done += size
    return region


def _shares(weight: Floats, most: Ints, count: int) -> Ints:
    """Share ``count`` out in proportion, by highest averages (Sainte-Lague), at least one and at most ``most`` each."""
    shares = np.ones(len(weight), np.int64)
    while shares.sum() < count and (shares < most).any():
        shares[np.argmax(np.where(shares < most, weight / (2 * shares + 1), -1))] += 1
    return shares


def _codes(table: pd.DataFrame, xy: Floats) -> pd.DataFrame:
    """Assign every region a code, numbered from north to south inside its parent."""
    codes = pd.DataFrame({"office": COUNTY, "community": "", "grid": ""}, index=table.index)
    # a grid's W (网格) keeps its code apart from those of unit cells, which number a community's cells the same way
    for level, above, mark in (("office", "", ""), ("community", "office", ""), ("grid", "community", "W")):
        parent = codes[above or "office"]
        north = pd.Series(xy[:, 1] - 0.3 * xy[:, 0], table.index).groupby([parent, table[level]]).mean()
        rank = north.groupby(level=0).rank(ascending=False, method="first").astype(int)
        number = rank.reindex(pd.MultiIndex.from_arrays([parent, table[level]])).astype(str)
        codes[level] = parent + mark + number.str.zfill(3 - len(mark)).to_numpy()
    return codes


def _frame(blocks: gpd.GeoSeries, codes: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Join the blocks level by level, and name what comes out."""
    stem = names.stems(rng)
    pieces = blocks.to_numpy()
    office = codes["office"] + "000"
    levels = {
        Level.CITY: (pd.Series(CITY_CODE, codes.index), pd.Series("", codes.index)),
        Level.DISTRICT: (pd.Series(f"{COUNTY}000000", codes.index), pd.Series(CITY_CODE, codes.index)),
        Level.STREET: (office, pd.Series(f"{COUNTY}000000", codes.index)),
        Level.COMMUNITY: (codes["community"], office),
        Level.GRID: (codes["grid"], codes["community"]),
    }
    rows = []
    for level, (own, parent) in levels.items():
        number, unique = pd.factorize(own, sort=True)
        shapes = dissolve(pieces, number)
        parents = parent.to_numpy()[np.unique(number, return_index=True)[1]]
        rows.append(
            gpd.GeoDataFrame({"code": unique, "level": str(level), "parent": parents}, geometry=shapes, crs=METRIC)
        )
    frame = to_wgs84_frame(gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=METRIC)).set_index("code")
    called = {code: next(stem) for code in frame.index[frame["level"] == Level.COMMUNITY]}
    frame["name"] = [_name(code, level, called) for code, level in frame["level"].items()]
    frame["unit"] = [_unit(code, level, called) for code, level in frame["level"].items()]
    frame["person"] = [names.person(rng) for _ in frame.index]
    text = ["level", "name", "parent", "unit", "person"]
    return frame[[*text, "geometry"]].astype(dict.fromkeys(text, "str"))


def _name(code: str, level: str, called: dict[str, str]) -> str:
    match level:
        case Level.CITY:
            return names.CITY
        case Level.DISTRICT:
            return names.DISTRICT
        case Level.STREET:
            return names.OFFICES[int(code[6:9]) - 1]
        case Level.COMMUNITY:
            return f"{called[code]}社区"
    return f"{called[code[:12]]}社区第{int(code.partition('W')[2])}网格"


def _unit(code: str, level: str, called: dict[str, str]) -> str:
    match level:
        case Level.CITY | Level.DISTRICT:
            return f"{_name(code, level, called)}文明城市创建办公室"
        case Level.STREET:
            return f"{_name(code, level, called)}办事处"
    return f"{called[code[:12]]}社区居民委员会"
