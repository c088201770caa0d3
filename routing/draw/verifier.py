"""Verify a revealed draw with Python's standard library alone: ``python verify_draw.py REVEAL.json``; see docs/draw.md.

It redraws the sample from the published frame, parameters, secret, shares and public number, and prints what to compare
with what was published before; of a year's closing it computes every secret again. Exit 0: the file is what it says; 1:
it is not, and the faults say where.
"""

# ruff: noqa: ANN401, D103, T201 - it reads whatever JSON holds, prints what it finds, and is to stay short
import hashlib
import hmac
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from routing.draw.redraw import D, Plain, balanced, draw, words  # noqa: F401 - the same program, in two files

CHAINED, ROOTED = "xundian-draw-1", "xundian-draw-2"  # the forms of a commitment
Redraw = Callable[[list[Plain], Plain, bytes], tuple[list[Plain], list[Plain]]]
TEXT, HEX, MOST, CM = "[^\ud800-\udfff]*", "[0-9a-f]{64}", 1 << 22, (-(1 << 32), 1 << 32)
FORM = r"[1-9][0-9]?(\+[1-9][0-9]?)?|[dh][1-9][0-9]{0,2}|text"
SECRETS = (1, 10_000)  # of a year
RULES: Plain = {"round": TEXT, "public_number": TEXT, "number_form": FORM, "streets": bool, "points": (1, MOST)}
RULES |= {"days": (1, 366), "independent_share": (0, D), "shares": [{"party": TEXT, "sha256": HEX}], "voids": (0, MOST)}
RULES |= {"quotas": {"*": (1, MOST)}, "reserves": {"*": (0, MOST)}, "previous": f"({HEX})?"}
POINT = {"id": TEXT, "category": TEXT, "x_cm": CM, "y_cm": CM, "prob": (1, D), "salt": "[0-9a-f]{32}"}
ROW = {"id": TEXT, "ticket": (1, MOST)}
PARTS: Plain = {"root": HEX, "shares": [TEXT], "public_number": TEXT, "reserves": [ROW]}
PARTS |= {"sample": [{**ROW, "day": (1, 366)}]}
NUMBER = {"source": TEXT, "period": TEXT}
LINE: Plain = {**NUMBER, "position": SECRETS, "root": HEX, "parameters_hash": HEX, "previous": f"({HEX})?"}
LINE |= {"commitment": HEX, "state": "open|drawn|revealed|void", "reason": TEXT}
LINE |= {"secret": f"({HEX})?", "secret_path": [HEX]}
YEAR: Plain = {"secrets_root": HEX, "secrets_count": SECRETS}
CLOSING = {**YEAR, "version": ROOTED, "year": (1, 9999), "master": HEX, "commitments": [LINE]}
FORMS: dict[str, tuple[Plain, Plain]] = {
    CHAINED: (
        {**RULES, "version": CHAINED, "chain_end": HEX, "link_position": (1, MOST)},
        {**PARTS, "link": HEX},
    ),
    ROOTED: (
        {**RULES, **NUMBER, **YEAR, "version": ROOTED, "position": SECRETS, "replacements_limit": (0, MOST)},
        {**PARTS, "secret": HEX, "secret_path": [HEX], "commitments": [LINE]}
        | {"replacements": [{"out": TEXT, "into": TEXT, "reason": TEXT}]},
    ),
}


def shaped(value: Any, shape: Any) -> bool:
    """Tell whether a value from JSON has a shape: a pattern, range or type, a list of shapes, or an object of them."""
    if isinstance(shape, str):
        return isinstance(value, str) and re.fullmatch(shape, value) is not None
    if isinstance(shape, tuple):
        return type(value) is int and shape[0] <= value <= shape[1]
    if isinstance(shape, list):
        return isinstance(value, list) and all(shaped(one, shape[0]) for one in value)
    if isinstance(shape, dict):
        same = isinstance(value, dict) and ("*" in shape or set(value) == set(shape))
        return same and all(shaped(k, TEXT) and shaped(v, shape.get(k, shape.get("*"))) for k, v in value.items())
    return type(value) is shape


def misshapen(doc: Any) -> list[str]:
    """Name the parts that are missing or aren't what they should be."""
    doc = doc if isinstance(doc, dict) else {}
    rules, frame = doc.get("parameters"), doc.get("frame")
    chained = isinstance(rules, dict) and rules.get("version") == CHAINED
    allowed, parts = FORMS[CHAINED if chained else ROOTED]
    found = [] if shaped(rules, allowed) else ["form: parameters"]
    point = {**POINT, "street": TEXT} if not found and rules["streets"] else POINT
    if found or not shaped(frame, [point]) or len(frame) != rules["points"]:
        found.append("form: frame")
    return found + [f"form: {part}" for part, shape in parts.items() if not shaped(doc.get(part), shape)]


def fits(value: str, form: str) -> bool:
    """Tell whether a public number is written in the one way that its form allows."""
    if form[0] in "tdh":
        pattern = {"t": "[0-9a-z,+.:/-]{1,200}", "d": "[0-9]", "h": "[0-9a-f]"}[form[0]]
        return re.fullmatch(pattern + (f"{{{form[1:]}}}" if form != "text" else ""), value) is not None
    zones = [zone.split(",") for zone in value.split("+")]
    ascend = all(zone == sorted(set(zone)) and all(re.fullmatch("[0-9]{2}", one) for one in zone) for zone in zones)
    return ascend and "+".join(str(len(zone)) for zone in zones) == form


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    return hashlib.sha256(value if isinstance(value, bytes) else canonical(value)).hexdigest()


def merkle(frame: list[Plain]) -> str:
    """Return the root above the points."""
    leaves = []
    for p in frame:
        row = [p["id"], p["category"], p.get("street", ""), p["x_cm"], p["y_cm"], p["prob"]]
        leaves.append(digest(b"\0" + bytes.fromhex(p["salt"]) + canonical(row) + b"\n"))
    return tree(leaves)


def tree(level: list[str]) -> str:
    """Return the root above leaves (RFC 6962); a node without a partner moves up as it is."""
    while len(level) > 1:
        pairs = ["".join(level[i : i + 2]) for i in range(0, len(level), 2)]
        level = [pair if len(pair) == len(level[0]) else digest(b"\1" + bytes.fromhex(pair)) for pair in pairs]
    return level[0]


def undrawable(doc: Any) -> list[str]:
    """Name what keeps the frame from being drawn from."""
    quotas, reserves = doc["parameters"]["quotas"], doc["parameters"]["reserves"]
    ids, members = [p["id"] for p in doc["frame"]], Counter(p["category"] for p in doc["frame"])
    mass = Counter[str]()
    for p in doc["frame"]:
        mass[p["category"]] += p["prob"]
    found = [] if ids == sorted(set(ids)) else ["order: the frame"]
    found += [f"quotas: {c}" for c in sorted({*mass, *quotas}) if mass[c] != quotas.get(c, 0) * D]
    return found + [f"reserves: {c}" for c in sorted(reserves) if reserves[c] > members[c] - quotas.get(c, 0)]


def climb(node: str, index: int, size: int, path: list[str]) -> str:
    """Follow a path from leaf ``index`` of ``size`` up; nothing when it hasn't the right length."""
    left = list(path)
    while size > 1:
        if index ^ 1 < size:
            if not left:
                return ""
            other = left.pop(0)
            node = digest(b"\1" + bytes.fromhex(other + node if index % 2 else node + other))
        index, size = index // 2, (size + 1) // 2
    return "" if left else node


def leads(one: Plain, year: Plain) -> bool:
    """Tell whether a secret stands where it says under the root of its year."""
    at, size, leaf = one["position"], year["secrets_count"], digest(b"\0" + bytes.fromhex(one["secret"]))
    return bool(at <= size and climb(leaf, at - 1, size, one["secret_path"]) == year["secrets_root"])


def commitment(root: str, rules: Plain) -> str:
    if rules["version"] == CHAINED:
        return digest([CHAINED + " commitment", root, digest(rules)])
    return line_hash({**rules, "root": root, "parameters_hash": digest(rules)}, rules["secrets_root"])


def line_hash(one: Plain, year: str) -> str:
    named = [one[name] for name in ("position", "root", "parameters_hash", "source", "period", "previous")]
    return digest([ROOTED + " commitment", year, *named])


def list_faults(lines: list[Plain], year: Plain) -> list[str]:
    """Name what is wrong with a list of commitments: a hash, a secret, the order, or two on one public number."""
    found, numbers = [], Counter[tuple[str, str]]()
    for one in lines:
        at = one["position"]
        if line_hash(one, year["secrets_root"]) != one["commitment"]:
            found.append(f"commitments: number {at} is not what its hash says")
        if one["state"] == "revealed" and not leads(one, year):
            found.append(f"commitments: the secret of number {at} does not lead to the root")
        if one["state"] != "void":
            numbers[one["source"], one["period"]] += 1
    for one, two in pairwise(lines):
        gap = two["position"] - one["position"]
        if gap < 1 or (gap == 1 and two["previous"] != one["commitment"]):
            found.append(f"commitments: number {two['position']} does not follow number {one['position']}")
    twice = sorted(number for number, times in numbers.items() if times > 1)
    return found + [f"commitments: several on the number {source} {period}" for source, period in twice]


def unaccounted(lines: list[Plain], below: int) -> list[int]:
    """List the positions that are neither revealed, nor open, nor void with a reason."""
    fine = {one["position"] for one in lines if one["state"] != "drawn" and (one["state"] != "void" or one["reason"])}
    return [at for at in range(1, below) if at not in fine]


def positions(lines: list[Plain], *states: str) -> list[int]:
    return [one["position"] for one in lines if one["state"] in states]


def replacement_faults(doc: Any) -> list[str]:
    """Replay the replacements: the nearest reserve of the category each time, ties by ticket."""
    points, limit = {p["id"]: p for p in doc["frame"]}, doc["parameters"]["replacements_limit"]
    inside, spare = {row["id"] for row in doc["sample"]}, {row["id"]: row["ticket"] for row in doc["reserves"]}
    many = len(doc["replacements"]) > limit
    found = [f"replacements: {len(doc['replacements'])}, the commitment allows {limit}"] if many else []
    for at, line in enumerate(doc["replacements"], 1):
        if line["out"] not in inside or not line["reason"]:
            found.append(f"replacements: line {at} has no reason, or nothing to replace")
            continue
        out = points[line["out"]]
        free = [points[i] for i in spare if points[i]["category"] == out["category"]]
        far = {p["id"]: (p["x_cm"] - out["x_cm"]) ** 2 + (p["y_cm"] - out["y_cm"]) ** 2 for p in free}
        into = min(far, key=lambda i: (far[i], spare[i]), default="")
        if line["into"] != into:
            found.append(f"replacements: line {at} is not by the rule")
        inside = (inside - {out["id"]}) | ({into} if into else set())
        spare.pop(into, None)
    return found


def faults(doc: Any, redraw: Redraw = draw) -> list[str]:
    """List everything that is wrong with a reveal or a closing; an empty list means that it is what it says."""
    if isinstance(doc, dict) and "master" in doc:
        return closing_faults(doc)
    if found := misshapen(doc):
        return found
    rules, found = doc["parameters"], undrawable(doc)
    drawable, chained = not found, doc["parameters"]["version"] == CHAINED
    secret = doc["link" if chained else "secret"]
    checks = {"root: the frame is not the committed one": merkle(doc["frame"]) == doc["root"]}
    if chained:
        end = secret
        for _ in range(rules["link_position"]):
            end = digest(bytes.fromhex(end))
        checks["link: the secret does not lead to the end of the chain"] = end == rules["chain_end"]
    else:
        own = {**doc, "position": rules["position"]}
        checks["secret: it does not lead to the root of the year"] = leads(own, rules)
    checks["shares: they are not the committed ones"] = [digest(share.encode()) for share in doc["shares"]] == [
        share["sha256"] for share in rules["shares"]
    ]
    checks["public number: it has not the committed form"] = fits(doc["public_number"], rules["number_form"])
    if drawable:
        bound = [doc["root"], digest(rules)] if chained else [commitment(doc["root"], rules)]
        parts = [rules["version"] + " key", *bound, secret, doc["shares"], doc["public_number"]]
        sample, reserves = redraw(doc["frame"], rules, bytes.fromhex(digest(parts)))
        checks["sample: the redraw gives another one"] = doc["sample"] == sample
        checks["reserves: the redraw gives others"] = doc["reserves"] == reserves
        drawable = doc["sample"] == sample and doc["reserves"] == reserves
    found += [fault for fault, fine in checks.items() if not fine]
    return found if chained else found + public_faults(doc) + (replacement_faults(doc) if drawable else [])


def public_faults(doc: Any) -> list[str]:
    """Name what is wrong with the list of commitments that a reveal stands in."""
    rules, lines = doc["parameters"], doc["commitments"]
    own = (rules["position"], commitment(doc["root"], rules))
    here = own in {(one["position"], one["commitment"]) for one in lines}
    return list_faults(lines, rules) + ([] if here else ["commitments: this one is not in the list"])


def closing_faults(doc: Any) -> list[str]:
    """Name what is wrong with a year's closing: its master seed gives the root, and no number is missing or open."""
    if not shaped(doc, CLOSING):
        return ["form: closing"]
    lines, size = doc["commitments"], doc["secrets_count"]
    texts = [f"xundian secret|{doc['year']}|{at}" for at in range(1, size + 1)]
    made = [hmac.digest(bytes.fromhex(doc["master"]), text.encode(), "sha256") for text in texts]
    found = (
        [] if tree([digest(b"\0" + one) for one in made]) == doc["secrets_root"] else ["master: it gives another root"]
    )
    last = max((one["position"] for one in lines), default=0)
    gone = set(range(1, last)) - {one["position"] for one in lines}
    found += list_faults(lines, doc) + [f"commitments: number {at} is missing" for at in sorted(gone)]
    return found + [f"commitments: number {at} is open" for at in positions(lines, "open")]


def facts(doc: Any) -> Plain:
    """Return what to compare with what was published before, of a document that has the form."""
    lines = doc.get("commitments", [])
    counted = {name: positions(lines, state) for name, state in (("open", "open"), ("void", "void"))}
    if "master" in doc:
        last: Plain = lines[-1] if lines else {"position": 0, "commitment": ""}
        named = {name: doc[name] for name in ("year", "secrets_root", "secrets_count")}
        named |= {"commitments": len(lines), "last": last["commitment"], "revealed": positions(lines, "revealed")}
        return {**named, **counted, "unaccounted": unaccounted(lines, last["position"] + 1)}
    rules = doc["parameters"]
    found: Plain = {"round": rules["round"], "points": rules["points"], "drawn": len(doc["sample"])}
    found |= {"commitment": commitment(doc["root"], rules), "voids": rules["voids"]}
    found |= {"public_name": rules["public_number"], "public_number": doc["public_number"]}
    if rules["version"] == CHAINED:
        return {**found, "chain_end": rules["chain_end"], "link_position": rules["link_position"]}
    same = [one["position"] for one in lines if all(one[name] == rules[name] for name in NUMBER)]
    named = {name: rules[name] for name in ("secrets_root", "secrets_count", "position", "previous")}
    found |= {**named, "same_number": same, **counted, "unaccounted": unaccounted(lines, rules["position"])}
    return {**found, "replaced": len(doc["replacements"]), "replacements_limit": rules["replacements_limit"]}


ASK = {"commitment": "as published before?", "public_number": "as its source says?", "last": "as published?"}
ASK |= {"chain_end": "as published first?", "secrets_root": "as published first?"}


def main() -> int:
    try:
        with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 - plain enough to be read by anyone
            doc = json.load(file, parse_float=lambda text: int(float(text)) if float(text).is_integer() else None)
    except (ValueError, RecursionError):
        doc = None  # no JSON, or nested to no end
    found = faults(doc)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    if not any(fault.startswith("form:") for fault in found):
        for name, value in facts(doc).items():
            asked, text = f"  <- {ASK[name]}" if name in ASK else "", str(value)
            print(f"{name.replace('_', ' '):18} {text if text.isprintable() else ascii(text)}{asked}")
    print(json.dumps({"valid": not found, "faults": found}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
