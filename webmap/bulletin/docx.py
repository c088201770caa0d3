"""A bulletin into a Word template: what stands between double braces is replaced, everything else stays as it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from geo.errors import InputError
from geo.foreign_text import holdable
from webmap.bulletin.content import Bulletin
from webmap.bulletin.placeholders import FACTS, TABLES, braced, codes_of
from webmap.bulletin.tables import OutputTable
from webmap.bulletin.template import default_template
from webmap.bulletin.word_table import word_table

_NAME = re.compile(r"\{\{([^{}]*)\}\}")
_EMU_OF_TWIP = 635
LONGEST_TITLE = 255  # characters of a document's property
TALLEST_EMU = 4_860_000  # 13.5 cm: a heading and a paragraph fit the same page


@dataclass(frozen=True, slots=True)
class Spot:
    """A paragraph of the template that names something."""

    paragraph: Any
    text: str
    section: int

    @property
    def names(self) -> list[str]:
        """Return what it names."""
        return _NAME.findall(self.text)


def write_docx(made: Bulletin, path: Path, *, template: Path | None = None) -> None:
    """Write the bulletin; the file is replaced, the template is not touched.

    Parameters
    ----------
    made
        What it says.
    path
        The document.
    template
        A Word document; by default the one of :mod:`webmap.bulletin.template`.

    Raises
    ------
    InputError
        When the template is no Word document, names something that no bulletin has, or a table inside a sentence.
    """
    document = default_template(made.language) if template is None else _opened(template)
    fill(document, made)
    document.save(str(path))


def check_template(template: Path) -> None:
    """Refuse a template that is no Word document or names what no bulletin has; it is taken apart for that.

    Raises
    ------
    InputError
        As :func:`write_docx` would.
    """
    _named_spots(_opened(template))


def fill(document: Any, made: Bulletin) -> None:  # noqa: ANN401 - python-docx has no types
    """Replace every name of an open document; nothing is replaced when one is unknown."""
    spots, codes = _named_spots(document)
    for spot in spots:
        for found in reversed(list(_NAME.finditer(spot.text))):  # what is put in may look like a name: it stays text
            name = found[1]
            code = codes[name]
            if code in FACTS:
                _replace(spot.paragraph, found.span(), made.facts[code])
            elif code in TABLES:
                _put_table(document, spot, made.tables[code])
            else:
                _put_picture(document, spot, made.pictures[code](), name)
    document.core_properties.title = holdable(made.facts["title"])[:LONGEST_TITLE]


def _named_spots(document: Any) -> tuple[list[Spot], dict[str, str]]:  # noqa: ANN401 - python-docx has no types
    """Return the paragraphs that name something, each checked, and the code of every name."""
    spots = [spot for spot in _spots(document) if "{{" in spot.text]
    codes = codes_of(name for spot in spots for name in spot.names)
    for spot in spots:
        _check(spot, codes)
    return spots, codes


def _opened(template: Path) -> Any:  # noqa: ANN401 - python-docx has no types
    try:
        return Document(str(template))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as fault:
        raise InputError("{file} is no Word document: save the template as .docx", file=template.name) from fault


def _check(spot: Spot, codes: dict[str, str]) -> None:
    if _NAME.sub("", spot.text).count("{{"):
        raise InputError("the template opens {{{{ and does not close it, in {text!r}: write }}}}", text=spot.text[:80])
    for name in spot.names:
        if codes[name] not in FACTS and _NAME.sub("", spot.text, count=1).strip():
            raise InputError(
                "{name} is a table or a picture, and the template has it in {text!r}: give it a paragraph of its own",
                name=braced(name),
                text=spot.text[:80],
            )


def _spots(document: Any) -> Iterator[Spot]:  # noqa: ANN401 - python-docx has no types
    """Yield every paragraph with its section: in the text, in tables and text boxes, in headers and footers."""
    section = 0
    for child in document.element.body:
        for element in child.iter(qn("w:p")):
            yield Spot(Paragraph(element, document._body), _text_of(element), section)  # noqa: SLF001 - what owns it
        section += len(child.findall(f"{qn('w:pPr')}/{qn('w:sectPr')}"))
    for number, part in enumerate(document.sections):
        for edge in (part.header, part.footer, part.first_page_header, part.first_page_footer):
            if not edge.is_linked_to_previous:
                for element in edge._element.iter(qn("w:p")):  # noqa: SLF001 - text boxes are in no list
                    yield Spot(Paragraph(element, edge), _text_of(element), number)


def _pieces(element: Any) -> list[Any]:  # noqa: ANN401 - XML
    """Return the pieces of text that Word cut a paragraph into; those of a text box in it are another paragraph's."""
    return [t for t in element.iter(qn("w:t")) if next(t.iterancestors(qn("w:p"))) is element]


def _text_of(element: Any) -> str:  # noqa: ANN401 - XML
    return "".join(piece.text or "" for piece in _pieces(element))


def _replace(paragraph: Any, span: tuple[int, int], text: str) -> None:  # noqa: ANN401 - python-docx has no types
    """Put a text in the place of a name, which Word may have cut into pieces; it looks as the first of them does."""
    start, end = span
    text, at = holdable(text), 0
    for piece in _pieces(paragraph._p):  # noqa: SLF001 - the paragraph's XML
        own = piece.text or ""
        low, high = max(start - at, 0), min(end - at, len(own))
        if low < high:
            piece.text = own[:low] + (text if at + low == start else "") + own[high:]
            piece.set(qn("xml:space"), "preserve")
        at += len(own)


def _span(spot: Spot) -> tuple[int, int]:
    """Return where the one name of a table's or picture's paragraph stands."""
    found = _NAME.search(spot.text)
    return found.span() if found else (0, 0)


def _width_twips(document: Any, spot: Spot) -> int:  # noqa: ANN401 - python-docx has no types
    section = document.sections[spot.section]
    return int((section.page_width - section.left_margin - section.right_margin) / _EMU_OF_TWIP)


def _put_table(document: Any, spot: Spot, table: OutputTable) -> None:  # noqa: ANN401 - python-docx has no types
    element = spot.paragraph._p  # noqa: SLF001 - the paragraph's XML
    span = _span(spot)
    if table.rows.empty:
        _replace(spot.paragraph, span, table.empty)
        return
    element.addprevious(word_table(table, document.styles, _width_twips(document, spot)))
    _replace(spot.paragraph, span, "")  # an empty paragraph stays: Word wants one between two tables


def _put_picture(document: Any, spot: Spot, png: bytes | None, name: str) -> None:  # noqa: ANN401 - python-docx has no types
    _replace(spot.paragraph, _span(spot), "")
    if png is None:
        return
    shape = spot.paragraph.add_run().add_picture(BytesIO(png))
    fit = min(_width_twips(document, spot) * _EMU_OF_TWIP / shape.width, TALLEST_EMU / shape.height)
    shape.width, shape.height = int(shape.width * fit), int(shape.height * fit)
    shape._inline.docPr.set("descr", name)  # noqa: SLF001 - what a screen reader says
