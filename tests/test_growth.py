"""No text makes the work grow faster than its own length: every pattern and every parser of cells, at two lengths.

Processor time is compared with itself on a text four times as long, so that a slow or busy machine changes nothing.
"""

import ast
import contextlib
import importlib
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from geo.catalogue import load
from geo.natural import last_number, natural_key
from geo.nearest import nearest
from geo.openings import one_span, parse
from geo.readers import columns, coordinates, team_terms, values
from geo.readers.clocks import times
from geo.readers.numerals import plain_number, read_numbers
from geo.readers.pairs import split_pair
from geo.streets.edgefile import _text
from geo.zones import codes
from routing.draw.number import form_of, normal
from routing.draw.verify import read
from webmap.intake.uploads import _is_kml
from webmap.team_marks import team_marks

SHORT, LONG = 2_000, 8_000
SLOW_S = 0.003  # below it a clock says nothing
STEEPEST = 9.0  # linear work grows by 4, work by the square by 16
ROOT = Path(__file__).parents[1]
PIECES = (
    *("(", ")", "[", "{", "{{", " ", "\t", "\n", "0", "1", "9.", "1 ", "1:", "-", "—", "至", ",", "，", ";"),
    *("a", "A", "P", "E", "=", "第", "十", "一", "点", "时", "周", "下午", "24小时", "全天", "休息", "Mo", "off"),
    *("'", '"', "\\", '"\\', "['", "<!--", "<?", "&", "url(", "坐标", "°", "../", "_"),
)
ENDS = ("", "!", "]")
CALLS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer")
# Patterns that are put together when they run; each from words of ours, and from names that are at most 60 characters.
PUT_TOGETHER = {
    "geo/store/migrations/versions/remedies_0012.py",  # run once, over sentences that the product wrote
    "routing/draw/verifier.py",
    "webmap/maps/palette.py",
}


def texts(pieces: tuple[str, ...] = PIECES) -> Iterator[Callable[[int], str]]:
    """Give texts of any length: a piece again and again, perhaps with another end, or before a second piece."""
    for piece in pieces:
        for end in ENDS:
            yield lambda length, piece=piece, end=end: piece * (length // len(piece)) + end


def spent_s(work: Callable[[str], object], text: str) -> float:
    """Return the least processor time of three runs."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        with contextlib.suppress(Exception):  # a refusal is an answer too
            work(text)
        best = min(best, time.process_time() - began)
        if best < SLOW_S:
            break
    return best


def steep(work: Callable[[str], object], make: Callable[[int], str]) -> float:
    """Return how many times longer the work takes on the longer text; 0 where both are quick."""
    long_s = spent_s(work, make(LONG))
    return 0.0 if long_s < SLOW_S else long_s / max(spent_s(work, make(SHORT)), SLOW_S / STEEPEST)


def uses() -> Iterator[tuple[str, str, str | re.Pattern[str] | re.Pattern[bytes], int]]:
    """Find every use of a pattern in the product: where, by which function, which pattern, with which flags."""
    for folder in ("geo", "routing", "webmap"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            if "re." not in text or not re.search(r"^import re$", text, re.MULTILINE):
                continue
            name = str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").replace("\\", ".")
            yield from _uses_of(path.relative_to(ROOT).as_posix(), ast.parse(text), vars(importlib.import_module(name)))


def _uses_of(
    where: str, tree: ast.AST, module: dict[str, object]
) -> Iterator[tuple[str, str, str | re.Pattern[str] | re.Pattern[bytes], int]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS):
            continue
        owner = node.func.value
        if not isinstance(owner, ast.Name):
            continue
        if owner.id == "re":
            first = node.args[0]
            pattern = first.value if isinstance(first, ast.Constant) else module.get(getattr(first, "id", ""))
            flags = re.IGNORECASE if "IGNORECASE" in ast.dump(node) else 0
            yield f"{where}:{node.lineno}", node.func.attr, pattern, flags  # type: ignore[misc]
        elif isinstance(module.get(owner.id), re.Pattern):
            yield f"{where}:{node.lineno}", node.func.attr, module[owner.id], 0  # type: ignore[misc]


def test_no_pattern_goes_through_a_text_again_and_again() -> None:
    found, unknown, held = [], set(), set()
    for where, call, pattern, flags in uses():
        if pattern is None:
            unknown.add(where.partition(":")[0])
            continue
        compiled = pattern if isinstance(pattern, re.Pattern) else re.compile(pattern, flags)
        if (compiled, call) in held:
            continue
        held.add((compiled, call))
        found += [f"{where} {compiled.pattern!r}: {text!r}..." for text in _steep_texts(compiled, call)]
    assert not found
    assert unknown <= PUT_TOGETHER, "a pattern that only exists at run time: hold its parser below"


def _steep_texts(pattern: re.Pattern[str] | re.Pattern[bytes], call: str) -> Iterator[str]:
    own = {"sub": "findall", "split": "findall", "finditer": "findall"}.get(call, call)
    for make in texts():
        if isinstance(pattern.pattern, bytes):
            rise = steep(lambda text: getattr(pattern, own)(text.encode()), make)
        else:
            rise = steep(getattr(pattern, own), make)
        if rise > STEEPEST:
            yield make(12)


PARSERS: dict[str, Callable[[str], object]] = {
    "as_text": values.as_text,
    "times": lambda text: times([text], "Asia/Shanghai"),
    "numbers": lambda text: read_numbers(pd.Series([text], dtype="str")),
    "heading": columns.plain,
    "datum of a heading": columns.named_datum,
    "degrees": lambda text: coordinates._sexagesimal(plain_number(text), "lon"),
    "two coordinates": split_pair,
    "opening hours": parse,
    "span": one_span,
    "days": team_terms._days,
    "tag": _text,
    "name": natural_key,
    "number": last_number,
    "team": lambda text: team_marks([text], say=str),
    "zone code": codes.is_provisional,
    "category": load().find,
    "nearest": lambda text: nearest(text, ["经度", "a" * 100, text[:-1] + "y", *(f"名称{at}" for at in range(50))]),
    "form": form_of,
    "public number": lambda text: normal(text, "6+1"),
    "reveal": read,
    "KML": lambda text: _is_kml(text.encode()),
    "JSON": json.loads,
}


@pytest.mark.parametrize("name", PARSERS)
def test_no_parser_goes_through_a_text_again_and_again(name: str) -> None:
    steepest = {make(12): rise for make in texts() if (rise := steep(PARSERS[name], make)) > STEEPEST}
    assert not steepest


def test_a_pattern_of_the_square_would_be_found() -> None:
    """The faults that this file is about, as they were."""
    for pattern, call, piece in (
        (r"\(.*?\)", "search", "("),
        (r"\s*-", "search", " "),
        (r"[0-9A-Z]*P[0-9A-Z]{2}[0-9A-Z]*", "fullmatch", "P"),
    ):
        assert any(text.startswith(piece) for text in _steep_texts(re.compile(pattern), call))
