"""Categories of checkpoints (点位类别), what is looked at in each, and what a failed item costs.

Cities use different lists and change them with each edition, so the catalogue is data: TOML, or the same as XLSX.
"""

import json
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from geo import openings
from geo.errors import InputError
from geo.failures import reason_of
from geo.nearest import hint
from geo.workbooks import workbook_grids, write_sheets

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_DWELL_MIN = 480  # a shift
_KEYS = {"code", "zh", "en", "fixed", "dwell_min", "hours", "synonyms", "items"}
_ITEM_FIELDS = 4
_SHEETS = ("版本", "类别", "条目")  # edition, categories, items
_CATEGORY_COLUMNS = {
    "code": "编码 code",
    "zh": "类别 zh",
    "en": "英文名 en",
    "fixed": "固定点 fixed",
    "dwell_min": "停留分钟 dwell_min",
    "hours": "开放时间 hours",
    "synonyms": "别名 synonyms",
}
_ITEM_COLUMNS = {
    "category": "类别编码 category",
    "code": "条目编码 code",
    "zh": "条目 zh",
    "en": "英文 en",
    "points": "扣分 points",
}
_YES = {"true", "yes", "1", "1.0", "是", "固定", "y"}
_NO = {"false", "no", "0", "0.0", "否", "随机", "n", ""}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is looked at."""

    code: str  # of the category, a dot, and its own: main_road.litter
    name_zh: str
    name_en: str
    points: float  # taken off when it fails, positive

    def name(self, lang: str) -> str:
        """Return the name in Chinese for ``zh...``, else in English."""
        return self.name_zh if lang.lower().startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True)
class Category:
    """One category of checkpoints."""

    code: str
    name_zh: str
    name_en: str
    fixed: bool  # 固定考察点: its checkpoints are in every round
    dwell_s: int  # on the spot
    hours: str  # usual opening hours, text of geo.openings
    items: tuple[Item, ...]
    synonyms: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """Return the points that a visit can cost at most."""
        return math.fsum(item.points for item in self.items)

    def name(self, lang: str) -> str:
        """Return the name in Chinese for ``zh...``, else in English."""
        return self.name_zh if lang.lower().startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One edition of the list."""

    edition: str
    categories: Mapping[str, Category]  # by code, in the list's order
    _names: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _items: Mapping[str, Item] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = {plain: category.code for category in self.categories.values() for plain in _plain_names(category)}
        items = {_plain(item.code): item for category in self.categories.values() for item in category.items}
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_items", items)

    def find(self, text: str) -> str | None:
        """Return the code of the category that ``text`` names, by code, Chinese or English name or synonym.

        Width, case, blanks and a bracketed remark at the end do not matter.
        """
        plain = _plain(text)
        return self._names.get(plain) or self._names.get(re.sub(r"\([^()]*\)$", "", plain))

    def named(self, text: str) -> str:
        """Return the code of the category that ``text`` names, as :meth:`find` does.

        Raises
        ------
        InputError
            When there is none; it names the nearest.
        """
        code = self.find(text)
        if code is None:
            names = (name for c in self.categories.values() for name in (c.code, c.name_zh, c.name_en, *c.synonyms))
            raise InputError(
                "{field} is {value!r}: write a category of the catalogue{nearest}",
                field="category",
                value=text,
                nearest=hint(text, names),
            )
        return code

    def item(self, code: str) -> Item | None:
        """Return the item of that code, or None when this edition has none."""
        category = self.categories.get(code.partition(".")[0])
        return next((item for item in category.items if item.code == code), None) if category else None

    def find_item(self, text: str, category: str) -> Item | None:
        """Return the item that ``text`` names.

        It is named by its code or, within ``category``, by the last part of its code, its Chinese or its English name;
        width, case and blanks do not matter.
        """
        plain = _plain(text)
        own = self.categories[category].items if category in self.categories else ()
        return self._items.get(plain) or next((item for item in own if plain in _plain_item(item)), None)


def load(path: Path | str | None = None) -> Catalogue:
    """Read a catalogue from TOML or XLSX; without a path, the one that comes with the product.

    Raises
    ------
    InputError
        Naming every fault of the file at once.
    """
    if path is None:
        return _parsed(resources.files("data").joinpath("catalogue.toml").read_bytes(), "catalogue.toml")
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        return read_xlsx(path)
    try:
        return _parsed(path.read_bytes(), path.name)
    except OSError as error:
        raise _unreadable(path, error) from error


def from_toml(text: str) -> Catalogue:
    """Read what :func:`to_toml` writes.

    Raises
    ------
    InputError
        Naming every fault at once.
    """
    return _parsed(text.encode(), "catalogue.toml")


def read_xlsx(path: Path | str) -> Catalogue:
    """Read what :func:`write_xlsx` writes, after an office has edited it.

    Raises
    ------
    InputError
        Naming every fault of the file at once.
    """
    path = Path(path)
    try:
        grids = {grid.name: grid.rows for grid in workbook_grids(path, _SHEETS)}
    except OSError as error:
        raise _unreadable(path, error) from error
    absent = [sheet for sheet in _SHEETS if sheet not in grids]
    if absent:
        raise InputError(
            "{file} has no sheet {missing}: a catalogue has the sheets {wanted}",
            file=path.name,
            missing=", ".join(absent),
            wanted=", ".join(_SHEETS),
        )
    edition, categories, items = (_trimmed(grids[sheet]) for sheet in _SHEETS)
    faults: list[str] = []
    rows = [*_records(categories, _CATEGORY_COLUMNS, _SHEETS[1], faults)]
    by_category: dict[str, list[list[Any]]] = {str(row["code"]): [] for row in rows}
    for item in _records(items, _ITEM_COLUMNS, _SHEETS[2], faults):
        if str(item["category"]) not in by_category:
            faults.append(f"{_SHEETS[2]}: {item['code']!r} belongs to {item['category']!r}, which is no category")
            continue
        code = str(item["code"]).removeprefix(f"{item['category']}.")
        by_category[str(item["category"])].append([code, item["zh"], item["en"], item["points"]])
    for row in rows:
        row["items"] = by_category[str(row["code"])]
        row["synonyms"] = [name for name in re.split(r"[;；\n]+", str(row["synonyms"])) if name.strip()]
        row["fixed"] = _yes_or_no(row["fixed"])
    named = str(edition[0][1]).strip() if edition and len(edition[0]) > 1 else ""
    return _built(named, rows, path.name, faults)


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Leave out the empty rows and columns before the first cell."""
    filled = [[at for at, cell in enumerate(row) if str(cell).strip()] for row in rows]
    first = min((row[0] for row in filled if row), default=0)
    top = next((at for at, row in enumerate(filled) if row), len(rows))
    return [row[first:] for row in rows[top:]]


def write_xlsx(catalogue: Catalogue, path: Path | str) -> None:
    """Write a catalogue as a workbook of three sheets: edition, categories, items."""
    every = catalogue.categories.values()
    items = [(c.code, i.code, i.name_zh, i.name_en, i.points) for c in every for i in c.items]
    tables = (
        pd.DataFrame(columns=["版本 edition", catalogue.edition]),
        pd.DataFrame(map(_category_row, every), columns=list(_CATEGORY_COLUMNS.values()), dtype=object),
        pd.DataFrame(items, columns=list(_ITEM_COLUMNS.values()), dtype=object),
    )
    write_sheets(dict(zip(_SHEETS, tables, strict=True)), path)


def _category_row(c: Category) -> tuple[object, ...]:
    fixed = "固定" if c.fixed else "随机"
    return c.code, c.name_zh, c.name_en, fixed, c.dwell_s / 60, c.hours, "；".join(c.synonyms)


def to_toml(catalogue: Catalogue) -> str:
    """Write a catalogue as TOML, which :func:`load` reads back the same."""
    lines = [f"edition = {_quoted(catalogue.edition)}"]
    for c in catalogue.categories.values():
        lines += ["", "[[category]]", f"code = {_quoted(c.code)}", f"zh = {_quoted(c.name_zh)}"]
        lines += [f"en = {_quoted(c.name_en)}", f"fixed = {str(c.fixed).lower()}", f"dwell_min = {c.dwell_s / 60:.10g}"]
        lines += [f"hours = {_quoted(c.hours)}", f"synonyms = [{', '.join(map(_quoted, c.synonyms))}]", "items = ["]
        for item in c.items:
            texts = (item.code.removeprefix(f"{c.code}."), item.name_zh, item.name_en)
            lines.append(f"  [{', '.join(map(_quoted, texts))}, {item.points:.10g}],")
        lines.append("]")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """Write a text as TOML does, which takes all escapes of JSON; and the one character that JSON leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _records(
    cells: list[list[Any]], columns: Mapping[str, str], sheet: str, faults: list[str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows below the header as records, found by the last word of their headings (``code``, ``zh``...)."""
    heads = [str(cell).strip().rpartition(" ")[2].lower() for cell in cells[0]] if cells else []
    missing = [key for key in columns if key not in heads]
    if missing:
        faults.append(f"{sheet}: no column {', '.join(columns[key] for key in missing)}")
        return
    at = {key: heads.index(key) for key in columns}
    for row in cells[1:]:
        if any(str(cell).strip() for cell in row):
            yield {
                key: row[i].strip() if isinstance(row[i], str) else row[i] for key, i in at.items() if i < len(row)
            } | {key: "" for key, i in at.items() if i >= len(row)}


def _yes_or_no(value: Any) -> Any:  # noqa: ANN401 - a cell
    text = str(value).strip().lower()
    return True if text in _YES else False if text in _NO else value


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError("{file} cannot be read: {reason}", file=path, reason=reason_of(error))


def _parsed(content: bytes, file: str) -> Catalogue:
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("{file} is not TOML: {reason}", file=file, reason=reason_of(error)) from error
    rows = table.get("category", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError("{file} needs its categories as [[category]] tables", file=file)
    return _built(table.get("edition", ""), rows, file, [])


def _built(edition: Any, rows: Sequence[Mapping[str, Any]], file: str, faults: list[str]) -> Catalogue:  # noqa: ANN401 - as read
    """Make the catalogue, or raise with every fault of every row."""
    if not isinstance(edition, str) or not edition.strip():
        faults.append('the edition is missing: write edition = "2026.1"')
    if not rows and not faults:
        faults.append("there is no category")
    categories: dict[str, Category] = {}
    owners: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        where = str(row.get("code") or f"category {number}")
        own: list[str] = [f"unknown key {key!r}" for key in sorted(set(row) - _KEYS)]
        category = _category(row, own)
        if category is not None:
            if category.code in categories:
                own.append("the code is there twice")
            own += [
                f"the name {plain!r} belongs to {owners[plain]} already"
                for plain in _plain_names(category)
                if owners.setdefault(plain, category.code) != category.code
            ]
            categories[category.code] = category
        faults += [f"{where}: {fault}" for fault in own]
    if faults:
        raise InputError("{file} is no catalogue: {faults}", file=file, faults="; ".join(faults))
    return Catalogue(edition.strip(), categories)


def _category(row: Mapping[str, Any], faults: list[str]) -> Category | None:
    """Make one category; ``faults`` takes everything that is wrong with it."""
    before = len(faults)
    code, zh, en, hours = (_text(row, key, faults) for key in ("code", "zh", "en", "hours"))
    if code and not _CODE.fullmatch(code):
        faults.append(f"the code {code!r} is not small letters, digits and underscores")
    fixed = row.get("fixed", False)
    if not isinstance(fixed, bool):
        faults.append(f"fixed is {fixed!r}: write true or false")
    dwell_min = _number(row.get("dwell_min"))
    if dwell_min is None or not 0 < dwell_min <= _LONGEST_DWELL_MIN:
        faults.append(f"dwell_min is {row.get('dwell_min')!r}: write minutes from 1 to {_LONGEST_DWELL_MIN}")
    if hours:
        try:
            if None in openings.parse(hours).week:
                faults.append(f"hours is {hours!r}: say when it is open, not only when it is closed")
        except InputError as error:
            faults.append(str(error))
    synonyms = row.get("synonyms", [])
    if not isinstance(synonyms, list) or not all(isinstance(name, str) and name.strip() for name in synonyms):
        faults.append(f"synonyms is {synonyms!r}: write a list of names")
    items = _items(code, row.get("items", []), faults)
    if len(faults) > before or dwell_min is None:
        return None
    return Category(code, zh, en, fixed, round(dwell_min * 60), hours, items, tuple(name.strip() for name in synonyms))


def _items(category: str, rows: Any, faults: list[str]) -> tuple[Item, ...]:  # noqa: ANN401 - as read
    if not isinstance(rows, list) or not rows:
        faults.append("it has no items")
        return ()
    items: dict[str, Item] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != _ITEM_FIELDS:
            faults.append(f"item {number} is {row!r}: write [code, Chinese, English, points]")
            continue
        own, zh, en = (str(part).strip() for part in row[:3])
        if not _CODE.fullmatch(own):
            faults.append(f"item {number} has the code {own!r}: write small letters, digits and underscores")
        elif own in items:
            faults.append(f"the item {own!r} is there twice")
        if not zh or not en:
            faults.append(f"the item {own!r} needs a Chinese and an English name")
        points = _number(row[3])
        if points is None or points <= 0:
            faults.append(f"the item {own!r} has the points {row[3]!r}: write a number above 0")
        items[own] = Item(f"{category}.{own}", zh, en, points or 0.0)
    return tuple(items.values())


def _text(row: Mapping[str, Any], key: str, faults: list[str]) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        faults.append(f"{key} is missing")
        return ""
    return value.strip()


def _number(value: Any) -> float | None:  # noqa: ANN401 - as read
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _plain_names(category: Category) -> list[str]:
    return [_plain(name) for name in (category.code, category.name_zh, category.name_en, *category.synonyms)]


def _plain_item(item: Item) -> list[str]:
    return [_plain(name) for name in (item.code.partition(".")[2], item.name_zh, item.name_en)]
