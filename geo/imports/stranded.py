"""What the streets strand: checkpoints and team bases that nobody reaches, once the city has both."""

from collections.abc import Iterable, Sequence

import geopandas as gpd
import shapely

from geo.crs import frame_metric_crs, to_metric
from geo.frames import WGS84
from geo.model import Level, Mode, Team
from geo.notes import Note
from geo.store import Store
from geo.streets.snapping import FAR_M, stranded

STRANDED = "{count} checkpoints lie on a street that cannot be reached by {mode}, or over 300 m from one: {ids}"
BASES_STRANDED = (
    "{count} team bases lie on a street that cannot be left by {mode}, or over 300 m from one that can: {bases}; "
    "check their coordinates and the datum of the file"
)
BASES_OUTSIDE = (
    "{count} team bases lie outside the zones of the city: {bases}; check their coordinates and the datum of the file"
)
_NAMED = 10


def stranded_notes(store: Store) -> list[Note]:
    """Name the checkpoints and the bases that the streets strand, each for the modes that teams travel by."""
    return [*_checkpoints(store), *base_notes(store, store.teams.all())]


def _checkpoints(store: Store) -> list[Note]:
    checkpoints, edges = store.checkpoints.frame(), store.streets.frame()
    notes = []
    for mode in dict.fromkeys([team.mode for team in store.teams.all()]) or [Mode.CAR]:
        if checkpoints.empty or not (edges[mode.value] > 0).any():
            continue
        lost = stranded(edges, checkpoints, mode).index
        if len(lost):
            notes.append(Note(STRANDED, {"count": len(lost), "mode": mode.value, "ids": _some(map(str, lost))}))
    return notes


def base_notes(store: Store, teams: Sequence[Team]) -> list[Note]:
    """Name the bases of teams that no street leaves, that are far from any, or that lie outside the city's zones."""
    edges = store.streets.frame()
    notes = []
    for mode in dict.fromkeys(team.mode for team in teams):
        own = [team for team in teams if team.mode is mode]
        if not (edges[mode.value] > 0).any():
            continue
        lost = stranded(edges, _bases(own), mode)
        if len(lost):
            far = [_far(own[int(str(row))], metres) for row, metres in lost.reachable_m.items()]
            notes.append(Note(BASES_STRANDED, {"count": len(far), "mode": mode.value, "bases": _some(far)}))
    return [*notes, *outside_notes(store, teams)]


def outside_notes(store: Store, teams: Sequence[Team]) -> list[Note]:
    """Name the bases of teams that lie over 300 m outside the uppermost zones of the city."""
    outside = [_far(team, metres) for team, metres in _outside(store, teams)]
    return [Note(BASES_OUTSIDE, {"count": len(outside), "bases": _some(outside)})] if outside else []


def _bases(teams: Sequence[Team]) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points([(team.base_lon, team.base_lat) for team in teams]), crs=WGS84)


def _outside(store: Store, teams: Sequence[Team]) -> list[tuple[Team, float]]:
    """Find the teams whose bases lie over 300 m outside the uppermost zones, and how far, in metres."""
    levels = (level for level in Level if level is not Level.SPECIAL)
    zones = next((zones for level in levels if len(zones := store.zones.frame(level))), None)
    if zones is None or not teams:
        return []
    crs = frame_metric_crs(zones)
    city = shapely.union_all(to_metric(zones, crs=crs).geometry.to_numpy())
    bases = to_metric(gpd.GeoDataFrame(geometry=_bases(teams)), crs=crs).geometry.to_numpy()
    metres = shapely.distance(bases, city).tolist()
    return [(team, far) for team, far in zip(teams, metres, strict=True) if far > FAR_M]


def _far(team: Team, metres: float) -> str:
    return f"{team.id} ({metres / 1000:.1f} km)"


def _some(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:_NAMED]) + (" ..." if len(every) > _NAMED else "")
