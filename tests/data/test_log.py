"""The demo city's audit log holds its own making, as any program reads it."""

import sqlite3
from contextlib import closing

from tests.data.conftest import City


def test_the_log_of_the_demo_is_its_making(demo: City) -> None:
    with closing(sqlite3.connect(demo.store._database.name)) as city:
        rows = city.execute(
            "SELECT rowid, who, at, action, object, from_version, to_version, hash FROM audit ORDER BY rowid"
        ).fetchall()
    found = demo.store.audit.verify()
    assert (found.fault, found.count) == (None, len(rows))
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    actions = [row[3] for row in rows]
    assert actions[0] == "city.schema"
    assert {"streets.replace", "zones.import", "cells.replace", "checkpoints.import", "teams.replace"} <= set(actions)
    assert actions.count("round.make") == demo.report.rounds
    assert "visits.record" in actions
    assert {row[1].partition(":")[0] for row in rows} == {"command"}
    assert [row[2] for row in rows] == sorted(row[2] for row in rows)
