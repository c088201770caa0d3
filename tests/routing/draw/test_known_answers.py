"""Known answers: hashes, words, a Merkle leaf, and one small draw that docs/draw.md works out by hand."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from routing.draw import Design, stream, verifier
from routing.draw.chain import Chain
from routing.draw.commit import Terms, ThirdParty, commit, round_key, run
from routing.draw.merkle import leaf, line
from routing.draw.reveal import day_release, owner_proof, reveal, seals
from routing.draw.verify import verify, verify_day, verify_owner

_TESTS = Path(__file__).parents[2]
ANSWERS = json.loads((_TESTS / "reference" / "draw_known_answers.json").read_text(encoding="utf-8"))
SHARE = "a number of the notary's"
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
def committed():
    """Commit the eight points of the docs; they arrive in another order."""
    frame = gpd.GeoDataFrame(
        {"category": ["alley" if name[0] == "A" else "market" for name in PLACES]},
        geometry=[Point(x + 530_000, y + 3_380_000) for x, y in PLACES.values()],
        crs="EPSG:4547",
        index=list(PLACES),
    )[::-1]
    chain = Chain(bytes.fromhex(ANSWERS["chain"]["seed"]), ANSWERS["chain"]["length"])
    party = ThirdParty("notary", hashlib.sha256(SHARE.encode()).hexdigest())
    terms = Terms(chain, 1, "双色球 2026068", third_parties=(party,))
    return commit(frame, Design({"alley": 2, "market": 1}, days=2, independent_share=0.1), "2026-06", terms)


def test_primitives():
    for text, digest in ANSWERS["sha256"].items():
        assert verifier.digest(text.encode()) == digest
    chain = Chain(bytes.fromhex(ANSWERS["chain"]["seed"]), 12)
    assert chain.end == ANSWERS["chain"]["end"]
    assert [chain.link(position).hex() for position in (1, 2, 12)] == ANSWERS["chain"]["links"]
    key, label = bytes.fromhex(ANSWERS["words"]["key"]), ANSWERS["words"]["label"]
    assert stream.words(key, label, 8).tolist() == ANSWERS["words"]["words"]
    assert [word for _, word in zip(range(8), verifier.words(key, label), strict=False)] == ANSWERS["words"]["words"]
    once = ANSWERS["below"]
    assert stream.below(key, once["label"], once["bound"]) == once["value"]
    assert line(ANSWERS["leaf"]["row"]).decode() == ANSWERS["leaf"]["line"]
    assert leaf(ANSWERS["leaf"]["row"], ANSWERS["leaf"]["salt"]).hex() == ANSWERS["leaf"]["leaf"]


def test_the_small_draw(committed):
    assert committed.publication() == ANSWERS["publication"]
    drawn = run(committed, "03,11,17,22,28,31+09", [SHARE])
    assert round_key(drawn).hex() == ANSWERS["key"]
    assert reveal(drawn) == ANSWERS["reveal"]
    assert seals(drawn) == ANSWERS["seals"]
    assert day_release(drawn, 1) == ANSWERS["day_1"]
    assert owner_proof(committed, "A5") == ANSWERS["owner_proof"]


def test_the_published_answers_verify():
    assert verify(ANSWERS["reveal"]).valid
    assert verify_day(ANSWERS["day_1"], ANSWERS["seals"])
    assert verify_owner(ANSWERS["owner_proof"], ANSWERS["publication"]["root"])


def test_the_script_of_the_page_gives_the_known_answers(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here; the browser test runs the same script")
    script = (_TESTS.parent / "webmap" / "static" / "verify.js").read_text(encoding="utf-8")
    (tmp_path / "verify.mjs").write_text(script, encoding="utf-8")
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    (tmp_path / "main.mjs").write_text(
        'import { readFileSync } from "node:fs"; import { draw, sha256, verify, words } from "./verify.mjs";'
        'const known = JSON.parse(readFileSync("answers.json", "utf8"));'
        'const hex = (bytes) => Buffer.from(bytes).toString("hex"), key = Buffer.from(known.key, "hex");'
        "const next = words(key, known.words.label);"
        "console.log(JSON.stringify({"
        "sha256: Object.keys(known.sha256).map((text) => hex(sha256(new TextEncoder().encode(text)))),"
        "words: known.words.words.map(() => next()),"
        "drawn: draw(known.reveal.frame, known.reveal.parameters, key),"
        "verdict: verify(known.reveal)}));",
        encoding="utf-8",
    )
    done = subprocess.run(
        [node, "main.mjs"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True
    )
    found = json.loads(done.stdout)
    assert found["sha256"] == list(ANSWERS["sha256"].values())
    assert found["words"] == ANSWERS["words"]["words"]
    assert found["drawn"] == {"sample": ANSWERS["reveal"]["sample"], "reserves": []}
    assert found["verdict"]["valid"]
    assert found["verdict"]["facts"]["commitment"] == ANSWERS["publication"]["commitment"]


def test_the_page_of_the_docs_works_out_this_draw(monkeypatch):
    """Every hash on the page is a known answer, and every random number of the sample's steps is on the page."""
    page = (_TESTS.parent / "docs" / "draw.md").read_text(encoding="utf-8")
    known = json.dumps(ANSWERS)
    assert {word for word in re.findall(r"\b[0-9a-f]{32,64}\b", page) if word not in known} == set()
    drawn_numbers: list[int] = []
    original = verifier.below

    def below(words, bound):
        drawn_numbers.append(original(words, bound))
        return drawn_numbers[-1]

    monkeypatch.setattr(verifier, "below", below)
    document = ANSWERS["reveal"]
    points, rules = document["frame"], document["parameters"]
    drawn = verifier.balanced(bytes.fromhex(ANSWERS["key"]), "sample", points, [p["prob"] for p in points], rules)
    assert [points[i]["id"] for i in drawn] == ["A1", "A5", "M3"]
    missing = [number for number in drawn_numbers if f"{number:,}" not in page]
    assert missing == []
