"""Visits find their round, and a covert round's visits stay covert."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pytest

from geo.crs import Datum
from geo.frames import CHECKPOINTS
from geo.imports import Journey, import_visits
from geo.model import Draw, Round
from geo.store import Store

START = dt.date(2026, 6, 9)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.open(tmp_path / "city.gpkg", create=True)
    blank = {"str": "", "bool": False, "float": 1.0}
    columns = {name: [blank[kind]] * 2 for name, kind in CHECKPOINTS.columns.items()}
    roster = gpd.GeoDataFrame(columns, index=["A", "B"], geometry=gpd.points_from_xy([114.1, 114.2], [30.5] * 2))
    roster = roster.set_crs(4326).rename_axis("id").assign(category="mall", name=["甲", "乙"])
    made.upsert_checkpoints(roster)
    made.set_setting("today", "2026-06-12")  # whatever the clock of the machine says
    made.create_round(Round("R1", START, days=2, teams=1, size=1, covert=True))
    draw = Draw("R1", bytes(32), True, {}, "", 0.0, 0.0, dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    made.save_draw(
        draw, roster.iloc[:1].assign(inclusion_prob=0.5, day=1, ticket=1)[["inclusion_prob", "day", "ticket"]]
    )
    return made


def taken(store: Store, tmp_path: Path, *rows: str) -> gpd.GeoDataFrame:
    table = tmp_path / "visits.csv"
    table.write_text("checkpoint,team,arrived_at,item,points,note\n" + "\n".join(rows), encoding="utf-8")
    journey = Journey(Datum.WGS84, rejected=tmp_path / "rejected.xlsx")
    import_visits(store, table, journey)
    return store.visits_frame().sort_values("arrived_at")


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
    table = tmp_path / "visits.csv"
    rows = [
        "A,T1,2026-06-09 10:00,x,1,",
        "A,T1,2026-06-09 10:00,y,2,",
        "B,T1,2026-06-09 11:00,,,",
        "B,T1,2100-01-01 11:00,,,",
    ]
    table.write_text("checkpoint,team,arrived_at,item,points,note\n" + "\n".join(rows), encoding="utf-8")
    report = import_visits(store, table, Journey(Datum.WGS84, rejected=tmp_path / "rejected.xlsx"))
    assert (report.accepted, report.rejected) == (3, 1)
    assert len(store.visits_frame()) == 2
