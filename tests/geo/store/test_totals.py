"""Sums by day are those of the visits, whatever wrote them, on both databases; and they are asked instead of visits."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, insert, text, update

from geo.audit.events import Event
from geo.calendar import written
from geo.errors import InputError, NotFoundError
from geo.model import Deduction, Round, Scope, Visit
from geo.store import Store, summary, tables
from geo.store.audit import Act
from geo.store.tables import metadata

MakeRoster = Callable[..., gpd.GeoDataFrame]
DAY = dt.date(2026, 6, 12)
ROUNDS = (None, "R1", "R2")
ITEMS = ("main_road.litter", "hospital.queue", "an old remark")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def fill(store: Store, roster: gpd.GeoDataFrame) -> None:
    """Put in checkpoints of two categories and two street offices, one of none, and two rounds."""
    count = len(roster)
    streets = ["420102001", "420102002", ""]
    columns = {
        "category": [("main_road", "hospital")[number % 2] for number in range(count)],
        "street_code": [streets[number % 3] for number in range(count)],
        "unit": [("城管局", "园林局")[number % 2] for number in range(count)],
    }
    places = shapely.points([114.13 + 0.01 * number for number in range(count)], 30.1)
    store.checkpoints.upsert(roster.assign(**columns).set_geometry(places, crs="EPSG:4326"))
    for name in ROUNDS[1:]:
        store.rounds.create(Round(name, DAY, days=40, teams=2, size=2))


def visit(number: int) -> Visit:
    """Make one of many visits: around midnight in the city, of any round, open and covert, with and without faults."""
    at = dt.datetime(2026, 6, 12 + number % 5, (12 + number) % 24, number % 60, tzinfo=dt.UTC)
    faults = tuple(Deduction(ITEMS[(number + at_) % 3], 0.1 * (1 + (number + at_) % 7)) for at_ in range(number % 4))
    return Visit(
        f"c{number % 6:04d}", "AB"[number % 2], at, ROUNDS[number % 3], covert=number % 5 == 0, deductions=faults
    )


@pytest.fixture
def visited(store: Store, roster: MakeRoster) -> Store:
    """Fill a city with visits of some days."""
    fill(store, roster(6))
    store.visits.record(visit(number) for number in range(60))
    return store


def by_frames(store: Store, scope: Scope, by: tuple[str, ...]) -> pd.DataFrame:
    """Sum up in the memory, visit by visit, as the pages once did."""
    visits = store.visits.frame(scope)
    days = {name: written(visits["arrived_at"], "Asia/Shanghai", unit) for name, unit in (("day", "D"), ("month", "M"))}
    table = pd.DataFrame(visits.drop(columns="geometry")).assign(**days, visits=1, points_sq=visits["points"] ** 2)
    return table.groupby(list(by) or (lambda _: 0))[list(summary.SUMS)].sum()


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI).astimezone(dt.UTC)


SCOPES = {
    "all": Scope(),
    "a round": Scope(round_id="R1"),
    "covert": Scope(covert=True),
    "open": Scope(covert=False),
    "a category": Scope(categories=("hospital",)),
    "a street": Scope(street="420102002"),
    "street and category": Scope(street="420102002", categories=("main_road",)),
    "days": Scope(since=midnight(DAY), until=midnight(DAY + dt.timedelta(2))),
    "hours": Scope(since=midnight(DAY) + dt.timedelta(hours=5)),
    "what is told": Scope(covert_until=midnight(DAY + dt.timedelta(1))),
    "a unit": Scope(unit="园林局", covert_until=midnight(DAY + dt.timedelta(1))),
    "a team": Scope(team="A"),
    "nothing": Scope(round_id="R1", covert=True, until=midnight(DAY)),
    "no route": Scope(routes=()),
}
GROUPS: tuple[tuple[str, ...], ...] = (
    ("category",),
    ("street_code",),
    ("round_id", "covert"),
    ("month",),
    ("day", "category"),
    ("category", "street_code"),
    ("unit",),
)


def test_a_summary_is_that_of_the_visits_one_by_one(visited: Store) -> None:
    for place, (asked, scope) in enumerate(SCOPES.items()):
        for by in ((), GROUPS[place % len(GROUPS)], GROUPS[(place + 3) % len(GROUPS)]):
            _same_sums(visited, scope, by, asked)
        assert visited.visits.deduction_count(scope) == len(visited.visits.deductions(scope)), asked


def _same_sums(visited: Store, scope: Scope, by: tuple[str, ...], asked: str) -> None:
    found, wanted = visited.visits.summary(scope, by), by_frames(visited, scope, by)
    if by:
        found = found.set_index(list(by)).sort_index()
    elif wanted.empty:
        wanted = pd.DataFrame([[0, 0.0, 0.0]], columns=list(summary.SUMS))
    assert list(found.index) == list(wanted.index), (asked, by)
    assert found["visits"].tolist() == wanted["visits"].tolist()
    for name in ("points", "points_sq"):
        assert found[name].tolist() == pytest.approx(wanted[name].tolist())


def test_zones_are_summed_up_on_any_level(visited: Store, zone_tree: gpd.GeoDataFrame) -> None:
    visited.zones.upsert(zone_tree)
    for code in ("420102", "420102001", "420102001001", "B01"):
        scope = Scope(zone=code, covert_until=midnight(DAY + dt.timedelta(2)))
        frame, sums = visited.visits.frame(scope), visited.visits.summary(scope).iloc[0]
        assert (sums["visits"], sums["points"]) == (len(frame), pytest.approx(frame["points"].sum()))
        assert visited.visits.deduction_count(scope) == len(visited.visits.deductions(scope))
        newest = visited.visits.newest_deductions(scope, 7)
        lines = visited.visits.deductions(scope).join(frame["arrived_at"], on="visit")
        days = written(lines["arrived_at"], "Asia/Shanghai", "D")
        seventh = sorted(days, reverse=True)[min(7, len(lines)) - 1]
        assert set(lines.index[days >= seventh]) <= set(newest.index) <= set(lines.index)
        assert newest["checkpoint"].to_dict() == lines["visit"].map(frame["checkpoint"])[newest.index].to_dict()
        roster = visited.checkpoints.frame(Scope(zone=code))
        assert visited.checkpoints.counts(Scope(zone=code)) == dict(roster["category"].value_counts())
    assert visited.visits.summary(Scope(zone="B01"), ("category", "month"))["visits"].sum() > 0
    with pytest.raises(NotFoundError):
        visited.visits.summary(Scope(zone="99"))


def test_what_visits_have_not_is_refused(visited: Store) -> None:
    with pytest.raises(InputError, match="by is 'weather'"):
        visited.visits.summary(by=("weather",))


def test_totals_are_asked_instead_of_visits(visited: Store) -> None:
    """Where the buckets tell it: nothing reads a whole table to count it."""
    with visited._database.writing(Act(Event.TOTALS)) as connection:
        connection.execute(update(tables.totals).values(visits=1000))
    buckets = visited.visits.summary(Scope(round_id="R1"), ("category",))
    assert (buckets["visits"] % 1000 == 0).all()
    assert visited.visits.summary(Scope(team="A"))["visits"].iloc[0] == 30
    drifted = visited.totals.drift()
    assert {one.bucket[0] for one in drifted} == {"category", "street_code"}
    assert all(one.kept and one.counted and one.kept[0] == 1000 for one in drifted)
    assert visited.totals.rebuild() == len(drifted)
    assert visited.totals.drift() == []


def test_drift_tells_what_is_missing_and_what_should_not_be(visited: Store) -> None:
    own = {"kind": "category", "day": "1999-01-01", "round_id": "", "covert": False, "code": "ghost"}
    own |= {"visits": 1, "points": 0.0, "points_sq": 0.0}
    with visited._database.writing(Act(Event.TOTALS)) as connection:
        connection.execute(delete(tables.totals).where(tables.totals.c.kind == "category", tables.totals.c.covert))
        connection.execute(insert(tables.totals).values(own))
    drifted = visited.totals.drift()
    assert [one.bucket[1] for one in drifted if one.counted is None] == ["1999-01-01"]
    missing = [one.bucket for one in drifted if one.kept is None]
    assert missing
    assert all(bucket[0] == "category" and bucket[3] for bucket in missing)


def test_another_time_zone_has_other_days(visited: Store) -> None:
    before = visited.visits.summary(by=("day",))
    visited.settings.set("timezone", "America/Santiago")  # twelve hours and a clock change away
    assert visited.totals.drift() == []
    assert not visited.visits.summary(by=("day",)).equals(before)
    visited.settings.set("timezone", "no such zone")
    assert visited.totals.drift() == []
    assert visited.visits.summary(by=("day",)).equals(before)


def test_days_end_with_the_calendar(visited: Store) -> None:
    ends = [dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.UTC), dt.datetime(1, 1, 1, tzinfo=dt.UTC)]
    visited.visits.record([replace(visit(1), arrived_at=at) for at in ends])
    assert visited.totals.drift() == []
    assert visited.visits.summary()["visits"].iloc[0] == 62


def test_a_city_of_an_earlier_version_gets_its_totals(tmp_path: Path, roster: MakeRoster) -> None:
    path = tmp_path / "older.gpkg"
    with Store.open(path, create=True) as made:
        fill(made, roster(6))
        made.visits.record(visit(number) for number in range(20))
        with made._database.backend.writer.begin() as connection:
            connection.execute(text("DROP TABLE totals"))
            connection.execute(text("DELETE FROM gpkg_contents WHERE table_name = 'totals'"))
            for name in ("street_code", "community_code", "grid_code", "unit"):
                connection.execute(text(f"DROP INDEX ix_visits_{name}"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0018'"))
    with Store.open(path) as opened:
        assert opened.totals.drift() == []
        assert opened.visits.summary()["visits"].iloc[0] == 20


class WritersOfVisits(RuleBasedStateMachine):
    """Whatever writes visits, in any order: the sums are theirs."""

    url = ""
    roster: gpd.GeoDataFrame

    @initialize()
    def begin(self) -> None:
        """Open a city with a roster, and no visits."""
        self.store = Store.open(self.url, create=True)
        fill(self.store, self.roster)
        self.imported = 0

    @rule(numbers=st.lists(st.integers(0, 90), min_size=1, max_size=4))
    def record(self, numbers: list[int]) -> None:
        """Report visits from the field; some come again."""
        self.store.visits.record(visit(number) for number in numbers)

    @rule(number=st.integers(0, 90), points=st.sampled_from([0.3, 4.0]))
    def correct(self, number: int, points: float) -> None:
        """Bring a visit again, with other points and in a round."""
        again = visit(number)
        faults = (Deduction(ITEMS[0], points), *again.deductions)
        self.store.visits.record([replace(again, round_id="R2", covert=True, deductions=faults)])

    @rule(numbers=st.lists(st.integers(0, 90), min_size=1, max_size=6))
    def bring_in(self, numbers: list[int]) -> None:
        """Import visits, some of which are there."""
        made = (replace(visit(number), deductions=(Deduction(ITEMS[2], 1.5),)) for number in numbers)
        self.store.visits.record(made, import_of="visits.csv")
        self.imported += 1

    @rule()
    def take_back(self) -> None:
        """Undo the newest import."""
        if self.imported:
            self.store.imports.undo_last("visits")
            self.imported -= 1

    @rule(category=st.sampled_from(["bank", "hospital"]), street=st.sampled_from(["", "420102009"]))
    def change_the_roster(self, category: str, street: str) -> None:
        """Move checkpoints into other categories and street offices: what was found stays where it was found."""
        self.store.checkpoints.upsert(self.roster.iloc[:3].assign(category=category, street_code=street))

    @rule(zone=st.sampled_from(["Asia/Shanghai", "Asia/Kathmandu"]))
    def move_the_clock(self, zone: str) -> None:
        """Set another time zone."""
        self.store.settings.set("timezone", zone)

    @invariant()
    def sums_are_those_of_the_visits(self) -> None:
        """Find no drift."""
        if hasattr(self, "store"):
            assert self.store.totals.drift() == []

    def teardown(self) -> None:
        """Leave an empty city."""
        if hasattr(self, "store"):
            with self.store._database.backend.writer.begin() as connection:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(delete(table))
            self.store.close()


def test_no_writer_lets_the_totals_drift(city_url: str, roster: MakeRoster) -> None:
    machine = type("OnThisCity", (WritersOfVisits,), {"url": city_url, "roster": roster(6)})
    few = settings(max_examples=3, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=few)
