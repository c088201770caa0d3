"""The audit log holds, and shows what was done to it, on both databases."""

import datetime as dt
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, func, select, text, update

from geo.acting import acting
from geo.audit.events import Event
from geo.errors import InputError, NotFoundError, StoreError
from geo.model import Round
from geo.store import Store, audit_check, notes_waiting, tables
from geo.store.audit import append, happening
from geo.store.audit_log import AuditRow
from webmap.cli import main

A = tables.audit
DAY = dt.date(2026, 6, 12)


@pytest.fixture
def log(store: Store) -> Store:
    """Return a city with a log of 7 rows or 8: whether its schema is a row depends on who made it."""
    for number in range(4):
        store.settings.set(f"s{number}", "text")
    with acting("li"):
        store.rounds.create(Round("R1", DAY, days=1, teams=1, size=1))
    with acting("zhang"):
        store.rounds.change(Round("R1", DAY, days=2, teams=1, size=1))
        store.audit.note(happening(Event.EXPORT, "round/R1", file="a.csv"))
    return store


def _tamper(store: Store, change: Callable[[Connection], object]) -> None:
    with store._database.backend.writer.begin() as connection:
        change(connection)


def _set(number: int, **values: object) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(update(A).where(A.c.fid == number).values(values))


def _rewrite(connection: Connection, store: Store, forged: str) -> None:
    """Write the whole log anew, with another action in row 3, as somebody with this program may."""
    old = connection.execute(select(A).order_by(A.c.fid)).mappings().all()
    for table in (A, tables.audit_frontier):
        connection.execute(table.delete())
    for row in old:
        act = happening(Event.SETTING if row["fid"] != 3 else Event(forged), row["object"])
        act.who, act.at = row["who"], row["at"]
        append(connection, store._database.backend, [act])


def test_a_row_says_who_when_what_and_from_which_version_to_which(log: Store) -> None:
    export, changed, made = log.audit.page(count=3)
    assert isinstance(made, AuditRow)
    assert (made.who, made.action, made.object, made.from_version, made.to_version) == (
        "li",
        "round.make",
        "round/R1",
        "0",
        "1",
    )
    assert (changed.who, changed.action, changed.from_version, changed.to_version) == (
        "zhang",
        "round.change",
        "1",
        "2",
    )
    assert (export.who, export.action, export.to_version, export.detail) == ("zhang", "export", "", {"file": "a.csv"})
    assert abs(export.at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
    setting = log.audit.page(before=made.number, count=1)[0]
    assert setting.who.startswith("command")


def test_the_log_holds_and_its_heads_stay_in_it(log: Store) -> None:
    kept = log.audit.head()
    assert kept.count == log.audit.page(count=1)[0].number
    for number in range(20):
        log.settings.set("more", str(number))
    found = log.audit.verify(kept.head, kept.count)
    assert (found.fault, found.count) == (None, kept.count + 20)
    assert log.audit.verify(kept.head).fault is None
    assert found.head == log.audit.head().head


def test_a_city_begins_its_log_with_itself(city_url: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("new_database")() if "://" in city_url else city_url
    with Store.open(url, create=True) as store:
        (first,) = store.audit.page()
        assert (first.number, first.action, first.from_version, first.to_version) == (
            1,
            "city.schema",
            "",
            tables.REVISION,
        )
        assert store.audit.verify().fault is None


FORGED = {
    "who": "wang",
    "action": "login",
    "object": "round/R2",
    "from_version": "7",
    "to_version": "8",
    "detail": '{"a": 1}',
    "who_salt": "00" * 16,
    "object_salt": "00" * 16,
    "detail_salt": "00" * 16,
    "hash": "0" * 64,
    "at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
}


@pytest.mark.parametrize("column", FORGED)
def test_a_changed_row_is_named(log: Store, column: str) -> None:
    _tamper(log, _set(3, **{column: FORGED[column]}))
    found = log.audit.verify()
    assert (found.row, found.count) == (3, 2)
    assert found.fault is not None
    assert found.fault.template == audit_check.CHANGED


def test_a_changed_head_and_number_of_a_row_are_named(log: Store) -> None:
    _tamper(log, _set(3, head="0" * 64))
    found = log.audit.verify()
    assert (found.row, found.fault and found.fault.template) == (3, audit_check.REPLACED)
    _tamper(log, _set(2, fid=-5))
    assert log.audit.verify().row is not None


def test_a_time_is_not_moved_by_less_than_is_hashed(log: Store) -> None:
    with log._database.reading() as connection:
        at = connection.scalar(select(A.c.at).where(A.c.fid == 3))
    assert at is not None
    assert at.microsecond % 1000 == 0
    finer = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond + 1:06}Z"
    _tamper(log, lambda connection: connection.execute(text(f"UPDATE audit SET at = '{finer}' WHERE fid = 3")))  # noqa: S608 - a time
    assert log.audit.verify().row == 3


def test_every_column_of_the_table_is_tried() -> None:
    assert {*FORGED, "fid", "head", "erased"} == set(A.c.keys())


def test_an_inserted_row_is_named(log: Store) -> None:
    kept = log.audit.head()

    def insert_third(connection: Connection) -> None:
        row = dict(connection.execute(select(A).where(A.c.fid == 3)).mappings().one())
        for number in range(kept.count, 2, -1):
            connection.execute(update(A).where(A.c.fid == number).values(fid=number + 1))
        forged = row | {"object": "round/R9"}
        leaf = audit_check.entry_hash(audit_check.entry_of(forged)).hex()
        connection.execute(A.insert().values({**forged, "hash": leaf}))

    _tamper(log, insert_third)
    assert log.audit.verify().row == 3
    assert log.audit.verify(kept.head, kept.count).row == 3


def test_a_row_put_behind_the_end_is_named(log: Store) -> None:
    kept = log.audit.head()

    def append_by_hand(connection: Connection) -> None:
        row = dict(connection.execute(select(A).where(A.c.fid == kept.count)).mappings().one())
        tree = audit_check.Frontier()
        for leaf in connection.scalars(select(A.c.hash).order_by(A.c.fid)):
            tree.append(bytes.fromhex(leaf))
        forged = row | {"fid": kept.count + 1}
        leaf = audit_check.entry_hash(audit_check.entry_of(forged))
        tree.append(leaf)
        connection.execute(A.insert().values({**forged, "hash": leaf.hex(), "head": tree.head().hex()}))

    _tamper(log, append_by_hand)
    found = log.audit.verify()
    assert (found.row, found.fault and found.fault.template) == (kept.count + 1, audit_check.ADDED)


def test_a_last_row_that_is_gone_with_its_head_is_found_by_a_kept_one(log: Store) -> None:
    kept = log.audit.head()
    _tamper(log, lambda connection: connection.execute(A.delete().where(A.c.fid == kept.count)))
    assert log.audit.verify().row == kept.count
    assert log.audit.verify(kept.head, kept.count).row == kept.count


def test_rows_and_growth_are_proved_without_the_city(log: Store) -> None:
    early = log.audit.head()
    log.settings.set("more", "text")
    late = log.audit.head()
    for number in range(1, late.count + 1):
        proof = log.audit.prove(number)
        assert (proof.fault(), proof.log, proof.entry.number) == (None, late, number)
    assert proof.texts["object"][0] == "setting/more"
    growth = log.audit.growth(early.count)
    assert (growth.fault(), growth.earlier, growth.log) == (None, early, late)
    log.audit.erase("li")
    erased = next(row.number for row in log.audit.page() if row.action == "round.make")
    assert log.audit.prove(erased).fault() is None
    assert "who" not in log.audit.prove(erased).texts
    with pytest.raises(NotFoundError, match="no row 999"):
        log.audit.prove(999)
    with pytest.raises(InputError, match="999"):
        log.audit.growth(999)


@pytest.mark.parametrize("values", [{"action": "login"}, {"hash": "0" * 64}, {"hash": "x"}, {"erased": {"who": "x"}}])
def test_nothing_is_proved_of_a_log_that_does_not_hold(log: Store, values: dict[str, object]) -> None:
    _tamper(log, _set(3, **values))
    with pytest.raises(StoreError, match="audit verify"):
        log.audit.prove(3)


def test_a_row_changed_with_its_hash_is_named(log: Store) -> None:
    head = log.audit.head()

    def forge(connection: Connection) -> None:
        connection.execute(update(A).where(A.c.fid == 3).values(action="login"))
        row = connection.execute(select(A).where(A.c.fid == 3)).mappings().one()
        leaf = audit_check.entry_hash(audit_check.entry_of(dict(row))).hex()
        connection.execute(update(A).where(A.c.fid == 3).values(hash=leaf))

    _tamper(log, forge)
    found = log.audit.verify()
    assert (found.row, found.fault and found.fault.template) == (3, audit_check.REPLACED)
    assert log.audit.verify(head.head, head.count).row == 3


def test_a_removed_row_is_named(log: Store) -> None:
    _tamper(log, lambda connection: connection.execute(A.delete().where(A.c.fid == 3)))
    found = log.audit.verify()
    assert (found.row, found.fault and found.fault.template) == (3, audit_check.MISSING)
    _tamper(log, lambda connection: connection.execute(update(A).where(A.c.fid > 3).values(fid=-A.c.fid)))
    _tamper(log, lambda connection: connection.execute(update(A).where(A.c.fid < 0).values(fid=-A.c.fid - 1)))
    assert log.audit.verify().row == 3  # closing the gap does not help


def test_swapped_rows_are_named(log: Store) -> None:
    for old, new in ((2, -2), (3, 2), (-2, 3)):
        _tamper(log, _set(old, fid=new))
    assert log.audit.verify().row == 2


def test_a_cut_tail_is_found_also_where_the_frontier_was_cut_too(log: Store) -> None:
    kept = log.audit.head()
    _tamper(log, lambda connection: connection.execute(A.delete().where(A.c.fid > kept.count - 2)))
    found = log.audit.verify()
    assert (found.row, found.fault and found.fault.template) == (kept.count - 1, audit_check.CUT)

    def cut_frontier(connection: Connection) -> None:
        tree = audit_check.Frontier()
        for leaf in connection.scalars(select(A.c.hash).order_by(A.c.fid)):
            tree.append(bytes.fromhex(leaf))
        peaks = [peak.hex() for peak in tree.peaks]
        connection.execute(update(tables.audit_frontier).values(count=tree.count, peaks=peaks))

    _tamper(log, cut_frontier)
    assert log.audit.verify().fault is None  # nobody can know, but who kept a head
    found = log.audit.verify(kept.head, kept.count)
    assert (found.row, found.fault and found.fault.template) == (kept.count - 1, audit_check.CUT)
    found = log.audit.verify(kept.head)
    assert found.fault is not None
    assert found.fault.template == audit_check.UNKNOWN


def test_a_log_written_anew_is_found_by_a_head_that_somebody_kept(log: Store) -> None:
    kept = log.audit.head()
    _tamper(log, lambda connection: _rewrite(connection, log, "login"))
    assert log.audit.verify().fault is None
    found = log.audit.verify(kept.head, kept.count)
    assert (found.row, found.fault and found.fault.template) == (kept.count, audit_check.ANEW)
    assert log.audit.verify(kept.head).fault is not None


def test_rows_put_behind_the_end_and_an_exchanged_frontier_are_found(log: Store) -> None:
    count = log.audit.head().count
    _tamper(log, lambda connection: connection.execute(update(tables.audit_frontier).values(peaks=["00"])))
    assert log.audit.verify().fault is not None
    with pytest.raises(StoreError, match="audit_frontier"):
        log.settings.set("a", "b")
    assert log.settings.get("a") is None
    _tamper(log, lambda connection: connection.execute(tables.audit_frontier.delete()))
    assert log.audit.verify().fault is not None
    with pytest.raises(StoreError, match="audit_frontier"):
        log.settings.set("a", "b")
    assert log.audit.page(count=1)[0].number == count


def test_a_row_that_cannot_be_read_is_named(log: Store) -> None:
    _tamper(log, lambda connection: connection.execute(text("UPDATE audit SET erased = 'no JSON' WHERE fid = 3")))
    assert log.audit.verify().row == 3
    _tamper(log, lambda connection: connection.execute(text("UPDATE audit SET erased = '[1]' WHERE fid = 3")))
    assert log.audit.verify().row == 3


def test_parts_end_where_the_log_does(log: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = log.audit.verify()
    for size in (1, 2, whole.count, whole.count + 1):
        monkeypatch.setattr(audit_check, "PART", size)
        assert log.audit.verify() == whole


def test_a_name_is_erased_and_the_log_holds(log: Store) -> None:
    kept = log.audit.head()
    assert log.audit.erase("zhang") == 2
    assert not [row for row in log.audit.page() if row.who == "zhang"]
    found = log.audit.verify(kept.head, kept.count)
    assert (found.fault, found.erased, found.count) == (None, 2, kept.count + 1)
    assert log.audit.erase("li") == 1
    assert log.audit.verify(kept.head, kept.count).erased == 3
    with pytest.raises(NotFoundError, match="'zhang'"):
        log.audit.erase("zhang")


def test_who_empties_a_row_without_a_word_or_writes_over_one_is_found(log: Store) -> None:
    log.audit.erase("li")
    with log._database.reading() as connection:
        number = connection.scalar(select(A.c.fid).where(A.c.erased.is_not(None)))
        row = connection.execute(select(A).where(A.c.fid == 2)).mappings().one()
    assert number is not None
    sealed = audit_check.entry_of(dict(row)).who.hex()
    _tamper(log, _set(2, who="", who_salt="", erased={"who": sealed}))
    found = log.audit.verify()
    assert (found.row, found.fault and found.fault.template) == (2, audit_check.BLANKED)
    _tamper(log, _set(number, who="wang"))
    assert log.audit.verify().row in (2, number)
    _tamper(log, _set(2, who=row["who"], who_salt=row["who_salt"], erased=None))
    assert log.audit.verify().row == number


def test_threads_that_write_at_once_make_one_log(store: Store) -> None:
    before = store.audit.head().count

    def write(name: str) -> None:
        for number in range(8):
            with acting(name):
                store.settings.set(name, str(number))

    threads = [threading.Thread(target=write, args=(f"t{at}",)) for at in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert store.audit.verify().count == before + 32
    assert store.audit.verify().fault is None
    versions = [(row.from_version, row.to_version) for row in store.audit.page() if row.object == "setting/t2"]
    assert versions == [(str(at), str(at + 1)) for at in range(7, -1, -1)]


def test_what_happens_while_another_writes_is_written_with_the_next(log: Store, city_url: str) -> None:
    count = log.audit.head().count
    with Store.open(city_url) as other:
        with other._database.backend.writer.begin() as connection:
            log._database.backend.lock(connection, A)
            log.audit.note(happening(Event.LOOK, "page/map"))
            assert log.audit.head().count == count
        log.settings.set("a", "b")
    look, change = reversed(log.audit.page(count=2))
    assert (look.action, change.action) == ("covert.look", "setting.set")
    assert log.audit.verify().fault is None


def test_rows_that_find_no_room_are_counted(log: Store, city_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes_waiting, "MOST", 2)
    with Store.open(city_url) as other, other._database.backend.writer.begin() as connection:
        log._database.backend.lock(connection, A)
        for number in range(5):
            log.audit.note(happening(Event.LOOK, f"round/{number}"))
    log.settings.set("a", "b")
    rows = log.audit.page(count=4)
    assert [row.action for row in rows] == ["setting.set", "audit.missed", "covert.look", "covert.look"]
    assert (rows[1].detail, rows[2].object) == ({"rows": 3}, "round/1")


def test_a_refused_change_leaves_no_row_and_what_waited_still_waits(log: Store) -> None:
    count = log.audit.head().count
    log._database._notes.keep(happening(Event.LOOK, "page/map"))
    with pytest.raises(NotFoundError):
        log.rounds.remove("R9")
    assert log.audit.head().count == count
    log.settings.set("a", "b")
    assert log.audit.head().count == count + 2


def test_an_append_costs_the_same_in_a_long_log(store: Store) -> None:
    _tamper(store, lambda connection: append(connection, store._database.backend, [happening(Event.LOOK)] * 1500))
    with store._database.reading() as connection:
        (peaks,) = connection.execute(select(tables.audit_frontier.c.peaks)).one()
        assert connection.scalar(select(func.count()).select_from(tables.audit_frontier)) == 1
    count = store.audit.head().count
    assert len(peaks) == count.bit_count()
    assert store.audit.verify().fault is None


def _run(city: str, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["audit", *words, "--city", city])
    return done.exit_code, done.output


def test_the_commands(log: Store, city_url: str, tmp_path) -> None:
    kept = log.audit.head()
    assert _run(city_url, "verify") == (0, f"The log holds: {kept.count} rows, head {kept.head}\n")
    code, line = _run(city_url, "head")
    assert (code, line) == (0, f"xundian-audit {kept.count} {kept.head}\n")
    (tmp_path / "head.txt").write_text(line)
    log.settings.set("a", "b")
    for words in (["--head", kept.head, "--count", str(kept.count)], ["--kept", str(tmp_path / "head.txt")]):
        assert _run(city_url, "verify", *words)[0] == 0
    code, output = _run(city_url, "verify", "--head", "0" * 64, "--count", "2")
    assert (code, "up to 2 was changed" in output) == (1, True)
    code, output = _run(city_url, "verify", "--count", "2")
    assert (code, "without a head" in output) == (1, True)
    code, output = _run(city_url, "list", "--limit", "2")
    assert (code, output.count("\n"), "setting/a" in output) == (0, 3, True)
    code, output = _run(city_url, "list", "--who", "zhang", "--action", "round.change", "--object", "round/R1")
    assert (code, output.count("\n"), "zhang round.change round/R1 1 > 2" in output) == (0, 2, True)
    assert _run(city_url, "list", "--action", "no.such")[0] == 2
    _tamper(log, _set(3, action="login"))
    code, output = _run(city_url, "verify", "--json")
    assert (code, '"row": 3' in output, '"holds": false' in output, "row 3 of the audit log" in output) == (
        1,
        True,
        True,
        True,
    )


def test_proofs_go_to_somebody_without_the_city(log: Store, city_url: str, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text(_run(city_url, "head")[1])
    log.settings.set("a", "b")
    (tmp_path / "now.txt").write_text(_run(city_url, "head")[1])
    count = log.audit.head().count
    row, growth = str(tmp_path / "row.json"), str(tmp_path / "growth.json")
    assert _run(city_url, "prove", str(count - 1), "--out", row)[0] == 0
    assert log.audit.page(count=1)[0].action == "export"
    assert _run(city_url, "consistency", "--count", str(count - 1), "--out", growth)[0] == 0
    away = str(tmp_path / "no city")
    code, said = _run(away, "check", row, "--kept", str(tmp_path / "now.txt"))
    assert (code, f"Row {count - 1} stands in the log" in said, "object: round/R1" in said) == (0, True, True)
    code, said = _run(away, "check", row, "--kept", str(tmp_path / "kept.txt"))
    assert (code, "another log" in said) == (1, True)
    log.settings.set("c", "d")
    code, said = _run(city_url, "consistency", "--count", str(count - 1))
    (tmp_path / "later.json").write_text(said)
    code, said = _run(away, "check", str(tmp_path / "later.json"), "--kept", str(tmp_path / "kept.txt"))
    assert (code, f"begins with all {count - 1}" in said) == (0, True)
    (tmp_path / "lie.json").write_text((tmp_path / "row.json").read_text().replace("round/R1", "round/R2"))
    code, said = _run(away, "check", str(tmp_path / "lie.json"), "--json")
    assert (code, '"holds": false' in said, "object is not what was sealed" in said) == (1, True, True)
    assert "round/R1" not in _run(city_url, "prove", str(count - 1), "--sealed")[1]
    log.settings.set("\x1b[31m", "e")
    assert _run(city_url, "prove", str(log.audit.head().count), "--out", row)[0] == 0
    code, said = _run(away, "check", row)
    assert (code, "object: setting/" in said, "\x1b" in said) == (0, True, False)
    (tmp_path / "none.json").write_text("[")
    code, said = _run(away, "check", str(tmp_path / "none.json"))
    assert (code, "none.json is no JSON" in said) == (1, True)


def test_the_table_is_read_by_any_program(tmp_path: Path) -> None:
    """Read the log with SQLite alone: a table with row numbers, named audit, in the order of entry."""
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        store.settings.set("a", "b")
        head = store.audit.head()
    with closing(sqlite3.connect(tmp_path / "city.gpkg")) as city:
        shown = city.execute(
            "SELECT rowid, who, at, action, object, from_version, to_version, hash FROM audit ORDER BY rowid"
        ).fetchall()
        assert [row[0] for row in shown] == list(range(1, head.count + 1))
        assert [row[3] for row in shown] == ["city.schema", "setting.set"]
        assert [row[2] for row in shown] == sorted(row[2] for row in shown)
        (made,) = city.execute("SELECT sql FROM sqlite_master WHERE name = 'audit' AND type = 'table'").fetchone()
        assert "WITHOUT ROWID" not in made.upper()
