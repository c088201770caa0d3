"""Conditional restrictions: what holds when, and what is only said."""

from pathlib import Path

import pytest

from geo.streets import notes
from geo.streets.access import masks
from geo.streets.conditions import HourMasks, by_hour, clauses
from geo.streets.edges import read_streets

FAULTS = Path(__file__).parents[1] / "faults"


def test_clauses() -> None:
    found = list(clauses("no @ (Mo-Fr 07:00-09:00; Sa 08:00-10:00); destination @ wet ; yes @ 20:00-06:00"))
    assert [(one.value, one.condition) for one in found] == [
        ("no", "Mo-Fr 07:00-09:00; Sa 08:00-10:00"),
        ("destination", "wet"),
        ("yes", "20:00-06:00"),
    ]
    assert [one.when is None for one in found] == [False, True, False]
    assert [one.text for one in clauses("no way")] == ["no way"]


@pytest.mark.parametrize(
    ("tags", "rows"),
    [
        ({"motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00)"}, [("Mo-Fr 07:00-09:00; Sa-Su off", (3, 3, 0))]),
        ({"access:conditional": "no @ (22:00-06:00)"}, [("00:00-06:00,22:00-24:00", (0, 0, 0))]),
        ({"access": "no", "access:conditional": "yes @ (06:00-22:00)"}, [("06:00-22:00", (3, 3, 3))]),
        ({"bicycle:conditional": "no @ (Mo-Su 07:00-19:00)"}, [("07:00-19:00", (3, 0, 3))]),
        ({"oneway:conditional": "yes @ (07:00-09:00)"}, [("07:00-09:00", (3, 1, 1))]),
        (
            {"oneway": "reversible", "oneway:conditional": "yes @ (00:00-12:00); -1 @ (12:00-24:00)"},
            [("00:00-12:00", (3, 1, 1)), ("12:00-24:00", (3, 2, 2))],
        ),
        ({"motor_vehicle:conditional": "no @ (Sa,Su)"}, [("Mo-Fr off; Sa-Su 00:00-24:00", (3, 3, 0))]),
        ({"motor_vehicle:conditional": "delivery @ (10:00-11:00)"}, [("10:00-11:00", (3, 3, 0))]),
        ({"motor_vehicle:conditional": "destination @ (10:00-11:00)"}, []),
        ({"motor_vehicle:forward:conditional": "no @ (10:00-11:00)"}, [("10:00-11:00", (3, 3, 2))]),
        ({"hgv:conditional": "no @ (10:00-11:00)"}, []),  # lorries
        ({"maxspeed:conditional": "30 @ (10:00-11:00)"}, []),
        (
            {"access:conditional": "no @ (08:00-10:00)", "motorcar:conditional": "no @ (09:00-11:00)"},
            [("08:00-10:00", (0, 0, 0)), ("10:00-11:00", (3, 3, 0))],
        ),
    ],
)
def test_masks_by_the_hour(tags: dict[str, str], rows: list[tuple[str, tuple[int, int, int]]]) -> None:
    found, strange = by_hour({"highway": "residential", **tags}, masks)
    assert sorted((one.hours, tuple(one.masks)) for one in found) == rows
    assert strange == []


def test_conditions_that_are_no_hours_are_handed_back() -> None:
    tags = {"highway": "residential", "access:conditional": "no @ wet; no @ (weight>5); no @ (10:00-11:00)"}
    found, strange = by_hour(tags, masks)
    assert found == [HourMasks("10:00-11:00", masks({"highway": "residential", "access": "no"}))]
    assert strange == ["access:conditional=no @ (wet)", "access:conditional=no @ (weight>5)"]


def test_a_turn_ban_at_hours_is_kept_with_them() -> None:
    source = read_streets(FAULTS / "osm_conditional_ban_silent.osm")
    assert source.turn_bans.empty
    assert source.by_hour.turns.hours.tolist() == ["Mo-Fr 07:00-09:00; Sa-Su off"]
    names = source.edges.name
    assert [(names[a], names[b]) for a, b in source.by_hour.turns[["from_edge", "to_edge"]].to_numpy()] == [
        ("西路", "直路")
    ]
    assert [note.template for note in source.notes] == [notes.TIMED]
    assert source.notes[0].values == {"count": 1, "ids": "relation 90"}


@pytest.mark.parametrize(
    ("written", "template", "says"),
    [
        ("no_straight_on @ (weight>3.5)", notes.UNTIMED, "restriction:conditional=no_straight_on @ (weight>3.5)"),
        ("no_straight_on @ wet", notes.UNTIMED, "relation 90"),
        ("no_straight_on @ (sunset-sunrise)", notes.UNTIMED, "sunset-sunrise"),
        ("no_straight_on @ (Mo-Fr 07:00-09:00)", notes.TIMED, "relation 90"),
    ],
)
def test_what_is_conditional_is_never_silent(tmp_path: Path, written: str, template: str, says: str) -> None:
    text = (FAULTS / "osm_conditional_ban_silent.osm").read_text("utf-8")
    path = tmp_path / "ban.osm"
    path.write_text(text.replace("no_straight_on @ (Mo-Fr 07:00-09:00)", written.replace(">", "&gt;")), "utf-8")
    (note,) = read_streets(path).notes
    assert note.template == template
    assert says in note.text()


def test_a_street_that_is_closed_at_hours_stays_a_street_of_its_own(tmp_path: Path) -> None:
    text = (FAULTS / "osm_conditional_ban_silent.osm").read_text("utf-8")
    closed = '<tag k="motor_vehicle:conditional" v="no @ (07:00-09:00)"/><tag k="name" v="直路"/>'
    path = tmp_path / "closed.osm"
    path.write_text(text.replace('<tag k="name" v="直路"/>', closed), "utf-8")
    source = read_streets(path)
    (row,) = source.by_hour.streets.itertuples()
    assert (source.edges.name[row.edge], row.hours, row.walk, row.ebike, row.car) == ("直路", "07:00-09:00", 3, 3, 0)
    assert (source.edges.car == 3).all()


def test_a_tidal_street_without_hours_leads_no_vehicle_and_is_said(tmp_path: Path) -> None:
    text = (FAULTS / "osm_cut_way_dropped_whole.osm").read_text("utf-8")
    path = tmp_path / "tidal.osm"
    tidal = '<tag k="oneway" v="reversible"/><tag k="name" v="直路"/>'
    path.write_text(text.replace('<tag k="name" v="直路"/>', tidal), "utf-8")
    source = read_streets(path)
    assert source.edges[source.edges.name == "直路"][["walk", "ebike", "car"]].to_numpy().tolist() == [[3, 0, 0]]
    assert notes.REVERSIBLE in [note.template for note in source.notes]
