"""A table as Word keeps it. Built as one piece of XML: cell by cell through python-docx a long list takes minutes."""

from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from geo.foreign_text import holdable
from webmap.bulletin.tables import OutputTable, wide
from webmap.bulletin.template import CELL_STYLE, TABLE_STYLE

NARROWEST, WIDEST = 4, 30  # characters
CHARACTER_TWIPS = 112  # half a Chinese character of 9 points, and some: the office may have another font
MARGIN_TWIPS = 180
_GROUP_FILL = "F6F7F8"


def word_table(table: OutputTable, styles: Any, width_twips: int) -> Any:  # noqa: ANN401 - python-docx has no types
    """Return the element of a table with a repeated header, rows that don't break, and lines between groups.

    Parameters
    ----------
    table
        With at least one row.
    styles
        Of the document: ``Bulletin Table`` and ``Bulletin Cell`` are used where they are there.
    width_twips
        Of the text on the page.
    """
    rows = table.texts()
    headings = [column.heading for column in table.columns]
    widths = _widths([headings, *rows], [column.whole for column in table.columns], width_twips)
    align = ["right" if column.numeric else "left" for column in table.columns]
    pattern = _Pattern(_style(styles, CELL_STYLE, "p"), widths, align)
    parts = [pattern.row(headings, header=True)]
    last = ""
    for group, row in zip(table.groups(), rows, strict=True):
        if group != last:
            parts.append(pattern.line(group))
            last = group
        parts.append(pattern.row(row))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>{_style(styles, TABLE_STYLE, 'tbl') or _BORDERS}"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblLook w:firstRow="1" w:noHBand="1" w:noVBand="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(parts)}</w:tbl>"
    )


_BORDERS = (
    "<w:tblBorders>"
    + "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "bottom", "insideH"))
    + "</w:tblBorders>"
)


class _Pattern:
    """How the rows of one table are written."""

    def __init__(self, style: str, widths: list[int], align: list[str]) -> None:
        self._style, self._widths, self._align = style, widths, align

    def row(self, cells: list[str], *, header: bool = False) -> str:
        """Write a row."""
        told = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if header else "") + "</w:trPr>"
        written = (
            self._cell(text, f'<w:tcW w:w="{width}" w:type="dxa"/>', align)
            for text, width, align in zip(cells, self._widths, self._align, strict=True)
        )
        return f"<w:tr>{told}{''.join(written)}</w:tr>"

    def line(self, text: str) -> str:
        """Write the line above a group, across all columns; it stays with the row below."""
        look = (
            f'<w:tcW w:w="{sum(self._widths)}" w:type="dxa"/><w:gridSpan w:val="{len(self._widths)}"/>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{_GROUP_FILL}"/>'
        )
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{self._cell(text, look, 'left', group=True)}</w:tr>"

    def _cell(self, text: str, look: str, align: str, *, group: bool = False) -> str:
        clean = escape(holdable(text))
        told = f'<w:pPr>{self._style}{"<w:keepNext/>" if group else ""}<w:jc w:val="{align}"/></w:pPr>'
        run = f'<w:r>{"<w:rPr><w:b/></w:rPr>" if group else ""}<w:t xml:space="preserve">{clean}</w:t></w:r>'
        return f"<w:tc><w:tcPr>{look}</w:tcPr><w:p>{told}{run}</w:p></w:tc>"


def _style(styles: Any, name: str, prefix: str) -> str:  # noqa: ANN401 - python-docx has no types
    """Name a style of the document, if it has it."""
    names = {style.name: style.style_id for style in styles}
    return f'<w:{prefix}Style w:val="{names[name]}"/>' if name in names else ""


def _widths(rows: list[list[str]], whole: list[bool], width_twips: int) -> list[int]:
    """Share the page out: numbers and dates get what they need, sentences share the rest by what they have to say."""
    longest = [max(wide(cell) for cell in cells[1:]) for cells in zip(*rows, strict=True)]
    fixed = [
        max(long, NARROWEST) * CHARACTER_TWIPS + MARGIN_TWIPS if one else 0
        for long, one in zip(longest, whole, strict=True)
    ]
    wanted = [0 if one else min(max(long, 2 * NARROWEST), WIDEST) for long, one in zip(longest, whole, strict=True)]
    share = (width_twips - sum(fixed)) / max(sum(wanted), 1)
    if share * 2 * NARROWEST < CHARACTER_TWIPS * NARROWEST or not any(wanted):  # too many numbers: all give way alike
        every = [have or want * CHARACTER_TWIPS for have, want in zip(fixed, wanted, strict=True)]
        return [int(width_twips * one / sum(every)) for one in every]
    return [int(have or want * share) for have, want in zip(fixed, wanted, strict=True)]
