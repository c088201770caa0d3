"""Gather every text of the product into the gettext catalogue: ``python -m webmap.language.gather``.

The keys are English. What is gathered: ``_("...")`` of pages and modules, templates of errors and notes, lines of the
command line, stages of progress, what the readers say of a row, why a stop isn't served, what the scripts and click
say. New texts come without a translation, which a test refuses.
"""

import ast
import datetime as dt
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from geo import errors
from webmap.language import reasons
from webmap.language.on_pages import ON_PAGES
from webmap.language.our_words import FAULT_KINDS, WORDS
from webmap.language.script_texts import SCRIPT_TEXTS
from webmap.language.usage_texts import USAGE_TEXTS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geo", "routing", "data", "webmap")
PO = Path(__file__).parents[1] / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
METHODS = [("**/vendor/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
ERRORS = [name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)]
SPEAKING = ("say", "ask", "bad_value", "remark", "progress", "Note", *ERRORS)
LIBRARIES = ("geo", "routing", "data")  # they know no gettext: a public constant with a blank in it is a sentence
WIDTH = 120
FIRST = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)  # in the header; the day of gathering would only make noise


def gathered() -> Catalog:
    """Return every text with the files it stands in, without translations."""
    catalogue = Catalog(
        locale="zh",
        project="xundian",
        version="",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        creation_date=FIRST,
        revision_date=FIRST,
        fuzzy=False,
    )
    keywords = {**DEFAULT_KEYWORDS, **dict.fromkeys(SPEAKING)}
    for room in ROOMS:
        for path, _, message, _, _ in extract_from_dir(
            ROOT / room, method_map=METHODS, keywords=keywords, options_map={"**.html": {"silent": "false"}}
        ):
            catalogue.add(message, locations=[(f"{room}/{path}", 1)])
    for text in SCRIPT_TEXTS:
        catalogue.add(text, locations=[("webmap/language/script_texts.py", 1)])
    for usage in USAGE_TEXTS:
        catalogue.add(usage, locations=[("webmap/language/usage_texts.py", 1)])
    for place, text in constants():
        catalogue.add(text, locations=[(place, 1)])
    for text in (*WORDS, *FAULT_KINDS.values()):
        catalogue.add(text, locations=[("webmap/language/our_words.py", 1)])
    for text in ON_PAGES.values():
        catalogue.add(text, locations=[("webmap/language/on_pages.py", 1)])
    for text in reasons.templates():
        catalogue.add(text, locations=[("routing/plan/remedies.py", 1)])
    return catalogue


def constants() -> Iterator[tuple[str, str]]:
    """Yield the sentences that the libraries keep in constants, each with its file."""
    for path in sorted(path for room in LIBRARIES for path in (ROOT / room).rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                    if name.isupper() and not name.startswith("_") and " " in text:
                        yield path.relative_to(ROOT).as_posix(), text


def kept() -> Catalog:
    """Return the catalogue of the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def compiled(catalogue: Catalog) -> bytes:
    """Return the bytes of the ``.mo`` file."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> None:
    """Bring the catalogue up to date: new texts come in, unused ones go, translations stay."""
    catalogue = kept()
    catalogue.update(gathered(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalogue, width=WIDTH, sort_output=True, include_lineno=False)
    MO.write_bytes(compiled(kept()))


if __name__ == "__main__":
    main()
