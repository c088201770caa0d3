"""Proofs as files: what was proved stays provable without the city, and nothing else does."""

import copy
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.audit import tree
from geo.audit.checkpoint import Checkpoint
from geo.audit.entry import Entry, entry_hash, seal
from geo.audit.proofs import NOT_GROWN, NOT_THERE, NOT_TOLD, GrowthProof, RowProof, read
from geo.errors import InputError

AT = dt.datetime(2026, 6, 12, 1, 2, 3, 4000, tzinfo=dt.UTC)
SALT = bytes(range(16))
TEXTS = {"who": ("李", SALT), "object": ("round/R1", SALT), "detail": ('{"a": 1}', SALT)}
ENTRIES = [
    Entry(number, AT, "round.make", "0", str(number), *(seal(text, salt) for text, salt in TEXTS.values()))
    for number in range(1, 12)
]
LEAVES = [entry_hash(one) for one in ENTRIES]


def _log(count: int) -> Checkpoint:
    return Checkpoint(count, tree.head(LEAVES[:count]).hex())


def row_proof(number: int) -> RowProof:
    return RowProof(ENTRIES[number - 1], TEXTS, _log(11), tree.inclusion(LEAVES, number - 1))


def growth_proof(count: int) -> GrowthProof:
    return GrowthProof(_log(count), _log(11), tree.consistency(LEAVES, count))


def again(proof: RowProof | GrowthProof) -> RowProof | GrowthProof:
    """Return a proof as somebody else reads it from the file."""
    return read(json.loads(json.dumps(proof.plain(), ensure_ascii=False)))


@pytest.mark.parametrize("number", [1, 2, 8, 9, 11])
def test_a_row_is_proved_with_its_texts_and_without(number: int) -> None:
    proof = row_proof(number)
    assert again(proof) == proof
    assert again(proof).fault() is None
    sealed = again(replace(proof, texts={}))
    assert sealed.fault() is None
    assert "李" not in json.dumps(sealed.plain(), ensure_ascii=False)


@pytest.mark.parametrize("count", range(12))
def test_growth_is_proved(count: int) -> None:
    assert again(growth_proof(count)) == growth_proof(count)
    assert again(growth_proof(count)).fault() is None


ROW_LIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "number": lambda d: d["row"].update(number=4),
    "at": lambda d: d["row"].update(at="2026-06-12T01:02:03.005+00:00"),
    "action": lambda d: d["row"].update(action="login"),
    "from_version": lambda d: d["row"].update(from_version="9"),
    "to_version": lambda d: d["row"].update(to_version="9"),
    "who": lambda d: d["row"].update(who="00" * 32),
    "text": lambda d: d["texts"]["who"].update(text="王"),
    "salt": lambda d: d["texts"]["object"].update(salt="00" * 16),
    "detail": lambda d: d["texts"].update(detail={"text": "", "salt": "00" * 16}),
    "count": lambda d: d["log"].update(count=3),
    "head": lambda d: d["log"].update(head="00" * 32),
    "path": lambda d: d["path"].reverse(),
    "short": lambda d: d["path"].pop(),
    "long": lambda d: d["path"].append("00" * 32),
}


@pytest.mark.parametrize("lie", ROW_LIES)
def test_a_lie_about_a_row_is_found(lie: str) -> None:
    document = copy.deepcopy(row_proof(3).plain())
    ROW_LIES[lie](document)
    fault = read(document).fault()
    assert fault is not None
    assert fault.template in (NOT_TOLD, NOT_THERE)


@pytest.mark.parametrize("part", ["earlier", "log"])
@pytest.mark.parametrize("lie", [{"count": 6}, {"head": "00" * 32}])
def test_a_log_written_anew_has_no_proof(part: str, lie: dict[str, object]) -> None:
    document = growth_proof(5).plain()
    document[part].update(lie)
    fault = read(document).fault()
    assert fault is not None
    assert fault.template == NOT_GROWN


NO_PROOFS: dict[str, object] = {
    "the file": [],
    "version": {},
    "log": row_proof(1).plain() | {"log": 5},
    "count": row_proof(1).plain() | {"log": {"count": True, "head": "00" * 32}},
    "head": row_proof(1).plain() | {"log": {"count": 5, "head": "12"}},
    "path": row_proof(1).plain() | {"path": ["0"]},
    "row": row_proof(1).plain() | {"row": None},
    "texts": row_proof(1).plain() | {"texts": []},
    "who": row_proof(1).plain() | {"texts": {"who": "li"}},
    "salt": row_proof(1).plain() | {"texts": {"who": {"text": "li", "salt": "00"}}},
    "at": row_proof(1).plain() | {"row": row_proof(1).plain()["row"] | {"at": "0001-01-01T00:00:00+14:00"}},
    "number": row_proof(1).plain() | {"row": row_proof(1).plain()["row"] | {"number": 1 << 80}},
    "action": row_proof(1).plain() | {"row": row_proof(1).plain()["row"] | {"action": "\ud800"}},
    "earlier": growth_proof(1).plain() | {"earlier": "x"},
}


@pytest.mark.parametrize("field", NO_PROOFS)
def test_what_is_no_proof_is_refused_by_its_field(field: str) -> None:
    with pytest.raises(InputError, match=field):
        read(NO_PROOFS[field])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["row", "texts", "log", "path", "earlier"]), json_values)
def test_whatever_stands_in_a_file_nothing_but_a_proof_holds(part: str, value: object) -> None:
    for proof in (row_proof(3), growth_proof(3)):
        document = proof.plain()
        if part not in document or document[part] == value or (part == "texts" and value == {}):
            continue
        try:
            fault = read({**document, part: value}).fault()
        except InputError:
            continue
        assert fault is not None or part == "texts"  # a text that is not named is not told
