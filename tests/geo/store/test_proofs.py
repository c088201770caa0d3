"""Secrets, commitments, frames, and what happens to a draw in the field, on both databases."""

import datetime as dt
import threading
from dataclasses import replace

import pandas as pd
import pytest

from geo.errors import NotFoundError, StateError, StoreError
from geo.model import Avoidance, Commitment, Draw, Inspector, Round, SecretForm, SecretSet, TeamDraw, Visit
from geo.store import Store
from geo.store.fieldwork import Replaced

JUNE = Round("2026-06", dt.date(2026, 6, 12), days=2, teams=1, size=2)
NOON = dt.datetime(2026, 6, 1, 4, 30, 15, 123000, tzinfo=dt.UTC)
SECRETS = SecretSet("2026", SecretForm.ROOT, 2026, "e" * 64, 8, NOON)
ROWS = [["c0000", "main_road", "", 1, 2, 1 << 29], ["c0001", "main_road", "二街", 3, 4, 1 << 30]]
SHA = "f" * 64
BOUND = Commitment("2026-06", "2026", 1, {"quotas": {"主干道": 2}, "days": 2}, "a" * 64, SHA, {"inspectors": []}, NOON)
DRAW = Draw("2026-06", b"\x07" * 32, False, {"quotas": {"main_road": 2}}, SHA, 0.1, 0.2, NOON)


def sample(*ids):
    data = {"inclusion_prob": 0.5, "day": range(1, len(ids) + 1), "ticket": range(1, len(ids) + 1)}
    return pd.DataFrame(data, index=pd.Index(ids, name="id", dtype="str"))


def spare(*ids):
    data = {"inclusion_prob": 0.25, "ticket": range(10, 10 + len(ids))}
    return pd.DataFrame(data, index=pd.Index(ids, name="id", dtype="str"))


@pytest.fixture
def june(store, roster):
    store.checkpoints.upsert(roster(6))
    store.rounds.create(replace(JUNE, campaign={"zones": ["4201"]}, risk={"look_back": 3}))
    store.commitments.add_secret_set(SECRETS)
    return store


@pytest.fixture
def drawn(june):
    june.commitments.add(BOUND, ROWS, after=0)
    june.commitments.save_draw(
        replace(BOUND, public_number="01+02", shares=("份额",)), DRAW, sample("c0000", "c0001"), spare("c0002", "c0003")
    )
    return june


def test_a_round_keeps_what_it_is_drawn_from(june):
    assert june.rounds.get("2026-06").campaign == {"zones": ["4201"]}
    assert june.rounds.get("2026-06").risk == {"look_back": 3}


def test_a_root_is_published_once(june):
    assert june.commitments.secret_sets() == [SECRETS]
    with pytest.raises(StateError, match="2026"):
        june.commitments.add_secret_set(replace(SECRETS, root="0" * 64))


def test_a_year_is_closed_once_and_when_nothing_is_open(june):
    june.commitments.add(BOUND, ROWS, after=0)
    with pytest.raises(StateError, match="2026-06"):
        june.commitments.close_secret_set("2026", "ab" * 32, NOON)
    june.commitments.void(replace(BOUND, state="void", reason="x", voided_at=NOON))
    assert june.commitments.secret_sets() == [SECRETS]
    june.commitments.close_secret_set("2026", "ab" * 32, NOON)
    assert june.commitments.secret_sets() == [replace(SECRETS, master="ab" * 32, closed_at=NOON)]
    with pytest.raises(StateError, match="closed"):
        june.commitments.close_secret_set("2026", "cd" * 32, NOON)
    with pytest.raises(StateError, match="closed"):
        june.commitments.add(replace(BOUND, position=2), ROWS, after=1)


def test_the_first_reveal_is_recorded(drawn):
    kept = drawn.commitments.of_round("2026-06")
    assert kept.revealed_at is None
    for at in (NOON, NOON + dt.timedelta(days=1)):
        drawn.commitments.mark_revealed(kept, at)
    assert drawn.commitments.of_round("2026-06").revealed_at == NOON


def test_a_commitment_comes_back_with_its_frame(june):
    assert june.commitments.of_round("2026-06") is None
    june.commitments.add(BOUND, ROWS, after=0)
    assert june.commitments.of_round("2026-06") == BOUND
    assert june.commitments.all() == june.commitments.all("2026-06") == [BOUND]
    assert june.commitments.frame_rows(SHA) == ROWS
    with pytest.raises(NotFoundError):
        june.commitments.frame_rows("0" * 64)
    with pytest.raises(NotFoundError, match="2030"):
        june.commitments.of_round("2030")


def test_a_round_is_bound_once(june):
    june.commitments.add(BOUND, ROWS, after=0)
    with pytest.raises(StateError, match="void it"):
        june.commitments.add(replace(BOUND, position=2), ROWS, after=1)
    with pytest.raises(StateError, match="committed to"):
        june.draws.save(replace(DRAW, trial=True), sample("c0000"))
    with pytest.raises(StateError, match="not drawn"):
        june.draws.get("2026-06")


def test_a_secret_is_used_once_and_in_order(june):
    june.rounds.create(replace(JUNE, id="2026-07"))
    with pytest.raises(StateError, match="number 2"):
        june.commitments.add(replace(BOUND, position=2), ROWS, after=0)
    june.commitments.add(BOUND, ROWS, after=0)
    with pytest.raises(StateError, match="number 1"):
        june.commitments.add(replace(BOUND, round_id="2026-07"), ROWS, after=1)


def test_a_commitment_names_the_last_of_the_city(june):
    """Under another root the position is free, but another commitment was made meanwhile."""
    june.rounds.create(replace(JUNE, id="2026-07"))
    june.commitments.add_secret_set(replace(SECRETS, name="2026-2", root="d" * 64))
    june.commitments.add(BOUND, ROWS, after=0)
    other = replace(BOUND, round_id="2026-07", secret_set="2026-2")  # noqa: S106 - the name of a year
    with pytest.raises(StateError, match="meanwhile"):
        june.commitments.add(other, ROWS, after=0)
    june.commitments.add(other, ROWS, after=1)


def test_committing_takes_a_trial_away_but_no_visits(june):
    june.draws.save(replace(DRAW, trial=True), sample("c0000"), reserves=spare("c0002"))
    assert june.fieldwork.reserves("2026-06").index.tolist() == ["c0002"]
    june.visits.record([Visit("c0000", "A", NOON, "2026-06")])
    with pytest.raises(StateError, match="1 visits"):
        june.commitments.add(BOUND, ROWS, after=0)
    assert june.draws.get("2026-06").trial
    june.rounds.create(replace(JUNE, id="2026-07"))
    june.draws.save(replace(DRAW, round_id="2026-07", trial=True), sample("c0000"))
    june.commitments.add(replace(BOUND, round_id="2026-07"), ROWS, after=0)
    assert june.draws.find("2026-07") is None


def test_a_commitment_is_drawn_once(drawn):
    kept = drawn.commitments.of_round("2026-06")
    assert (kept.state, kept.public_number, kept.shares, kept.drawn_at) == ("drawn", "01+02", ("份额",), NOON)
    assert drawn.draws.sample("2026-06").index.tolist() == ["c0000", "c0001"]
    assert drawn.fieldwork.reserves("2026-06")["ticket"].to_dict() == {"c0002": 10, "c0003": 11}
    with pytest.raises(StateError, match="drawn once"):
        drawn.commitments.save_draw(replace(BOUND, public_number="03+04"), DRAW, sample("c0004"), spare())
    with pytest.raises(StateError, match="stands"):
        drawn.draws.save(replace(DRAW, trial=True), sample("c0004"))
    assert drawn.commitments.of_round("2026-06").public_number == "01+02"


def test_of_two_that_draw_at_once_one_is_refused(june):
    june.commitments.add(BOUND, ROWS, after=0)
    barrier, refused = threading.Barrier(2), []

    def draw(number, point):
        with Store.open(june.url) as own:
            barrier.wait()
            try:
                own.commitments.save_draw(replace(BOUND, public_number=number), DRAW, sample(point), spare())
            except (StateError, StoreError) as error:
                refused.append(error)

    threads = [threading.Thread(target=draw, args=pair) for pair in (("01+02", "c0000"), ("03+04", "c0001"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    number = june.commitments.of_round("2026-06").public_number
    assert june.draws.sample("2026-06").index.tolist() == [{"01+02": "c0000", "03+04": "c0001"}[number]]


def test_a_draw_that_cannot_be_kept_leaves_the_commitment_open(june):
    june.commitments.add(BOUND, ROWS, after=0)
    with pytest.raises(StoreError):
        june.commitments.save_draw(replace(BOUND, public_number="01+02"), DRAW, sample("nobody"), spare())
    assert june.commitments.of_round("2026-06") == BOUND
    assert june.draws.find("2026-06") is None


def test_a_void_round_loses_its_draw_and_keeps_its_record(drawn):
    void = replace(drawn.commitments.of_round("2026-06"), state="void", reason="弄错", voided_at=NOON)
    drawn.commitments.void(void)
    assert drawn.draws.find("2026-06") is None
    assert drawn.commitments.of_round("2026-06") == void
    assert drawn.commitments.frame_rows(SHA) == ROWS
    with pytest.raises(StateError, match="void"):
        drawn.commitments.void(void)
    with pytest.raises(StateError, match="void"):
        drawn.commitments.save_draw(BOUND, DRAW, sample("c0000"), spare())
    drawn.commitments.add(replace(BOUND, position=2), ROWS, after=1)
    assert [one.state for one in drawn.commitments.all("2026-06")] == ["void", "committed"]


def test_frames_that_nothing_needs_go(june):
    june.draws.save(replace(DRAW, trial=True), sample("c0000"))
    june.commitments.keep_frame(SHA, ROWS)
    june.commitments.keep_frame(SHA, ROWS)
    june.draws.save(replace(DRAW, trial=True, frame_sha256="9" * 64), sample("c0000"))
    with pytest.raises(NotFoundError):
        june.commitments.frame_rows(SHA)


LINE = Replaced("c0000", "c0002", "关门", 12.5, NOON)


def test_a_reserve_comes_in_on_the_day_of_what_goes_out(drawn):
    drawn.fieldwork.save_questionnaires("2026-06", {"c0000": 5, "c0001": 0})
    before = drawn.fieldwork.drawn_sample("2026-06")
    drawn.fieldwork.save_replacement("2026-06", LINE, after=0)
    assert drawn.fieldwork.replacements("2026-06") == [LINE]
    now = drawn.draws.sample("2026-06")
    assert now.index.tolist() == ["c0001", "c0002"]
    assert now.loc["c0002", ["day", "ticket", "inclusion_prob"]].tolist() == [1, 10, 0.25]
    assert drawn.fieldwork.questionnaires("2026-06").to_dict() == {"c0002": 5}
    pd.testing.assert_frame_equal(drawn.fieldwork.drawn_sample("2026-06"), before, check_dtype=False)
    drawn.fieldwork.save_replacement("2026-06", replace(LINE, out="c0002", into=""), after=1)
    assert drawn.draws.sample("2026-06").index.tolist() == ["c0001"]
    assert drawn.fieldwork.drawn_sample("2026-06").index.tolist() == ["c0000", "c0001"]


def test_a_replacement_needs_a_point_and_the_newest_log(drawn):
    with pytest.raises(StateError, match="meanwhile"):
        drawn.fieldwork.save_replacement("2026-06", LINE, after=1)
    with pytest.raises(StateError, match="c0004"):
        drawn.fieldwork.save_replacement("2026-06", replace(LINE, out="c0004"), after=0)
    assert drawn.fieldwork.replacements("2026-06") == []


def test_questionnaires_are_kept_anew(drawn):
    drawn.fieldwork.save_questionnaires("2026-06", {"c0000": 5, "c0001": 2})
    drawn.fieldwork.save_questionnaires("2026-06", {"c0001": 3})
    assert drawn.fieldwork.questionnaires("2026-06").to_dict() == {"c0001": 3}


def test_drawn_teams_come_back(drawn):
    teams = TeamDraw(
        "2026-06",
        {"甲": (Inspector("李", "甲", "文明办", "一街"), Inspector("王", "甲"))},
        {"420102001": {"1": ("甲",)}},
        (("李", "王"),),
        "why",
        (("420102001", 2, "甲"),),
        ("street 420102001: ...",),
        NOON,
    )
    assert drawn.fieldwork.team_draw("2026-06") is None
    drawn.fieldwork.save_team_draw(replace(teams, proof=""))
    drawn.fieldwork.save_team_draw(teams)
    assert drawn.fieldwork.team_draw("2026-06") == teams


def test_what_hangs_on_a_draw_goes_with_it(drawn):
    drawn.fieldwork.save_questionnaires("2026-06", {"c0000": 5})
    drawn.fieldwork.save_replacement("2026-06", LINE, after=0)
    drawn.commitments.void(replace(drawn.commitments.of_round("2026-06"), state="void", reason="x", voided_at=NOON))
    assert drawn.fieldwork.questionnaires("2026-06").empty
    assert drawn.fieldwork.team_draw("2026-06") is None
    with pytest.raises(StateError):
        drawn.fieldwork.reserves("2026-06")


def test_the_avoidance_table_is_replaced(store):
    store.fieldwork.replace_avoidances([Avoidance("a", street="x")])
    lines = [Avoidance("李", partner="王", reason="夫妻"), Avoidance("王", unit="城管局")]
    store.fieldwork.replace_avoidances(lines)
    assert store.fieldwork.avoidances() == lines


def test_undoing_an_import_spares_what_is_bound(store, roster):
    store.checkpoints.upsert(roster(2), import_of="roster.xlsx")
    store.rounds.create(JUNE)
    store.commitments.add_secret_set(SECRETS)
    store.commitments.add(BOUND, ROWS, after=0)
    undone = store.imports.undo_last("checkpoints")
    assert undone.retired == 2
    store.commitments.save_draw(replace(BOUND, public_number="01+02"), DRAW, sample("c0000", "c0001"), spare())
    assert store.draws.sample("2026-06").index.tolist() == ["c0000", "c0001"]
