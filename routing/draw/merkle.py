"""A salted Merkle tree: one hash binds every point, and a point can be shown to be in it without the others."""

import hashlib
from typing import Any

from routing.draw.points import canonical_json


def line(row: list[Any]) -> bytes:
    """Write one row: the JSON array ``[id, category, street, x_cm, y_cm, prob]`` and a line feed, in UTF-8."""
    return canonical_json(row) + b"\n"


def leaf(row: list[Any], salt: str) -> bytes:
    """Hash one row: SHA-256 of a zero byte, the 16 salt bytes and the line."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(salt) + line(row)).digest()


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    """Return the levels from the leaves up; a node without a partner moves up as it is."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append(pairs + below[len(pairs) * 2 :])
    return levels


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: list[bytes]) -> str:
    """Return the root of at least one leaf, in hexadecimal."""
    return _levels(leaves)[-1][0].hex()


def path(leaves: list[bytes], index: int) -> list[str]:
    """Return the partners, from the leaf up, that lead from leaf ``index`` to the root."""
    found = []
    for level in _levels(leaves)[:-1]:
        partner = index ^ 1
        if partner < len(level):
            found.append(level[partner].hex())
        index //= 2
    return found


def climb(start: bytes, index: int, count: int, partners: list[str]) -> str | None:
    """Follow a path from leaf ``index`` of ``count`` up; None when it has not the right length."""
    node, left = start, [bytes.fromhex(one) for one in partners]
    while count > 1:
        if index ^ 1 < count:
            if not left:
                return None
            partner = left.pop(0)
            node = _node(partner, node) if index % 2 else _node(node, partner)
        index, count = index // 2, (count + 1) // 2
    return None if left else node.hex()
