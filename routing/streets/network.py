"""The streets as a network with weights: by mode, time of day and closures."""

import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import private
from geo.crs import frame_metric_crs, project_xy
from geo.errors import InputError
from geo.frames import STREETS, TURN_BANS, check, empty
from geo.model import Mode
from geo.nearest import hint
from geo.streets.access import AGAINST, ALONG
from geo.streets.by_hour import ByHour
from geo.streets.edges import Positions
from routing.streets.arcs import build_arcs
from routing.streets.engines import CLOSED_MS, HAS_CCH, CchEngine, Engine, Metric, ScipyEngine, cch_order
from routing.streets.speeds import SPEEDS_KMH, Speeds, TimeSlice, speed_kmh
from routing.streets.working import WorkTime, banned, narrowed

if TYPE_CHECKING:
    from geo.store import Store

Ints = npt.NDArray[np.int64]
_KEPT_METRICS = 12
_SLOWEST_MS = 1e9  # over one edge: twelve days, and below the closed weight
_NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Travel:
    """One mode at one time of day, with streets closed for now."""

    mode: Mode
    time_slice: TimeSlice = TimeSlice.DAY
    closures: frozenset[int] = _NOTHING  # edge labels


class StreetNetwork:
    """Street edges on which ways are found.

    Parameters
    ----------
    edges
        STREETS frame.
    turn_bans
        TURN_BANS frame; they bind cars. On foot one crosses, and an e-bike makes the two-stage turn of a non-motor
        vehicle.
    order
        A node order kept from an earlier network of the same streets.
    engine
        ``cch`` or ``scipy``; by default the hierarchy, and scipy where it can't be installed.
    by_hour
        What holds at some hours only; :meth:`during` heeds it.
    """

    def __init__(
        self,
        edges: gpd.GeoDataFrame,
        turn_bans: pd.DataFrame | None = None,
        *,
        order: Ints | None = None,
        engine: str | None = None,
        by_hour: ByHour | None = None,
    ) -> None:
        self.edges = check(edges, STREETS)
        if edges.empty:
            raise InputError("streets are {value}: import streets first", field="streets", value="none")
        self.arcs, self._origin = build_arcs(edges, turn_bans)
        self.turn_bans = empty(TURN_BANS) if turn_bans is None else turn_bans
        self.by_hour = by_hour or ByHour()
        self.ruled: int = 0  # streets and turns closed by the hour, in these streets
        self._order = order
        self._engine_name = engine or ("cch" if HAS_CCH else "scipy")
        self._allowed: dict[Mode, npt.NDArray[np.bool_]] = {}
        self._metrics: dict[tuple[Travel, int], tuple[Metric, Speeds]] = {}

    def during(self, when: WorkTime) -> "StreetNetwork":
        """Return the streets as they are all through a working time: what is closed at any hour of it is closed."""
        edges, changed = narrowed(self.edges, self.by_hour.streets, when)
        turns = banned(self.by_hour.turns, when)
        if not changed and turns.empty:
            return self
        bans = pd.concat([self.turn_bans, turns], ignore_index=True).rename_axis("id")
        network = StreetNetwork(edges, bans, order=self._order, engine=self._engine_name)
        network.ruled = len(changed) + len(turns)
        return network

    @cached_property
    def order(self) -> Ints:
        """Order of the nodes for the hierarchy; it depends on the streets only."""
        if self._order is not None and len(self._order) == self.arcs.nodes:
            return self._order
        ids, at = np.unique(self.edges[["u", "v"]].to_numpy(np.int64), return_inverse=True)
        at = at.reshape(-1, 2)
        lines = self.edges.geometry.to_numpy()
        lonlat = np.empty((len(ids), 2))
        for end in (0, -1):
            lonlat[at[:, end]] = shapely.get_coordinates(shapely.get_point(lines, end))
        x, y = project_xy(lonlat[:, 0], lonlat[:, 1], frame_metric_crs(self.edges))
        return cch_order(self.arcs, x[self._origin], y[self._origin])

    @cached_property
    def _engine(self) -> Engine:
        return ScipyEngine(self.arcs) if self._engine_name == "scipy" else CchEngine(self.arcs, self.order)

    @cached_property
    def columns(self) -> tuple[list[str], list[str], list[float], npt.NDArray[np.object_]]:
        """Name, class, metres and line of every edge row, quick to pick from."""
        edges = self.edges
        return edges.name.tolist(), edges.highway.tolist(), edges.length_m.tolist(), edges.geometry.to_numpy()

    def metric(
        self,
        mode: Mode,
        time_slice: TimeSlice = TimeSlice.DAY,
        *,
        closures: Iterable[int] = _NOTHING,
        speeds: Speeds = SPEEDS_KMH,
    ) -> Metric:
        """Return the network under one set of weights; the last few are kept.

        Parameters
        ----------
        mode, time_slice
            Whose speeds.
        closures
            Labels of edges closed for now, from :func:`edges_in_area_or_street`.
        speeds
            Another table of daytime km/h.
        """
        travel = Travel(mode, time_slice, frozenset(closures))
        key = (travel, id(speeds))
        if key not in self._metrics:
            while len(self._metrics) >= _KEPT_METRICS:
                self._metrics.pop(next(iter(self._metrics)), None)
            metric = self._engine.metric(self.weights_ms(travel, speeds=speeds))
            self._metrics[key] = metric, speeds  # with the table, so that its id stays its own
        return self._metrics[key][0]

    def weights_ms(self, travel: Travel, *, speeds: Speeds = SPEEDS_KMH) -> Ints:
        """Return the milliseconds over every arc, at least 1, and the closed weight where the mode may not go."""
        arcs, edges = self.arcs, self.edges
        classes, code = self._classes
        kmh = np.array([speed_kmh(name, travel.mode, travel.time_slice, speeds=speeds) for name in classes])
        ms = np.clip(np.rint(edges.length_m.to_numpy() * 3600.0 / kmh[code]), 1.0, _SLOWEST_MS).astype(np.int64)
        if travel.closures:
            ms[edges.index.isin(travel.closures)] = CLOSED_MS
        return np.where(self._open(travel.mode), ms[arcs.edge], CLOSED_MS)

    @cached_property
    def _classes(self) -> tuple[list[str], Ints]:
        """Name the street classes, and number that of every edge row."""
        classes, code = np.unique(self.edges.highway.to_numpy(str), return_inverse=True)
        return classes.tolist(), code

    def _open(self, mode: Mode) -> npt.NDArray[np.bool_]:
        """Tell which arcs a mode may use; what is closed for now doesn't count."""
        if mode not in self._allowed:
            arcs = self.arcs
            mask = self.edges[mode.value].to_numpy(np.int64)[arcs.edge]
            allowed = (mask & np.where(arcs.along, ALONG, AGAINST)) > 0
            self._allowed[mode] = allowed & ~arcs.banned if mode is Mode.CAR else allowed
        return self._allowed[mode]

    def rows(self, positions: Positions) -> Ints:
        """Return the row of each position's edge.

        Raises
        ------
        InputError
            When an edge is not in these streets.
        """
        found = self.edges.index.get_indexer(positions.edge)
        lost = np.flatnonzero(found < 0)
        if len(lost):
            raise InputError(
                "edge is {value}: it is not in these streets; snap the points again",
                field="edge",
                value=int(positions.edge[lost[0]]),
            )
        return np.asarray(found, np.int64)


def edges_in_area_or_street(
    edges: gpd.GeoDataFrame,
    *,
    polygon: shapely.Geometry | None = None,
    street: str | None = None,
) -> frozenset[int]:
    """List the edges that a planner closes: those that a polygon (EPSG:4326) touches, or a street by its name, or both.

    Raises
    ------
    InputError
        When no street has the name, or neither is given.
    """
    if polygon is None and street is None:
        raise InputError("closure is {value}: give a polygon or a street's name", field="closure", value="empty")
    chosen = np.zeros(len(edges), bool)
    if polygon is not None:
        shapely.prepare(polygon)
        chosen |= shapely.intersects(polygon, edges.geometry.to_numpy())
    if street is not None:
        chosen |= edges_named(edges, street)
    return frozenset(edges.index[chosen].tolist())


def edges_named(edges: gpd.GeoDataFrame, street: str) -> npt.NDArray[np.bool_]:
    """Tell which edges are of a street by its whole name.

    Raises
    ------
    InputError
        When there are none; it names the nearest street.
    """
    named: npt.NDArray[np.bool_] = (edges["name"] == street).to_numpy(bool)
    if not named.any():
        raise InputError(
            "street is {value!r}: no street has this name; write it whole{nearest}",
            field="street",
            value=street,
            nearest=hint(street, set(edges["name"])),
        )
    return named


def network_of(store: "Store", *, engine: str | None = None) -> StreetNetwork:
    """Build the network of a city's streets, or take it from the cache beside the city when the streets are the same.

    Raises
    ------
    InputError
        When the city has no streets yet.
    """
    sha = store.streets.sha256()
    if not sha:
        raise InputError("streets are {value}: import streets first", field="streets", value="none")
    folder = Path(store.cache_dir) / f"network-1-{sha[:32]}"
    try:
        edges = gpd.read_parquet(folder / "edges.parquet")
        bans = pd.read_parquet(folder / "turn_bans.parquet")
        hours = [pd.read_parquet(folder / f"{name}_hours.parquet") for name in ("street", "turn")]
        order = np.load(folder / "order.npy") if engine != "scipy" and HAS_CCH else None
        return StreetNetwork(edges, bans, order=order, engine=engine, by_hour=ByHour(*hours))
    except (OSError, ValueError):
        pass  # not there, or half written
    by_hour = ByHour(store.streets.hours(), store.streets.turn_hours())
    network = StreetNetwork(store.streets.frame(), store.streets.turn_bans(), engine=engine, by_hour=by_hour)
    _keep(network, folder)
    return network


def _keep(network: StreetNetwork, folder: Path) -> None:
    """Write the cache under another name first: another process never sees half of it.

    Where it finds no place, on a full or read-only disk, the network is built anew each time.
    """
    with suppress(OSError):
        _write(network, folder)


def _write(network: StreetNetwork, folder: Path) -> None:
    private.make_folder(folder.parent)
    with tempfile.TemporaryDirectory(prefix="network-", dir=folder.parent) as fresh:
        network.edges.to_parquet(Path(fresh) / "edges.parquet")
        network.turn_bans.to_parquet(Path(fresh) / "turn_bans.parquet")
        network.by_hour.streets.to_parquet(Path(fresh) / "street_hours.parquet")
        network.by_hour.turns.to_parquet(Path(fresh) / "turn_hours.parquet")
        if HAS_CCH:
            np.save(Path(fresh) / "order.npy", network.order)
        for file in Path(fresh).iterdir():
            private.make_folder(folder)
            file.chmod(0o600)  # it was out of everybody's reach before
            file.replace(folder / file.name)
    for old in folder.parent.glob("network-*-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
