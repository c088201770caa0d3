"""Every tampering is caught, with the same faults by the product, the one-file verifier and the web page's script."""

import copy
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from routing.draw import Design
from routing.draw.chain import Chain
from routing.draw.commit import Terms, ThirdParty, commit, run
from routing.draw.reveal import reveal
from routing.draw.verify import read, standalone, verify

Document = dict[str, Any]
SHARE = "审计局 \U00020bb7"  # with a letter beyond UTF-16's first plane
CHAIN = Chain(b"\x07" * 32, 5)


def _swap(rows: list[Any]) -> None:
    rows[3], rows[4] = rows[4], rows[3]


def _other_point(doc: Document) -> None:
    """Put a point that wasn't drawn into the place of one that was."""
    drawn = {row["id"] for row in doc["sample"]}
    doc["sample"][0]["id"] = next(p["id"] for p in doc["frame"] if p["id"] not in drawn)


TAMPERINGS: dict[str, Callable[[Document], Any]] = {
    "nothing": lambda _: None,
    "1 written as 1.0": lambda d: d["parameters"].update(days=3.0),
    "a moved point": lambda d: d["frame"][7].update(x_cm=d["frame"][7]["x_cm"] + 1),
    "a renamed point": lambda d: d["frame"][7].update(id=d["frame"][7]["id"] + "\u0000"),
    "another category": lambda d: d["frame"][7].update(category="zz"),
    "another street": lambda d: d["frame"][7].update(street="zz"),
    "a point left out": lambda d: d["frame"].pop(7),
    "a point twice": lambda d: d["frame"].insert(7, dict(d["frame"][7])),
    "a changed quota": lambda d: d["parameters"]["quotas"].update(a=d["parameters"]["quotas"]["a"] + 1),
    "a quota more": lambda d: d["parameters"]["quotas"].update(__proto__=1),
    "a changed probability": lambda d: d["frame"][7].update(prob=d["frame"][7]["prob"] - 1),
    "two changed probabilities": lambda d: [
        next(p for p in d["frame"] if p["category"] == "a").update(prob=5),
        next(p for p in d["frame"] if p["category"] == "b").update(prob=6),
    ],
    "a changed salt": lambda d: d["frame"][7].update(salt="0" * 32),
    "a changed root": lambda d: d.update(root="0" * 64),
    "a changed secret": lambda d: d.update(link="0" * 64),
    "a later secret": lambda d: d.update(link=CHAIN.link(3).hex()),
    "another chain": lambda d: d["parameters"].update(chain_end="0" * 64),
    "a changed public number": lambda d: d.update(public_number="01,02,03,04,05,06+08"),
    "a public number in another spelling": lambda d: d.update(public_number="1,2,3,4,5,6+7"),
    "another name of the public number": lambda d: d["parameters"].update(public_number="双色球 2"),
    "a changed share": lambda d: d.update(shares=[SHARE + "."]),
    "no share": lambda d: d.update(shares=[]),
    "another order of the frame": lambda d: _swap(d["frame"]),
    "another order of the sample": lambda d: _swap(d["sample"]),
    "another order of the reserves": lambda d: d["reserves"].reverse(),
    "another day": lambda d: d["sample"][0].update(day=d["sample"][0]["day"] % 3 + 1),
    "another ticket": lambda d: d["sample"][0].update(ticket=999),
    "another point drawn": _other_point,
    "a point more": lambda d: d["sample"].append({"id": "x", "day": 1, "ticket": 999}),
    "a point less": lambda d: d["sample"].pop(),
    "no reserves": lambda d: d.update(reserves=[]),
    "more days": lambda d: d["parameters"].update(days=4),
    "another share of independence": lambda d: d["parameters"].update(independent_share=0),
    "no streets": lambda d: d["parameters"].update(streets=False),
    "too many reserves": lambda d: d["parameters"]["reserves"].update(a=400),
    "reserves of nothing": lambda d: d["parameters"]["reserves"].update(zz=1),
    "fewer voids": lambda d: d["parameters"].update(voids=0),
    "a word for a number": lambda d: d["frame"][7].update(x_cm="7"),
    "half a centimetre": lambda d: d["frame"][7].update(x_cm=7.5),
    "yes for one": lambda d: d["sample"][0].update(day=True),
    "a chance of nothing": lambda d: d["frame"][7].update(prob=0),
    "a part left out": lambda d: d.pop("sample"),
    "a field more": lambda d: d["frame"][7].update(name="x"),
    "a parameter more": lambda d: d["parameters"].update(name="x"),
    "a broken letter": lambda d: d["frame"][7].update(id="\ud800"),
    "another version": lambda d: d["parameters"].update(version="xundian-draw-2"),
    "no such form": lambda d: d["parameters"].update(number_form="x9"),
    "a list for an object": lambda d: d.update(parameters=[]),
    "nothing for an object": lambda d: d.update(frame=None),
}
HARMLESS = {"nothing", "1 written as 1.0"}


@pytest.fixture(scope="module")
def texts(town) -> dict[str, str]:
    """Return every tampered reveal as text."""
    frame = town.rename(index={"点007": "\U00020bb7", "点008": "\uffee"}).rename_axis(
        "id"
    )  # UTF-16 sorts these wrongly
    design = Design(
        {"a": 20, "b": 15, "c": 9}, days=3, size="size", streets="street", reserves={"a": 4, "b": 3, "c": 0}
    )
    party = ThirdParty("审计局", hashlib.sha256(SHARE.encode()).hexdigest())
    terms = Terms(CHAIN, 2, "双色球 1", third_parties=(party,), voids=1)
    honest = reveal(run(commit(frame, design, "六月", terms), "01,02,03,04,05,06+07", [SHARE]))
    made = {}
    for name, change in TAMPERINGS.items():
        document = copy.deepcopy(honest)
        change(document)
        made[name] = json.dumps(document)
    return made | {"no JSON": made["nothing"][:-1], "no object": "[1]"}


@pytest.fixture(scope="module")
def answers(texts) -> dict[str, list[str]]:
    """Return the faults that the product names."""
    return {name: list(verify(read(text)).faults) for name, text in texts.items()}


@pytest.fixture(scope="module")
def script() -> str:
    """Return the script of the web page, a module that needs nothing else."""
    return (Path(__file__).parents[3] / "webmap" / "static" / "verify.js").read_text(encoding="utf-8")


def test_every_tampering_is_caught(answers):
    assert {name for name, faults in answers.items() if not faults} == HARMLESS


def test_faults_say_where(answers):
    assert answers["a moved point"][0] == "root: the frame is not the committed one"
    assert answers["a changed quota"][0] == "quotas: a"
    assert answers["a changed probability"][1:] == ["root: the frame is not the committed one"]
    assert answers["a changed secret"][0] == "link: the secret does not lead to the end of the chain"
    assert answers["a changed public number"][0] == "sample: the redraw gives another one"
    assert answers["a public number in another spelling"][0] == "public number: it has not the committed form"
    assert answers["another order of the frame"][0] == "order: the frame"
    assert answers["another order of the sample"] == ["sample: the redraw gives another one"]
    assert answers["a changed share"][0] == "shares: they are not the committed ones"


def test_the_one_file_verifier_gives_the_same_answers(texts, answers, tmp_path):
    path = tmp_path / "verify_draw.py"
    path.write_text(standalone(), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("verify_draw", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert {name: module.faults(read(text)) for name, text in texts.items()} == answers


def test_node_gives_the_same_answers(texts, answers, script, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here; the browser test runs the same script")
    (tmp_path / "verify.mjs").write_text(script, encoding="utf-8")
    (tmp_path / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    (tmp_path / "main.mjs").write_text(
        'import { readFileSync } from "node:fs"; import { parse, verify } from "./verify.mjs";'
        'const texts = JSON.parse(readFileSync("texts.json", "utf8"));'
        "for (const name in texts) texts[name] = verify(parse(texts[name])).faults;"
        "console.log(JSON.stringify(texts));",
        encoding="utf-8",
    )
    done = subprocess.run(
        [node, "main.mjs"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert json.loads(done.stdout) == answers


@pytest.mark.browser
def test_the_browser_gives_the_same_answers_offline(texts, answers, script):
    chromium = os.environ.get("XUNDIAN_CHROMIUM") or shutil.which("chromium")
    if chromium is None or not Path(chromium).exists():
        pytest.skip("no Chromium here; make test installs it and names it in XUNDIAN_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        page.set_content("<title>offline</title>")
        page.add_script_tag(content=script + "\nwindow.answer = (text) => verify(parse(text));", type="module")
        page.wait_for_function("window.answer !== undefined")
        got = {name: page.evaluate("(text) => window.answer(text)", text) for name, text in texts.items()}
        browser.close()
    assert {name: one["faults"] for name, one in got.items()} == answers
    assert got["nothing"]["facts"]["commitment"] == verify(read(texts["nothing"])).commitment
