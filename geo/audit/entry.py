"""One row of the audit log as bytes: each field behind its length, so that no two rows are the same bytes.

A person's name may have to be erased later without breaking the log. So what may name one is in the bytes as the hash
of a random salt and the text: once both are gone, the hash tells nothing, and the row still holds.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from geo.audit.tree import leaf_hash

FORM = b"xundian-audit-1"
SALT_BYTES = 16
SEALED = ("who", "object", "detail")
"""Fields that may name a person: in the bytes of an entry stand their hashes."""
_LENGTH_BYTES = 8


def seal(text: str, salt: bytes) -> bytes:
    """Return what stays of a text in the log: SHA-256 of a byte 2, the salt and the text.

    Raises
    ------
    ValueError
        When the salt hasn't its length, on which it depends where the text begins.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt of {len(salt)} bytes: take {SALT_BYTES} random ones")
    return hashlib.sha256(b"\x02" + salt + text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row of the log says; ``who``, ``object`` and ``detail`` sealed, as they may name a person."""

    number: int  # from 1
    at: dt.datetime  # aware
    action: str
    from_version: str
    to_version: str
    who: bytes
    object: bytes
    detail: bytes


def canonical(entry: Entry) -> bytes:
    """Write an entry: the name of this form, then each field in UTF-8 behind its length in 8 bytes, big-endian.

    The number is decimal, the time is UTC to the millisecond as ``2026-06-12T01:02:03.004Z``.
    """
    at = entry.at.astimezone(dt.UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    texts = (str(entry.number), at, entry.action, entry.from_version, entry.to_version)
    parts = (FORM, *(text.encode() for text in texts), entry.who, entry.object, entry.detail)
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)


def entry_hash(entry: Entry) -> bytes:
    """Return the leaf of an entry in the tree."""
    return leaf_hash(canonical(entry))
