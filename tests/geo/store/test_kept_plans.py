"""Cities of earlier versions kept a plan's revision, figures and draw apart: they become one record, with its terms."""

import json

import pytest
from alembic import command
from sqlalchemy import text

from geo.errors import StateError
from geo.store import Store, database, migrations
from geo.store.revisions import PlanState

pytestmark = pytest.mark.usefixtures("by_migrations")
AT = "2026-06-12T01:00:00.000Z"
REPORT = {"shift": {"start_s": 25200, "end_s": 61200}, "days": "free", "premium_cap": 0.05}
PLANS = {  # of each round: whether it is drawn, its figures, its revision and the one at which it was planned
    "drawn": (True, None, None),
    "planned": (True, {"report": REPORT, "chances": {}}, (1, 1)),
    "amended": (True, {"report": REPORT, "chances": {}}, (4, 2)),
    "early": (True, {"travel_s": 7}, (1, 1)),
    "void": (False, None, (3, 1)),
    "new": (False, None, None),
}
ROUND = """
INSERT INTO rounds (id, start, days, teams, size, covert, edition) VALUES (:round, :start, 2, 2, 4, :no, '1')
"""
DRAW = """
INSERT INTO draws (round_id, key, trial, design, frame_sha256, drawn_at) VALUES (:round, :key, :no, '{}', '', :at)
"""
REVISIONS = "INSERT INTO plan_revisions (round_id, revision, planned) VALUES (:round, :now, :planned)"
FIGURES = """
INSERT INTO plan_figures (round_id, figures, candidates, planned_at) VALUES (:round, :figures, 'h', :at)
"""


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def old_url(request: pytest.FixtureRequest, tmp_path, monkeypatch) -> str:
    """Make a city of the version before."""
    url = request.getfixturevalue("new_database")() if request.param == "postgis" else str(tmp_path / "city.gpkg")
    newest = command.upgrade
    with monkeypatch.context() as older:
        older.setattr(command, "upgrade", lambda config, _: newest(config, "0014"))
        backend = database._backend(url)
        backend.create()
        with backend.writer.begin() as connection:
            backend.prepare(connection)
            migrations.upgrade(connection, backend.register)
            for name, (drawn, figures, revision) in PLANS.items():
                values = {"round": name, "at": AT, "start": "2026-06-12", "no": False, "key": b"k"}
                connection.execute(text(ROUND), values)
                if drawn:
                    connection.execute(text(DRAW), values)
                if revision:
                    numbers = {"round": name, "now": revision[0], "planned": revision[1]}
                    connection.execute(text(REVISIONS), numbers)
                if figures:
                    connection.execute(text(FIGURES), {"round": name, "figures": json.dumps(figures), "at": AT})
        backend.reader.dispose()
    return url


def test_plans_of_the_version_before_are_one_record_each(old_url: str) -> None:
    with Store.open(old_url) as store:
        states = {name: store.plans.state(name) for name in PLANS}
        assert states == {
            "drawn": PlanState(0, 1),
            "planned": PlanState(1, 1),
            "amended": PlanState(4, 1),
            "early": PlanState(1, 1),
            "void": PlanState(3, 0),
            "new": PlanState(0, 0),
        }
        terms = {"closures": [], "days": "free", "listed_closures": True, "premium": 0.05, "price_days": True}
        for name in ("planned", "amended"):
            assert store.plans.terms(name) == terms | {"shift": REPORT["shift"]}
            assert store.plans.figures(name) == {"report": REPORT, "chances": {}}
        assert [store.plans.terms(name) for name in ("drawn", "void", "new")] == [None] * 3
        with pytest.raises(StateError, match="kept no terms"):
            store.plans.terms("early")
        assert store.plans.figures("early") == {"travel_s": 7}
        with store._database.reading() as connection:
            kept = dict(connection.execute(text("SELECT round_id, planned_at FROM plans")).all())
        assert {name for name, at in kept.items() if at} == {"planned", "amended", "early"}
