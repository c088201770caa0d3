"""Rows as bytes: no two rows are the same bytes, and what was erased tells nothing."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.audit import checkpoint
from geo.audit.checkpoint import START, Checkpoint
from geo.audit.entry import SALT_BYTES, Entry, canonical, seal
from geo.audit.events import Event
from geo.audit.tree import EMPTY
from geo.errors import InputError

NOON = dt.datetime(2026, 6, 12, 4, 0, 0, 5000, tzinfo=dt.UTC)
SEAL = seal("张三", b"\x01" * SALT_BYTES)
texts = st.text(max_size=4)
seals = st.binary(min_size=32, max_size=32)
moments = st.integers(0, 10).map(lambda ms: NOON + dt.timedelta(milliseconds=ms))
entries = st.builds(Entry, st.integers(1, 12), moments, texts, texts, texts, seals, seals, seals)


def test_the_bytes_are_those_of_the_docs() -> None:
    entry = Entry(7, NOON, "round.make", "", "1", SEAL, SEAL, SEAL)
    fields = [b"xundian-audit-1", b"7", b"2026-06-12T04:00:00.005Z", b"round.make", b"", b"1", SEAL, SEAL, SEAL]
    assert canonical(entry) == b"".join(len(one).to_bytes(8, "big") + one for one in fields)


@given(entries, entries)
def test_two_rows_are_two_byte_strings(one: Entry, other: Entry) -> None:
    assert (canonical(one) == canonical(other)) is (one == other)


@given(entries, st.integers(0, 4), st.data())
def test_text_that_moves_from_one_field_to_the_next_is_another_row(entry: Entry, cut: int, data: st.DataObject) -> None:
    whole = entry.action + entry.from_version
    at = data.draw(st.integers(0, len(whole)).filter(lambda each: each != len(entry.action)) if whole else st.just(0))
    moved = Entry(
        entry.number, entry.at, whole[:at], whole[at:], entry.to_version, entry.who, entry.object, entry.detail
    )
    assert (canonical(moved) == canonical(entry)) is (moved == entry)
    assert canonical(entry)[: len(canonical(entry)) - cut - 1] != canonical(entry)


@given(texts, texts, st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_a_seal_binds_its_text_and_its_salt(one: str, other: str, salt: bytes, salted: bytes) -> None:
    assert (seal(one, salt) == seal(other, salted)) is ((one, salt) == (other, salted))


def test_a_salt_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="salt of 15 bytes"):
        seal("x", b"\x00" * 15)


def test_the_docs_name_every_event_once() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/audit.md").read_text(encoding="utf-8")
    table = page.partition("| action | what happened |")[2].partition("\n\n")[0]
    named = [word for line in table.splitlines() for word in re.findall(r"`([a-z.]+)`", line.partition(" | ")[0])]
    assert sorted(named) == sorted(Event)


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    kept = Checkpoint(41, "0" * 63 + "f")
    assert checkpoint.read(checkpoint.write(kept)) == kept
    assert Checkpoint(0, EMPTY.hex()) == START


@pytest.mark.parametrize("text", ["", "xundian-audit 41", "xundian-audit x " + "0" * 64, "git 4 " + "0" * 64])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="audit head"):
        checkpoint.read(text)


@pytest.mark.parametrize(("count", "head"), [(-1, "0" * 64), (1, "0" * 63), (1, "G" * 64)])
def test_what_is_no_head_is_refused(count: int, head: str) -> None:
    with pytest.raises(InputError):
        Checkpoint(count, head)
