"""The demo's checkpoints: invented places that stand where such places are."""

import itertools
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import KDTree

from data.demo import names
from data.demo.clip import METRIC, square
from data.demo.rules import RULES, CategoryRule
from data.demo.zones import RIVERS, DemoZones
from geo.catalogue import Catalogue
from geo.crs import to_wgs84_frame
from geo.zones.locate import locate

Floats = npt.NDArray[np.float64]
_STEP_M = 15.0
_CHUNK = 2_000
_FRINGE_M = 1_500.0
_INSIDE_M = 100.0  # from the edge of the city, at least
_SCHOOL_M = (40.0, 160.0)  # of a school and its surroundings
_POSTED = 0.35  # of the places that may post hours of their own do
_TEXT = ("name", "category", "address", "street", "community", "unit", "hours")
_CODES = ("street_code", "community_code", "grid_code", "cell")


def build_checkpoints(
    streets: gpd.GeoDataFrame, zones: DemoZones, catalogue: Catalogue, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Place the checkpoints of :data:`data.demo.rules.RULES`.

    Parameters
    ----------
    streets
        STREETS frame with names, in metres.
    zones
        The demo's zones.
    catalogue
        What says which categories are fixed.
    rng
        What chooses places and names.

    Returns
    -------
    GeoDataFrame
        CHECKPOINTS frame, EPSG:4326.
    """
    sites = _sites(streets, zones)
    chosen = [_chosen(sites, code, rule, rng).assign(category=code) for code, rule in RULES.items() if rule.apart_m]
    schools = next(part for part in chosen if (part["category"] == "school").any())
    chosen.append(_beside(sites, schools, rng).assign(category="school_surroundings"))
    points = pd.concat(chosen)
    points["order"] = points["category"].map({code: i for i, code in enumerate(RULES)})
    points = points.sort_values("order", kind="stable").reset_index(drop=True)
    xy = _aside(points, zones.blocks.to_numpy(), rng)
    frame = gpd.GeoDataFrame(points, geometry=shapely.points(xy), crs=METRIC)
    return _described(to_wgs84_frame(frame), zones, catalogue, rng)


def _sites(streets: gpd.GeoDataFrame, zones: DemoZones) -> pd.DataFrame:
    """List places along both sides of every street, with what the rules ask about them."""
    reached = streets[(streets["part"] == 0) & (streets["car"] > 0) & (streets["length_m"] > _STEP_M)]
    water = shapely.multilinestrings([shapely.LineString(river) for river in RIVERS])
    reached = reached[~shapely.intersects(reached.geometry.to_numpy(), water)]  # bridges and tunnels
    lines = reached.geometry.to_numpy()
    count = np.maximum(1, shapely.length(lines) // _STEP_M).astype(int)
    edge = np.repeat(np.arange(len(lines)), count)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    at_m = (step + 0.5) * shapely.length(lines)[edge] / count[edge]
    here, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(lines[edge], at_m + m)) for m in (0.0, 1.0))
    ahead -= here
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    left = np.column_stack((-ahead[:, 1], ahead[:, 0]))
    sites = pd.DataFrame(np.concatenate((here, here)), columns=["x", "y"])
    sites[["nx", "ny"]] = np.concatenate((left, -left))
    for column in ("name", "highway"):
        sites[column] = pd.Categorical(np.tile(reached[column].to_numpy(object)[edge], 2))
    sites["number"] = np.concatenate((2 * step + 1, 2 * step + 2))
    front = sites[["x", "y"]].to_numpy() + 12.0 * sites[["nx", "ny"]].to_numpy()
    site, block = shapely.STRtree(zones.blocks.to_numpy()).query(shapely.points(front), predicate="within")
    sites = sites.iloc[site].reset_index(drop=True)
    area = zones.blocks.area.to_numpy()
    sites["block"], sites["block_m2"] = block, area[block]
    sites["density"] = (zones.frontage_m / area)[block]
    sites["community"], sites["office"] = (pd.Categorical(zones.grid.astype(f"U{n}")[block]) for n in (12, 9))
    edge_m = shapely.distance(shapely.boundary(square()), shapely.points(sites[["x", "y"]]))
    sites["fringe"] = edge_m < _FRINGE_M
    sites["junction"] = _by_junction(sites, reached)
    inner: pd.DataFrame = sites[edge_m > _INSIDE_M].reset_index(drop=True)
    return inner


def _by_junction(sites: pd.DataFrame, streets: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Tell which places stand within 25 m of a crossing of two wide streets of different names."""
    wide = streets[streets["highway"].isin(("trunk", "primary", "secondary", "tertiary")) & (streets["name"] != "")]
    lines = wide.geometry.to_numpy()
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    node = np.concatenate((wide["u"], wide["v"]))
    table = pd.DataFrame(
        {"node": node, "name": np.tile(wide["name"].to_numpy(object), 2), "x": ends[:, 0], "y": ends[:, 1]}
    )
    meet = table.groupby("node").agg(streets=("name", "nunique"), x=("x", "first"), y=("y", "first"))
    crossings = meet[meet["streets"] > 1][["x", "y"]].to_numpy()
    away, _ = KDTree(crossings).query(sites[["x", "y"]].to_numpy(), distance_upper_bound=25.0)
    return np.asarray(np.isfinite(away))


def _chosen(sites: pd.DataFrame, category: str, rule: CategoryRule, rng: np.random.Generator) -> pd.DataFrame:
    """Take the places of one category: in random order, the fit more likely first, none too near another."""
    low, high = rule.block_m2
    fit = sites["highway"].isin(rule.classes) & sites["block_m2"].between(low, high)
    if rule.fringe:
        fit &= sites["fringe"]
    if rule.junction:
        fit &= sites["junction"]
    if rule.per == "street" or "{street}" in names.PLACE[category][0]:
        fit &= sites["name"] != ""
    pool = sites[fit]
    weight = np.maximum(pool["density"].to_numpy(), 1e-4) ** rule.crowd
    # exponential keys give weighted sampling without replacement (Efraimidis and Spirakis 2006)
    pool = pool.iloc[np.argsort(rng.exponential(size=len(pool)) / weight, kind="stable")]
    group = _group(pool, rule.per)
    if rule.per and len(first := pool[~group.duplicated()]) >= rule.count:
        return first.iloc[: rule.count]
    if rule.per:
        pool = pd.concat([pool[~group.duplicated()], pool[group.duplicated()]])
    return pool.iloc[_spaced(pool[["x", "y"]].to_numpy(), rule)]


def _group(pool: pd.DataFrame, per: str) -> pd.Series:
    if per == "street":
        return pool["name"].astype(str) + pool["community"].astype(str)
    return pool[per or "community"]


def _spaced(xy: Floats, rule: CategoryRule) -> list[int]:
    """Take points in order that are far enough from those taken; the distance shrinks until there are enough."""
    apart = rule.apart_m
    while True:
        taken = list(_far_apart(xy, apart, rule.count))
        if len(taken) == rule.count:
            return taken
        apart *= 0.7


def _far_apart(xy: Floats, apart: float, count: int) -> Iterator[int]:
    cells = itertools.chain.from_iterable(
        np.floor(xy[start : start + _CHUNK] / apart).astype(int).tolist() for start in range(0, len(xy), _CHUNK)
    )
    taken: dict[tuple[int, int], list[int]] = {}
    done = 0
    for i, (column, row) in enumerate(cells):
        near = (j for dc in (-1, 0, 1) for dr in (-1, 0, 1) for j in taken.get((column + dc, row + dr), ()))
        if all((xy[i, 0] - xy[j, 0]) ** 2 + (xy[i, 1] - xy[j, 1]) ** 2 >= apart**2 for j in near):
            taken.setdefault((column, row), []).append(i)
            yield i
            done += 1
            if done == count:
                return


def _beside(sites: pd.DataFrame, schools: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Take one place near each school."""
    rule = RULES["school_surroundings"]
    pool = sites[sites["highway"].isin(rule.classes)]
    tree = KDTree(pool[["x", "y"]].to_numpy())
    low, high = _SCHOOL_M
    rows = []
    for x, y in schools[["x", "y"]].to_numpy():
        around = np.array(sorted(tree.query_ball_point((x, y), high)))
        far = pool.iloc[around]
        ring = around[np.hypot(far["x"] - x, far["y"] - y) > low]
        rows.append(int(rng.choice(ring if len(ring) else around)))
    return pool.iloc[rows]


def _aside(points: pd.DataFrame, blocks: npt.NDArray[np.object_], rng: np.random.Generator) -> Floats:
    """Step from the middle of the street to the place, not so deep that it leaves its block."""
    low, high = np.array([RULES[code].aside_m for code in points["category"]]).T
    deep = np.minimum(rng.uniform(low, high), np.sqrt(points["block_m2"].to_numpy()) / 3)
    street, normal = points[["x", "y"]].to_numpy(), points[["nx", "ny"]].to_numpy()
    own = blocks[points["block"]]
    for _ in range(3):
        xy = street + normal * deep[:, None]
        deep = np.where(shapely.contains_xy(own, *xy.T), deep, deep / 2)
    return np.asarray(street + normal * deep[:, None])


def _described(
    frame: gpd.GeoDataFrame, zones: DemoZones, catalogue: Catalogue, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Add codes, names, addresses, units and hours."""
    found = locate(frame, zones.frame)
    frame = frame.rename(columns={"name": "road"}).drop(columns="community")
    frame["street_code"], frame["community_code"], frame["grid_code"] = (
        found["street"],
        found["community"],
        found["grid"],
    )
    frame["street"] = zones.frame["name"].reindex(found["street"]).to_numpy()
    frame["community"] = zones.frame["name"].reindex(found["community"]).to_numpy()
    _name_all(frame, rng)
    frame["hours"] = [
        str(rng.choice(rule.hours)) if rule.hours and rng.random() < _POSTED else ""
        for rule in frame["category"].map(RULES)
    ]
    frame["fixed"] = [catalogue.categories[code].fixed for code in frame["category"]]
    frame["size"] = np.round(rng.lognormal(0.0, 0.5, len(frame)), 2)
    frame["cell"] = ""
    frame["retired"] = False
    frame.index = pd.Index([f"WH-{number:06d}" for number in range(1, len(frame) + 1)], name="id", dtype="str")
    columns = [*_TEXT, "fixed", "size", *_CODES, "retired", "geometry"]
    return frame[columns].astype(dict.fromkeys((*_TEXT, *_CODES), "str"))


def _name_all(frame: gpd.GeoDataFrame, rng: np.random.Generator) -> None:
    stem = names.stems(rng)
    used: dict[str, int] = {}
    rows = []
    for category, road, office, community, number in frame[
        ["category", "road", "street", "community", "number"]
    ].itertuples(index=False):
        parts = {"street": road or f"{community.removesuffix('社区')}里弄", "office": office}
        parts |= {"community": community.removesuffix("社区"), "number": str(rng.integers(1, 800)), "stem": next(stem)}
        name = str(rng.choice(names.PLACE[category])).format(**parts)
        used[name] = used.get(name, 0) + 1
        if used[name] > 1:
            name = f"{name}（{used[name]}）"
        unit = names.UNIT.get(category, name).format(**parts)
        rows.append((name, f"{office}{parts['street']}{number}号", unit))
    frame[["name", "address", "unit"]] = rows
