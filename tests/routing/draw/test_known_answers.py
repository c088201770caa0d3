"""Known answers of both forms: hashes, words, a Merkle leaf, and one small draw that docs/draw.md works out by hand."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from routing.draw import redraw, stream, verifier
from routing.draw.chain import Chain
from routing.draw.commit import CommitmentTerms, ThirdParty, commit, run
from routing.draw.commitment import publication, round_key
from routing.draw.design import Design
from routing.draw.listing import REVEALED, Outcome, entry
from routing.draw.merkle import leaf, line
from routing.draw.reveal import day_release, owner_proof, reveal, seals
from routing.draw.verify import verify, verify_day, verify_owner
from routing.draw.year_secrets import YearSecrets
from tests.routing.draw.chained import chained

_TESTS = Path(__file__).parents[2]
ANSWERS = json.loads((_TESTS / "reference" / "draw_known_answers.json").read_text(encoding="utf-8"))
YEAR = YearSecrets(bytes.fromhex(ANSWERS["year"]["master"]), ANSWERS["year"]["year"], ANSWERS["year"]["count"])
SHARE = "a number of the notary's"
PARTY = ThirdParty("notary", hashlib.sha256(SHARE.encode()).hexdigest())
VALUE = "03,11,17,22,28,31+09"
DESIGN = Design({"alley": 2, "market": 1}, days=2, independent_share=0.1)
PLACES = {
    "A1": (100, 100),
    "A2": (250, 180),
    "A3": (300, 900),
    "A4": (900, 950),
    "A5": (850, 200),
    "M1": (150, 140),
    "M2": (820, 260),
    "M3": (880, 900),
}


@pytest.fixture(scope="module")
def frame():
    """Return the eight points of the docs; they arrive in another order."""
    return gpd.GeoDataFrame(
        {"category": ["alley" if name[0] == "A" else "market" for name in PLACES]},
        geometry=[Point(x + 530_000, y + 3_380_000) for x, y in PLACES.values()],
        crs="EPSG:4547",
        index=list(PLACES),
    )[::-1]


@pytest.fixture(scope="module")
def committed(frame):
    terms = CommitmentTerms(YEAR, 1, "双色球 2026068", third_parties=(PARTY,), replacements_limit=1)
    return commit(frame, DESIGN, "2026-06", terms)


def test_primitives():
    for text, digest in ANSWERS["sha256"].items():
        assert verifier.digest(text.encode()) == digest
    key, label = bytes.fromhex(ANSWERS["words"]["key"]), ANSWERS["words"]["label"]
    assert stream.words(key, label, 8).tolist() == ANSWERS["words"]["words"]
    assert [word for _, word in zip(range(8), redraw.words(key, label), strict=False)] == ANSWERS["words"]["words"]
    once = ANSWERS["below"]
    assert stream.below(key, once["label"], once["bound"]) == once["value"]
    assert line(ANSWERS["leaf"]["row"]).decode() == ANSWERS["leaf"]["line"]
    assert leaf(ANSWERS["leaf"]["row"], ANSWERS["leaf"]["salt"]).hex() == ANSWERS["leaf"]["leaf"]


def test_the_secrets_of_a_year():
    assert YEAR.root() == ANSWERS["year"]["root"]
    assert {at: YEAR.secret(int(at)).hex() for at in ANSWERS["year"]["secrets"]} == ANSWERS["year"]["secrets"]
    assert (YEAR.path(1), YEAR.path(12)) == (ANSWERS["year"]["path_of_1"], ANSWERS["year"]["path_of_12"])


def test_the_small_draw(committed):
    assert publication(committed.parameters, committed.root) == ANSWERS["publication"]
    drawn = run(committed, VALUE, [SHARE])
    assert round_key(drawn).hex() == ANSWERS["key"]
    own = entry(drawn.parameters, drawn.root, Outcome(REVEALED, "", drawn.secret, drawn.secret_path))
    assert reveal(drawn, [own]) == ANSWERS["reveal"]
    assert seals(drawn) == ANSWERS["seals"]
    assert day_release(drawn, 1) == ANSWERS["day_1"]
    assert owner_proof(committed, "A5") == ANSWERS["owner_proof"]


def test_the_small_draw_of_a_chain(frame):
    """The form that cities had before; what they published must be verified for ever."""
    known = ANSWERS["chain"]
    chain = Chain(bytes.fromhex(known["seed"]), known["length"])
    assert chain.end == known["end"]
    assert [chain.link(position).hex() for position in (1, 2, 12)] == known["links"]
    bound = chained(frame, DESIGN, "2026-06", (chain, 1), third_parties=[PARTY])
    assert publication(bound.parameters, bound.root) == known["publication"]
    drawn = run(bound, VALUE, [SHARE])
    assert round_key(drawn).hex() == known["key"]
    assert reveal(drawn) == known["reveal"]
    assert seals(drawn) == known["seals"]
    assert day_release(drawn, 1) == known["day_1"]
    assert owner_proof(bound, "A5") == known["owner_proof"]


@pytest.mark.parametrize("known", [ANSWERS, ANSWERS["chain"]], ids=["root", "chain"])
def test_the_published_answers_verify(known):
    assert verify(known["reveal"]).valid
    assert verify_day(known["day_1"], known["seals"])
    assert verify_owner(known["owner_proof"], known["publication"]["root"])


def test_the_closing_verifies():
    assert verify(ANSWERS["closing"]).valid


def test_the_script_of_the_page_gives_the_known_answers(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here; the browser test runs the same script")
    static = _TESTS.parent / "webmap" / "static"
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    needed = {"verify": "verify", "verify_draw": "draw", "verify_sha256": "hmac, sha256", "verify_words": "words"}
    imports = "".join(f"import {{ {n} }} from {json.dumps((static / f'{m}.js').as_uri())};" for m, n in needed.items())
    (tmp_path / "main.mjs").write_text(
        'import { readFileSync } from "node:fs";'
        + imports
        + 'const known = JSON.parse(readFileSync("answers.json", "utf8"));'
        'const hex = (bytes) => Buffer.from(bytes).toString("hex"), key = Buffer.from(known.key, "hex");'
        "const next = words(key, known.words.label), utf8 = (text) => new TextEncoder().encode(text);"
        "console.log(JSON.stringify({"
        "sha256: Object.keys(known.sha256).map((text) => hex(sha256(utf8(text)))),"
        "hmac: hex(hmac(utf8(known.hmac.key), utf8(known.hmac.message))),"
        "words: known.words.words.map(() => next()),"
        "drawn: draw(known.reveal.frame, known.reveal.parameters, key),"
        "verdicts: [known.reveal, known.chain.reveal, known.closing].map(verify)}));",
        encoding="utf-8",
    )
    done = subprocess.run(
        [node, "main.mjs"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True
    )
    found = json.loads(done.stdout)
    assert found["sha256"] == list(ANSWERS["sha256"].values())
    assert found["hmac"] == ANSWERS["hmac"]["value"]
    assert found["words"] == ANSWERS["words"]["words"]
    assert found["drawn"] == {"sample": ANSWERS["reveal"]["sample"], "reserves": []}
    assert [verdict["faults"] for verdict in found["verdicts"]] == [[], [], []]
    for verdict, known in zip(found["verdicts"], (ANSWERS, ANSWERS["chain"]), strict=False):
        assert verdict["facts"]["commitment"] == known["publication"]["commitment"]


def test_the_page_of_the_docs_works_out_this_draw(monkeypatch):
    """Every hash on the page is a known answer, and every random number of the sample's steps is on the page."""
    page = (_TESTS.parent / "docs" / "draw.md").read_text(encoding="utf-8")
    known = json.dumps(ANSWERS)
    assert {word for word in re.findall(r"\b[0-9a-f]{32,64}\b", page) if word not in known} == set()
    drawn_numbers: list[int] = []
    original = redraw.below

    def below(words, bound):
        drawn_numbers.append(original(words, bound))
        return drawn_numbers[-1]

    monkeypatch.setattr(redraw, "below", below)
    document = ANSWERS["reveal"]
    points, rules = document["frame"], document["parameters"]
    key = bytes.fromhex(ANSWERS["key"])
    drawn = redraw.balanced(key, "sample", points, [p["prob"] for p in points], rules)
    assert [points[i]["id"] for i in drawn] == ["A1", "A2", "M3"]
    pick, ticket = redraw.words(key, "sample share"), redraw.words(key, "ticket")
    drawn_numbers += [next(pick) % redraw.D for _ in points] + [next(ticket) for _ in drawn]
    missing = [number for number in drawn_numbers if f"{number:,}" not in page]
    assert missing == []


def test_the_commands_of_the_docs_give_what_the_page_says():
    """Whoever types the page's lines into a shell gets its hashes."""
    shell = shutil.which("bash")
    if shell is None or shutil.which("xxd") is None or shutil.which("openssl") is None:
        pytest.skip("no bash with xxd and openssl here")
    page = (_TESTS.parent / "docs" / "draw.md").read_text(encoding="utf-8")
    lines = [one for one in re.findall(r"```\n(.*?)\n```", page, re.DOTALL) if "sha256" in one]
    found = [subprocess.run([shell, "-c", one], capture_output=True, text=True, check=True).stdout for one in lines]
    wanted = [ANSWERS["year"]["secrets"]["1"], ANSWERS["leaf"]["leaf"], ANSWERS["chain"]["end"]]
    assert [re.search("[0-9a-f]{64}", one)[0] for one in found] == wanted
