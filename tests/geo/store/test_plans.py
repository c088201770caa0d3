"""A plan with its candidates and figures, and the closures, kept and given back."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import InputError, NotFoundError, StateError
from geo.frames import CLOSURES, ROUTES, STOPS, UNSERVED, faults
from geo.model import Round
from geo.store import Store
from geo.store.plans import NewPlan

DAY = dt.date(2026, 6, 12)
SQUARE = shapely.box(114.30, 30.60, 114.31, 30.61)


@pytest.fixture
def empty():
    """Return a plan of nothing."""

    def frame(schema):
        kinds = {"str": "str", "int": "int64", "float": "float64", "time": "datetime64[ms, UTC]", "json": object}
        data = {name: pd.Series(dtype=kinds[kind]) for name, kind in schema.columns.items()}
        made = pd.DataFrame(data, index=pd.Index([], name=schema.index, dtype="str"))
        return gpd.GeoDataFrame(made, geometry=[], crs=4326) if schema.geometry else made

    return frame(ROUTES), frame(STOPS), frame(UNSERVED)


@pytest.fixture
def june(store: Store) -> Store:
    """Return a city with a round."""
    store.rounds.create(Round("R1", start=DAY, days=2, teams=2, size=3))
    return store


def test_a_plan_stands_with_its_figures_and_candidates(june: Store, empty) -> None:
    assert june.plans.figures("R1") is None
    with pytest.raises(NotFoundError, match="was not varied"):
        june.plans.candidates("R1")
    june.plans.keep_candidates("R1", "a" * 64, b"first")
    assert [(one.sha256, one.chosen_from) for one in june.plans.candidates_kept("R1")] == [("a" * 64, False)]
    june.plans.save(NewPlan("R1", *empty, figures={"travel_s": 7}, candidates="a" * 64), after=june.plans.state("R1"))
    assert june.plans.figures("R1") == {"travel_s": 7}
    content, kept = june.plans.candidates("R1")
    assert (content, kept.sha256, kept.chosen_from) == (b"first", "a" * 64, True)


def test_a_plan_that_was_broken_off_leaves_the_old_one_whole(june: Store, empty) -> None:
    june.plans.keep_candidates("R1", "a" * 64, b"first")
    june.plans.save(NewPlan("R1", *empty, figures={"travel_s": 7}, candidates="a" * 64), after=june.plans.state("R1"))
    june.plans.keep_candidates("R1", "b" * 64, b"second")  # and then the power goes
    assert (june.plans.candidates("R1")[0], june.plans.figures("R1")) == (b"first", {"travel_s": 7})
    with pytest.raises(InputError, match="names round"):
        june.plans.save(
            NewPlan("R1", *empty[:2], _of_another(empty[2]), figures={"travel_s": 9}, candidates="b" * 64),
            after=june.plans.state("R1"),
        )
    assert (june.plans.candidates("R1")[0], june.plans.figures("R1")) == (b"first", {"travel_s": 7})
    june.plans.save(NewPlan("R1", *empty, figures={"travel_s": 8}, candidates="b" * 64), after=june.plans.state("R1"))
    assert june.plans.candidates("R1")[0] == b"second"
    assert [one.chosen_from for one in june.plans.candidates_kept("R1")] == [
        False,
        True,
    ]  # the first attempt stays listed
    june.plans.save(NewPlan("R1", *empty), after=june.plans.state("R1"))
    assert june.plans.figures("R1") is None
    with pytest.raises(NotFoundError):
        june.plans.candidates("R1")


def _of_another(unserved: pd.DataFrame) -> pd.DataFrame:
    row = {"round_id": ["R9"], "day": [1], "reason": ["shift_full"], "remedy": [{}]}
    return pd.DataFrame(row, index=pd.Index(["P1"], name=unserved.index.name, dtype="str"))


def test_candidates_that_were_not_kept_before_are_refused(june: Store, empty) -> None:
    with pytest.raises(StateError, match="not kept before the choice"):
        june.plans.save(NewPlan("R1", *empty, candidates="c" * 64), after=june.plans.state("R1"))
    with pytest.raises(NotFoundError):
        june.plans.keep_candidates("R2", "a" * 64, b"")


def test_closures_are_listed_until_lifted(store: Store) -> None:
    week = {"first_day": DAY, "last_day": DAY + dt.timedelta(days=6)}
    area = store.closures.add(area=SQUARE, reason="马拉松", who="planner", **week)
    street = store.closures.add(street=" 中山路 ", reason="road works", first_day=DAY, last_day=DAY)
    found = store.closures.frame()
    assert faults(found, CLOSURES) == []
    assert found.index.tolist() == [area, street] == [1, 2]
    assert found.loc[area].geometry.equals(SQUARE)
    assert found.loc[street, ["street", "first_day", "last_day", "who"]].tolist() == ["中山路", *["2026-06-12"] * 2, ""]
    assert found.geometry.isna().tolist() == [False, True]
    store.closures.lift(area)
    assert store.closures.frame().index.tolist() == [street]
    assert store.closures.frame(include_lifted=True)["lifted_at"].notna().tolist() == [True, False]
    with pytest.raises(StateError, match="lifted already"):
        store.closures.lift(area)
    with pytest.raises(NotFoundError, match="no closure 9"):
        store.closures.lift(9)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"street": ""}, "closure"),
        ({"reason": " "}, "reason"),
        ({"last_day": DAY - dt.timedelta(days=1)}, "last_day"),
        ({"area": shapely.Point(114.3, 30.6)}, "area"),
        ({"area": shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])}, "area"),
        ({"area": shapely.Polygon()}, "area"),
    ],
)
def test_a_closure_that_says_nothing_is_refused(store: Store, wrong, field) -> None:
    right = {"street": "中山路", "reason": "road works", "first_day": DAY, "last_day": DAY}
    with pytest.raises(InputError, match=f"^{field} is") as refused:
        store.closures.add(**{**right, **wrong})
    assert refused.value.values["field"] == field
    assert store.closures.frame().empty
