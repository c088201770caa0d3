"""Every line of the table of cheats in docs/draw.md is tried: here, or in the test that is named for it."""

import ast
import copy
import datetime as dt
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import InputError, StateError
from geo.model import Visit
from routing.draw import redraw, verifier
from routing.draw.commit import ThirdParty, design_of
from routing.draw.commitment import DRAWN, round_key
from routing.draw.design import trial_key
from routing.draw.listing import Outcome, entry
from routing.draw.reveal import reveal
from routing.draw.verify import verify
from routing.draw.year_secrets import YearSecrets
from routing.rounds import fieldwork, proof, publishing, vault
from routing.rounds.frame import Choices, basis_of
from routing.rounds.making import draw_round
from tests.routing.city.rounds import JUNE, LATE, VALUE, drawn, made

ROOT = Path(__file__).parents[3]
STEERING, REVEALS = "tests/routing/city/test_steering.py", "tests/routing/city/test_reveals.py"
CHEATS = {
    "draw again until it likes the sample": f"{STEERING}::test_the_number_is_typed_once",
    "choose the secret after the number is out": "test_no_other_secret_fits_the_root_that_was_published",
    "change frame, quotas, chances or days after the commitment": (
        "tests/routing/draw/test_tampering.py::test_every_tampering_is_caught"
    ),
    "type a wrong number, or the right one in another spelling": (
        "tests/routing/draw/test_proof.py::test_the_office_cannot_steer_after_the_commitment"
    ),
    "commit to many rounds on one number and keep the best": "test_six_commitments_on_one_number_are_refused_and_seen",
    "void the rounds that it doesn't like": "test_a_void_after_the_draw_spends_the_number_and_is_counted",
    "commit twice and show one, or show one late": "test_a_commitment_left_out_or_shown_late_is_seen",
    "use a secret that the list doesn't show": "test_a_secret_used_in_private_is_seen_at_the_closing",
    "change its roster, teams, weights, catalogue or avoidance table between commitment and number": (
        f"{STEERING}::test_nothing_changed_after_the_commitment_changes_the_draw"
    ),
    "replace points that it doesn't like, for mere reasons": "test_replacements_are_counted_and_limited",
    "move a reserve in the roster so that it is the nearest": "test_a_reserve_that_moves_comes_no_nearer",
    "compute coming samples": "test_a_copy_of_the_city_with_all_that_lies_beside_it_holds_no_secret",
    "compute a round that still runs, earlier or later": f"{REVEALS}::test_no_reveal_tells_another_round",
    "recognise a place by equal hashes": f"{REVEALS}::test_equal_leaves_of_two_frames_have_nothing_in_common",
    "tell a sample by their size, or by the work that they make": (
        "tests/webmap/test_draw_watched.py::test_no_page_tells_one_sample_from_another"
    ),
    "leave a place out of the frame": f"{STEERING}::test_a_day_and_a_receipt_show_no_more_than_they_say",
    "give a place a tiny chance": "test_a_tiny_chance_shows_in_the_receipt_and_breaks_the_quota",
    "tell a unit its day beforehand": "test_the_office_alone_knows_the_sample_from_the_draw_on",
    "know the number beforehand": "test_one_honest_share_is_enough",
    "keep its share back when it dislikes the sample": "test_a_share_kept_back_stops_the_draw_in_public",
    "choose its share after the others": "test_one_honest_share_is_enough",
    "learn tomorrow from today": f"{REVEALS}::test_a_day_tells_nothing_of_the_next",
    "inspect one's own": (
        "tests/routing/city/test_fieldwork.py::test_the_plan_gets_nobody_their_own_and_no_street_twice_in_a_row"
    ),
    "relax because the neighbour was drawn": (
        "tests/routing/draw/test_frequencies.py::test_pairs_of_a_small_mixed_design_are_all_possible"
    ),
    "compute the sample from the public number": f"{REVEALS}::test_the_public_number_alone_gives_no_sample",
    "guess the seed of a trial draw": "test_a_trial_draw_is_not_guessed",
    "doctor the revealed file": "tests/routing/draw/test_tampering.py::test_every_tampering_is_caught",
}


def test_every_line_of_the_table_has_its_test():
    page = (ROOT / "docs/draw.md").read_text(encoding="utf-8").split("## Who could cheat")[1].split("\n## ")[0]
    tried = [line.split("|")[2].strip() for line in page.splitlines() if line.startswith("| ")][1:]
    assert sorted(tried) == sorted(CHEATS)
    for named in CHEATS.values():
        file, _, name = named.rpartition("::")
        tree = ast.parse((ROOT / file if file else Path(__file__)).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, named


# --- steering


def test_no_other_secret_fits_the_root_that_was_published(city):
    drawn(city, "2026-06", 60)
    document = publishing.reveal_round(city, "2026-06", LATE)
    wanted = verify(document).facts["secrets_root"]
    assert wanted == city.commitments.secret_sets()[0].root
    other = YearSecrets(b"\x09" * 32, 2026)
    forged = {**document, "secret": other.secret(1).hex(), "secret_path": other.path(1)}
    assert "secret: it does not lead to the root of the year" in verify(forged).faults


def test_six_commitments_on_one_number_are_refused_and_seen(city):
    """Six rounds, or one round six times, wait for one number; the office would keep the sample that it likes best."""
    for number in range(6):
        made(city, f"R{number}")
    proof.commit_round(city, "R0", "双色球 2026068")
    spellings = ("双色球 2026068", "双色球 第2026068期", "双色球26068", "福彩双色球　２０２６０６８", "双色球 2026068 ")
    for number, name in enumerate(spellings, 1):
        with pytest.raises(StateError, match="that of round 'R0' already, which is committed"):
            proof.commit_round(city, f"R{number}", name)
    assert len(city.commitments.all()) == 1
    proof.draw_committed(city, "R0", VALUE)
    with pytest.raises(StateError, match="which is drawn"):
        proof.commit_round(city, "R1", "双色球 2026068")
    proof.commit_round(city, "R1", "大乐透 2026068")  # another source
    document = publishing.reveal_round(city, "R0", LATE)
    assert verify(document).facts["same_number"] == [1]
    # An office with a program of its own: every verifier sees it in the list that it has to publish.
    year = YearSecrets(b"\x03" * 32, 2026, 8)
    basis, lines, previous, documents = basis_of(city, city.rounds.get("R0"), Choices()), [], "", []
    for position in range(1, 7):
        terms = proof.proofs.CommitmentTerms(year, position, "双色球 2026068", previous=previous)
        own = proof.proofs.commit(basis.frame, basis.design, "R0", terms)
        lines.append(entry(own.parameters, own.root, Outcome("open")))
        previous = lines[-1]["commitment"]
        documents.append(proof.proofs.run(own, VALUE))
    best = reveal(documents[3], lines)
    assert "commitments: several on the number 双色球 26068" in verify(best).faults
    honest_looking = [one | ({"state": "void", "reason": "x"} if one["position"] != 4 else {}) for one in lines]
    told = verify(reveal(documents[3], honest_looking)).facts
    assert (told["same_number"], told["void"], told["position"]) == ([1, 2, 3, 4, 5, 6], [1, 2, 3, 5, 6], 4)
    assert verify(reveal(documents[3], [lines[3]])).facts["unaccounted"] == [1, 2, 3]


def test_a_void_after_the_draw_spends_the_number_and_is_counted(city):
    proof.commit_round(city, "2026-06", "双色球 2026068")
    proof.void_round(city, "2026-06", "弄错期号")  # before the number: it may be used again
    proof.commit_round(city, "2026-06", "双色球 2026068")
    proof.draw_committed(city, "2026-06", VALUE)
    proof.void_round(city, "2026-06", "样本不合意")
    with pytest.raises(StateError, match="which is void: name one to come"):
        proof.commit_round(city, "2026-06", "双色球 2026068")
    drawn(city, "2026-06", 69)
    document = publishing.reveal_round(city, "2026-06", LATE)
    told = verify(document).facts
    assert verify(document).valid
    assert (told["position"], told["voids"], told["void"], told["unaccounted"]) == (3, 2, [1, 2], [])
    for one in document["commitments"]:
        one["reason"] = ""
    assert verify(document).facts["unaccounted"] == [1, 2]  # a void without a reason


def test_a_commitment_left_out_or_shown_late_is_seen(overlapping):
    document = publishing.reveal_round(overlapping, "C2", LATE)
    assert verify(document).facts["unaccounted"] == [1, 2]  # over, and not revealed yet
    publishing.reveal_round(overlapping, "C0", LATE)
    publishing.reveal_round(overlapping, "C1", LATE)
    document = publishing.reveal_round(overlapping, "C2", LATE)
    assert verify(document).facts["unaccounted"] == []
    left_out = copy.deepcopy(document)
    del left_out["commitments"][1]
    assert verify(left_out).facts["unaccounted"] == [2]
    renumbered = copy.deepcopy(left_out)
    renumbered["commitments"][1]["position"] = 2  # as if it had never been there
    assert "commitments: number 2 is not what its hash says" in verify(renumbered).faults
    late = copy.deepcopy(document)
    late["commitments"][1] |= {"root": "0" * 64}
    late["commitments"][1]["commitment"] = verifier.line_hash(
        late["commitments"][1], late["parameters"]["secrets_root"]
    )
    assert "commitments: number 3 does not follow number 2" in verify(late).faults


def test_a_secret_used_in_private_is_seen_at_the_closing(overlapping):
    """A notary was shown number 2 of another list; the closing doesn't have it."""
    shown = proof.published(overlapping, overlapping.commitments.of_round("C1"))
    for name in ("C0", "C1", "C2"):
        publishing.reveal_round(overlapping, name, LATE)
    closing = publishing.close_year(overlapping, "2026", LATE)
    assert verify(closing).valid
    assert verify(closing).facts["revealed"] == [1, 2, 3]
    assert shown["commitment"] in {one["commitment"] for one in closing["commitments"]}
    year = YearSecrets(bytes.fromhex(closing["master"]), closing["year"], closing["secrets_count"])
    assert [one["secret"] for one in closing["commitments"]] == [year.secret(n).hex() for n in (1, 2, 3)]
    hidden = copy.deepcopy(closing)
    del hidden["commitments"][1]
    assert verify(hidden).faults == ("commitments: number 2 is missing",)
    assert publishing.close_year(overlapping, "2026", LATE) == closing  # again, as it was


def test_a_year_is_not_closed_while_a_round_is_open(overlapping):
    with pytest.raises(StateError, match=r"C0 \(2026-06-20\).*on 2026-06-21 or later"):
        publishing.close_year(overlapping, "2026", dt.date(2026, 6, 20))
    assert overlapping.commitments.secret_sets()[0].master == ""
    publishing.close_year(overlapping, "2026", dt.date(2026, 6, 21))
    made(overlapping, "D")
    assert proof.commit_round(overlapping, "D", "双色球 2026070").secrets_are_new


def test_weights_and_catalogue_of_the_commitment_decide(city):
    """Visits that come in after the commitment weigh nothing, and a new catalogue changes no category."""
    made(city, "W", size=40, risk={"longest_gap_days": 180, "look_back": 0})
    bound = proof.commit_round(city, "W", "双色球 2026068").publication
    before = city.commitments.frame_rows(city.commitments.of_round("W").frame_sha256)
    now = dt.datetime(2026, 6, 1, 2, tzinfo=dt.UTC)
    city.visits.record([Visit(f"P{i:03d}", "T1", now + dt.timedelta(minutes=i)) for i in range(0, 240, 2)])
    catalogue = city.catalogues.get()
    city.catalogues.save(replace(catalogue, edition="next", categories=dict(list(catalogue.categories.items())[:5])))
    proof.draw_committed(city, "W", VALUE)
    document = publishing.reveal_round(city, "W", LATE)
    assert verify(document).valid
    assert verify(document).facts["commitment"] == bound["commitment"]
    assert [[p[name] for name in ("id", "prob")] for p in document["frame"]] == [[row[0], row[5]] for row in before]


def test_replacements_are_counted_and_limited(city):
    drawn(city, "2026-06", 60, replaceable=0.05, reserve=1.0)
    assert city.commitments.of_round("2026-06").parameters["replacements_limit"] == 3
    for out in city.fieldwork.drawn_sample("2026-06").index[:3]:
        fieldwork.replace_point(city, "2026-06", out, "关门")
    with pytest.raises(StateError, match="its 3 replacements on a reason alone"):
        fieldwork.replace_point(city, "2026-06", city.draws.sample("2026-06").index[5], "关门")
    document = publishing.reveal_round(city, "2026-06", LATE)
    found = verify(document)
    assert found.valid
    assert (found.facts["replaced"], found.facts["replacements_limit"]) == (3, 3)
    document["parameters"]["replacements_limit"] = 60
    assert "commitments: this one is not in the list" in verify(document).faults


def test_a_reserve_that_moves_comes_no_nearer(city):
    drawn(city, "2026-06", 60, reserve=1.0)
    roster, sample = city.checkpoints.frame(), city.fieldwork.drawn_sample("2026-06")
    out = sample.index[0]
    spare = city.fieldwork.reserves("2026-06")
    same = spare[spare["category"] == roster.loc[out, "category"]]
    honest = fieldwork.replacement_for(city, "2026-06", out, "关门")[0]
    far = same.to_crs("EPSG:4547").distance(roster.to_crs("EPSG:4547").geometry[out]).idxmax()
    assert far != honest.into
    moved = roster.loc[[far]].copy()
    moved.geometry = [roster.geometry[out]]
    city.checkpoints.upsert(moved)
    assert fieldwork.replace_point(city, "2026-06", out, "关门").into == honest.into
    assert verify(publishing.reveal_round(city, "2026-06", LATE)).valid


def test_a_tiny_chance_shows_in_the_receipt_and_breaks_the_quota(city):
    published = proof.commit_round(city, "2026-06", "双色球 2026068").publication
    receipt = publishing.receipt(city, "2026-06", "P010")
    assert receipt["point"]["prob"] > redraw.D // 5
    assert receipt["commitment"] == published["commitment"]
    proof.draw_committed(city, "2026-06", VALUE)
    document = publishing.reveal_round(city, "2026-06", LATE)
    next(point for point in document["frame"] if point["id"] == "P010")["prob"] = 1
    assert verify(document).faults[0].startswith("quotas: ")


# --- who knows what, and when


def test_the_office_alone_knows_the_sample_from_the_draw_on(city):
    """Nothing stops the office from telling; but before the number not even it can know the sample."""
    proof.commit_round(city, "2026-06", "双色球 2026068")
    bound = proof.restored(city, city.commitments.of_round("2026-06"))
    with pytest.raises(StateError, match="not drawn"):
        round_key(bound)
    samples = {
        frozenset(proof.proofs.sample_of(proof.proofs.run(bound, value))[0].index)
        for value in (VALUE, "01,02,03,04,05,06+07", "02,11,17,22,28,31+09")
    }
    assert len(samples) == 3


def test_one_honest_share_is_enough(city):
    """Whoever knows the number and all shares but one knows no sample; each share is fixed before the others."""
    texts = ["one", "two"]
    parties = [ThirdParty(text, hashlib.sha256(text.encode()).hexdigest()) for text in texts]
    proof.commit_round(city, "2026-06", "双色球 2026068", third_parties=parties)
    bound = proof.restored(city, city.commitments.of_round("2026-06"))
    keys = {round_key(replace(bound, state=DRAWN, public_number=VALUE, shares=("one", own))) for own in ("two", "2")}
    assert len(keys) == 2
    with pytest.raises(InputError, match="isn't the one that was committed"):
        proof.draw_committed(city, "2026-06", VALUE, ["one", "2"])
    proof.draw_committed(city, "2026-06", VALUE, texts)


def test_a_share_kept_back_stops_the_draw_in_public(city):
    party = ThirdParty("审计局", hashlib.sha256(b"kept back").hexdigest())
    proof.commit_round(city, "2026-06", "双色球 2026068", third_parties=[party])
    with pytest.raises(InputError, match="give each"):
        proof.draw_committed(city, "2026-06", VALUE)
    proof.void_round(city, "2026-06", "审计局未公布其数字")
    (line,) = publishing.public_list(city, "2026", LATE)
    assert (line["state"], line["reason"]) == ("void", "审计局未公布其数字")


def test_a_trial_draw_is_not_guessed(city):
    """With seed 1, which was the default, 500 of 500 stops were computed; now no small seed gives the key."""
    seeds = [draw_round(city, "2026-06").seed for _ in range(3)]
    key = city.draws.get("2026-06").key
    assert key == trial_key("2026-06", seeds[-1])
    assert len(set(seeds)) == 3
    assert key not in {trial_key("2026-06", seed) for seed in range(-1_000, 100_000)}
    named = [draw_round(city, "2026-06", seed=20260612).seed for _ in range(2)]
    assert named == [20260612, 20260612]


# --- a copy of the city


def written_in(secret: bytes) -> list[bytes]:
    """Return how a secret could be written down: as bytes, in hexadecimal, in either case."""
    return [secret, secret.hex().encode(), secret.hex().upper().encode()]


def test_a_copy_of_the_city_with_all_that_lies_beside_it_holds_no_secret(city, tmp_path, caplog):
    caplog.set_level("DEBUG")
    proof.commit_round(city, "2026-06", "双色球 2026068")
    publishing.receipt(city, "2026-06", "P010")
    proof.published(city, city.commitments.of_round("2026-06"))
    publishing.public_list(city, "2026", JUNE)
    city.backup(tmp_path / "backup.gpkg")
    own = proof.restored(city, city.commitments.of_round("2026-06"))
    year = vault.secrets_of(city, own.parameters["secrets_root"])
    secrets = [year.master, bytes.fromhex(own.secret), *map(bytes.fromhex, own.salts[:20])]
    folder = vault.folder_of(city)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents]
    assert {path.suffix for path in files} >= {".gpkg"}
    content = b"".join(path.read_bytes() for path in files) + caplog.text.encode()
    assert [secret for secret in secrets for text in written_in(secret) if text in content] == []
    assert any(
        text in (folder / name.name).read_bytes() for name in folder.iterdir() for text in written_in(year.master)
    )


def test_the_design_that_is_kept_is_the_committed_one(city):
    drawn(city, "2026-06", 60)
    kept = city.commitments.of_round("2026-06")
    assert city.draws.get("2026-06").design == design_of(kept.parameters).plain()
    assert re.fullmatch("[0-9a-f]{64}", proof.hash_of(kept))
