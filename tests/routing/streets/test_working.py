"""Rules by the hour: those that the working time of a round meets hold, for all of it."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.model import Mode, Round, Team
from geo.streets.edges import StreetSource, read_streets, snap
from routing.problem import HOUR_S, Shift
from routing.streets.matrix import travel_matrix
from routing.streets.network import StreetNetwork
from routing.streets.working import WorkTime, work_time

H = HOUR_S
BAN = Path(__file__).parents[2] / "geo" / "faults" / "osm_conditional_ban_silent.osm"
FRIDAY, SATURDAY = dt.date(2026, 6, 12), dt.date(2026, 6, 13)
STRAIGHT_S, ROUND_S = 152, 351  # by car


def streets(tmp_path: Path, tag: str = "") -> StreetSource:
    """Read the fault's file; with a tag of its middle street, which has no turn ban then."""
    if not tag:
        return read_streets(BAN)
    key, _, value = tag.partition("=")
    text = BAN.read_text("utf-8").replace("restriction:conditional", "old")
    path = tmp_path / "tagged.osm"
    path.write_text(text.replace('<tag k="name" v="直路"/>', f'<tag k="{key}" v="{value}"/>'), "utf-8")
    return read_streets(path)


def seconds(source: StreetSource, when: WorkTime, mode: Mode = Mode.CAR, engine: str | None = None) -> list[int]:
    """Travel from west to east and back while teams work."""
    network = StreetNetwork(source.edges, source.turn_bans, by_hour=source.by_hour, engine=engine).during(when)
    places = gpd.GeoSeries(shapely.points([(114.2985, 30.6), (114.3055, 30.6)]), crs="EPSG:4326")
    found = travel_matrix(network, snap(network.edges, places, mode), mode=mode)
    return [int(found[0, 1]), int(found[1, 0])]


def working(start: dt.date, begin_h: float = 8.5, end_h: float = 17.5, days: int = 1) -> WorkTime:
    terms = Shift(round(begin_h * H), round(end_h * H))
    return work_time(Round("R", start=start, days=days, teams=1, size=1), [], terms)


@pytest.mark.parametrize("engine", ["cch", "scipy"])
@pytest.mark.parametrize(
    ("when", "there_s"),
    [
        (working(FRIDAY), ROUND_S),  # half an hour of it is banned
        (working(FRIDAY, 9), STRAIGHT_S),
        (working(SATURDAY), STRAIGHT_S),
        (working(SATURDAY, days=3), ROUND_S),  # until Monday
        (working(FRIDAY, 5, 7), STRAIGHT_S),
    ],
)
def test_a_turn_ban_holds_when_teams_are_out_in_its_hours(
    tmp_path: Path, when: WorkTime, there_s: int, engine: str
) -> None:
    assert seconds(streets(tmp_path), when, engine=engine) == [there_s, STRAIGHT_S]  # the way back is another turn


@pytest.mark.parametrize(
    ("tag", "when", "both"),
    [
        ("motor_vehicle:conditional=no @ (07:00-09:00)", working(FRIDAY), [ROUND_S, ROUND_S]),
        ("motor_vehicle:conditional=no @ (22:00-06:00)", working(FRIDAY), [STRAIGHT_S, STRAIGHT_S]),
        ("oneway:conditional=yes @ (07:00-09:00)", working(FRIDAY), [STRAIGHT_S, ROUND_S]),
        ("oneway:conditional=yes @ (07:00-12:00); -1 @ (12:00-20:00)", working(FRIDAY), [ROUND_S, ROUND_S]),
        ("oneway:conditional=yes @ (07:00-12:00); -1 @ (12:00-20:00)", working(FRIDAY, 8, 11), [STRAIGHT_S, ROUND_S]),
        ("bicycle:conditional=no @ (07:00-19:00)", working(FRIDAY), [STRAIGHT_S, STRAIGHT_S]),
    ],
)
def test_a_street_is_used_as_it_is_all_through_the_work(
    tmp_path: Path, tag: str, when: WorkTime, both: list[int]
) -> None:
    assert seconds(streets(tmp_path, tag), when) == both


def test_a_street_that_opens_at_hours_is_used_when_they_hold_all_through_the_work(tmp_path: Path) -> None:
    shut = streets(tmp_path, "motor_vehicle=no")
    assert seconds(shut, working(FRIDAY)) == [ROUND_S, ROUND_S]
    text = (tmp_path / "tagged.osm").read_text("utf-8")
    opens = '<tag k="motor_vehicle:conditional" v="yes @ (09:00-12:00); yes @ (12:00-17:00)"/>'
    both = tmp_path / "both.osm"
    both.write_text(text.replace('<tag k="motor_vehicle" v="no"/>', '<tag k="motor_vehicle" v="no"/>' + opens), "utf-8")
    source = read_streets(both)
    assert seconds(source, working(FRIDAY, 9, 17)) == [STRAIGHT_S, STRAIGHT_S]
    assert seconds(source, working(FRIDAY, 8.5, 17)) == [ROUND_S, ROUND_S]


def test_streets_without_hours_are_the_same_streets(tmp_path: Path) -> None:
    network = StreetNetwork(streets(tmp_path).edges)
    assert network.during(working(FRIDAY)) is network


def test_the_working_time_is_that_of_all_teams() -> None:
    round_ = Round("R", start=FRIDAY, days=2, teams=2, size=1)
    early, late = Team("A", 114.3, 30.6, Mode.CAR, shift_s=(6 * H, 12 * H)), Team("B", 114.3, 30.6, Mode.CAR)
    assert work_time(round_, [early], Shift(9 * H, 17 * H)) == WorkTime(frozenset({4, 5}), 6 * H, 17 * H)
    assert work_time(round_, [early, late], Shift(9 * H, 17 * H)) == WorkTime(frozenset({4, 5}), 6 * H, 17 * H)
    alone = Round("R", start=FRIDAY, days=1, teams=1, size=1)
    assert work_time(alone, [early, late], Shift(9 * H, 17 * H)) == WorkTime(frozenset({4}), 6 * H, 12 * H)
