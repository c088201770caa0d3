"""All randomness of a draw: SHA-256 of a label, a counter and the key, cut into words of 48 bits."""

import hashlib

import numpy as np
import numpy.typing as npt

VERSION = "xundian-draw-1"
WORD = 1 << 48
_PER_DIGEST = 5  # 30 of the 32 bytes: a word stays a safe integer of JavaScript


def words(key: bytes, label: str, count: int) -> npt.NDArray[np.int64]:
    """Return the first ``count`` words of the stream ``label``, each uniform on 0 to 2^48 - 1.

    Digest number ``c`` is SHA-256 of ``xundian-draw-1|label|c|`` and the key; its first 30 bytes are five words,
    big-endian.
    """
    digests = -(-count // _PER_DIGEST)
    head = hashlib.sha256(f"{VERSION}|{label}|".encode())
    raw = bytearray()
    for counter in range(digests):
        digest = head.copy()
        digest.update(f"{counter}|".encode() + key)
        raw += digest.digest()
    six = np.frombuffer(bytes(raw), np.uint8).reshape(digests, 32)[:, :30].reshape(-1, 6)
    wide = np.zeros((len(six), 8), np.uint8)
    wide[:, 2:] = six
    return wide.view(">i8").astype(np.int64).ravel()[:count]


def below(key: bytes, label: str, bound: int) -> int:
    """Draw one integer from 0 to ``bound - 1`` without bias: words of the last, broken block are rejected."""
    limit = WORD - WORD % bound
    count = 4
    while True:
        for word in words(key, label, count).tolist():
            if word < limit:
                return int(word % bound)
        count *= 2


def shuffled(key: bytes, label: str, items: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Put ``items``, which arrive in canonical order, into an order that the key decides."""
    return items[np.lexsort((items, words(key, label, len(items))))]
