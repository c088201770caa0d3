"""The board of a round: intervals that allow for who was not visited, ranks only where they hold, names and items."""

import datetime as dt
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import InputError, NotFoundError, StateError
from geo.model import Deduction, Draw, Round, Visit
from geo.results import GROUPS, board, findings, item_names, score_board, worst_items
from geo.store import Store

WEST, SOUTH = 114.3, 30.5
DAY = dt.date(2026, 5, 12)
N = 240
STREETS = {"420102001": "大智街道", "420102002": "一元街道", "420102003": "车站街道"}


def roster() -> gpd.GeoDataFrame:
    """Lay 240 checkpoints over three streets side by side; the first of each ten is certain to be drawn."""
    random = np.random.default_rng(5)
    street = np.arange(N) % 3
    text = dict.fromkeys(("address", "street", "community", "hours", "community_code", "grid_code", "cell"), "")
    frame = {
        "name": [f"点位{i}" for i in range(N)],
        "category": np.where(np.arange(N) % 2 == 0, "main_road", "back_alley"),
        "unit": np.where(np.arange(N) % 4 == 0, "城管局", ""),
        "fixed": np.arange(N) % 10 == 0,
        "size": 1.0,
        "street_code": np.array(list(STREETS))[street],
        "retired": False,
        **text,
    }
    points = gpd.points_from_xy(WEST + (street + random.random(N)) * 0.01, SOUTH + random.random(N) * 0.02)
    index = pd.Index([f"P{i:03d}" for i in range(N)], name="id")
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326, index=index)


def zones() -> gpd.GeoDataFrame:
    """Return the three streets in one district."""
    names = {"420102": "江岸区", **STREETS}
    boxes = [shapely.box(WEST, SOUTH, WEST + 0.03, SOUTH + 0.02)]
    boxes += [shapely.box(WEST + i * 0.01, SOUTH, WEST + (i + 1) * 0.01, SOUTH + 0.02) for i in range(3)]
    columns = {
        "level": ["district", "street", "street", "street"],
        "name": list(names.values()),
        "parent": ["", *["420102"] * 3],
        "unit": "",
        "person": "",
    }
    return gpd.GeoDataFrame(columns, geometry=boxes, crs=4326, index=pd.Index(list(names), name="code"))


def draw_of(round_id: str) -> Draw:
    """Return a trial draw."""
    at = dt.datetime(2026, 5, 11, tzinfo=dt.UTC)
    return Draw(round_id, b"k" * 32, True, {}, "0" * 64, 0.1, 0.1, at)


def visits_of(ids: pd.Index, streets: pd.Series) -> list[Visit]:
    """Visit these; the third street loses far more."""
    out = []
    for number, checkpoint in enumerate(ids):
        bad = streets[checkpoint] == "420102003"
        found = (Deduction("main_road.litter", 6.0), Deduction("back_alley.bins", 2.0)) if bad and number % 3 else ()
        found = found or ((Deduction("main_road.litter", 1.0),) if number % 7 == 0 else ())
        at = dt.datetime.combine(DAY, dt.time(1), dt.UTC) + dt.timedelta(minutes=number, days=number % 2)
        out.append(Visit(str(checkpoint), "T1", at, "R", deductions=found))
    return out


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("town") / "city.gpkg", create=True) as store:
        store.zones.upsert(zones())
        points = roster()
        store.checkpoints.upsert(points)
        chosen = points[(np.arange(N) % 2 == 0) | points["fixed"]]
        probability = np.where(chosen["fixed"], 1.0, 0.5)
        sample = pd.DataFrame(
            {"inclusion_prob": probability, "day": np.arange(len(chosen)) // 3 % 2 + 1, "ticket": range(len(chosen))},
            index=chosen.index,
        )
        for name in ("R", "unvisited"):
            store.rounds.create(Round(name, DAY, days=2, teams=1, size=len(chosen)))
            store.draws.save(draw_of(name), sample)
        store.rounds.create(Round("undrawn", DAY, days=2, teams=1, size=10))
        store.visits.record(visits_of(chosen.index[:-6], points["street_code"]))
        yield store


def test_the_board_ranks_streets_only_as_far_as_the_sample_can_tell(town: Store) -> None:
    rows = score_board(town, "R", "street")
    assert list(rows["name"])[-1] == "车站街道"
    assert rows["score"].is_monotonic_decreasing
    assert (rows["low"] <= rows["score"]).all()
    assert (rows["score"] <= rows["high"]).all()
    assert rows.loc["420102003", ["rank", "rank_low", "rank_high"]].tolist() == [3, 3, 3]
    assert rows.loc["420102001", ["rank_low", "rank_high"]].tolist() == [1, 2]
    assert rows.loc["420102003", "list"] == "black"
    assert rows.loc["420102003", "items"][0] == "main_road.litter"
    made = board(findings(town, "R"), "street")
    assert made.above.loc["420102001", "420102003"]
    assert not made.above.loc["420102001", "420102002"]
    assert made.above.sum().sum() == 2


@pytest.mark.parametrize("by", GROUPS)
def test_every_kind_of_group_adds_up_to_the_whole(town: Store, by: str) -> None:
    found = findings(town, "R")
    made = board(found, by)
    assert made.rows["n"].sum() == made.overall["n"] == found.visits["checkpoint"].nunique()
    assert made.rows["checkpoints"].sum() == pytest.approx((1 / found.sample["inclusion_prob"]).sum())
    assert made.rows["points_lost"].sum() == pytest.approx(made.overall["points_lost"])
    assert made.rows.index.name == by
    assert made.rows[["se", "se_days", "drawn", "share_unvisited", "points_lost_se"]].notna().all().all()


def test_a_district_has_its_name_and_a_unit_its_own(town: Store) -> None:
    assert list(score_board(town, "R", "district")["name"]) == ["江岸区"]
    assert set(score_board(town, "R", "unit")["name"]) == {"城管局", ""}


def test_points_not_visited_leave_a_certain_group_uncertain(town: Store) -> None:
    found = findings(town, "R")
    certain = found.sample.assign(inclusion_prob=1.0)
    seen = pd.Index(found.visits["checkpoint"].unique())
    whole = type(found)(found.round, found.catalogue, certain.loc[seen], found.visits, found.deductions, found.zones)
    exact = board(whole, "street").rows
    assert (exact["high"] == exact["low"]).all()
    missing = type(found)(found.round, found.catalogue, certain, found.visits, found.deductions, found.zones)
    open_ended = board(missing, "street").rows
    assert (open_ended["high"] > open_ended["low"]).all()


def test_a_group_of_which_only_the_certain_were_visited_is_not_listed(town: Store) -> None:
    found = findings(town, "R")
    sample = found.sample
    lone = sample.index[sample["inclusion_prob"] == 1.0][0]
    other = sample.index[sample["inclusion_prob"] < 1.0][:3]
    sample = sample.assign(unit=sample["unit"].where(~sample.index.isin([lone, *other]), "甲单位"))
    visits = found.visits[~found.visits["checkpoint"].isin(other)]
    row = board(type(found)(found.round, found.catalogue, sample, visits, found.deductions, found.zones), "unit").rows
    assert row.loc["甲单位", "n"] == 1
    assert row.loc["甲单位", ["low", "high"]].tolist() == [0.0, 1.0]
    assert row.loc["甲单位", "list"] == ""


def test_items_are_ranked_by_what_they_cost_the_roster(town: Store) -> None:
    found = findings(town, "R")
    items = worst_items(found)
    assert items.index[0] == "main_road.litter"
    assert items["share"].sum() == pytest.approx(1.0)
    assert items["points"].sum() == found.deductions["points"].sum()
    assert (items["points_roster"] > items["points"]).all()
    assert len(worst_items(found, most=1)) == 1
    assert item_names(["main_road.litter", "自拟条目"], found.catalogue, "en")[1] == "自拟条目"
    assert item_names(["main_road.litter"], found.catalogue, "zh")[0] != "main_road.litter"


def test_until_leaves_later_visits_out(town: Store) -> None:
    cut = dt.datetime.combine(DAY + dt.timedelta(days=1), dt.time(), dt.UTC)
    early, whole = findings(town, "R", until=cut), findings(town, "R")
    assert 0 < len(early.visits) < len(whole.visits)
    assert early.visits["arrived_at"].max() < cut
    assert early.deductions["visit"].isin(early.visits.index).all()


def test_what_cannot_be_scored_says_why(town: Store) -> None:
    with pytest.raises(StateError, match="not drawn yet"):
        score_board(town, "undrawn", "street")
    with pytest.raises(StateError, match="come back after its first visits"):
        score_board(town, "unvisited", "street")
    with pytest.raises(NotFoundError, match="no round 'nope'"):
        score_board(town, "nope", "street")
    with pytest.raises(InputError, match="choose one of category, street, unit, district"):
        score_board(town, "R", "team")
