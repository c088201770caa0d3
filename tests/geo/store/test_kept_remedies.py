"""Cities of earlier versions kept reasons and remedies as English sentences: they become codes with values."""

import datetime as dt
import json
import zlib

import pytest
from alembic import command
from sqlalchemy import Column, Integer, MetaData, Table, Text, text

from geo.model import Round
from geo.store import Store, migrations
from geo.store.columns import Time
from geo.store.migrations.versions import remedies_0012 as migration
from geo.store.tables import REVISION
from routing.amend.log import DROPPED
from routing.plan.remedies import CHANGES, Change, Remedy
from routing.problem import REASONS, Reason

VALUES = {"metres": 512, "mode": "car, walk", "day": 3, "team": "第一组", "time": "16:20", "minutes": 25, "seconds": 9}

FIGURES = Table(
    "plan_figures",  # which a later migration made part of the plan's record
    MetaData(),
    Column("fid", Integer, primary_key=True),
    *(Column(name, Text()) for name in ("round_id", "figures", "candidates")),
    Column("planned_at", Time()),
)


def _sentence(change: Change) -> str:
    return Remedy(change, VALUES).text()


@pytest.fixture
def old(store: Store, roster, monkeypatch) -> Store:
    """Return a city that kept sentences until this migration; what later ones add to the tables is there already."""
    found = roster(len(Change) + 1)
    store.checkpoints.upsert(found)
    store.rounds.create(Round("R1", start=dt.date(2026, 6, 12), days=3, teams=1, size=4))
    names = list(found.index)
    remedies = [*map(_sentence, Change), "the dog ate it"]
    rows = [
        {"round": "R1", "checkpoint": name, "reason": REASONS[list(Reason)[at % len(Reason)]], "remedy": remedies[at]}
        for at, name in enumerate(names)
    ]
    notes = [["{checkpoint} falls out: {reason}", {"checkpoint": "P1", "reason": "shift full"}], ["told", {}]]
    lost = [[names[0], "R1", 1, "shift full", _sentence(Change.DAY)]]
    before = {"dropped": [], "replaced": "", "routes": [], "stops": [], "unserved": lost}
    change = {
        "touched": json.dumps([{"team": "A", "day": 1, "notes": notes}]),
        "notes": json.dumps(notes),
        "before": zlib.compress(json.dumps(before).encode()),
        "at": "2026-06-12T01:00:00.000Z",
    }
    figures = json.dumps({"report": {"reasons": {"shift full": 2, "no way there": 1}}, "chances": {}})
    with store._database.backend.writer.begin() as connection:
        FIGURES.create(connection)
        run = lambda sql, values: connection.execute(text(sql), values)  # noqa: E731 - three calls of one kind
        run(
            "INSERT INTO unserved (round_id, checkpoint, day, reason, remedy) "
            "VALUES (:round, :checkpoint, 1, :reason, :remedy)",
            rows,
        )
        run(
            "INSERT INTO plan_figures (round_id, figures, candidates, planned_at) VALUES ('R1', :figures, '', :at)",
            {"figures": figures, "at": change["at"]},
        )
        run(
            'INSERT INTO route_changes (round_id, revision, at, "by", kind, reason, params, touched, notes, before, '
            "undone_by) VALUES ('R1', 1, :at, 'p', 'late', 'jam', '{}', :touched, :notes, :before, '')",
            change,
        )
        version = "UPDATE alembic_version SET version_num = :at"
        run(version, {"at": migration.down_revision})
        newest = command.upgrade
        monkeypatch.setattr(command, "upgrade", lambda config, _: newest(config, migration.revision))
        migrations.upgrade(connection, store._database.backend.register)
        run(version, {"at": REVISION})
        run(
            "INSERT INTO plans (round_id, revision, planned, drawn, moved, moved_by, moved_at, figures, candidates, "
            "planned_at) SELECT round_id, 1, 0, 0, 'changed', 'p', planned_at, figures, candidates, planned_at "
            "FROM plan_figures",
            {},
        )
        FIGURES.drop(connection)
    return store


def test_sentences_become_codes_with_values(old: Store) -> None:
    with Store.open(old.url) as store:
        kept = store.plans.unserved("R1")
        assert set(kept["reason"]) == {reason.value for reason in Reason}
        found = [remedy for remedy in kept["remedy"] if remedy]
        assert len(found) == len(kept) - 1  # nobody knows what the dog ate
        assert {remedy["change"] for remedy in found} == {change.value for change in Change}
        for remedy in found:
            assert Remedy.of(remedy).text() == _sentence(Change(remedy["change"]))
        assert store.plans.figures("R1")["report"]["reasons"] == {"shift_full": 2, "no_way": 1}


def test_the_log_of_changes_says_the_same(old: Store) -> None:
    with Store.open(old.url) as store:
        line = store.amendments.frame("R1").iloc[0]
        assert line["notes"] == [[DROPPED[Reason.FULL], {"checkpoint": "P1"}], ["told", {}]]
        assert line["text"] == "P1 falls out: shift full; told"
        assert store.amendments.frame("R1", team="A").iloc[0]["text"] == line["text"]
        lost = store.amendments.made_plan("R1").unserved.iloc[-1]
        assert lost["reason"] in {reason.value for reason in Reason}
        assert isinstance(lost["remedy"], dict)


def test_the_migration_knows_every_sentence_that_was_written() -> None:
    assert set(migration.REASONS) >= set(REASONS.values())
    assert set(migration.CHANGES) >= set(CHANGES.values())
