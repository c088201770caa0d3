"""Visits find their round, and a covert round's visits stay covert."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.catalogue import Catalogue, Item, load
from geo.crs import Datum
from geo.frames import CHECKPOINTS
from geo.imports import ImportOptions, ImportReport, import_checkpoints, import_visits
from geo.model import Draw, Round, Team
from geo.store import Store

FAULTS = Path(__file__).parents[1] / "faults"
START = dt.date(2026, 6, 9)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.open(tmp_path / "city.gpkg", create=True)
    blank = {"str": "", "bool": False, "float": 1.0}
    columns = {name: [blank[kind]] * 2 for name, kind in CHECKPOINTS.columns.items()}
    roster = gpd.GeoDataFrame(columns, index=["A", "B"], geometry=gpd.points_from_xy([114.1, 114.2], [30.5] * 2))
    roster = roster.set_crs(4326).rename_axis("id").assign(category="mall", name=["甲", "乙"])
    made.checkpoints.upsert(roster)
    made.settings.set("today", "2026-06-12")  # whatever the clock of the machine says
    made.rounds.create(Round("R1", START, days=2, teams=1, size=1, covert=True))
    draw = Draw("R1", bytes(32), True, {}, "", 0.0, 0.0, dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    made.draws.save(
        draw, roster.iloc[:1].assign(inclusion_prob=0.5, day=1, ticket=1)[["inclusion_prob", "day", "ticket"]]
    )
    return made


def come(
    store: Store, tmp_path: Path, *rows: str, history: bool = False, columns: str = ""
) -> tuple[ImportReport, list[str]]:
    """Import visits; give the report and the reasons of refused rows."""
    table, refused = tmp_path / "visits.csv", tmp_path / "rejected.xlsx"
    table.write_text(f"checkpoint,team,arrived_at,item,points,note{columns}\n" + "\n".join(rows), encoding="utf-8")
    report = import_visits(store, table, ImportOptions(Datum.WGS84, rejected=refused, history=history))
    return report, pd.read_excel(refused, engine="calamine")["reason"].tolist() if report.rejected else []


def taken(store: Store, tmp_path: Path, *rows: str) -> gpd.GeoDataFrame:
    come(store, tmp_path, *rows)
    return store.visits.frame().sort_values("arrived_at")


@pytest.mark.parametrize(
    ("row", "round_id", "covert"),
    [
        ("A,T1,2026-06-10 23:30,,,", "R1", True),
        ("A,T1,2026-06-11 00:30,,,", "", False),
        ("A,T1,2026-06-08 23:59,,,", "", False),
        ("B,T1,2026-06-09 10:00,,,", "", False),
    ],
    ids=["last evening", "after the round", "before the round", "not drawn"],
)
def test_a_visit_belongs_to_the_round_that_drew_its_checkpoint(
    store: Store, tmp_path: Path, *, row: str, round_id: str, covert: bool
) -> None:
    visit = taken(store, tmp_path, row).iloc[0]
    assert (visit["round_id"] or "", bool(visit["covert"])) == (round_id, covert)


def test_rows_add_up_and_the_future_is_refused(store: Store, tmp_path: Path) -> None:
    rows = [
        "A,T1,2026-06-09 10:00,mall.queue,1,",
        "A,T1,2026-06-09 10:00,mall.notices,1.5,",
        "B,T1,2026-06-09 11:00,,,",
        "B,T1,2100-01-01 11:00,,,",
    ]
    report, _ = come(store, tmp_path, *rows)
    assert (report.accepted, report.rejected, report.new) == (3, 1, 2)
    again, _ = come(store, tmp_path, *rows)
    assert (again.accepted, again.new, again.unchanged) == (3, 0, 2)
    assert len(store.visits.frame()) == 2


def test_items_are_kept_by_their_codes(store: Store, tmp_path: Path) -> None:
    named = ("mall.queue", "QUEUE", "收银、电梯处有一米线或排队提示")
    come(store, tmp_path, *(f"A,T1,2026-06-1{day} 10:00,{item},1,," for day, item in enumerate(named)))
    assert store.visits.deductions()["item"].tolist() == ["mall.queue"] * 3


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (
            "mall.quue,1",
            "item is 'mall.quue', which the catalogue does not have: .* of checkpoint .A., such as mall.queue, or",
        ),
        ("一米线,1", "item is '一米线', which the catalogue does not have: .* such as mall.queue, or"),
        ("天气,1", "such as mall.notices, mall.queue, mall.baby_room, or"),
        (
            "hospital.smoking,1",
            "item is 'hospital.smoking', but checkpoint 'A' is of the category mall: .* such as mall.smoking, or mend",
        ),
        ("queue,99", "points is 99, but 'mall.queue' costs at most 1: write what was taken off"),
        ("天气,99", "item is '天气', which"),
    ],
)
def test_what_the_catalogue_does_not_have_comes_back(store: Store, tmp_path: Path, cells: str, reason: str) -> None:
    report, reasons = come(store, tmp_path, f"A,T1,2026-06-09 10:00,{cells},", "B,T1,2026-06-09 10:00,queue,0.5,")
    assert (report.accepted, len(reasons)) == (1, 1)
    assert re.match(f".*{reason}", reasons[0])
    assert store.visits.frame()["checkpoint"].tolist() == ["B"]


def test_a_round_keeps_its_catalogue_and_other_visits_have_all(store: Store, tmp_path: Path) -> None:
    shipped = load()
    mall = replace(shipped.categories["mall"], items=(Item("mall.doors", "门", "Doors", 3.0),))
    store.rounds.create(Round("R2", dt.date(2026, 7, 7), days=1, teams=1, size=1, edition=shipped.edition))
    store.catalogues.save(Catalogue("2027", {"mall": mall}))
    rows = [
        f"A,T1,2026-07-0{day} {hour}:00,{item},1,,{named}"
        for hour, item in ((10, "doors"), (11, "queue"))
        for day, named in ((6, ""), (7, "R2"))
    ]
    report, reasons = come(store, tmp_path, *rows, columns=",round")
    assert report.accepted == 3
    assert [text.split(",")[0] for text in reasons] == ["item is 'doors'"]


def test_a_round_has_its_teams_and_an_unknown_one_is_only_said_elsewhere(store: Store, tmp_path: Path) -> None:
    rows = ("A,T99,2026-06-09 10:00,,,", "B,T99,2026-06-09 10:00,,,")
    assert come(store, tmp_path, *rows, "B,,2026-06-09 12:00,,,")[0].accepted == 3  # the city has no teams
    store.teams.replace([Team("T01", 114.1, 30.5), Team("T09", 114.1, 30.5)])
    report, reasons = come(store, tmp_path, *rows)
    assert len(reasons) == 1
    assert re.fullmatch("team is 'T99', which round 'R1' does not have: .*; the nearest is 'T09'", reasons[0])
    assert [note.text() for note in report.notes] == [
        "1 rows name teams that the city does not have, 'T99' first: they stay; check the spelling"
    ]


def test_records_of_another_system_stay_as_they_stand(store: Store, tmp_path: Path) -> None:
    store.teams.replace([Team("T01", 114.1, 30.5)])
    rows = ["A,甲组,2026-06-09 10:00,卫生差,5,", "A,甲组,2026-06-09 10:00,mall.queue,9,", "B,T01,2026-06-09 10:00,,,"]
    report, _ = come(store, tmp_path, *rows, history=True)
    assert (report.accepted, report.rejected) == (3, 0)
    assert [note.values for note in report.notes] == [
        {"count": 2, "value": "甲组"},
        {"count": 1, "value": "卫生差"},
        {"count": 1, "value": "9"},
    ]
    assert sorted(store.visits.deductions()["item"]) == ["mall.queue", "卫生差"]


def test_an_unknown_round_refuses_its_rows_not_the_file(store: Store, tmp_path: Path) -> None:
    rows = ("A,T1,2026-06-09 10:00,,,,R11", "B,T1,2026-06-09 10:00,,,,R1")
    report, reasons = come(store, tmp_path, *rows, columns=",round")
    assert report.accepted == 1
    assert len(reasons) == 1
    assert re.fullmatch("round is 'R11', which the city does not have: .*; the nearest is 'R1'", reasons[0])


def test_an_item_counts_once_in_a_visit_however_many_rows_show_it(store: Store, tmp_path: Path) -> None:
    rows = [f"A,T1,2026-06-09 10:00,{item},1,{note}" for item, note in (("queue", "门口"), ("mall.queue", ""))]
    report, _ = come(store, tmp_path, *rows, "A,T1,2026-06-09 10:00,queue,1,楼上", "A,T1,2026-06-09 10:00,notices,1,")
    assert (report.accepted, report.new) == (4, 1)
    assert [note.values for note in report.notes] == [{"rows": 2, "visits": 1}]
    found = store.visits.deductions()[["item", "points", "note"]].to_numpy().tolist()
    assert found == [["mall.queue", 1.0, "门口；楼上"], ["mall.notices", 1.0, ""]]
    assert store.visits.frame()["points"].tolist() == [2.0]
    again, _ = come(store, tmp_path, *rows)
    assert (again.new, again.unchanged + again.updated) == (0, 1)
    assert store.visits.frame()["points"].tolist() == [2.0]


def test_rows_of_an_item_with_other_points_are_told(store: Store, tmp_path: Path) -> None:
    report, _ = come(store, tmp_path, *(f"A,T1,2026-06-09 10:00,queue,{points}," for points in (0.5, 1)))
    assert store.visits.deductions()["points"].tolist() == [1.0]
    assert "A mall.queue" in report.notes[-1].text()


def test_a_row_for_each_photo_costs_an_item_once(tmp_path: Path) -> None:
    city = Store.open(tmp_path / "c.gpkg", create=True)
    import_checkpoints(city, FAULTS / "roster_for_teams_and_visits.xlsx", ImportOptions(Datum.WGS84))
    city.settings.set("today", "2026-06-12")
    report = import_visits(city, FAULTS / "visits_same_item_thrice.xlsx", ImportOptions(Datum.WGS84))
    assert (report.accepted, report.rejected) == (3, 0)
    assert city.visits.frame()["points"].tolist() == [1.5]
    assert "each item counts once" in " ".join(note.text() for note in report.notes)
