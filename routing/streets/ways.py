"""The way between two positions: its line, its length, its streets, and what to do on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops

from geo.errors import PlanError
from geo.model import Mode
from geo.streets.edges import Positions
from routing.streets.directions import Leg, Step, steps_of
from routing.streets.engines import FAR_MS, Metric
from routing.streets.network import StreetNetwork
from routing.streets.places import along_one_edge, ways_in, ways_out

_E2 = 0.00669437999014  # eccentricity of WGS-84, squared


@dataclass(frozen=True, slots=True)
class Way:
    """A way along the streets."""

    geometry: shapely.LineString  # EPSG:4326
    length_m: float
    travel_s: int  # as the matrix has it
    streets: tuple[tuple[str, float], ...]  # name (empty: none) and metres, in order
    steps: tuple[Step, ...]


def way(
    network: StreetNetwork,
    positions: Positions,
    start: int,
    goal: int,
    *,
    mode: Mode,
    closures: Iterable[int] = (),
) -> Way:
    """Find the way from position ``start`` to position ``goal``, numbers of rows in ``positions``.

    Raises
    ------
    PlanError
        When there is no way.
    """
    metric = network.metric(mode, closures=closures)
    pair = positions.take([start, goal])
    ms, spans = _spans(network, pair, metric)
    if start == goal:
        ms, spans = 0, []
    if ms >= FAR_MS:
        raise PlanError(
            "there is no way by {mode} from position {start} to {goal}", mode=mode.value, start=start, goal=goal
        )
    legs = [_leg(network, *span) for span in spans]
    return Way(
        geometry=_line(network, pair, legs),
        length_m=float(sum(leg.length_m for leg in legs)),
        travel_s=-(-ms // 1000),
        streets=tuple(
            (name, sum(leg.length_m for leg in group)) for name, group in groupby(legs, lambda leg: leg.name)
        ),
        steps=steps_of(legs, mode),
    )


def _spans(network: StreetNetwork, pair: Positions, metric: Metric) -> tuple[int, list[tuple[int, float, float]]]:
    """Return the milliseconds, and the edges as (row, fraction from, fraction to)."""
    rows, weights, arcs = network.rows(pair), metric.weights, network.arcs
    here, there = (float(value) for value in np.clip(pair.fraction, 0.0, 1.0))
    direct = int(along_one_edge(network, pair, weights, int(rows[0]))[0, 1]) if rows[0] == rows[1] else FAR_MS
    sources, targets = ways_out(network, pair, weights), ways_in(network, pair, weights)
    path = metric.path(sources.pairs(0), targets.pairs(1))
    if path is None or direct <= path.ms:
        return direct, [(int(rows[0]), here, there)] if here != there else []
    out, back = sources.arc_over(0, path.start), targets.arc_over(1, path.end)
    spans = [(int(rows[0]), here, float(arcs.along[out]))]
    spans += [(int(arcs.edge[arc]), float(not arcs.along[arc]), float(arcs.along[arc])) for arc in path.arcs]
    spans.append((int(rows[1]), float(not arcs.along[back]), there))
    return path.ms, [span for span in spans if span[1] != span[2]]


def _leg(network: StreetNetwork, row: int, start: float, stop: float) -> Leg:
    names, classes, lengths_m, lines = network.columns
    return Leg(names[row], classes[row], lengths_m[row] * abs(stop - start), _between(lines[row], start, stop))


def _between(line: shapely.LineString, start: float, stop: float) -> npt.NDArray[np.float64]:
    """Cut a line of degrees at fractions of its metres; backwards when ``stop`` comes first."""
    lonlat = shapely.get_coordinates(line)
    if {start, stop} == {0.0, 1.0}:
        return np.asarray(lonlat if stop else lonlat[::-1])
    latitude = np.radians(lonlat[:, 1].mean())
    flattened = (1 - _E2 * np.sin(latitude) ** 2) / (1 - _E2)  # radius across the meridian over the one along it
    even = np.array([np.cos(latitude) * flattened, 1.0])  # a degree of longitude is shorter than one of latitude
    part = shapely.ops.substring(shapely.LineString(lonlat * even), start, stop, normalized=True)
    cut = shapely.get_coordinates(part) / even
    return cut if len(cut) > 1 else np.repeat(cut, 2, axis=0)


def _line(network: StreetNetwork, pair: Positions, legs: list[Leg]) -> shapely.LineString:
    """Join the legs to one line; a way of no length is a line of one point, twice."""
    if not legs:
        line, at = network.columns[3][int(network.rows(pair)[0])], float(pair.fraction[0])
        return shapely.LineString(_between(line, at, at))
    parts = [legs[0].lonlat, *(leg.lonlat[1:] for leg in legs[1:])]
    return shapely.LineString(np.concatenate(parts))
