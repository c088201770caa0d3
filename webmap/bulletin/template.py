"""The template that a bulletin is made from when an office has none of its own: a plain Word document to edit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from webmap.bulletin.sections import speaking

TABLE_STYLE = "Bulletin Table"
CELL_STYLE = "Bulletin Cell"
NOTE_STYLE = "Bulletin Note"


class _Fonts(NamedTuple):
    """The fonts of one style: Word keeps those of Chinese and of Latin letters apart."""

    chinese: str
    latin: str


_BODY, _HEADING = _Fonts("仿宋", "Times New Roman"), _Fonts("黑体", "Arial")
_INK = RGBColor(0x1C, 0x21, 0x26)
_PAGE = {"page_width": 21.0, "page_height": 29.7, "left_margin": 2.2, "right_margin": 2.2, "top_margin": 2.6}
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="9AA3AB"/>' for side in ("top", "bottom", "insideH")
)
_TABLE_LOOK = (
    f'<w:tblPr {nsdecls("w")}><w:tblBorders>{_BORDERS}</w:tblBorders><w:tblCellMar><w:left w:w="60" w:type="dxa"/>'
    '<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
)
_FIRST_ROW = (
    f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="EDEFF2"/></w:tcPr></w:tblStylePr>'
)


def write_template(path: Path, language: str) -> None:
    """Write the template; the file is replaced."""
    default_template(language).save(str(path))


def default_template(language: str) -> Any:  # noqa: ANN401 - python-docx has no types
    """Return the template of a language as an open document."""
    document = Document()
    _set_page(document, language)
    _set_styles(document)
    for style, text in _text(speaking(language)):
        document.add_paragraph(text, style=style)
    properties = document.core_properties
    properties.author, properties.comments, properties.title = "", "", "{{title}}"
    return document


def _text(_: Callable[[str], str]) -> list[tuple[str, str]]:
    """Return the paragraphs with their styles."""
    return [
        ("Title", "{{title}}"),
        (NOTE_STYLE, _("As of {{as_of}}")),
        ("Heading 1", _("1. The round")),
        (
            "Normal",
            _(
                "Round {{round}}, {{kind}}, {{dates}}. {{method}} Visited: {{visited}} of {{drawn}} checkpoints; those "
                "not visited hold {{unvisited}} of the weight. The score of the whole is {{score}} of 100, with 95 % "
                "confidence within {{interval}}. There were {{deductions}} deductions with {{points}} points."
            ),
        ),
        (NOTE_STYLE, "{{map_scores}}"),
        ("Heading 1", _("2. Street offices")),
        ("Normal", "{{differences}}"),
        (NOTE_STYLE, "{{chart_streets}}"),
        (NOTE_STYLE, "{{table_streets}}"),
        ("Heading 1", _("3. Categories")),
        (NOTE_STYLE, "{{chart_categories}}"),
        (NOTE_STYLE, "{{table_categories}}"),
        ("Heading 1", _("4. Responsible units")),
        ("Normal", _("Units with at least three visited checkpoints; the workbook has all of them.")),
        (NOTE_STYLE, "{{table_units}}"),
        ("Heading 1", _("5. Red and black list")),
        ("Normal", _("Listed is whose score differs from that of the whole beyond chance.")),
        (NOTE_STYLE, "{{table_lists}}"),
        ("Heading 1", _("6. Items that cost most")),
        (NOTE_STYLE, "{{table_items}}"),
        ("Heading 1", _("7. Hotspots")),
        ("Normal", "{{hotspot_basis}}"),
        (NOTE_STYLE, "{{map_hotspots}}"),
        (NOTE_STYLE, "{{table_hotspots}}"),
        ("Heading 1", _("8. Problems by street")),
        (NOTE_STYLE, "{{table_problems}}"),
        ("Heading 1", _("9. How to read the figures")),
        *[("Normal", text) for text in _reading(_)],
    ]


def _reading(_: Callable[[str], str]) -> list[str]:
    return [
        _(
            "A score is the share of the possible points that was kept, out of 100, estimated for all checkpoints of "
            "the roster from those drawn. The interval holds the true score in 95 of 100 draws."
        ),
        _(
            "Two whose scores differ need not differ in truth. Rank, 95 %: the ranks that each may have, all of them "
            "together with 95 % confidence. Surely above, surely below: how many others are lower or higher beyond "
            "chance."
        ),
        _(
            "Where all checkpoints were certain to be drawn and all were visited, nothing is left to chance, and the "
            "interval has no width: it holds for the days of the round."
        ),
    ]


def _set_page(document: Any, language: str) -> None:  # noqa: ANN401 - python-docx has no types
    section = document.sections[0]
    for name, value in _PAGE.items():
        setattr(section, name, Cm(value))
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("{{city}}  {{round}}  ")
    page = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    foot._p.append(parse_xml(page))  # noqa: SLF001 - the documented way to a field
    code = "zh-CN" if language == "zh" else "en-GB"
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for found in defaults.iter(qn("w:lang")):
        found.set(qn("w:val"), "en-GB")
        found.set(qn("w:eastAsia"), "zh-CN" if code == "zh-CN" else "en-GB")


def _set_styles(document: Any) -> None:  # noqa: ANN401 - python-docx has no types
    styles = document.styles
    _dress(styles["Normal"], _BODY, 12)
    styles["Normal"].paragraph_format.line_spacing = 1.4
    _dress(styles["Title"], _HEADING, 20)
    styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _dress(styles["Heading 1"], _HEADING, 15)
    styles["Heading 1"].paragraph_format.space_before = Pt(18)
    styles["Heading 1"].paragraph_format.space_after = Pt(6)
    note = styles.add_style(NOTE_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = styles["Normal"]
    _dress(note, _BODY, 10.5)
    note.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    cell = styles.add_style(CELL_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style = styles["Normal"]
    _dress(cell, _BODY, 9)
    cell.paragraph_format.line_spacing = 1.0
    cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(1.5)
    table = styles.add_style(TABLE_STYLE, WD_STYLE_TYPE.TABLE)
    table.element.append(parse_xml(_TABLE_LOOK))
    table.element.append(parse_xml(_FIRST_ROW))


def _dress(style: Any, fonts: _Fonts, size_pt: float) -> None:  # noqa: ANN401 - python-docx has no types
    """Set the Chinese and the Latin font: Word keeps them apart."""
    style.font.name, style.font.size, style.font.color.rgb = fonts.latin, Pt(size_pt), _INK
    found = style.element.rPr.rFonts
    for name in list(found.attrib):
        if name.endswith("Theme"):
            del found.attrib[name]
    found.set(qn("w:eastAsia"), fonts.chinese)
    found.set(qn("w:hAnsi"), fonts.latin)
    borders = style.element.find(f".//{qn('w:pBdr')}")
    if borders is not None:
        borders.getparent().remove(borders)
