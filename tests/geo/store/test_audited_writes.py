"""Every method of the store that writes leaves its row in the audit log, in the same transaction, on both databases."""

import ast
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import select

import geo.store
from geo import frames
from geo.audit.events import Event
from geo.catalogue import load
from geo.model import (
    Avoidance,
    Commitment,
    Draw,
    Inspector,
    LoginSession,
    Mode,
    Role,
    Round,
    SecretForm,
    SecretSet,
    Team,
    TeamDraw,
    User,
    Visit,
)
from geo.store import Store, audit, tables
from geo.store.amendments import LogLine, NewRoutes, UndoWish
from geo.store.fieldwork import Replaced
from geo.store.plans import NewPlan
from geo.store.sessions import SessionLimits

Step = tuple[str, Callable[[Store], object]]
DAY = dt.date(2026, 6, 12)
NOON = dt.datetime(2026, 6, 1, 4, tzinfo=dt.UTC)
NOW = dt.datetime.now(dt.UTC)
ROWS = [["c0000", "main_road", "", 1, 2, 1 << 29]]
R1, R2, R3 = (Round(name, DAY, days=1, teams=1, size=1) for name in ("R1", "R2", "R3"))
BOUND = Commitment("R1", "2026", 1, {}, "a" * 64, "f" * 64, {}, NOON)
DRAW = Draw("R1", b"\x07" * 32, False, {}, "f" * 64, 0.1, 0.2, NOON)
PLANNER = User("li", Role.PLANNER, "hash")


WORDS = {
    "Accounts.disable": "account.disable account.enable",
    "Accounts.save": "account.change account.make",
    "Accounts.set_password": "account.password",
    "Amendments.replace_route": "plan.change",
    "Amendments.undo": "plan.undo",
    "AuditLog.erase": "audit.erase",
    "Catalogues.save": "catalogue.save",
    "Checkpoints.place": "checkpoint.place",
    "Checkpoints.retire": "checkpoints.retire",
    "Checkpoints.save_unplaced": "checkpoints.wait",
    "Checkpoints.unplace": "checkpoint.unplace",
    "Checkpoints.upsert": "checkpoints.import",
    "CitySettings.set": "setting.set",
    "Closures.add": "closure.add",
    "Closures.lift": "closure.lift",
    "Commitments.add": "draw.commit",
    "Commitments.add_secret_set": "secrets.publish",
    "Commitments.close_secret_set": "secrets.close",
    "Commitments.keep_frame": "frame.keep",
    "Commitments.mark_revealed": "draw.reveal",
    "Commitments.save_draw": "draw.save",
    "Commitments.void": "draw.void",
    "Draws.save": "draw.trial",
    "Fieldwork.replace_avoidances": "avoidances.replace",
    "Fieldwork.save_questionnaires": "questionnaires.save",
    "Fieldwork.save_replacement": "point.replace",
    "Fieldwork.save_team_draw": "teams.draw",
    "Imports.undo": "import.undo",
    "Imports.undo_last": "import.undo",
    "KeptStreets.replace": "streets.replace",
    "Plans.keep_candidates": "plan.candidates",
    "Plans.save": "plan.save",
    "Rounds.change": "round.change",
    "Rounds.create": "round.make",
    "Rounds.remove": "round.remove",
    "Sessions.end": "logout",
    "Sessions.end_all": "session.end",
    "Sessions.end_one": "session.end",
    "Sessions.set_limits": "session.limits",
    "Teams.replace": "teams.replace",
    "Totals.rebuild": "totals.rebuild",
    "Visits.record_batches": "visits.record",
    "Zones.replace_cells": "cells.replace",
    "Zones.upsert": "zones.import",
}
"""Of each method that writes the words of its rows."""

ELSEWHERE = {
    "audit.missed": "tests/geo/store/test_audit.py",
    "backup": "tests/webmap/test_files_leave_rows.py",
    "city.schema": "tests/geo/store/test_audit.py",
    "covert.look": "tests/webmap/accounts/test_audited.py",
    "export": "tests/webmap/test_files_leave_rows.py",
    "login": "tests/webmap/accounts/test_audited.py",
    "login.refused": "tests/webmap/accounts/test_audited.py",
    "plan.reveal": "tests/webmap/test_files_leave_rows.py",
}
"""Words of what no method here writes, and where they are shown to be written."""


def _points(*ids: str, **columns: object) -> pd.DataFrame:
    data = {"inclusion_prob": 0.5, **columns, "ticket": range(1, len(ids) + 1)}
    return pd.DataFrame(data, index=pd.Index(ids, name="id", dtype="str"))


def _none(schema: frames.Schema) -> Any:
    frame = frames.empty(schema)
    return gpd.GeoDataFrame(frame, geometry=[], crs=4326) if schema.geometry else frame


def _sessions(store: Store) -> None:
    for token in ("one", "two", "three"):
        store.sessions.begin(store.accounts.get("li"), token, LoginSession(0, "li", NOW, NOW, "::1", ""))  # type: ignore[arg-type]


def _end_one(store: Store) -> None:
    store.sessions.end_one("li", store.sessions.of((Role.PLANNER,), NOW)[0].id)


def _amend(store: Store) -> None:
    new = NewRoutes([("A", 1)], _none(frames.ROUTES), _none(frames.STOPS), _none(frames.UNSERVED), [])
    line = LogLine(NOON, "li", "late", "jam", {}, [{"team": "A", "day": 1, "notes": []}], [])
    store.amendments.replace_route("R1", new, line, after=store.plans.state("R1"))


def _cells() -> gpd.GeoDataFrame:
    columns = {name: pd.Series(["x"] if kind == "str" else [1]) for name, kind in frames.CELLS.columns.items()}
    frame = pd.DataFrame(columns).set_axis(pd.Index(["c"], name=frames.CELLS.index), axis=0)
    return gpd.GeoDataFrame(frame, geometry=[shapely.box(114, 30, 114.1, 30.1)], crs=4326)


def _story(roster: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Iterator[Step]:
    """Tell a city from its files to the audit, so that each method that writes finds what it needs."""
    yield from _files(roster, zones)
    yield from _round()
    yield from _people()


def _files(roster: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Iterator[Step]:
    points, waiting = roster.iloc[:6], pd.DataFrame(roster.iloc[6:].drop(columns="geometry"))
    yield "Checkpoints.upsert", lambda s: s.checkpoints.upsert(points, import_of="roster.csv")
    yield "Checkpoints.save_unplaced", lambda s: s.checkpoints.save_unplaced(waiting)
    yield "Checkpoints.place", lambda s: s.checkpoints.place("c0006", 114.1, 30.1)
    yield "Checkpoints.unplace", lambda s: s.checkpoints.unplace("c0006")
    yield "Checkpoints.retire", lambda s: s.checkpoints.retire(["c0005"])
    yield "Zones.upsert", lambda s: s.zones.upsert(zones, import_of="zones.gpkg")
    yield "Zones.replace_cells", lambda s: s.zones.replace_cells(_cells())
    yield (
        "KeptStreets.replace",
        lambda s: s.streets.replace(_none(frames.STREETS), turn_bans=_none(frames.TURN_BANS), source_sha256="s" * 64),
    )
    yield "Imports.undo_last", lambda s: s.imports.undo_last("zones")
    yield "Visits.record_batches", lambda s: s.visits.record([Visit("c0001", "A", NOON)], import_of="visits.csv")
    yield "Totals.rebuild", lambda s: s.totals.rebuild()
    yield "Imports.undo", lambda s: s.imports.undo(s.imports.all()[0].id)
    yield "Teams.replace", lambda s: s.teams.replace([Team("A", 114.0, 30.0, Mode("car"), (Inspector("王", "A"),))])
    yield "Fieldwork.replace_avoidances", lambda s: s.fieldwork.replace_avoidances([Avoidance("王", street="东街")])
    yield "Catalogues.save", lambda s: s.catalogues.save(replace(load(), edition="2030"))
    yield "CitySettings.set", lambda s: s.settings.set("key", "value")
    yield "Closures.add", lambda s: s.closures.add(street="东街", first_day=DAY, last_day=DAY, reason="集市")
    yield "Closures.lift", lambda s: s.closures.lift(1)


def _round() -> Iterator[Step]:
    yield "Rounds.create", lambda s: s.rounds.create(R1)
    yield "Rounds.create", lambda s: s.rounds.create(R2)
    yield "Rounds.change", lambda s: s.rounds.change(replace(R2, days=2))
    yield "Rounds.remove", lambda s: s.rounds.remove("R2")
    yield "Rounds.create", lambda s: s.rounds.create(R3)
    trial = replace(DRAW, round_id="R3", trial=True)
    yield "Draws.save", lambda s: s.draws.save(trial, _points("c0000", day=[1]))
    yield (
        "Commitments.add_secret_set",
        lambda s: s.commitments.add_secret_set(SecretSet("2026", SecretForm.ROOT, 2026, "e" * 64, 8, NOON)),
    )
    yield "Commitments.keep_frame", lambda s: s.commitments.keep_frame("f" * 64, ROWS)
    yield "Commitments.add", lambda s: s.commitments.add(BOUND, ROWS, after=0)
    drawn = replace(BOUND, public_number="07")
    sample = _points("c0000", "c0001", day=[1, 1])
    yield "Commitments.save_draw", lambda s: s.commitments.save_draw(drawn, DRAW, sample, _points("c0002", "c0003"))
    yield "Commitments.mark_revealed", lambda s: s.commitments.mark_revealed(s.commitments.of_round("R1"), NOON)
    line = Replaced("c0000", "c0002", "closed", 10.0, NOON)
    yield "Fieldwork.save_replacement", lambda s: s.fieldwork.save_replacement("R1", line, after=0)
    yield "Fieldwork.save_questionnaires", lambda s: s.fieldwork.save_questionnaires("R1", {"c0001": 3})
    teams = TeamDraw("R1", {"A": (Inspector("王", "A"),)}, {}, (), "", (), (), NOON)
    yield "Fieldwork.save_team_draw", lambda s: s.fieldwork.save_team_draw(teams)
    yield "Plans.keep_candidates", lambda s: s.plans.keep_candidates("R1", "a" * 64, b"routes")
    plan = (_none(frames.ROUTES), _none(frames.STOPS), _none(frames.UNSERVED))
    yield "Plans.save", lambda s: s.plans.save(NewPlan("R1", *plan, figures={"travel_s": 1}), after=s.plans.state("R1"))
    yield "Amendments.replace_route", _amend
    yield "Amendments.undo", lambda s: s.amendments.undo("R1", UndoWish("li"), after=s.plans.state("R1"))
    yield "Commitments.void", lambda s: s.commitments.void(replace(BOUND, reason="弄错", voided_at=NOON))
    yield "Commitments.close_secret_set", lambda s: s.commitments.close_secret_set("2026", "ab" * 32, NOON)


def _people() -> Iterator[Step]:
    yield "Accounts.save", lambda s: s.accounts.save(PLANNER)
    yield "Accounts.save", lambda s: s.accounts.save(replace(PLANNER, password_hash="other"))  # noqa: S106 - a hash
    yield "Accounts.set_password", lambda s: s.accounts.set_password(s.accounts.get("li"), "third")
    yield "Sessions.set_limits", lambda s: s.sessions.set_limits(SessionLimits(2, 4))
    yield "", _sessions
    yield "Sessions.end", lambda s: s.sessions.end("one")
    yield "Sessions.end_one", _end_one
    yield "Sessions.end_all", lambda s: s.sessions.end_all("li")
    yield "Accounts.disable", lambda s: s.accounts.disable("li")
    yield "Accounts.disable", lambda s: s.accounts.disable("li", disabled=False)
    yield "AuditLog.erase", lambda s: s.audit.erase("li")


BOOKKEEPING = {
    f"Jobs.{name}"
    for name in (
        *("enqueue", "claim", "finishing", "fail", "stop", "give_back", "give_back_dead", "release_all"),
        *("cancel", "finish_early", "tidy", "drop_files"),
    )
}
"""Who works on what, and until when: what a job does to the city leaves its own row, in the same transaction."""


def _writing_methods() -> set[str]:
    """Read from the source which methods of the parts open a writing transaction, or call their own that does."""
    found = set()
    for file in Path(geo.store.__file__).parent.glob("*.py"):
        for part in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(part, ast.ClassDef) and "StorePart" in map(ast.unparse, part.bases):
                methods = {node.name: ast.unparse(node) for node in part.body if isinstance(node, ast.FunctionDef)}
                writing = {name for name, body in methods.items() if ".writing(" in body}
                hidden = [name for name in writing if name.startswith("_")]
                writing |= {name for name, body in methods.items() if any(f"self.{one}(" in body for one in hidden)}
                found |= {f"{part.name}.{name}" for name in writing if not name.startswith("_")}
    return found


def _dump(store: Store) -> dict[str, list[str]]:
    with store._database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in tables.metadata.sorted_tables
        }


def test_the_story_has_every_method_that_writes(roster: Any, zone_tree: gpd.GeoDataFrame) -> None:
    told = {name for name, _ in _story(roster(8), zone_tree)} - {""}
    assert told == _writing_methods() - BOOKKEEPING
    assert _writing_methods() > BOOKKEEPING


def test_every_word_of_the_log_is_written_by_somebody() -> None:
    here = {word for words in WORDS.values() for word in words.split()}
    assert here | set(ELSEWHERE) == set(Event)
    assert not here & set(ELSEWHERE)


def test_every_change_leaves_its_row_and_none_without_it(
    store: Store,
    roster: Any,
    zone_tree: gpd.GeoDataFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*arguments: Any) -> None:
        audit_append(*arguments)
        raise ZeroDivisionError

    words: dict[str, set[str]] = {}
    audit_append = audit.append
    for name, step in _story(roster(8), zone_tree):
        before = _dump(store)
        if name:
            with monkeypatch.context() as patch:
                patch.setattr(audit, "append", broken)
                with pytest.raises(ZeroDivisionError):
                    step(store)
            assert _dump(store) == before, name
        step(store)
        after = _dump(store)
        assert len(after["audit"]) > len(before["audit"]), name
        if name:
            words.setdefault(name, set()).add(store.audit.page(count=1)[0].action)
        changed = {table for table in after if after[table] != before[table]} - {"audit", "audit_frontier"}
        assert changed or name == "AuditLog.erase", name
    assert {name: " ".join(sorted(each)) for name, each in words.items()} == WORDS
    assert store.audit.verify().fault is None
    assert "li" not in {row.who for row in store.audit.page(count=10_000)}


def test_an_import_is_one_row_with_the_hash_of_its_rows(store: Store, roster: Any) -> None:
    store.checkpoints.upsert(roster(500), import_of="roster.csv")
    (first,) = store.audit.page(count=1)
    assert (first.action, first.detail["file"], first.detail["rows"]) == ("checkpoints.import", "roster.csv", 500)
    visits = [Visit(f"c{at:04d}", "A", NOON) for at in range(500)]
    store.visits.record(visits, import_of="visits.csv")
    (second, was) = store.audit.page(count=2)
    assert was == first
    assert (second.action, second.detail["accepted"]) == ("visits.record", 500)
    store.visits.record(visits, import_of="again.csv")
    store.visits.record([*visits[:-1], replace(visits[-1], covert=True)], import_of="other.csv")
    other, again = store.audit.page(count=2)
    assert again.detail["sha256"] == second.detail["sha256"] != other.detail["sha256"]
    store.checkpoints.upsert(roster(500, name="别的"))
    assert store.audit.page(count=1)[0].detail["sha256"] != first.detail["sha256"]
