"""The network: speeds, closures, the cache, the engines' choice."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import InputError
from geo.model import Mode
from geo.store import Store
from geo.store.streets import KeptStreets
from geo.streets.edges import Positions, length_m
from routing.streets import network as network_module
from routing.streets.engines import CLOSED_MS, CchEngine, ScipyEngine
from routing.streets.matrix import UNREACHABLE_S, travel_matrix
from routing.streets.network import StreetNetwork, Travel, edges_in_area_or_street, network_of
from routing.streets.speeds import SPEEDS_KMH, TimeSlice, speed_kmh

PLACES = {1: (0, 0), 2: (10, 0), 3: (10, 10), 4: (0, 10)}


def square(**columns: object) -> gpd.GeoDataFrame:
    """Return a square of about 1 km with a diagonal (edge 4, steps)."""
    rows = [(1, 2, "中山路"), (2, 3, "解放路"), (3, 4, "中山路"), (4, 1, ""), (1, 3, "天梯")]
    lines = shapely.linestrings(
        [[np.array(PLACES[u]) / 1000 + [114.3, 30.6], np.array(PLACES[v]) / 1000 + [114.3, 30.6]] for u, v, _ in rows]
    )
    data = {
        "u": [u for u, _, _ in rows],
        "v": [v for _, v, _ in rows],
        "name": [name for _, _, name in rows],
        "highway": ["primary", "residential", "primary", "residential", "steps"],
        "walk": 3,
        "ebike": [3, 3, 3, 3, 0],
        "car": [1, 3, 3, 3, 0],
        "bridge": False,
        "tunnel": False,
        "length_m": length_m(lines),
        "part": 0,
    }
    return gpd.GeoDataFrame(
        pd.DataFrame(data | columns, index=pd.RangeIndex(5, name="edge")), geometry=lines, crs="EPSG:4326"
    )


def bans(*rows: tuple[int, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["from_edge", "via", "to_edge"], dtype="int64")
    frame.index.name = "id"
    return frame


MIDDLES = Positions(np.arange(5), np.full(5, 0.5), np.zeros(5))


def test_travel_times_by_hand() -> None:
    edges = square()
    metres = edges.length_m.to_numpy()
    walk = travel_matrix(StreetNetwork(edges), MIDDLES, mode=Mode.WALK)
    assert walk[0, 1] == np.ceil((metres[0] + metres[1]) / 2 * 3.6 / 4.5)
    assert walk[0, 4] == np.ceil(metres[0] / 2 * 3.6 / 4.5 + metres[4] / 2 * 3.6 / 2.2)
    car = travel_matrix(StreetNetwork(edges), MIDDLES, mode=Mode.CAR)
    assert car[0, 3] > car[3, 0]  # edge 0 is one way from u to v
    assert car[3, 0] == np.ceil(metres[3] / 2 * 3.6 / 16 + metres[0] / 2 * 3.6 / 32)
    assert (car[4, :4] == UNREACHABLE_S).all()
    assert (car[:4, 4] == UNREACHABLE_S).all()
    assert (car.diagonal() == 0).all()


def test_peaks_are_slower_by_car_and_the_same_on_foot() -> None:
    network = StreetNetwork(square())
    times = {at: travel_matrix(network, MIDDLES.take(range(4)), mode=Mode.CAR, time_slice=at) for at in TimeSlice}
    assert times[TimeSlice.DAY].sum() < times[TimeSlice.MORNING_PEAK].sum() < times[TimeSlice.EVENING_PEAK].sum()
    feet = [travel_matrix(network, MIDDLES, mode=Mode.WALK, time_slice=at) for at in TimeSlice]
    assert np.array_equal(feet[0], feet[1])


@pytest.mark.parametrize("mode", list(Mode))
def test_speeds_are_sane(mode: Mode) -> None:
    for at in TimeSlice:
        for highway in [*SPEEDS_KMH[mode], "unheard_of"]:
            kmh = speed_kmh(highway, mode, at)
            assert 1 < kmh <= {Mode.WALK: 6, Mode.EBIKE: 25, Mode.CAR: 120}[mode]
            assert kmh <= speed_kmh(highway, mode, TimeSlice.DAY)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("06:59", "day"),
        ("07:00", "morning_peak"),
        ("08:59", "morning_peak"),
        ("09:00", "day"),
        ("17:00", "evening_peak"),
        ("19:00", "day"),
    ],
)
def test_slices_of_the_day(clock: str, expected: str) -> None:
    hours, minutes = clock.split(":")
    assert TimeSlice.at(int(hours) * 3600 + int(minutes) * 60) == expected


def test_a_city_may_bring_its_own_speeds() -> None:
    network = StreetNetwork(square())
    twice = {Mode.WALK: {"": 9.0, "steps": 4.4}}
    assert np.allclose(network.metric(Mode.WALK).weights, 2 * network.metric(Mode.WALK, speeds=twice).weights, atol=2)
    assert network.metric(Mode.WALK) is network.metric(Mode.WALK)


def test_turn_bans_bind_cars_only_and_a_copy_is_no_way_around() -> None:
    network = StreetNetwork(square(), bans((0, 2, 1)))
    plain = StreetNetwork(square())
    assert travel_matrix(network, MIDDLES, mode=Mode.CAR)[0, 1] > travel_matrix(plain, MIDDLES, mode=Mode.CAR)[0, 1]
    for mode in (Mode.WALK, Mode.EBIKE):
        assert np.array_equal(travel_matrix(network, MIDDLES, mode=mode), travel_matrix(plain, MIDDLES, mode=mode))
    assert network.arcs.nodes == plain.arcs.nodes + 1
    elsewhere = StreetNetwork(square(), bans((77, 2, 1), (0, 99, 1)))
    assert elsewhere.arcs.nodes == plain.arcs.nodes


def test_closures_by_polygon_and_by_name() -> None:
    edges = square()
    box = shapely.box(114.3095, 30.604, 114.3105, 30.606)
    assert edges_in_area_or_street(edges, polygon=box) == {1}
    assert edges_in_area_or_street(edges, street="中山路") == {0, 2}
    assert edges_in_area_or_street(edges, polygon=box, street="中山路") == {0, 1, 2}
    network = StreetNetwork(edges)
    before = travel_matrix(network, MIDDLES, mode=Mode.WALK)
    closed = travel_matrix(network, MIDDLES, mode=Mode.WALK, closures=edges_in_area_or_street(edges, polygon=box))
    assert (closed[1, [0, 2, 3, 4]] == UNREACHABLE_S).all()  # a place on the closed street
    assert (closed >= before).all()
    assert np.array_equal(travel_matrix(network, MIDDLES, mode=Mode.WALK), before)
    with pytest.raises(InputError, match="天安门"):
        edges_in_area_or_street(edges, street="天安门")
    with pytest.raises(InputError, match="polygon"):
        edges_in_area_or_street(edges)


def test_weights_stay_within_routingkit() -> None:
    edges = square(length_m=[0.0, 0.001, 1e7, 5.0, 5.0])
    for mode in Mode:
        weights = StreetNetwork(edges).weights_ms(Travel(mode))
        assert weights.min() >= 1
        assert weights.max() <= CLOSED_MS


def test_faults_are_named() -> None:
    with pytest.raises(InputError, match="import streets first"):
        StreetNetwork(square().iloc[:0])
    with pytest.raises(InputError, match="edge is 9"):
        travel_matrix(StreetNetwork(square()), Positions(np.array([9]), np.zeros(1), np.zeros(1)), mode=Mode.WALK)
    with pytest.raises(InputError, match="no streets frame"):
        StreetNetwork(square().drop(columns="name"))


def test_no_positions_and_places_nobody_can_leave() -> None:
    network = StreetNetwork(square())
    assert travel_matrix(network, MIDDLES.take([]), mode=Mode.CAR).shape == (0, 0)
    for engine in ("cch", "scipy"):
        alone = travel_matrix(StreetNetwork(square(), engine=engine), MIDDLES.take([4, 4]), mode=Mode.CAR)
        assert alone.tolist() == [[0, UNREACHABLE_S], [UNREACHABLE_S, 0]]


def test_scipy_takes_over_where_the_hierarchy_can_not_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(StreetNetwork(square())._engine, CchEngine)
    monkeypatch.setattr(network_module, "HAS_CCH", False)
    network = StreetNetwork(square())
    assert isinstance(network._engine, ScipyEngine)
    assert travel_matrix(network, MIDDLES, mode=Mode.WALK).max() < UNREACHABLE_S


def test_the_cache_is_used_until_the_streets_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        with pytest.raises(InputError, match="import streets first"):
            network_of(store)
        store.streets.replace(square(), turn_bans=bans((0, 2, 1)), source_sha256="a" * 64)
        expected = travel_matrix(network_of(store), MIDDLES, mode=Mode.CAR)
        with monkeypatch.context() as patch:
            patch.setattr(KeptStreets, "frame", lambda _: pytest.fail("read again"))
            patch.setattr(network_module, "cch_order", lambda *_: pytest.fail("ordered again"))
            kept = network_of(store)
            assert np.array_equal(travel_matrix(kept, MIDDLES, mode=Mode.CAR), expected)
        store.streets.replace(square(), turn_bans=bans(), source_sha256="b" * 64)
        assert travel_matrix(network_of(store), MIDDLES, mode=Mode.CAR).sum() < expected.sum()
        assert [path.name for path in store.cache_dir.glob("network-*")] == ["network-1-" + "b" * 32]


def test_a_torn_cache_is_made_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        store.streets.replace(square(), turn_bans=bans(), source_sha256="a" * 64)
        expected = travel_matrix(network_of(store), MIDDLES, mode=Mode.CAR)
        for name in ("edges.parquet", "turn_bans.parquet", "order.npy"):
            (store.cache_dir / ("network-1-" + "a" * 32) / name).write_bytes(b"PAR1")
            assert np.array_equal(travel_matrix(network_of(store), MIDDLES, mode=Mode.CAR), expected)
