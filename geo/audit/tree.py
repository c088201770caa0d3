"""A Merkle tree over a log that only grows, as of RFC 6962 section 2.1: pure functions on hashes.

A head is the hash of the whole log at some length. Who kept a head can have it proved that a later log still contains
every line of the earlier one (consistency), and that a line stands in it (inclusion), without seeing any other line.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geo.errors import InputError

EMPTY = hashlib.sha256(b"").digest()  # the head of a log without lines


def leaf_hash(content: bytes) -> bytes:
    """Hash a line: SHA-256 of a zero byte and its content."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256 of a byte 1 and both hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A head and its length."""

    count: int
    head: bytes


class Frontier:
    """The head of a log whose lines come one by one, with memory for one hash a level of the tree.

    Parameters
    ----------
    count
        Lines that the log has already.
    peaks
        The hashes of their complete subtrees, the largest first: one for each 1 in the count's binary digits.

    Raises
    ------
    ValueError
        When the peaks are not of a log of this length.
    """

    def __init__(self, count: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.count = count
        self._peaks = list(peaks)
        if count < 0 or [len(peak) for peak in self._peaks] != [len(EMPTY)] * count.bit_count():
            raise ValueError(f"these {len(self._peaks)} peaks cannot be of {count} lines")

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """What to keep, so that the log can go on from here."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Take the hash of the next line."""
        node, filled = leaf, self.count
        while filled % 2:
            node, filled = node_hash(self._peaks.pop(), node), filled // 2
        self._peaks.append(node)
        self.count += 1

    def head(self) -> bytes:
        """Return the head of the lines so far."""
        if not self._peaks:
            return EMPTY
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node


def head(leaves: Iterable[bytes]) -> bytes:
    """Return the head of a log from the hashes of its lines, in their order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.head()


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from a line to the head, the nearest first.

    Raises
    ------
    InputError
        When the log has no such line.
    """
    if not 0 <= index < len(leaves):
        raise InputError(
            "line {value} is not in a log of {count}: lines count from 0", field="index", value=index, count=len(leaves)
        )
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion(leaves[:split], index), head(leaves[split:])]
    return [*inclusion(leaves[split:], index - split), head(leaves[:split])]


def included(leaf: bytes, index: int, count: int, proof: Sequence[bytes], known: bytes) -> bool:
    """Tell whether a proof leads from the line ``index`` of ``count`` to a head (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < count:
        return False
    at, last, node = index, count - 1, leaf
    for partner in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            node = node_hash(partner, node)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, partner)
        at, last = at >> 1, last >> 1
    return last == 0 and node == known


def consistency(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """Return the hashes that prove a log of ``earlier`` lines to be the beginning of this one.

    Raises
    ------
    InputError
        When the earlier log is longer than this one.
    """
    if not 0 <= earlier <= len(leaves):
        raise InputError(
            "a head of {value} lines is not of a log of {count}", field="count", value=earlier, count=len(leaves)
        )
    return [] if earlier in (0, len(leaves)) else _subproof(leaves, earlier, whole=True)


def consistent(earlier: TreeHead, later: TreeHead, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows the earlier log to be the beginning of the later one.

    RFC 9162, section 2.1.4.2.
    """
    first, old, second, new = earlier.count, earlier.head, later.count, later.head
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        return not proof and (first == 0 or old == new)
    path = list(proof)
    if first & (first - 1) == 0:  # a power of two: the earlier log is a whole subtree
        path.insert(0, old)
    if not path:
        return False
    at, last = first - 1, second - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    was = now = path.pop(0)
    for partner in path:
        if last == 0:
            return False
        if at % 2 or at == last:
            was, now = node_hash(partner, was), node_hash(partner, now)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, partner)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old and now == new


def _split(count: int) -> int:
    """Return the largest power of two below a count above 1."""
    return 1 << ((count - 1).bit_length() - 1)


def _subproof(leaves: Sequence[bytes], earlier: int, *, whole: bool) -> list[bytes]:
    if earlier == len(leaves):
        return [] if whole else [head(leaves)]
    split = _split(len(leaves))
    if earlier <= split:
        return [*_subproof(leaves[:split], earlier, whole=whole), head(leaves[split:])]
    return [*_subproof(leaves[split:], earlier - split, whole=False), head(leaves[:split])]
