"""Bases and checkpoints that the streets strand are said at the import, whatever comes last."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.crs import Datum
from geo.imports.report import ImportOptions
from geo.imports.roster import import_checkpoints
from geo.imports.stranded import BASES_OUTSIDE, BASES_STRANDED, STRANDED, base_notes, stranded_notes
from geo.imports.streets import import_streets
from geo.imports.teams import import_teams
from geo.model import Mode, Team
from geo.store import Store

FAULTS = Path(__file__).parents[1] / "faults"
NEAR = (114.301, 30.60004)
OPTIONS = ImportOptions(datum=Datum.WGS84, force=True)


def streets(store: Store) -> list[str]:
    return [note.template for note in import_streets(store, FAULTS / "grid_for_teams.osm").notes]


def test_a_base_far_from_the_streets_is_said_with_its_distance(store: Store) -> None:
    streets(store)
    import_checkpoints(store, FAULTS / "roster_for_teams_and_visits.xlsx", OPTIONS)
    far = import_teams(store, FAULTS / "team_base_287km_off.xlsx", OPTIONS)
    (note,) = far.notes
    assert note.template == BASES_STRANDED
    assert note.values == {"count": 1, "mode": "car", "bases": "一组 (286.6 km)"}
    assert import_teams(store, FAULTS / "team_ok.xlsx", OPTIONS).notes == ()


def test_a_look_says_it_before_anything_is_kept(store: Store) -> None:
    streets(store)
    look = ImportOptions(datum=Datum.WGS84, dry_run=True)
    assert [note.template for note in import_teams(store, FAULTS / "team_base_287km_off.xlsx", look).notes] == [
        BASES_STRANDED
    ]
    assert store.teams.all() == []


def test_whatever_comes_last_says_it(store: Store) -> None:
    assert import_teams(store, FAULTS / "team_base_287km_off.xlsx", OPTIONS).notes == ()  # no streets yet
    assert BASES_STRANDED in streets(store)
    report = import_checkpoints(store, FAULTS / "roster_for_teams_and_visits.xlsx", OPTIONS)
    assert BASES_STRANDED in [note.template for note in report.notes]


@pytest.mark.parametrize(
    ("base", "mode", "said"),
    [
        (NEAR, Mode.CAR, []),
        ((NEAR[0], NEAR[1] - 0.002), Mode.CAR, []),  # 220 m beside a street
        ((NEAR[0], NEAR[1] - 0.004), Mode.CAR, [BASES_STRANDED]),  # 440 m
        ((NEAR[1], NEAR[0] - 30), Mode.WALK, [BASES_STRANDED]),
    ],
)
def test_distances(store: Store, base: tuple[float, float], mode: Mode, said: list[str]) -> None:
    streets(store)
    assert [note.template for note in base_notes(store, [Team("A", *base, mode)])] == said


def island(store: Store, mode: str) -> shapely.Point:
    """Close all streets around one of the grid to a mode, and return a point on it."""
    streets(store)
    edges = store.streets.frame()
    one = edges.index[0]
    around = edges[["u", "v"]].isin(edges.loc[one, ["u", "v"]].tolist()).any(axis=1) & (edges.index != one)
    edges.loc[around, mode] = 0
    store.streets.replace(edges, turn_bans=store.streets.turn_bans(), source_sha256="cut")
    return shapely.line_interpolate_point(edges.geometry[one], 0.5, normalized=True)


def test_an_island_of_one_mode_strands_that_mode_only(store: Store) -> None:
    place = island(store, "car")
    roster = FAULTS / "roster_for_teams_and_visits.xlsx"
    import_checkpoints(store, roster, OPTIONS)
    checkpoints = store.checkpoints.frame()
    checkpoints.geometry = [place, *checkpoints.geometry[1:]]
    store.checkpoints.upsert(checkpoints)
    for mode, said in ((Mode.CAR, [STRANDED, BASES_STRANDED]), (Mode.EBIKE, []), (Mode.WALK, [])):
        store.teams.replace([Team("A", place.x, place.y, mode)])
        notes = stranded_notes(store)
        assert [note.template for note in notes] == said
        assert all(note.values["mode"] == "car" for note in notes)
    store.teams.replace([Team("A", 114.309, 30.606, Mode.CAR), Team("B", 114.309, 30.606, Mode.EBIKE)])
    (note,) = stranded_notes(store)
    assert note.values == {"count": 1, "mode": "car", "ids": "K01"}


def test_a_base_outside_the_zones_is_said(store: Store, zones: gpd.GeoDataFrame) -> None:
    store.zones.upsert(zones)
    places = {"inside": 30.56, "beside": 30.577, "outside": 30.7}
    (note,) = base_notes(store, [Team(name, 114.3, lat, Mode.CAR) for name, lat in places.items()])
    assert note.template == BASES_OUTSIDE
    assert note.values == {"count": 1, "bases": "outside (13.9 km)"}
