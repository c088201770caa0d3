"""A way by hand, and what is said about it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import PlanError
from geo.model import Mode
from geo.streets.edges import Positions, length_m
from routing.streets.directions import Leg, Turn, steps, steps_of
from routing.streets.matrix import travel_matrix
from routing.streets.network import StreetNetwork
from routing.streets.ways import way

# 中山路 runs east, a nameless connector of 10 m leads over the junction into 解放路 to the north, a lane goes on west.
PLACES = {1: (0, 0), 2: (320, 0), 3: (330, 0), 4: (330, 200), 5: (130, 200), 6: (320, -400)}
ROWS = [
    (1, 2, "中山路", "primary"),
    (2, 3, "", "primary_link"),
    (3, 4, "解放路", "secondary"),
    (4, 5, "", "living_street"),
    (2, 6, "中山路", "primary"),
]
EAST_M, NORTH_M = 95_915.0, 110_855.0  # metres per degree at 30.6 N on WGS-84


def streets() -> gpd.GeoDataFrame:
    at = {node: (114.3 + x / EAST_M, 30.6 + y / NORTH_M) for node, (x, y) in PLACES.items()}
    lines = shapely.linestrings([[at[u], at[v]] for u, v, *_ in ROWS])
    frame = pd.DataFrame(ROWS, columns=["u", "v", "name", "highway"], index=pd.RangeIndex(len(ROWS), name="edge"))
    frame = frame.assign(walk=3, ebike=3, car=3, bridge=False, tunnel=False, length_m=length_m(lines), part=0)
    return gpd.GeoDataFrame(frame, geometry=lines, crs="EPSG:4326")


def at(*places: tuple[int, float]) -> Positions:
    edge, fraction = zip(*places, strict=True)
    return Positions(np.array(edge), np.array(fraction, float), np.zeros(len(edge)))


def test_the_way_and_its_words() -> None:
    network = StreetNetwork(streets())
    positions = at((0, 0.0), (3, 0.5))
    found = way(network, positions, 0, 1, mode=Mode.WALK)
    assert found.length_m == pytest.approx(320 + 10 + 200 + 100, abs=1)
    assert found.travel_s == travel_matrix(network, positions, mode=Mode.WALK)[0, 1] == pytest.approx(630 / 1.25, abs=2)
    assert [name for name, _ in found.streets] == ["中山路", "", "解放路", ""]
    assert [metres for _, metres in found.streets] == pytest.approx([320, 10, 200, 100], abs=0.5)
    assert steps(found) == (
        "沿中山路向东步行 320 米，左转进入解放路",
        "沿解放路向北步行 210 米，左转进入无名街巷",
        "沿无名街巷向西步行 100 米，到达目的地",
    )
    assert steps(found, "en_GB") == (
        "Walk east along 中山路 for 320 m, then turn left into 解放路",
        "Walk north along 解放路 for 210 m, then turn left into an unnamed lane",
        "Walk west along an unnamed lane for 100 m, and arrive",
    )


def test_back_again_turns_the_other_way() -> None:
    found = way(StreetNetwork(streets()), at((0, 0.0), (3, 0.5)), 1, 0, mode=Mode.EBIKE)
    assert steps(found)[0] == "沿无名街巷向东骑行 100 米，右转进入解放路"
    assert steps(found)[1].endswith("右转进入中山路")
    assert found.geometry.coords[-1] == pytest.approx((114.3, 30.6))


def test_a_street_that_turns_is_two_steps() -> None:
    found = way(StreetNetwork(streets()), at((0, 0.5), (4, 0.5)), 0, 1, mode=Mode.CAR)
    assert found.streets == (("中山路", pytest.approx(360, abs=0.5)),)
    assert steps(found) == ("沿中山路向东行驶 160 米，右转进入中山路", "沿中山路向南行驶 200 米，到达目的地")


def test_on_one_street_both_ways_and_nowhere() -> None:
    network = StreetNetwork(streets())
    positions = at((0, 0.25), (0, 0.75), (0, 0.25))
    there, back = way(network, positions, 0, 1, mode=Mode.WALK), way(network, positions, 1, 0, mode=Mode.WALK)
    assert there.geometry.reverse().equals_exact(back.geometry, 1e-9)
    assert there.length_m == pytest.approx(160, abs=0.1)
    for goal in (0, 2):
        nowhere = way(network, positions, 0, goal, mode=Mode.WALK)
        assert (nowhere.length_m, nowhere.travel_s, nowhere.steps, steps(nowhere)) == (0, 0, (), ())
        assert nowhere.geometry.length == 0
        assert nowhere.geometry.coords[0] == pytest.approx((114.3 + 80 / EAST_M, 30.6), abs=1e-7)


def test_no_way_is_an_error() -> None:
    network = StreetNetwork(streets().assign(car=[3, 3, 3, 0, 3]))
    with pytest.raises(PlanError, match="no way by car from position 0 to 1"):
        way(network, at((0, 0.5), (3, 0.5)), 0, 1, mode=Mode.CAR)
    with pytest.raises(PlanError):
        way(network, at((0, 0.5), (4, 0.5)), 0, 1, mode=Mode.CAR, closures={4})


def leg(
    bearing_deg: float,
    start: tuple[float, float],
    length_m: float = 100.0,
    name: str = "甲路",
    highway: str = "residential",
) -> Leg:
    turn = np.radians(bearing_deg)
    end = (start[0] + length_m * np.sin(turn) / EAST_M, start[1] + length_m * np.cos(turn) / NORTH_M)
    return Leg(name, highway, length_m, np.array([start, end]))


@pytest.mark.parametrize(
    ("bearing_deg", "turn", "chinese", "english"),
    [
        (5, Turn.STRAIGHT, "直行进入乙路", "continue onto 乙路"),
        (-40, Turn.SLIGHT_LEFT, "向左前方进入乙路", "bear left into 乙路"),
        (40, Turn.SLIGHT_RIGHT, "向右前方进入乙路", "bear right into 乙路"),
        (-90, Turn.LEFT, "左转进入乙路", "turn left into 乙路"),
        (90, Turn.RIGHT, "右转进入乙路", "turn right into 乙路"),
        (-145, Turn.SHARP_LEFT, "向左后方转入乙路", "turn sharp left into 乙路"),
        (145, Turn.SHARP_RIGHT, "向右后方转入乙路", "turn sharp right into 乙路"),
        (180, Turn.BACK, "掉头进入乙路", "turn back into 乙路"),
    ],
)
def test_every_turn_has_its_words(bearing_deg: float, turn: Turn, chinese: str, english: str) -> None:
    for northward in (0.0, 137.0, 270.0):
        first = leg(northward, (114.3, 30.6))
        second = leg(northward + bearing_deg, tuple(first.lonlat[-1]), name="乙路")
        made = steps_of([first, second], Mode.WALK)
        assert [step.turn for step in made] == [Turn.DEPART, turn]
        said = type("Said", (), {"steps": made})()
        assert steps(said)[0].endswith(chinese)
        assert steps(said, "en")[0].endswith(english)


@pytest.mark.parametrize(
    ("highway", "chinese", "english"),
    [
        ("footway", "沿人行道向北步行 100 米，到达目的地", "Walk north along a footway for 100 m, and arrive"),
        ("primary_link", "沿匝道向北步行 100 米，到达目的地", "Walk north along a slip road for 100 m, and arrive"),
        ("steps", "沿台阶向北步行 100 米，到达目的地", "Walk north along steps for 100 m, and arrive"),
        (
            "unheard_of",
            "沿无名道路向北步行 100 米，到达目的地",
            "Walk north along an unnamed road for 100 m, and arrive",
        ),
    ],
)
def test_nameless_streets_are_named_by_their_class(highway: str, chinese: str, english: str) -> None:
    said = type("Said", (), {"steps": steps_of([leg(0, (114.3, 30.6), name="", highway=highway)], Mode.WALK)})()
    assert steps(said) == (chinese,)
    assert steps(said, "en") == (english,)


@pytest.mark.parametrize(
    ("metres", "chinese", "english"),
    [
        (0.2, "1 米", "1 m"),
        (19.4, "19 米", "19 m"),
        (24, "20 米", "20 m"),
        (994, "990 米", "990 m"),
        (996, "1.0 公里", "1.0 km"),
        (12_345, "12.3 公里", "12.3 km"),
    ],
)
def test_distances_as_one_speaks(metres: float, chinese: str, english: str) -> None:
    said = type("Said", (), {"steps": steps_of([leg(90, (114.3, 30.6), metres)], Mode.CAR)})()
    assert f"行驶 {chinese}，" in steps(said)[0]
    assert f"for {english}," in steps(said, "en")[0]


def test_a_bend_within_one_street_is_no_step_and_a_crossing_is_swallowed() -> None:
    first = leg(90, (114.3, 30.6))
    bend = leg(130, tuple(first.lonlat[-1]))
    crossing = leg(90, tuple(bend.lonlat[-1]), 8.0, "", "primary_link")
    after = leg(90, tuple(crossing.lonlat[-1]))
    made = steps_of([first, bend, crossing, after], Mode.WALK)
    assert [(step.name, round(step.length_m)) for step in made] == [("甲路", 308)]
    ending = steps_of([first, crossing], Mode.WALK)
    assert [step.name for step in ending] == ["甲路", ""]  # the last piece is where one arrives
