"""Verify a revealed draw with Python's standard library alone: ``python verify_draw.py REVEAL.json``; see docs/draw.md.

It redraws the sample from the published frame, parameters, secret, shares and public number, and prints what to compare
with what was published before. Exit 0: the draw is what it says; 1: it is not, and the faults say where.
"""

# ruff: noqa: ANN401, D103, T201 - it reads whatever JSON holds, prints what it finds, and is to stay short
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, count
from typing import Any

VERSION = "xundian-draw-1"
D = 1 << 30  # common denominator of all probabilities
Tree = tuple[list[int], list[int]]  # parent of each node (-1: the root), node that holds each unit
Plain = dict[str, Any]
Redraw = Callable[[list[Plain], Plain, bytes], tuple[list[Plain], list[Plain]]]


def words(key: bytes, label: str) -> Iterator[int]:
    """Yield the random stream of a label: SHA-256 of label, counter and key, cut into words of 48 bits."""
    for counter in count():
        digest = hashlib.sha256(f"{VERSION}|{label}|{counter}|".encode() + key).digest()
        yield from (int.from_bytes(digest[at : at + 6], "big") for at in range(0, 30, 6))


def below(stream: Iterator[int], bound: int) -> int:
    limit = (1 << 48) - (1 << 48) % bound
    return next(word for word in stream if word < limit) % bound


def grow(tree: Tree, units: list[int], place: list[list[int]], value: list[int], coins: Iterator[int]) -> None:
    """Split the nodes that hold ``units``, in order of their numbers, until each expects at most one and a half."""
    parent, leaf = tree
    holds: dict[int, list[int]] = {}
    for i in units:
        holds.setdefault(leaf[i], []).append(i)
    queue = sorted(holds.items())
    for node, held in queue:  # the queue grows while it is worked off
        mass = sum(value[i] for i in held)
        if len(held) == 1 or 2 * mass <= 3 * D:
            continue
        wide = [max(axis[i] for i in held) - min(axis[i] for i in held) for axis in place]
        along = place[wide[0] < wide[1]]
        inside = [i for _, i in sorted((along[i], i) for i in held)]
        coin = next(coins)
        whole, rest = divmod(mass, D)
        target = (whole + coin % 2) // 2 * D + coin // 2 % 2 * rest if whole > 1 else mass // 2
        sums = list(accumulate(value[i] for i in inside))
        cut = min(range(1, len(inside)), key=lambda at: (abs(sums[at - 1] - target), -at))
        for part in (inside[:cut], inside[cut:]):
            for i in part:
                leaf[i] = len(parent)
            queue.append((len(parent), part))
            parent.append(node)


def network(value: list[int], units: Iterable[int], city: Tree, kinds: Tree) -> tuple[list[list[int]], int]:
    """List the edges (tail, head, amount): the units first, then each tree's links, deepest first."""
    shift = len(city[0])
    edges = [[city[1][i], shift + kinds[1][i], value[i]] for i in units]
    for (parent, leaf), offset in ((city, 0), (kinds, shift)):
        mass = [0] * len(parent)
        for i, node in enumerate(leaf):
            mass[node] += value[i]
        for node in range(len(parent) - 1, 0, -1):
            mass[parent[node]] += mass[node]
            ends = [parent[node], node] if offset == 0 else [node + shift, parent[node] + shift]
            edges.append([*ends, mass[node]])
    return edges, shift + len(kinds[0])


def settle(edges: list[list[int]], nodes: int, stream: Iterator[int], *, flat: bool) -> None:
    """Push along cycles of fractional edges until none is left; a flat network picks its cycles at random."""
    alive: list[list[int]] = [[] for _ in range(nodes)]  # fractional edges at each node, in order of their numbers
    for number, (tail, head, amount) in enumerate(edges):
        if amount % D:
            alive[tail].append(number)
            alive[head].append(number)
    for start in range(nodes - 1, -1, -1):
        path, place = [start], {start: 0}
        via: list[int] = []  # via[t] leads from path[t] to path[t + 1]
        while alive[start]:
            node, came = path[-1], via[-1] if via else -1
            others = len(alive[node]) - len(via[-1:])
            if others == 0:  # a dead end, in a flat network only: set the edge aside
                for end in edges[came][:2]:
                    alive[end].remove(came)
                del place[path.pop()], via[-1]
                continue
            at = below(stream, others) if flat else 0
            edge = alive[node][at]
            if via and (edge >= came if flat else edge == came):
                edge = alive[node][at + 1]
            other = edges[edge][0] + edges[edge][1] - node
            back = place.setdefault(other, len(path))
            if back == len(path):
                path.append(other)
                via.append(edge)
                continue
            push(edges, alive, list(zip([*via[back:], edge], path[back:], strict=True)), stream)
            keep = 0 if flat else back
            for gone in path[keep + 1 :]:
                del place[gone]
            del path[keep + 1 :], via[keep:]


def push(edges: list[list[int]], alive: list[list[int]], cycle: list[tuple[int, int]], stream: Iterator[int]) -> None:
    """Move a cycle up or down as far as it goes, so that every edge keeps its expectation."""
    moves = [(e, 1 if edges[e][0] == node else -1) for e, node in cycle]
    up, down = (min(way * sign * edges[e][2] % D for e, sign in moves) for way in (-1, 1))
    step = up if below(stream, up + down) < down else -down
    for e, sign in moves:
        edges[e][2] += sign * step
        if edges[e][2] % D == 0:
            alive[edges[e][0]].remove(e)
            alive[edges[e][1]].remove(e)


def flat(names: list[str]) -> Tree:
    number = {name: at + 1 for at, name in enumerate(sorted(set(names)))}
    return [-1] + [0] * len(number), [number[name] for name in names]


def balanced(key: bytes, stage: str, points: list[Plain], value: list[int], rules: Plain) -> list[int]:
    """Round ``value`` (in units of 1/D) to 0 or D; give the positions of those that are rounded up."""
    n, value = len(value), list(value)
    city: Tree = flat([p["street"] for p in points]) if rules["streets"] else ([-1], [0] * n)
    kinds = flat([p["category"] for p in points])
    pick = words(key, stage + " share")
    alone = [i for i in range(n) if next(pick) % D < rules["independent_share"] and value[i] % D]
    edges, nodes = network(value, alone, city, kinds)
    settle(edges, nodes, words(key, stage + " flat"), flat=True)
    for at, i in enumerate(alone):
        value[i] = edges[at][2]
    turn = below(words(key, stage + " turn"), 65537)
    turns = ((65536 - turn, turn), (-turn, 65536 - turn))
    place = [[p["x_cm"] * a + p["y_cm"] * b for p in points] for a, b in turns]
    units = sorted({i for i in range(n) if value[i] % D} - set(alone))
    grow(city, units, place, value, words(key, stage + " city"))
    grow(kinds, units, place, value, words(key, stage + " kinds"))
    edges, nodes = network(value, range(n), city, kinds)
    settle(edges, nodes, words(key, stage + " trees"), flat=False)
    return [i for i in range(n) if edges[i][2]]


def draw(points: list[Plain], rules: Plain, key: bytes) -> tuple[list[Plain], list[Plain]]:
    """Draw the sample and the reserves, each in order of its tickets, from points in order of their ids."""
    drawn = balanced(key, "sample", points, [p["prob"] for p in points], rules)
    size, days = len(drawn), int(rules["days"])
    day, rest = dict.fromkeys(drawn, days), drawn
    for today in range(1, days):
        if amount := (size // days + (today <= size % days)) * D:
            value = [amount // len(rest) + (at < amount % len(rest)) for at in range(len(rest))]
            taken = balanced(key, f"day {today}", [points[i] for i in rest], value, rules)
            day.update((rest[at], today) for at in taken)
            rest = [i for i in rest if day[i] == days]
    spare = [i for i, p in enumerate(points) if i not in day and rules["reserves"].get(p["category"])]
    there, seen, value = Counter(points[i]["category"] for i in spare), Counter[str](), []
    for name in (points[i]["category"] for i in spare):
        amount = rules["reserves"][name] * D
        value.append(amount // there[name] + (seen[name] < amount % there[name]))
        seen[name] += 1
    kept = balanced(key, "reserve", [points[i] for i in spare], value, rules)
    sample = sorted(zip(words(key, "ticket"), drawn, strict=False))
    reserve = sorted(zip(words(key, "reserve ticket"), [spare[at] for at in kept], strict=False))
    return (
        [{"id": points[i]["id"], "day": day[i], "ticket": at} for at, (_, i) in enumerate(sample, 1)],
        [{"id": points[i]["id"], "ticket": at} for at, (_, i) in enumerate(reserve, size + 1)],
    )


TEXT, HEX, MOST, CM = "[^\ud800-\udfff]*", "[0-9a-f]{64}", 1 << 22, (-(1 << 32), 1 << 32)
FORM = r"[1-9][0-9]?(\+[1-9][0-9]?)?|[dh][1-9][0-9]{0,2}|text"
RULES: Plain = {"version": VERSION, "round": TEXT, "public_number": TEXT, "number_form": FORM, "streets": bool}
RULES |= {"points": (1, MOST), "days": (1, 366), "independent_share": (0, D), "link_position": (1, MOST)}
RULES |= {"quotas": {"*": (1, MOST)}, "reserves": {"*": (0, MOST)}, "shares": [{"party": TEXT, "sha256": HEX}]}
RULES |= {"chain_end": HEX, "previous": f"({HEX})?", "voids": (0, MOST)}
POINT = {"id": TEXT, "category": TEXT, "x_cm": CM, "y_cm": CM, "prob": (1, D), "salt": "[0-9a-f]{32}"}
ROW = {"id": TEXT, "ticket": (1, MOST)}
PARTS: Plain = {"root": HEX, "link": HEX, "shares": [TEXT], "public_number": TEXT, "reserves": [ROW]}
PARTS |= {"sample": [{**ROW, "day": (1, 366)}]}


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
    found = [] if shaped(rules, RULES) else ["form: parameters"]
    point = {**POINT, "street": TEXT} if not found and rules["streets"] else POINT
    if found or not shaped(frame, [point]) or len(frame) != rules["points"]:
        found.append("form: frame")
    return found + [f"form: {part}" for part, shape in PARTS.items() if not shaped(doc.get(part), shape)]


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
    """Return the root above the points; a node without a partner moves up as it is."""
    level = []
    for p in frame:
        row = [p["id"], p["category"], p.get("street", ""), p["x_cm"], p["y_cm"], p["prob"]]
        level.append(digest(b"\0" + bytes.fromhex(p["salt"]) + canonical(row) + b"\n"))
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


def faults(doc: Any, redraw: Redraw = draw) -> list[str]:
    """List everything that is wrong with a reveal; an empty list means that the draw is what it says."""
    if found := misshapen(doc):
        return found
    rules, found = doc["parameters"], undrawable(doc)
    drawable, link = not found, doc["link"]
    for _ in range(rules["link_position"]):
        link = digest(bytes.fromhex(link))
    checks = {
        "root: the frame is not the committed one": merkle(doc["frame"]) == doc["root"],
        "link: the secret does not lead to the end of the chain": link == rules["chain_end"],
        "shares: they are not the committed ones": [digest(share.encode()) for share in doc["shares"]]
        == [share["sha256"] for share in rules["shares"]],
        "public number: it has not the committed form": fits(doc["public_number"], rules["number_form"]),
    }
    if drawable:
        parts = [VERSION + " key", doc["root"], digest(rules), doc["link"], doc["shares"], doc["public_number"]]
        sample, reserves = redraw(doc["frame"], rules, bytes.fromhex(digest(parts)))
        checks["sample: the redraw gives another one"] = doc["sample"] == sample
        checks["reserves: the redraw gives others"] = doc["reserves"] == reserves
    return found + [fault for fault, fine in checks.items() if not fine]


def main() -> int:
    try:
        with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 - plain enough to be read by anyone
            doc = json.load(file, parse_float=lambda text: int(float(text)) if float(text).is_integer() else None)
    except (ValueError, RecursionError):
        doc = None  # no JSON, or nested to no end
    found = faults(doc)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    if not misshapen(doc):
        rules, hashed = doc["parameters"], digest([VERSION + " commitment", doc["root"], digest(doc["parameters"])])
        print("round        ", rules["round"], "-", rules["points"], "points,", len(doc["sample"]), "drawn")
        print("commitment   ", hashed, "<- as published before?")
        print("chain        ", rules["chain_end"], "link", rules["link_position"], "- voided before:", rules["voids"])
        print("public number", rules["public_number"], "=", doc["public_number"], "<- as its source says?")
    print(json.dumps({"valid": not found, "faults": found}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
