"""The glossary: every term once, every place there."""

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`]+)` \| ([^|]+) \|$", TEXT, re.MULTILINE)


def test_no_term_stands_twice() -> None:
    assert len(ROWS) >= 60
    for column in (0, 1):
        assert [term for term, count in Counter(row[column] for row in ROWS).items() if count > 1] == []
    assert [chinese for chinese, *_ in ROWS if chinese != "Gi*" and not re.search(r"[\u4e00-\u9fff]", chinese)] == []


@pytest.mark.parametrize("place", sorted({row[2] for row in ROWS}))
def test_every_place_is_there(place: str) -> None:
    if "/" in place:
        assert (ROOT / place).exists()
        return
    module, _, name = place.rpartition(".")
    assert hasattr(importlib.import_module(module), name)
