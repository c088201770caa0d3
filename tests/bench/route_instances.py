"""What the routes' bench poses: a city's round, one team's day, and instances in the style of Gehring and Homberger."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from data.demo.clip import STREETS
from geo.model import Mode
from geo.streets.edges import read_streets, snap
from routing.problem import HOUR_S, RoutingProblem, RoutingTeam, Shift
from routing.streets.matrix import travel_matrix
from routing.streets.network import StreetNetwork

SEED = 20260612
STOPS = 1_090
H = HOUR_S
SHIFT = Shift(8 * H, 17 * H)
WINDOWS = (
    [(8 * H + 1800, 12 * H), (14 * H, 17 * H + 1800)],
    [(9 * H, 17 * H)],
    [(8 * H + 1800, 12 * H)],
    [(14 * H, 17 * H + 1800)],
    [(11 * H, 14 * H)],
)
WINDOW_SHARES = (0.5, 0.2, 0.12, 0.1, 0.08)
NOT_FOR_STOPS = ("motorway", "motorway_link", "trunk", "trunk_link")
FILES = {"wuhan": "wuhan_streets.parquet", "shanghai": "shanghai_center.osm"}


def streets_of(name: str) -> Path:
    """Return the file of a city's streets: of ``XUNDIAN_DATA``, or for ``demo`` and where that is unset the demo's."""
    data = os.environ.get("XUNDIAN_DATA")
    return STREETS if name == "demo" or not data else Path(data) / FILES[name]


def city(streets: Path) -> RoutingProblem:
    """Put stops on a city's streets, more where there are more streets, and the base in the middle."""
    return next(cities(streets, [SEED]))


def cities(streets: Path, seeds: Iterable[int], *, teams: int = 10, days: int = 4) -> Iterator[RoutingProblem]:
    """Put other stops on the same streets for each seed."""
    source = read_streets(streets)
    edges = source.edges
    network = StreetNetwork(edges, source.turn_bans)
    weight = np.where(edges.highway.isin(NOT_FOR_STOPS), 0.0, edges.length_m)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        chosen = edges.geometry.to_numpy()[rng.choice(len(edges), STOPS, p=weight / weight.sum())]
        points = shapely.line_interpolate_point(chosen, rng.random(STOPS), normalized=True)
        middle = shapely.Point(np.median(shapely.get_coordinates(points), axis=0))
        places = gpd.GeoSeries([*points, middle], crs=4326)
        travel = travel_matrix(network, snap(edges, places, Mode.CAR), mode=Mode.CAR)
        yield on_matrix(travel, teams=teams, days=days, rng=rng)


def on_matrix(travel: object, *, teams: int, days: int, rng: np.random.Generator) -> RoutingProblem:
    """Return stops, whose base is the last row, their windows and dwell times."""
    windows = [None] * STOPS
    for stop in np.flatnonzero(rng.random(STOPS) < 0.27):
        windows[stop] = [WINDOWS[rng.choice(len(WINDOWS), p=WINDOW_SHARES)]] * days
    dwell_s = rng.choice([300, 600, 900, 1140], STOPS)
    return RoutingProblem(travel, dwell_s, [RoutingTeam(STOPS, SHIFT)] * teams, days=days, windows=windows)


def generated(kind: str, size: int = 1_000) -> RoutingProblem:
    """Make an instance in the style of Gehring and Homberger's second type: a long horizon, no lunch."""
    rng = np.random.default_rng(SEED)
    side, horizon = 500, 5_000
    places = rng.integers(0, side, (size, 2))
    if kind == "C":
        centres = rng.integers(0, side, (size // 50, 2))
        places = np.clip(centres[rng.integers(0, len(centres), size)] + rng.normal(0, 12, (size, 2)), 0, side)
    places = np.vstack([places, [[side // 2, side // 2]]])
    travel = np.rint(10 * np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))).astype(np.int64)
    out = travel[size, :size]
    centre = rng.integers(out, 10 * horizon - out - 100)
    half = rng.integers(600, 2_400, size)
    windows = [
        [[(max(int(c - w), int(o)), min(int(c + w), 10 * horizon - int(o)) + 100)]]
        for c, w, o in zip(centre, half, out, strict=True)
    ]
    team = RoutingTeam(size, Shift(0, 10 * horizon + 1_000, lunch_s=0))
    return RoutingProblem(travel, [100] * size, [team] * 60, windows=windows, balance=None)


def daily(problem: RoutingProblem, size: int, number: int) -> RoutingProblem:
    """Take one team's day out of a city: neighbours of a random stop."""
    rng = np.random.default_rng([SEED, size, number])
    travel = problem.matrix(0)
    stops = np.argsort(travel[rng.integers(STOPS), :STOPS])[:size]
    rows = [*stops, STOPS]
    windows = [problem.windows[stop][:1] for stop in stops]
    dwell_s = np.minimum(problem.dwell_s[stops], 14_000 // size)
    return RoutingProblem(travel[np.ix_(rows, rows)], dwell_s, [RoutingTeam(size, SHIFT)], windows=windows)
