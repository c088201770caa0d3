"""Commit, draw, reveal, verify: nothing can be changed afterwards, and nothing steered before."""

import ast
import copy
import hashlib
import hmac
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from geo.errors import InputError, NotFoundError, StateError
from routing.draw.chain import Chain, ahead
from routing.draw.commit import CommitmentTerms, ThirdParty, commit, run, sample_of
from routing.draw.commitment import commitment_hash, publication, round_key
from routing.draw.design import Design
from routing.draw.listing import REVEALED, Outcome, entry
from routing.draw.number import Issue, form_of, issue_of, normal
from routing.draw.onefile import standalone
from routing.draw.reveal import day_release, owner_proof, reveal, seals
from routing.draw.sample import select
from routing.draw.verifier import facts, faults, fits
from routing.draw.verify import verify, verify_day, verify_owner
from routing.draw.year_secrets import YearSecrets, climbs

YEAR = YearSecrets(bytes(range(32)), 2026, 24)
SHARE = "公证处 7391"
DESIGN = Design({"a": 20, "b": 15, "c": 9}, days=3, size="size", streets="street", reserves={"a": 4, "c": 2})
TERMS = CommitmentTerms(
    YEAR,
    3,
    "双色球 2026068",
    third_parties=(ThirdParty("公证处", hashlib.sha256(SHARE.encode()).hexdigest()),),
    voids=1,
    replacements_limit=2,
)
VALUE = "03,11,17,22,28,31+09"


@pytest.fixture(scope="module")
def open_round(town):
    return commit(town, DESIGN, "2026-06", TERMS)


@pytest.fixture(scope="module")
def drawn(open_round):
    return run(open_round, VALUE, [SHARE])


@pytest.fixture(scope="module")
def document(drawn):
    return reveal(drawn, [line(drawn)])


def line(drawn, **changes):
    """List a drawn round as revealed."""
    outcome = Outcome(REVEALED, secret=drawn.secret, secret_path=drawn.secret_path)
    return entry({**drawn.parameters, **changes}, drawn.root, outcome)


def public(round_):
    return publication(round_.parameters, round_.root)


def test_an_honest_draw_is_valid(document, drawn):
    found = verify(json.loads(json.dumps(document)))
    assert found.valid
    assert found.faults == ()
    told = found.facts
    assert told["commitment"] == public(drawn)["commitment"]
    assert (told["public_name"], told["public_number"], told["voids"]) == ("双色球 2026068", VALUE, 1)
    assert (told["position"], told["secrets_count"], told["secrets_root"]) == (3, 24, YEAR.root())
    assert (told["same_number"], told["unaccounted"], told["replaced"]) == ([3], [1, 2], 0)
    assert told["replacements_limit"] == 2
    assert faults(document) == []
    assert facts(document) == told


def test_the_committed_draw_is_the_plain_draw_with_its_key(town, drawn):
    sample = sample_of(drawn)[0]
    plain = select(town, DESIGN, round_key(drawn))
    assert sample.equals(plain[["inclusion_prob", "day", "ticket"]].rename_axis("id"))


def test_the_standalone_verifier_needs_nothing_and_agrees(document, tmp_path):
    script, good, bad = tmp_path / "verify_draw.py", tmp_path / "good.json", tmp_path / "bad.json"
    script.write_text(standalone(), encoding="utf-8")
    good.write_text(json.dumps(document), encoding="utf-8")
    bad.write_text(json.dumps({**document, "public_number": "03,11,17,22,28,32+09"}), encoding="utf-8")
    (tmp_path / "none.json").write_text("{", encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(script)]
    first = subprocess.run([*command, str(good)], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (first.returncode, first.stderr) == (0, "")
    assert json.loads(first.stdout.splitlines()[-1]) == {"valid": True, "faults": []}
    for said in (VALUE, YEAR.root(), "unaccounted        [1, 2]", "same number        [3]", "replacements limit 2"):
        assert said in first.stdout
    second = subprocess.run([*command, str(bad)], capture_output=True, text=True, encoding="utf-8", check=False)
    assert second.returncode == 1
    assert json.loads(second.stdout.splitlines()[-1])["faults"] == [
        "sample: the redraw gives another one",
        "reserves: the redraw gives others",
    ]
    third = subprocess.run([*command, str(tmp_path / "none.json")], capture_output=True, text=True, check=False)
    assert third.returncode == 1
    assert not json.loads(third.stdout)["valid"]


def test_the_standalone_verifier_shows_what_steers_a_terminal(document, tmp_path):
    script, steering = tmp_path / "verify_draw.py", tmp_path / "steering.json"
    script.write_text(standalone(), encoding="utf-8")
    named = {**document, "parameters": {**document["parameters"], "round": "六月\x1b[2J\u202e\nvalid"}}
    steering.write_text(json.dumps(named), encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(steering)], capture_output=True, encoding="utf-8", check=False
    )
    assert said.returncode == 1  # another round than was committed to
    assert all(line.isprintable() for line in said.stdout.splitlines())
    assert r"\x1b[2J\u202e\nvalid" in said.stdout


def test_the_standalone_verifier_is_short_and_imports_the_standard_library_only():
    text = standalone()
    assert len(text.splitlines()) < 500
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
    names = [part.name for part in ast.parse(text).body if isinstance(part, ast.FunctionDef)]
    assert len(names) == len(set(names))


def test_a_commitment_discloses_nothing_and_binds_everything(open_round):
    first = public(open_round)
    told = json.dumps(first)
    assert open_round.secret not in told
    assert open_round.salts[0] not in told
    assert open_round.rows[0][0] not in told
    assert first["commitment"] == commitment_hash(open_round.parameters, open_round.root)


def test_every_input_changes_the_commitment(town, open_round):
    def digest(frame=town, design=DESIGN, round_id="2026-06", **terms):
        values = {"secrets": YEAR, "position": 3, "public_number": "双色球 2026068", "voids": 1} | terms
        return public(commit(frame, design, round_id, CommitmentTerms(**values)))["commitment"]

    moved = town.copy()
    moved.geometry = moved.geometry.translate(0.01, 0)
    heavier = town.assign(size=town["size"].where(town.index != town.index[5], 9.0))
    others = [
        digest(),
        digest(frame=moved),
        digest(frame=heavier),
        digest(design=Design({"a": 20, "b": 15, "c": 8}, days=3, size="size", streets="street")),
        digest(round_id="2026-07"),
        digest(position=4),
        digest(public_number="双色球 2026069"),
        digest(voids=0),
        digest(previous="ab" * 32),
        digest(replacements_limit=1),
        digest(secrets=YearSecrets(bytes(32), 2026, 24)),
        digest(secrets=YearSecrets(YEAR.master, 2027, 24)),
        digest(secrets=YearSecrets(YEAR.master, 2026, 25)),
        public(open_round)["commitment"],
    ]
    assert len(set(others)) == len(others)
    assert digest() == digest(frame=town.sample(frac=1, random_state=1))


def test_a_round_is_drawn_once(open_round, drawn):
    with pytest.raises(StateError, match="is drawn"):
        run(drawn, "01,02,03,04,05,06+07", [SHARE])
    with pytest.raises(StateError, match="not drawn"):
        reveal(open_round)


def test_the_office_cannot_steer_after_the_commitment(open_round, drawn):
    """Whatever the office does with what it holds, the sample stays, or a verifier names the fault."""
    for spelling in ("3 11 17 22 28 31 + 9", " 03，11，17，22，28，31＋09", "31,28,22,17,11,03+09"):
        assert round_key(run(open_round, spelling, [SHARE])) == round_key(drawn)
    for wrong in ("03,11,17,22,28+09", "03,11,17,22,28,31", "031117222831+09", "03,11,17,22,28,28+09", "abc", ""):
        with pytest.raises(InputError, match="no result of the form"):
            run(open_round, wrong, [SHARE])
    for shares in ([], [SHARE, SHARE], ["公证处 7392"]):
        with pytest.raises(InputError, match="share"):
            run(open_round, VALUE, shares)
    swapped = replace(drawn, secret=YEAR.secret(4).hex())
    assert faults(reveal(swapped, [line(drawn)]))[0] == "secret: it does not lead to the root of the year"
    later = replace(drawn, secret=YEAR.secret(4).hex(), parameters={**drawn.parameters, "position": 4})
    assert public(later)["commitment"] != public(drawn)["commitment"]


def test_the_secrets_of_a_year_are_independent_and_stand_under_its_root():
    alone = [YEAR.secret(position) for position in range(1, 25)]
    assert len(set(alone)) == 24
    assert alone[0] == hmac.digest(bytes(range(32)), b"xundian secret|2026|1", "sha256")
    assert not {hashlib.sha256(one).digest() for one in alone} & set(alone)  # none leads to another, as in a chain
    for position, secret in enumerate(alone, 1):
        path = YEAR.path(position)
        assert climbs(secret.hex(), position, 24, path, YEAR.root())
        assert not climbs(secret.hex(), position % 24 + 1, 24, path, YEAR.root())
        assert not climbs(alone[position % 24].hex(), position, 24, path, YEAR.root())
    for position in (0, 25):
        with pytest.raises(StateError, match="publish the root of new secrets"):
            YEAR.secret(position)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 8, 13, 64])
def test_the_root_is_that_of_rfc_6962(count):
    """The standard splits n leaves at the largest power of two below n."""

    def standard(leaves):
        if len(leaves) == 1:
            return leaves[0]
        cut = 1 << (len(leaves) - 1).bit_length() - 1
        return hashlib.sha256(b"\x01" + standard(leaves[:cut]) + standard(leaves[cut:])).digest()

    year = YearSecrets(b"\x05" * 32, 2026, count)
    leaves = [hashlib.sha256(b"\x00" + year.secret(position)).digest() for position in range(1, count + 1)]
    assert year.root() == standard(leaves).hex()


def test_the_chain_of_older_cities_leads_to_its_published_end():
    chain = Chain(bytes(range(32)), 24)
    assert ahead(chain.link(24), 24).hex() == chain.end == hashlib.sha256(chain.link(1)).hexdigest()
    assert chain.link(24) == chain.seed
    for position in (0, 25):
        with pytest.raises(StateError, match="publish the end of a new chain"):
            chain.link(position)


def test_days_are_published_one_by_one(drawn, document):
    published = seals(drawn)
    releases = [json.loads(json.dumps(day_release(drawn, day))) for day in (1, 2, 3)]
    assert all(verify_day(release, published) for release in releases)
    whole = {(row["id"], row["day"], row["ticket"]) for row in document["sample"]}
    assert {(i, r["day"], t) for r in releases for i, t in r["sample"]} == whole
    assert len({release["day_key"] for release in releases}) == 3
    first = releases[0]
    changed = [
        {**first, "sample": first["sample"][1:]},
        {**first, "day": 2},
        {**first, "day": 0},
        {**first, "day": 9},
        {**first, "day_key": releases[1]["day_key"]},
        {},
    ]
    assert not any(verify_day(release, published) for release in changed)
    with pytest.raises(InputError, match="days 1 to 3"):
        day_release(drawn, 4)


def test_an_owner_can_check_their_point_without_the_frame(open_round):
    root = open_round.root
    for row in open_round.rows:
        proof = json.loads(json.dumps(owner_proof(open_round, row[0])))
        assert verify_owner(proof, root)
    assert len(proof["path"]) <= 9
    point, other = proof["point"], [*proof["path"][:-1], "00" * 32]
    for change in (
        {"point": {**point, "prob": point["prob"] + 1}},
        {"point": {**point, "id": "x"}},
        {"path": proof["path"][:-1]},
        {"path": [*proof["path"], "00" * 32]},
        {"path": other},
        {"path": ["zz"]},
        {"index": 0},
        {"point": {}},
    ):
        assert not verify_owner({**proof, **change}, root)
    with pytest.raises(NotFoundError):
        owner_proof(open_round, "nowhere")


@pytest.mark.parametrize(
    ("name", "form", "typed", "written"),
    [
        ("双色球 2026068", "6+1", "3 11 17 22 28 31+9", "03,11,17,22,28,31+09"),
        ("大乐透 26068", "5+2", "01,02,03,04,35+11,12", "01,02,03,04,35+11,12"),
        ("排列5 26068", "d5", "0 1 2 3 4", "01234"),
        ("drand 4711", "h64", "AB" * 32, "ab" * 32),
        ("Weather of Basel", "text", "21.5 / 3", "21.5/3"),
    ],
)
def test_a_public_number_is_written_in_one_way(name, form, typed, written):
    assert form_of(name) == form
    assert normal(typed, form) == written
    assert fits(written, form)
    with pytest.raises(InputError):
        normal(typed + "!", form)


@pytest.mark.parametrize(
    ("name", "source", "period"),
    [
        ("双色球 2026068", "双色球", "26068"),
        ("中国福利彩票双色球　第２０２６０６８期", "双色球", "26068"),
        ("双色球26068", "双色球", "26068"),
        ("排列5 26158", "排列五", "26158"),
        ("排列五 2026158", "排列五", "26158"),
        ("drand 04200000", "drand", "4200000"),
        ("Weather of Basel, 2026-06-10", "weatherofbasel", "2026-6-10"),
    ],
)
def test_a_number_is_known_however_its_name_is_written(name, source, period):
    assert issue_of(name) == Issue(source, period)


def test_terms_refuse_what_cannot_be():
    for wrong in (
        {"public_number": " "},
        {"public_number": "双色球"},
        {"number_form": "six"},
        {"third_parties": (ThirdParty("x", "abc"),)},
    ):
        with pytest.raises(InputError):
            CommitmentTerms(**{"secrets": YEAR, "position": 1, "public_number": "双色球 2026068", **wrong})


def test_a_document_that_is_no_reveal_is_refused():
    for nothing in (None, [], {}, {"parameters": 3}, "text"):
        assert not verify(nothing).valid


def test_tampering_copies_are_caught(document):
    changed = copy.deepcopy(document)
    changed["sample"][0]["day"] = True
    assert verify(changed).faults == ("form: sample",)
