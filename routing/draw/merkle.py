"""A salted Merkle tree: one hash binds every point, and a point can be shown to be in it without the others."""

from typing import Any

from geo.audit import tree
from routing.draw.canonical import canonical_json


def line(row: list[Any]) -> bytes:
    """Write one row: the JSON array ``[id, category, street, x_cm, y_cm, prob]`` and a line feed, in UTF-8."""
    return canonical_json(row) + b"\n"


def leaf(row: list[Any], salt: str) -> bytes:
    """Hash one row: SHA-256 of a zero byte, the 16 salt bytes and the line."""
    return tree.leaf_hash(bytes.fromhex(salt) + line(row))


def root(leaves: list[bytes]) -> str:
    """Return the root of at least one leaf, in hexadecimal."""
    return tree.head(leaves).hex()


def path(leaves: list[bytes], index: int) -> list[str]:
    """Return the partners, from the leaf up, that lead from leaf ``index`` to the root."""
    return [partner.hex() for partner in tree.inclusion(leaves, index)]


def climb(start: bytes, index: int, count: int, partners: list[str]) -> str | None:
    """Follow a path from leaf ``index`` of ``count`` up; None when it has not the right length."""
    node, left = start, [bytes.fromhex(one) for one in partners]
    while count > 1:
        if index ^ 1 < count:
            if not left:
                return None
            partner = left.pop(0)
            node = tree.node_hash(partner, node) if index % 2 else tree.node_hash(node, partner)
        index, count = index // 2, (count + 1) // 2
    return None if left else node.hex()
