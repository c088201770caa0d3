"""The roster on the map: both databases show the same, each checkpoint in one box, and no more than a scope reaches."""

import itertools

import numpy as np
import pytest
import shapely

from geo.model import Scope
from geo.store import Store
from geo.store.checkpoint_map import Look
from geo.store.places import Box

ALL = Scope()
WORLD = Box(113.9, 29.9, 114.5, 30.5)


@pytest.fixture
def city(store: Store, roster, zone_tree) -> Store:
    """Make 120 checkpoints in a grid, every tenth of them retired, the western half in the first street."""
    frame = roster(120)
    numbers = np.arange(120)
    lon, lat = 114.005 + numbers % 12 * 0.03, 30.005 + numbers // 12 * 0.03
    frame["geometry"] = shapely.points(lon, lat)
    frame["street_code"] = np.where(lon < 114.2, "420102001", "420102002")
    frame["community_code"] = ""
    frame["unit"] = np.where(numbers % 2 == 0, "城管局", "园林局")
    frame["retired"] = numbers % 10 == 9
    store.zones.upsert(zone_tree)
    store.checkpoints.upsert(frame)
    return store


def counted(found: Look) -> int:
    return len(found.alone) + sum(crowd.count for crowd in found.crowds)


SCOPES = [
    (ALL, 108),
    (Scope(zone="420102001"), 64),
    (Scope(zone="420102002"), 44),
    (Scope(zone="B01"), 36),  # a special zone: by its outline
    (Scope(unit="城管局"), 60),
    (Scope(unit="园林局"), 48),
    (Scope(routes=()), 0),
]


@pytest.mark.parametrize("most", [1000, 10, 0])
def test_a_scope_shows_its_own_however_it_is_shown(city: Store, most: int) -> None:
    for scope, expected in SCOPES:
        found, whole = city.checkpoint_map.look(WORLD, scope, most=most, cells=4), city.checkpoints.frame(scope)
        assert counted(found) == expected == len(whole)
        if most == 1000:
            assert found.alone.index.tolist() == whole.index.tolist()
            assert found.crowds == ()
        elif expected > most:
            assert found.crowds
            assert len(found.crowds) + len(found.alone) <= 16
        for crowd in found.crowds:
            assert WORLD.west < crowd.lon < WORLD.east
            assert WORLD.south < crowd.lat < WORLD.north


def test_boxes_side_by_side_show_each_checkpoint_once(city: Store) -> None:
    """Kind: what lies on the border of two tiles, which both or neither of them would show; 114.155 is one."""
    edges = [(113.9, 114.155), (114.155, 114.5)], [(29.9, 30.095), (30.095, 30.5)]
    boxes = [Box(west, south, east, north) for (west, east), (south, north) in itertools.product(*edges)]
    for most in (1000, 0):
        assert sum(counted(city.checkpoint_map.look(box, ALL, most=most, cells=3)) for box in boxes) == 108


def test_who_is_alone_in_a_cell_is_shown_by_name(city: Store) -> None:
    found = city.checkpoint_map.look(Box(114.0, 30.0, 114.36, 30.3), ALL, most=5, cells=12)
    assert counted(found) == 108
    assert len(found.alone) > 50
    assert found.alone["name"].str.startswith("点位").all()
    assert not found.alone["retired"].any()
    found = city.checkpoint_map.look(Box(0, 0, 1, 1), ALL, most=5, cells=3)
    assert (len(found.alone), found.crowds) == (0, ())


def test_the_state_of_a_scope_changes_with_what_it_shows(city: Store) -> None:
    zone, own = Scope(zone="420102001"), Scope(routes=())
    states = [city.checkpoint_map.state(scope) for scope in (ALL, zone, own)]
    zones, roster = city.zones.state(), city.checkpoints.state()
    city.zones.upsert(city.zones.frame().assign(person="王"))
    assert (city.zones.state() == zones, city.checkpoints.state()) == (False, roster)
    assert city.checkpoint_map.state(ALL) == states[0]
    assert city.checkpoint_map.state(zone) != states[1]
    city.checkpoints.retire(["c0000"])
    assert city.checkpoint_map.state(ALL) != states[0]
    assert city.checkpoint_map.state(own) != states[2]


def test_pages_follow_each_other_without_a_gap(city: Store) -> None:
    """Kind: a list by keyset pages that loses or repeats a row, of a special zone too, whose rows are picked later."""
    for scope, _ in SCOPES:
        read, after = [], ""
        while len(page := city.checkpoints.page(scope, after=after, limit=7)) == 7:
            read += page.index.tolist()
            after = read[-1]
        assert [*read, *page.index] == city.checkpoints.frame(scope).index.tolist()


def test_counts_and_extent_are_those_of_the_frames(city: Store) -> None:
    assert city.checkpoints.count() == len(city.checkpoints.frame()) == 108
    assert city.zones.counts() == city.zones.frame()["level"].value_counts().to_dict()
    assert city.zones.cell_count() == 0
    assert city.checkpoints.unplaced_count() == 0
    assert city.checkpoints.some(["c0009", "c0001", "none"]).index.tolist() == ["c0001", "c0009"]
    assert city.extent() == pytest.approx(tuple(city.zones.frame().total_bounds))


def test_a_city_without_zones_reaches_as_far_as_its_checkpoints(store: Store, roster) -> None:
    assert store.extent() is None
    store.checkpoints.upsert(roster(5))
    assert store.extent() == pytest.approx(tuple(store.checkpoints.frame().total_bounds))
