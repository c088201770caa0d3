"""Every tampering is caught, with the same faults by the product, the one-file verifier and the web page's script."""

import copy
import hashlib
import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from routing.draw.chain import Chain
from routing.draw.commit import CommitmentTerms, ThirdParty, commit, run
from routing.draw.design import Design
from routing.draw.listing import OPEN, REVEALED, VOID, Outcome, entry
from routing.draw.onefile import standalone
from routing.draw.replacements import Replacement
from routing.draw.reveal import reveal
from routing.draw.verify import read, verify
from routing.draw.year_secrets import YearSecrets
from tests.routing.draw.chained import chained

Document = dict[str, Any]
SHARE = "审计局 \U00020bb7"  # with a letter beyond UTF-16's first plane
VALUE = "01,02,03,04,05,06+07"
CHAIN = Chain(b"\x07" * 32, 5)
YEAR = YearSecrets(b"\x07" * 32, 2026, 5)
STATIC = Path(__file__).parents[3] / "webmap" / "static"


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
    "another version": lambda d: d["parameters"].update(version="xundian-draw-3"),
    "no such form": lambda d: d["parameters"].update(number_form="x9"),
    "the other form": lambda d: d["parameters"].update(version="xundian-draw-2" if "link" in d else "xundian-draw-1"),
    "a list for an object": lambda d: d.update(parameters=[]),
    "nothing for an object": lambda d: d.update(frame=None),
}
OF_CHAINS: dict[str, Callable[[Document], Any]] = {
    "a changed secret": lambda d: d.update(link="0" * 64),
    "a later secret": lambda d: d.update(link=CHAIN.link(3).hex()),
    "another chain": lambda d: d["parameters"].update(chain_end="0" * 64),
    "another position": lambda d: d["parameters"].update(link_position=3),
}


def _line(doc: Document, at: int, **values: Any) -> None:
    doc["commitments"][at - 1].update(values)


OF_ROOTS: dict[str, Callable[[Document], Any]] = {
    "a changed secret": lambda d: d.update(secret="0" * 64),
    "another number's secret": lambda d: d.update(secret=YEAR.secret(3).hex(), secret_path=YEAR.path(3)),
    "a path too short": lambda d: d["secret_path"].pop(),
    "a path too long": lambda d: d["secret_path"].append("0" * 64),
    "another root": lambda d: d["parameters"].update(secrets_root="0" * 64),
    "more secrets": lambda d: d["parameters"].update(secrets_count=6),
    "another position": lambda d: d["parameters"].update(position=3),
    "a position beyond the year": lambda d: d["parameters"].update(position=6),
    "another issue": lambda d: d["parameters"].update(period="2"),
    "another source": lambda d: d["parameters"].update(source="大乐透"),
    "another predecessor": lambda d: d["parameters"].update(previous="0" * 64),
    "a higher limit": lambda d: d["parameters"].update(replacements_limit=9),
    "a list without this one": lambda d: d["commitments"].pop(1),
    "a list without the one before": lambda d: d["commitments"].pop(0),
    "no list": lambda d: d.update(commitments=[]),
    "a list in another order": lambda d: d["commitments"].reverse(),
    "a line twice": lambda d: d["commitments"].append(d["commitments"][-1]),
    "another number in the list": lambda d: _line(d, 3, period="4"),
    "another frame in the list": lambda d: _line(d, 3, root="0" * 64),
    "another hash in the list": lambda d: _line(d, 1, commitment="0" * 64),
    "a false secret in the list": lambda d: _line(d, 2, secret=YEAR.secret(3).hex()),
    "revealed without a secret": lambda d: _line(d, 3, state="revealed"),
    "two on one number": lambda d: _line(d, 1, state="open"),
    "a void without a reason": lambda d: _line(d, 1, reason=""),
    "an unknown state": lambda d: _line(d, 1, state="lost"),
    "drawn and never revealed": lambda d: _line(d, 1, state="drawn", source="x"),
    "no replacements": lambda d: d.update(replacements=[]),
    "a replacement too many": lambda d: d["replacements"].append(d["replacements"][0]),
    "a replacement without a reason": lambda d: d["replacements"][0].update(reason=""),
    "an easier point came in": lambda d: d["replacements"][0].update(into=""),
    "a point replaced that wasn't drawn": lambda d: d["replacements"][0].update(out=d["reserves"][0]["id"]),
    "a replaced point far away": lambda d: d["replacements"][0].update(into=d["reserves"][-1]["id"]),
}
HARMLESS = {"nothing", "1 written as 1.0"}
PRINTED = {"a list without the one before", "a void without a reason", "no replacements"}  # told, not refused


PARTY = ThirdParty("审计局", hashlib.sha256(SHARE.encode()).hexdigest())
DESIGN = Design({"a": 20, "b": 15, "c": 9}, days=3, size="size", streets="street", reserves={"a": 4, "b": 3, "c": 0})


def _rooted(frame) -> tuple[Document, list[Document]]:
    """Reveal the second of three commitments; the first is void and had the same number, the third is open."""
    made, lines, previous = [], [], ""
    for position, name in ((1, "双色球 1"), (2, "双色球 1"), (3, "双色球 3")):
        terms = CommitmentTerms(
            YEAR, position, name, third_parties=(PARTY,), voids=1, previous=previous, replacements_limit=1
        )
        made.append(commit(frame, DESIGN, "六月", terms))
        outcome = (Outcome(VOID, "弄错"), Outcome(REVEALED, "", made[-1].secret, made[-1].secret_path), Outcome(OPEN))[
            position - 1
        ]
        lines.append(entry(made[-1].parameters, made[-1].root, outcome))
        previous = lines[-1]["commitment"]
    drawn = run(made[1], VALUE, [SHARE])
    bare = reveal(drawn)
    points = {p["id"]: p for p in bare["frame"]}
    out = next(row["id"] for row in bare["sample"] if points[row["id"]]["category"] == "a")
    spare = [points[row["id"]] for row in bare["reserves"] if points[row["id"]]["category"] == "a"]
    into = min(spare, key=lambda p: sum((p[x] - points[out][x]) ** 2 for x in ("x_cm", "y_cm")))["id"]
    return reveal(drawn, lines, [Replacement(out, into, "关门", 0.0)]), lines


@pytest.fixture(scope="module", params=["chained", "rooted"])
def texts(request, town) -> dict[str, str]:
    """Return every tampered reveal as text, of the one form and the other."""
    # UTF-16 sorts these wrongly
    frame = town.rename(index={"点007": "\U00020bb7", "点008": "\uffee"}).rename_axis("id")
    if request.param == "chained":
        bound = chained(frame, DESIGN, "六月", (CHAIN, 2), public_number="双色球 1", third_parties=[PARTY], voids=1)
        honest, own = reveal(run(bound, VALUE, [SHARE])), OF_CHAINS
    else:
        honest, own = _rooted(frame)[0], OF_ROOTS
    made = {}
    for name, change in {**TAMPERINGS, **own}.items():
        document = copy.deepcopy(honest)
        change(document)
        made[name] = json.dumps(document)
    return made | {"no JSON": made["nothing"][:-1], "no object": "[1]"}


def _of_closing(town) -> dict[str, str]:
    """Return a year's closing as text, and tampered with."""
    lines = _rooted(town)[1]
    lines[2] |= {"state": "void", "reason": "不办了"}
    honest = {
        "version": "xundian-draw-2",
        "year": 2026,
        "master": YEAR.master.hex(),
        "secrets_root": YEAR.root(),
        "secrets_count": 5,
        "commitments": lines,
    }
    changes: dict[str, Callable[[Document], Any]] = {
        "nothing": lambda _: None,
        "another master": lambda d: d.update(master="0" * 64),
        "another year": lambda d: d.update(year=2027),
        "fewer secrets": lambda d: d.update(secrets_count=4),
        "another root": lambda d: d.update(secrets_root="0" * 64),
        "a number missing": lambda d: d["commitments"].pop(1),
        "a number open": lambda d: _line(d, 3, state="open"),
        "a false secret": lambda d: _line(d, 2, secret=YEAR.secret(3).hex()),
        "no master": lambda d: d.update(master=None),
        "a part more": lambda d: d.update(more=1),
    }
    made = {}
    for name, change in changes.items():
        document = copy.deepcopy(honest)
        change(document)
        made[name] = json.dumps(document)
    return made


@pytest.fixture(scope="module")
def answers(texts) -> dict[str, Any]:
    """Return the faults that the product names, and what it says to compare."""
    return {name: _answer(text) for name, text in texts.items()}


def _answer(text: str) -> list[Any]:
    found = verify(read(text))
    return [list(found.faults), dict(found.facts) or None]


def test_every_tampering_is_caught(texts, answers):
    harmless = HARMLESS | (PRINTED if "a path too short" in texts else set())
    assert {name for name, (faults, _) in answers.items() if not faults} == harmless


def test_what_is_no_fault_of_the_draw_is_printed(texts, answers):
    if "a path too short" not in texts:
        assert answers["nothing"][1]["chain_end"] == CHAIN.end
        return
    told = {name: facts for name, (_, facts) in answers.items()}
    honest = told["nothing"]
    assert (honest["position"], honest["secrets_count"], honest["secrets_root"]) == (2, 5, YEAR.root())
    assert (honest["same_number"], honest["open"], honest["void"], honest["unaccounted"]) == ([1, 2], [3], [1], [])
    assert (honest["replaced"], honest["replacements_limit"], honest["voids"]) == (1, 1, 1)
    assert told["a list without the one before"]["unaccounted"] == [1]
    assert told["a void without a reason"]["unaccounted"] == [1]
    assert told["drawn and never revealed"]["unaccounted"] == [1]
    assert told["no replacements"]["replaced"] == 0


def test_faults_say_where(texts, answers):
    first = {name: faults[0] for name, (faults, _) in answers.items() if faults}
    assert first["a moved point"] == "root: the frame is not the committed one"
    assert first["a changed quota"] == "quotas: a"
    assert first["another order of the frame"] == "order: the frame"
    assert first["another order of the sample"] == "sample: the redraw gives another one"
    assert first["a changed share"] == "shares: they are not the committed ones"
    assert first["a public number in another spelling"] == "public number: it has not the committed form"
    if "a path too short" not in texts:
        assert first["a changed secret"] == "link: the secret does not lead to the end of the chain"
        return
    root = "secret: it does not lead to the root of the year"
    for name in ("a changed secret", "another number's secret", "a path too short", "a position beyond the year"):
        assert first[name] == root
    assert first["another frame in the list"] == "commitments: number 3 is not what its hash says"
    assert first["a list in another order"] == "commitments: number 2 does not follow number 3"
    assert first["revealed without a secret"] == "commitments: the secret of number 3 does not lead to the root"
    assert first["two on one number"] == "commitments: several on the number 双色球 1"
    assert first["a list without this one"] == "commitments: this one is not in the list"
    assert first["a replacement too many"] == "replacements: 2, the commitment allows 1"
    assert first["a replaced point far away"] == "replacements: line 1 is not by the rule"


def _alone(folder: Path) -> Any:
    path = folder / "verify_draw.py"
    path.write_text(standalone(), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("verify_draw", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_one_file_verifier_gives_the_same_answers(texts, answers, tmp_path):
    module = _alone(tmp_path)
    for name, text in texts.items():
        faults = module.faults(read(text))
        formless = any(fault.startswith("form:") for fault in faults)
        assert [faults, None if formless else module.facts(read(text))] == answers[name], name


def _by_node(texts: dict[str, str], folder: Path) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here; the browser test runs the same script")
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    script = (STATIC / "verify.js").as_uri()
    (folder / "main.mjs").write_text(
        f'import {{ readFileSync }} from "node:fs"; import {{ parse, verify }} from {json.dumps(script)};'
        'const texts = JSON.parse(readFileSync("texts.json", "utf8"));'
        "for (const name in texts) {"
        "  const found = verify(parse(texts[name])); texts[name] = [found.faults, found.facts];"
        "}"
        "console.log(JSON.stringify(texts));",
        encoding="utf-8",
    )
    done = subprocess.run([node, "main.mjs"], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=True)
    return json.loads(done.stdout)


def test_node_gives_the_same_answers(texts, answers, tmp_path):
    assert _by_node(texts, tmp_path) == answers


def test_a_closing_is_tampered_with_in_vain(town, tmp_path):
    texts = _of_closing(town)
    answers = {name: _answer(text) for name, text in texts.items()}
    assert {name for name, (faults, _) in answers.items() if not faults} == {"nothing"}
    assert answers["nothing"][1]["revealed"] == [2]
    assert answers["another master"][0] == ["master: it gives another root"]
    assert answers["a number missing"][0] == ["commitments: number 2 is missing"]
    assert answers["a number open"][0] == ["commitments: number 3 is open"]
    assert answers["a part more"][0] == ["form: closing"]
    module = _alone(tmp_path)
    assert {name: module.faults(read(text)) for name, text in texts.items()} == {
        name: faults for name, (faults, _) in answers.items()
    }
    assert _by_node(texts, tmp_path) == answers


@pytest.mark.browser
def test_the_browser_gives_the_same_answers_offline(texts, answers, browser: Browser):
    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name:
            route.fulfill(path=STATIC / name, content_type="text/javascript")
        else:
            route.fulfill(body="<title>offline</title>", content_type="text/html")

    page = browser.new_page()
    page.route("**/*", serve)
    page.goto("https://office.test/")
    page.add_script_tag(
        content='import { parse, verify } from "/verify.js"; window.answer = (text) => verify(parse(text));',
        type="module",
    )
    page.wait_for_function("window.answer !== undefined")
    got = {name: page.evaluate("(text) => window.answer(text)", text) for name, text in texts.items()}
    page.close()
    assert {name: [one["faults"], one["facts"]] for name, one in got.items()} == answers
