"""Proofs as files, checked without the city: that a row stands in the log, and that the log only grew.

A proof is JSON. Whoever kept a head compares it with the one that a proof leads to; nothing else of the log is needed.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.audit.checkpoint import Checkpoint
from geo.audit.entry import SALT_BYTES, SEALED, Entry, entry_hash, seal
from geo.audit.tree import TreeHead, consistent, included
from geo.errors import InputError
from geo.notes import Note

ROW, GROWTH = "xundian-audit-row-1", "xundian-audit-growth-1"
MOST_STEPS = 64  # of a log with more rows than there are milliseconds

NOT_TOLD = "{field} is not what was sealed in the row"
NOT_THERE = "the row is not in the log of {count} rows with the head {head}"
NOT_GROWN = "the log of {count} rows does not begin with that of {earlier} rows: rows were changed or taken away"


@dataclass(frozen=True, slots=True)
class RowProof:
    """What leads from a row to a head."""

    entry: Entry
    texts: Mapping[str, tuple[str, bytes]]  # of the sealed fields that are told: the text and its salt
    log: Checkpoint
    path: Sequence[bytes]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        one = self.entry
        return {
            "version": ROW,
            "row": {
                "number": one.number,
                "at": one.at.astimezone(dt.UTC).isoformat(timespec="milliseconds"),
                **{name: getattr(one, name) for name in ("action", "from_version", "to_version")},
                **{name: getattr(one, name).hex() for name in SEALED},
            },
            "texts": {name: {"text": text, "salt": salt.hex()} for name, (text, salt) in self.texts.items()},
            "log": _log(self.log),
            "path": [one.hex() for one in self.path],
        }

    def fault(self) -> Note | None:
        """Say why it proves nothing, None when it holds."""
        for name, (text, salt) in self.texts.items():
            if seal(text, salt) != getattr(self.entry, name):
                return Note(NOT_TOLD, {"field": name})
        head, count = bytes.fromhex(self.log.head), self.log.count
        if included(entry_hash(self.entry), self.entry.number - 1, count, self.path, head):
            return None
        return Note(NOT_THERE, {"count": count, "head": self.log.head})


@dataclass(frozen=True, slots=True)
class GrowthProof:
    """What leads from the head of an earlier log to that of a later one."""

    earlier: Checkpoint
    log: Checkpoint
    path: Sequence[bytes]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        path = [one.hex() for one in self.path]
        return {"version": GROWTH, "earlier": _log(self.earlier), "log": _log(self.log), "path": path}

    def fault(self) -> Note | None:
        """Say why it proves nothing, None when it holds."""
        if consistent(_head(self.earlier), _head(self.log), self.path):
            return None
        return Note(NOT_GROWN, {"count": self.log.count, "earlier": self.earlier.count})


def read(document: object) -> RowProof | GrowthProof:
    """Read what ``plain`` wrote; whether it holds is for ``fault`` to say.

    Raises
    ------
    InputError
        When it is no proof.
    """
    whole = _mapping(document, "the file")
    version = whole.get("version")
    if version not in (ROW, GROWTH):
        raise InputError(
            "version is {value!r}: give a file of 'xundian audit prove' or 'xundian audit consistency'", value=version
        )
    log, path = _checkpoint(whole, "log"), _path(whole.get("path"))
    if version == GROWTH:
        return GrowthProof(_checkpoint(whole, "earlier"), log, path)
    row, texts = _mapping(whole.get("row"), "row"), _mapping(whole.get("texts"), "texts")
    return RowProof(_entry(row), {name: _text(texts[name], name) for name in SEALED if name in texts}, log, path)


def _log(one: Checkpoint) -> dict[str, Any]:
    return {"count": one.count, "head": one.head}


def _head(one: Checkpoint) -> TreeHead:
    return TreeHead(one.count, bytes.fromhex(one.head))


def _mapping(value: object, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError("{field} is {value!r}: a proof has an object there", field=field, value=str(value)[:100])
    return value


def _checkpoint(whole: Mapping[str, Any], field: str) -> Checkpoint:
    found = _mapping(whole.get(field), field)
    return Checkpoint(_number(found.get("count"), "count"), _word(found.get("head"), "head"))


def _entry(row: Mapping[str, Any]) -> Entry:
    text = _word(row.get("at"), "at")
    try:
        at = dt.datetime.fromisoformat(text)
        known = at.tzinfo is not None and at.astimezone(dt.UTC) is not None
    except (ValueError, OverflowError):
        known = False
    if not known:
        raise InputError("{field} is {value!r}: a proof has a time with its zone there", field="at", value=text[:100])
    action, *versions = (_word(row.get(name), name) for name in ("action", "from_version", "to_version"))
    sealed = (_bytes(row.get(name), name) for name in SEALED)
    return Entry(_number(row.get("number"), "number"), at, action, versions[0], versions[1], *sealed)


def _text(value: object, field: str) -> tuple[str, bytes]:
    found = _mapping(value, field)
    salt = _bytes(found.get("salt"), "salt", SALT_BYTES)
    return _word(found.get("text"), field), salt


def _path(value: object) -> list[bytes]:
    if not isinstance(value, list) or len(value) > MOST_STEPS:
        raise InputError(
            "{field} is {value!r}: a proof has up to {most} hashes there",
            field="path",
            most=MOST_STEPS,
            value=str(value)[:100],
        )
    return [_bytes(one, "path") for one in value]


def _number(value: object, field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value.bit_length() > MOST_STEPS:
        raise InputError("{field} is {value!r}: a proof has a whole number there", field=field, value=str(value)[:100])
    return value


def _word(value: object, field: str) -> str:
    try:
        if isinstance(value, str) and value.encode() is not None:
            return value
    except UnicodeEncodeError:  # half of a character
        pass
    raise InputError("{field} is {value!r}: a proof has a text there", field=field, value=str(value)[:100])


def _bytes(value: object, field: str, length: int = 32) -> bytes:
    try:
        found = bytes.fromhex(_word(value, field))
    except ValueError:
        found = b""
    if len(found) != length:
        raise InputError(
            "{field} is {value!r}: a proof has {length} bytes in hexadecimal there",
            field=field,
            value=str(value)[:100],
            length=length,
        )
    return found
