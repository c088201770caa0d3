"""Two writers at once, each pair of them on both databases: nothing is lost, nobody waits for ever."""

import itertools
import re
import threading
from contextlib import nullcontext

import pytest
from sqlalchemy import event

from geo.catalogue import load
from geo.errors import NotFoundError, StateError
from geo.model import Deduction, Mode, Role, Team, User, Visit
from geo.store import Store, locks
from geo.store.locks import PART_OF, CityPart
from geo.store.tables import metadata
from tests.geo.store.planned import DAY, WRITERS, amend, at, make_planned, plan_again, remove_round, undo

FROM_A_STATE = {plan_again, amend, undo}
"""Writers that start from a state of the plan: of two, one is refused."""


def test_every_table_has_its_part() -> None:
    assert set(PART_OF) == set(metadata.tables)


@pytest.mark.parametrize(
    "pair",
    list(itertools.combinations_with_replacement(WRITERS, 2)),
    ids=lambda pair: "-".join(one.__name__ for one in pair),
)
def test_two_writers_at_once(store: Store, roster, pair) -> None:
    store.checkpoints.upsert(roster(8), import_of="名单.csv")
    make_planned(store, roster)
    amend(store, store.plans.state("R1"))
    state, refused, broken, ready = store.plans.state("R1"), [], [], threading.Barrier(2)

    def write(writer) -> None:
        with Store.open(store.url) as own:
            ready.wait()
            try:
                writer(own, state)
            except (StateError, NotFoundError) as error:
                refused.append((writer, str(error)))
            except BaseException as error:  # noqa: BLE001 - a lock that was not given, a key that was torn
                broken.append(error)

    threads = [threading.Thread(target=write, args=[writer]) for writer in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert broken == []
    if set(pair) <= FROM_A_STATE:
        assert len(refused) == 1
    _is_whole(store)


def _is_whole(store: Store) -> None:
    with store.snapshot():
        if not store.rounds.all():
            return
        stops, unserved = store.plans.stops("R1"), store.plans.unserved("R1")
        assert not stops["checkpoint"].duplicated().any()
        assert not set(stops["checkpoint"]) & set(unserved.index)
        there = set(store.checkpoints.frame(include_retired=True).index)
        assert set(stops["checkpoint"]) | set(unserved.index) | set(store.draws.sample_ids("R1")) <= there
        routes = store.plans.routes("R1")
        assert routes["stops"].sum() == len(stops)
        slots = set(zip(stops["team"], stops["day"], strict=True))
        assert slots == set(zip(routes["team"], routes["day"], strict=True))


OTHERS = {
    "account": lambda store: store.accounts.save(User("王", Role.PLANNER, "x")),
    "setting": lambda store: store.settings.set("today", "2026-06-12"),
    "catalogue": lambda store: store.catalogues.save(load()),
    "teams": lambda store: store.teams.replace([Team("A", 114.3, 30.6, Mode.CAR)]),
    "avoidances": lambda store: store.fieldwork.replace_avoidances([]),
    "closure": lambda store: store.closures.add(street="中山路", reason="x", first_day=DAY, last_day=DAY),
    "frame": lambda store: store.commitments.keep_frame("a" * 64, []),
    "candidates": lambda store: store.plans.keep_candidates("R1", "a" * 64, b"x"),
    "questionnaires": lambda store: store.fieldwork.save_questionnaires("R1", {"c0000": 3}),
}


@pytest.mark.parametrize("writer", [*WRITERS, *OTHERS], ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_a_writer_locks_all_that_it_writes(store: Store, roster, writer, monkeypatch) -> None:
    """Kind: a writer of a table whose part it does not name, which another writer would not wait for."""
    store.checkpoints.upsert(roster(8), import_of="名单.csv")
    make_planned(store, roster)
    amend(store, store.plans.state("R1"))
    named: set[CityPart] = set()
    written: set[str] = set()
    count = locks.count
    monkeypatch.setattr(locks, "count", lambda connection, parts: (named.update(parts), count(connection, parts)))

    def hear(_connection, _cursor, statement, *_rest) -> None:
        written.update(re.findall(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', statement))

    engine = store._database.backend.reader
    event.listen(engine, "before_cursor_execute", hear)
    refusal = pytest.raises(StateError, match="is drawn and stays") if writer is remove_round else nullcontext()
    with refusal:
        OTHERS[writer](store) if isinstance(writer, str) else writer(store, store.plans.state("R1"))
    event.remove(engine, "before_cursor_execute", hear)
    tables = written & set(PART_OF) - {"counters", "audit", "audit_frontier"}  # the log is locked by itself, last
    assert {table for table in tables if PART_OF[table] not in named} == set()
    assert tables or writer is remove_round


def test_each_part_counts_its_writes(store: Store, roster) -> None:
    """What was made of the visits is known to be old after every write of them, and after no other."""
    made = make_planned(store, roster)
    seen = [made.visits.state()]
    plan_again(made, made.plans.state("R1"))
    made.settings.set("today", "2026-06-12")
    with pytest.raises(NotFoundError):
        made.visits.record([Visit("nobody", "A", at(1))])  # what is refused is no write
    assert made.visits.state() == seen[0]
    for note in ("甲乙", "乙甲"):  # of one length, at one place
        made.visits.record([Visit("c0000", "A", at(1), deductions=(Deduction("litter", 1.0, note),))], import_of="f")
        seen.append(made.visits.state())
    made.imports.undo_last("visits")
    seen.append(made.visits.state())
    assert len(set(seen)) == len(seen)
