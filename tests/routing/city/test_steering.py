"""A round cannot be steered: after the commitment nothing that the office changes changes what is drawn."""

import copy
import datetime as dt
import hashlib
import json
import os
import shutil
import stat
from dataclasses import replace

import pytest
import shapely

from geo.errors import InputError, NotFoundError, StateError
from geo.model import Avoidance, Inspector, Team, Visit
from routing.draw.commit import ThirdParty
from routing.draw.commitment import round_key
from routing.draw.design import Design
from routing.draw.reveal import day_release, reveal, seals
from routing.draw.sample import select
from routing.draw.verify import verify, verify_day, verify_owner
from routing.draw.year_secrets import climbs
from routing.rounds import proof, publishing, vault
from routing.rounds.frame import Choices
from routing.rounds.making import draw_round, rows_sha256
from routing.rounds.report import draw_status, report_round
from routing.teams.drawn import draw_round_teams

NUMBER, VALUE = "双色球 2026068", "03,11,17,22,28,31+09"
SHARE = "公证处 7391"
PARTY = ThirdParty("公证处", hashlib.sha256(SHARE.encode()).hexdigest())
OPEN_CHOICES = Choices(streets=True, independent_share=0.2, reserve=0.4)


AFTER = dt.date(2026, 7, 1)  # every round is over


def bind(city, round_id="2026-06", number=NUMBER):
    return proof.commit_round(city, round_id, number, third_parties=[PARTY], choices=OPEN_CHOICES)


def drawn(city, round_id="2026-06"):
    return proof.draw_committed(city, round_id, VALUE, [SHARE])


def change_everything(city):
    """Do all that an office could do to its own city between the commitment and the number."""
    roster = city.checkpoints.frame()
    moved = roster.assign(size=9.0, category="mall", fixed=True, street_code="420102003", unit="别处")
    moved.geometry = moved.geometry.translate(0.01, 0.01)
    city.checkpoints.upsert(moved)
    city.checkpoints.upsert(roster.rename(index=lambda id_: f"N{id_}").rename_axis("id").iloc[:60])
    city.checkpoints.retire(roster.index[:100])
    city.visits.record([Visit("P150", "T1", dt.datetime(2026, 5, 30, 2, tzinfo=dt.UTC))])
    city.fieldwork.replace_avoidances([Avoidance("员00", partner="员01"), Avoidance("员10", unit="单位3")])
    city.teams.replace([Team("X", 1.0, 2.0, inspectors=tuple(Inspector(f"新{k}", "X") for k in range(12)))])
    city.rounds.create(replace(city.rounds.get("2026-06"), id="other", size=10))


def test_nothing_changed_after_the_commitment_changes_the_draw(city, another_city):
    proof.new_secrets(city, 2026)
    shutil.copytree(vault.folder_of(city), vault.folder_of(another_city))  # the same secret
    another_city.commitments.add_secret_set(city.commitments.secret_sets()[0])
    teams = city.teams.all()
    outcomes = []
    for one in (city, another_city):
        bind(one)
        if one is another_city:
            change_everything(one)
        report = drawn(one)
        drawn_teams = draw_round_teams(one, "2026-06", teams)
        document = publishing.reveal_round(one, "2026-06", AFTER)
        assert verify(document).valid
        sample = one.draws.sample("2026-06")[["inclusion_prob", "day", "ticket"]]
        people = {team: [inspector.name for inspector in members] for team, members in drawn_teams.members.items()}
        outcomes.append((report, sample.to_dict(), document, people))
    assert outcomes[0] == outcomes[1]


def test_what_is_published_of_a_commitment_is_this_and_always_the_same(city):
    """Root, parameters and their hashes; nothing of the frame, the pool or the secret."""
    first = bind(city).publication
    kept = city.commitments.of_round("2026-06")
    assert set(first) == {
        "round",
        "commitment",
        "root",
        "parameters_hash",
        "parameters",
        "inspectors",
        "secret_set",
        "committed_at",
    }
    assert set(first["parameters"]) == {
        "version",
        "round",
        "points",
        "quotas",
        "reserves",
        "days",
        "independent_share",
        "streets",
        "public_number",
        "source",
        "period",
        "number_form",
        "shares",
        "secrets_root",
        "secrets_count",
        "position",
        "voids",
        "replacements_limit",
        "previous",
    }
    assert first["commitment"] == proof.hash_of(kept)
    assert first["parameters"]["shares"] == [{"party": PARTY.party, "sha256": PARTY.sha256}]
    drawn(city)
    assert proof.published(city, city.commitments.of_round("2026-06")) == first
    proof.void_round(city, "2026-06", "x")
    assert proof.published(city, city.commitments.of_round("2026-06")) == first


def test_only_the_number_moves_the_sample(city):
    bind(city)
    committed = proof.restored(city, city.commitments.of_round("2026-06"))
    drawn(city)
    first = set(city.draws.sample("2026-06").index)
    proof.void_round(city, "2026-06", "a rehearsal")
    bind(city, number="双色球 2026069")
    other = proof.draw_committed(city, "2026-06", "01,02,03,04,05,06+07", [SHARE])
    assert other.drawn == len(first)
    assert set(city.draws.sample("2026-06").index) != first
    assert proof.restored(city, city.commitments.of_round("2026-06")).secret != committed.secret


def test_the_number_is_typed_once(city):
    bind(city)
    with pytest.raises(InputError, match="form"):
        proof.draw_committed(city, "2026-06", "3,11,17", [SHARE])
    with pytest.raises(InputError, match="isn't the one"):
        proof.draw_committed(city, "2026-06", VALUE, ["another"])
    drawn(city)
    for value in (VALUE, "01,02,03,04,05,06+07"):
        with pytest.raises(StateError, match="drawn once"):
            proof.draw_committed(city, "2026-06", value, [SHARE])
    with pytest.raises(StateError, match="stands"):
        draw_round(city, "2026-06", seed=1)
    with pytest.raises(StateError, match="void it"):
        bind(city)


def test_a_bound_round_has_no_trial_and_a_trial_no_number(city):
    with pytest.raises(StateError, match="commit first"):
        proof.draw_committed(city, "2026-06", VALUE)
    assert draw_round(city, "2026-06", seed=1).trial
    bind(city)
    assert city.draws.find("2026-06") is None
    with pytest.raises(StateError, match="committed to"):
        draw_round(city, "2026-06", seed=1)


def test_voids_are_counted_everywhere_afterwards(city):
    bind(city)
    with pytest.raises(InputError, match="say why"):
        proof.void_round(city, "2026-06", "  ")
    proof.void_round(city, "2026-06", "弄错期号")
    with pytest.raises(StateError, match="void already"):
        proof.void_round(city, "2026-06", "again")
    with pytest.raises(StateError, match="void"):
        drawn(city)
    again = bind(city).publication["parameters"]
    assert (again["voids"], again["position"]) == (1, 2)
    assert again["previous"] == proof.hash_of(city.commitments.all()[0])
    assert drawn(city).voids == 1
    result = report_round(city, "2026-06", draws=0).as_json()
    assert result["voids"] == 1
    assert [one["reason"] for one in result["voided"]] == ["弄错期号"]
    city.rounds.create(replace(city.rounds.get("2026-06"), id="2026-07"))
    draw_round(city, "2026-07", seed=3)
    assert report_round(city, "2026-07", draws=0).as_json()["voids"] == 1


def test_the_root_comes_first_and_every_secret_leads_to_it(city):
    root = proof.new_secrets(city, 2026, count=2).root
    with pytest.raises(StateError, match="has secrets already"):
        proof.new_secrets(city, 2026)
    assert bind(city).publication["parameters"]["secrets_root"] == root
    proof.void_round(city, "2026-06", "x")
    assert not bind(city).secrets_are_new
    own = proof.restored(city, city.commitments.of_round("2026-06"))
    assert climbs(own.secret, 2, 2, list(own.secret_path), root)
    proof.void_round(city, "2026-06", "y")
    third = bind(city)
    assert third.secrets_are_new
    assert [one.name for one in city.commitments.secret_sets()] == ["2026", "2026-2"]
    assert third.publication["parameters"]["voids"] == 2  # new secrets forget nothing
    assert third.publication["parameters"]["previous"] == proof.hash_of(city.commitments.all()[1])


def test_no_secret_is_in_the_city_and_its_file_is_its_owners(city, tmp_path):
    bind(city)
    committed = proof.restored(city, city.commitments.of_round("2026-06"))
    (file,) = vault.folder_of(city).iterdir()
    seed = json.loads(file.read_text())["master"]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    content = b"".join(path.read_bytes() for path in tmp_path.glob("city.gpkg*"))
    for secret in (seed, committed.secret, committed.salts[0]):
        assert secret.encode() not in content
        assert bytes.fromhex(secret) not in content
    public = json.dumps(proof.published(city, city.commitments.of_round("2026-06")))
    assert seed not in public
    assert committed.secret not in public


def test_without_its_secret_a_round_is_not_drawn(city):
    bind(city)
    (file,) = vault.folder_of(city).iterdir()
    text = file.read_text()
    file.unlink()
    with pytest.raises(StateError, match="secret of this round is missing"):
        drawn(city)
    file.write_text(text.replace('"master": "', '"master": "00'))
    with pytest.raises(StateError, match="damaged"):
        drawn(city)
    file.write_text(text)
    assert not drawn(city).trial


def test_what_is_kept_is_what_was_drawn(city):
    bind(city)
    drawn(city)
    committed = proof.drawn_of(city, "2026-06")
    kept = city.draws.get("2026-06")
    assert kept.key == round_key(committed)
    assert kept.frame_sha256 == rows_sha256(city.commitments.frame_rows(kept.frame_sha256))
    document = reveal(committed)  # the list beside it changes no sample
    assert {row["id"] for row in document["reserves"]} == set(city.fieldwork.reserves("2026-06").index)
    roster = city.checkpoints.frame()
    streets = roster["street_code"]
    plain = select(roster, Design(**{**kept.design, "streets": "street_code", "size": "size"}), kept.key)
    assert plain.index.tolist() == [row["id"] for row in document["sample"]]
    counts = plain.groupby(streets.loc[plain.index]).size()
    assert ((counts - 20).abs() < 8).all()


def test_a_day_and_a_receipt_show_no_more_than_they_say(city):
    published = bind(city).publication
    drawn(city)
    committed = proof.drawn_of(city, "2026-06")
    day = day_release(committed, 2)
    assert verify_day(day, seals(committed))
    assert {row[0] for row in day["sample"]} == set(city.draws.sample("2026-06").query("day == 2").index)
    assert json.dumps(seals(committed)[2]) not in json.dumps(day)
    receipt = publishing.receipt(city, "2026-06", "P010")
    assert verify_owner(receipt, published["root"])
    assert receipt["commitment"] == published["commitment"]
    forged = copy.deepcopy(receipt)
    forged["point"]["prob"] += 1
    assert not verify_owner(forged, published["root"])
    with pytest.raises(NotFoundError, match="nowhere"):
        publishing.receipt(city, "2026-06", "nowhere")


def test_who_can_be_drawn_into_teams_is_bound_too(city):
    first = bind(city).publication["inspectors"]
    assert proof.published(city, city.commitments.of_round("2026-06"))["inspectors"] == first
    assert "员00" not in json.dumps(proof.published(city, city.commitments.of_round("2026-06")), ensure_ascii=False)
    proof.void_round(city, "2026-06", "x")
    city.teams.replace(city.teams.all()[:3])
    assert bind(city).publication["inspectors"] != first


def test_what_cannot_be_drawn_is_not_bound(city):
    city.rounds.create(replace(city.rounds.get("2026-06"), id="big", size=500))
    with pytest.raises(InputError, match="size is 500"):
        bind(city, "big")
    assert city.commitments.all() == []
    assert draw_status(city, "big").state == "open"


def test_a_drawn_checkpoint_that_has_left_the_roster_is_still_inspected(city):
    bind(city)
    city.checkpoints.retire(city.checkpoints.frame().index)
    assert drawn(city).drawn == 60
    assert len(city.draws.sample("2026-06")) == 60
    assert shapely.is_valid(city.draws.sample("2026-06").geometry.to_numpy()).all()
