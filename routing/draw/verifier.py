"""Verify a revealed draw with nothing but Python's standard library.

    python verify_draw.py REVEAL.json

It redraws the sample from the published frame, parameters, secret, shares and public number, and prints what to compare
with what was published before. Exit 0: the draw is what it says. Exit 1: it is not, and the faults say where. The rules
that it follows are written out in docs/draw.md of xundian (巡点); this file is one of three versions of them.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

VERSION = "xundian-draw-1"
D = 1 << 30  # common denominator of all probabilities
Tree = tuple[list[int], list[int]]  # parent of each node (-1: the root), node that holds each unit
Edge = list[int]  # tail, head, amount
Point = dict[str, Any]
Rules = dict[str, Any]
HEX64 = re.compile(r"[0-9a-f]{64}")
HEX32 = re.compile(r"[0-9a-f]{32}")
ZONES = re.compile(r"(\d+)(?:\+(\d+))?")


# --- randomness: SHA-256 of label, counter and key, cut into words of 48 bits


def words(key: bytes, label: str) -> Iterator[int]:
    """Give the stream of a label, without end."""
    counter = 0
    while True:
        digest = hashlib.sha256(f"{VERSION}|{label}|{counter}|".encode() + key).digest()
        for at in range(0, 30, 6):
            yield int.from_bytes(digest[at : at + 6], "big")
        counter += 1


def below(stream: Iterator[int], bound: int) -> int:
    """Read one unbiased integer from 0 to ``bound - 1``."""
    limit = (1 << 48) - (1 << 48) % bound
    while True:
        word = next(stream)
        if word < limit:
            return word % bound


# --- balanced selection: dependent rounding on a network of two trees


def grow(
    tree: Tree, units: list[int], place: tuple[list[int], list[int]], value: list[int], coins: Iterator[int]
) -> None:
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
        cut = total = 0
        while total < target:
            total += value[inside[cut]]
            cut += 1
        if total - target > target - total + value[inside[cut - 1]]:
            cut -= 1
        cut = min(max(cut, 1), len(inside) - 1)
        for part in (inside[:cut], inside[cut:]):
            for i in part:
                leaf[i] = len(parent)
            queue.append((len(parent), part))
            parent.append(node)


def network(value: list[int], units: Iterable[int], city: Tree, kinds: Tree) -> tuple[list[Edge], int]:
    """List the edges (tail, head, amount): the units first, then each tree's links, deepest first."""
    shift = len(city[0])
    edges = [[city[1][i], shift + kinds[1][i], value[i]] for i in units]
    for (parent, leaf), offset in ((city, 0), (kinds, shift)):
        mass = [0] * len(parent)
        for i, node in enumerate(leaf):
            mass[node] += value[i]
        for node in range(len(parent) - 1, 0, -1):
            mass[parent[node]] += mass[node]
            ends = [parent[node], node] if offset == 0 else [node + offset, parent[node] + offset]
            edges.append([*ends, mass[node]])
    return edges, shift + len(kinds[0])


def settle(edges: list[Edge], nodes: int, stream: Iterator[int], *, flat: bool) -> None:
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
                del place[path.pop()]
                via.pop()
                continue
            at = below(stream, others) if flat else 0
            edge = alive[node][at]
            if via and (edge >= came if flat else edge == came):
                edge = alive[node][at + 1]
            other = edges[edge][0] + edges[edge][1] - node
            if other not in place:
                place[other] = len(path)
                path.append(other)
                via.append(edge)
                continue
            back = place[other]
            push(edges, alive, list(zip([*via[back:], edge], path[back:], strict=True)), stream)
            keep = 0 if flat else back
            for gone in path[keep + 1 :]:
                del place[gone]
            del path[keep + 1 :], via[keep:]


def push(edges: list[Edge], alive: list[list[int]], cycle: list[tuple[int, int]], stream: Iterator[int]) -> None:
    """Move a cycle up or down as far as it goes, so that every edge keeps its expectation."""
    up = min(D - edges[e][2] % D if edges[e][0] == node else edges[e][2] % D for e, node in cycle)
    down = min(edges[e][2] % D if edges[e][0] == node else D - edges[e][2] % D for e, node in cycle)
    step = up if below(stream, up + down) < down else -down
    for e, node in cycle:
        edges[e][2] += step if edges[e][0] == node else -step
        if edges[e][2] % D == 0:
            alive[edges[e][0]].remove(e)
            alive[edges[e][1]].remove(e)


def numbers(names: list[str]) -> list[int]:
    """Give each name its number from 1, in order of code points."""
    number = {name: at + 1 for at, name in enumerate(sorted(set(names)))}
    return [number[name] for name in names]


def balanced(key: bytes, stage: str, points: list[Point], value: list[int], rules: Rules) -> list[int]:
    """Round ``value`` (in units of 1/D) to 0 or D; give the positions of those that are rounded up."""
    n = len(value)
    street = numbers([p["street"] for p in points]) if rules["streets"] else [0] * n
    kind = numbers([p["category"] for p in points])
    city: Tree = [-1] + [0] * max(street, default=0), street
    kinds: Tree = [-1] + [0] * max(kind, default=0), kind
    pick = words(key, stage + " share")
    alone = [i for i in range(n) if next(pick) % D < rules["independent_share"] and value[i] % D]
    edges, nodes = network(value, alone, city, kinds)
    settle(edges, nodes, words(key, stage + " flat"), flat=True)
    value = list(value)
    for at, i in enumerate(alone):
        value[i] = edges[at][2]
    turn = below(words(key, stage + " turn"), 65537)
    u = [p["x_cm"] * (65536 - turn) + p["y_cm"] * turn for p in points]
    v = [p["y_cm"] * (65536 - turn) - p["x_cm"] * turn for p in points]
    apart = set(alone)
    units = [i for i in range(n) if i not in apart and value[i] % D]
    grow(city, units, (u, v), value, words(key, stage + " city"))
    grow(kinds, units, (u, v), value, words(key, stage + " kinds"))
    edges, nodes = network(value, range(n), city, kinds)
    settle(edges, nodes, words(key, stage + " trees"), flat=False)
    return [i for i in range(n) if edges[i][2]]


def even(count: int, among: int) -> list[int]:
    """Share ``count`` points over ``among`` units in units of 1/D, the first ones getting more."""
    share, extra = divmod(count * D, among)
    return [share + (at < extra) for at in range(among)]


def draw(points: list[Point], rules: Rules, key: bytes) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    """Draw the sample ``{id: (day, ticket)}`` and the reserves ``{id: ticket}`` from points in order of their ids."""
    drawn = balanced(key, "sample", points, [p["prob"] for p in points], rules)
    size, days = len(drawn), int(rules["days"])
    day = dict.fromkeys(drawn, days)
    rest = drawn
    for today in range(1, days if drawn else 1):
        count = size // days + (today <= size % days)
        if rest:
            taken = balanced(key, f"day {today}", [points[i] for i in rest], even(count, len(rest)), rules)
            day.update((rest[at], today) for at in taken)
            rest = [i for i in rest if day[i] == days]
    spare = [i for i in range(len(points)) if i not in day and rules["reserves"].get(points[i]["category"])]
    chance: dict[int, int] = {}
    for name, count in rules["reserves"].items():
        members = [i for i in spare if points[i]["category"] == name]
        chance.update(zip(members, even(count, len(members)) if members else [], strict=True))
    kept = balanced(key, "reserve", [points[i] for i in spare], [chance[i] for i in spare], rules)
    tickets = shuffled(key, "ticket", drawn, 1)
    reserve = shuffled(key, "reserve ticket", [spare[at] for at in kept], size + 1)
    return {points[i]["id"]: (day[i], t) for i, t in tickets.items()}, {points[i]["id"]: t for i, t in reserve.items()}


def shuffled(key: bytes, label: str, items: list[int], first: int) -> dict[int, int]:
    """Give each item its ticket, from ``first`` on, in an order of the key's making."""
    stream = words(key, label)
    order = sorted((next(stream), i) for i in items)
    return {i: first + at for at, (_, i) in enumerate(order)}
