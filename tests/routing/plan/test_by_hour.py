"""Streets that are closed at hours: a plan whose teams work then keeps off them, and says how many there are."""

import pandas as pd
import pytest
import shapely

from geo.frames import STREET_HOURS
from geo.store import Store
from routing.amend.context import AmendmentContext
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.report import RULED_BY_HOUR
from routing.plan.terms import Terms
from routing.problem import HOUR_S, Shift

SIDE = 9  # of the lattice of the small town


def close(city: Store, hours: str) -> set[int]:
    """Close every street of the fifth row to cars at some hours; the way over it stays."""
    edges = city.streets.frame()
    row = edges[(edges.u // SIDE == 4) & (edges.v // SIDE == 4)].index.tolist()
    rows = [(edge, hours, 3, 3, 0) for edge in row]
    frame = pd.DataFrame(rows, columns=list(STREET_HOURS.columns)).rename_axis("id")
    city.streets.replace(edges, turn_bans=city.streets.turn_bans(), source_sha256="ef" * 32, street_hours=frame)
    return set(row)


@pytest.mark.parametrize(
    ("hours", "shift_h", "ruled"),
    [
        ("07:00-09:00", (8.5, 17.5), 8),
        ("Mo-Th 07:00-09:00; Fr-Su off", (8.5, 17.5), 0),  # the round is on a Friday and a Saturday
        ("07:00-09:00", (9.0, 17.5), 0),
        ("22:00-24:00", (8.5, 17.5), 0),
    ],
)
def test_a_plan_keeps_off_what_is_closed_while_its_teams_work(
    city: Store, hours: str, shift_h: tuple[float, float], ruled: int
) -> None:
    closed = close(city, hours)
    shift = Shift(*(round(hour * HOUR_S) for hour in shift_h))
    report = plan_round(city, "R1", PlanOptions(steps=300, seed=3, terms=Terms(shift=shift)))
    assert report.ruled_by_hour == ruled
    assert [note.values for note in report.notes if note.template == RULED_BY_HOUR] == [{"count": ruled}][: ruled > 0]
    edges = city.streets.frame()
    lines = shapely.buffer(shapely.union_all(edges.geometry[list(closed)].to_numpy()), 1e-6)
    driven = shapely.length(shapely.intersection(city.plans.routes("R1").geometry.to_numpy(), lines)).sum()
    assert (driven < 1e-3) == (ruled > 0)  # crossing the row costs only its junctions
    assert len(city.plans.unserved("R1")) == 1  # the island's


def test_a_change_of_the_day_goes_by_the_streets_of_its_plan(city: Store) -> None:
    closed = close(city, "07:00-09:00")
    plan_round(city, "R1", PlanOptions(steps=300, seed=3))
    edges = AmendmentContext.of(city, "R1", None).streets.network.edges
    assert (edges.car[list(closed)] == 0).all()
    assert (edges.walk == 3).all()
