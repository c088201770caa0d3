"""Draw again with Python's standard library alone: the part of the stand-alone verifier that docs/draw.md works out.

It shares no code with the product's own draw (``sample.py``), so that one checks the other.
"""

# ruff: noqa: D103 - it is to stay short
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate, count
from typing import Any

WORDS = "xundian-draw-1"  # what the words are labelled with, in every form of a commitment
D = 1 << 30  # common denominator of all probabilities
Plain = dict[str, Any]
Tree = tuple[list[int], list[int]]  # parent of each node (-1: the root), node that holds each unit


def words(key: bytes, label: str) -> Iterator[int]:
    """Yield the random stream of a label: SHA-256 of label, counter and key, cut into words of 48 bits."""
    for counter in count():
        digest = hashlib.sha256(f"{WORDS}|{label}|{counter}|".encode() + key).digest()
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
