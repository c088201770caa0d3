"""Whether an artefact holds foreign text as text: by the reader that a user's program would have."""

import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from geo.foreign_text import UNSEEN

FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
RAN = re.compile(r"49\{% broken|\balert\(1\)\s*$")
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WORD_FIELDS = {" PAGE "}


class Page(HTMLParser):
    """What a browser would make of a page: its elements, its texts, and what it would run."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        """Note a text, or what a script holds."""
        if self.elements and self.elements[-1][0] == "script" and self.cdata_elem:
            attrs, before = self.scripts[-1]
            self.scripts[-1] = (attrs, before + data)
        else:
            self.data.append(data)

    @property
    def text(self) -> str:
        """Return the texts, attributes' and data blocks' among them."""
        values = [value for _, attrs in self.elements for value in attrs.values() if value]
        blocks = [json.dumps(json.loads(body), ensure_ascii=False) for attrs, body in self.scripts if _data(attrs)]
        return " ".join([*self.data, *values, *blocks])


def _data(attrs: dict[str, str | None]) -> bool:
    return attrs.get("type") == "application/json"


def html(content: str, *, apart: bool = False) -> str:
    """Look at a page: no element, handler, address or script is foreign. A page of the server has no script inside."""
    page = Page(content)
    for tag, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style"], (tag, attrs)
        assert not (tag == "img" and attrs.get("src") == "x")
        for name in ("href", "src", "action"):
            assert not re.match(r"\s*(?:javascript|data:text|vbscript)", attrs.get(name) or "", re.IGNORECASE)
    for attrs, body in page.scripts:
        if _data(attrs):
            assert not re.search("[<>&\u2028\u2029]", body)
            assert not re.search(r"\{[{%#]", body)
        else:
            assert apart or attrs.get("src"), attrs
            assert "alert(1)" not in body
            assert "7*7" not in body
    assert not RAN.search(content)
    return page.text


def xml(content: bytes) -> str:
    """Look at an XML document: it can be read, and no foreign text became an element."""
    root = ET.fromstring(content)  # noqa: S314 - written by the product
    assert not [one for one in root.iter() if str(one.tag).rpartition("}")[2].lower() in {"script", "img"}]
    values = [value for one in root.iter() for value in one.attrib.values()]
    return " ".join([*root.itertext(), *values])


def xlsx(content: bytes) -> str:
    """Look at a workbook: no formula and no link; every part can be read."""
    told = []
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            root = ET.fromstring(book.read(name))  # noqa: S314 - written by the product
            assert not list(root.iter(f"{SPREADSHEET}f")), name
            assert not list(root.iter(f"{SPREADSHEET}hyperlink")), name
            assert not [one for one in root.iter() if one.get("TargetMode") == "External"], name
            told.append(" ".join(root.itertext()))
    return " ".join(told)


def docx(content: bytes) -> str:
    """Look at a Word document: no field, no link, no name of a template left over or put in and replaced."""
    told = []
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            root = ET.fromstring(book.read(name))  # noqa: S314 - written by the product
            fields = {one.get(f"{WORD}instr") for one in root.iter(f"{WORD}fldSimple")}
            assert fields <= WORD_FIELDS, fields
            assert not list(root.iter(f"{WORD}instrText")), name
            assert not [one for one in root.iter() if one.get("TargetMode") == "External"], name
            told.append(" ".join(root.itertext()))
    return " ".join(told)


def table(content: str) -> str:
    """Look at a CSV: no cell starts a formula."""
    cells = [cell for row in csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")) for cell in row]
    assert not [cell for cell in cells if FORMULA.match(cell) and not re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell)]
    return " ".join(cells)


def terminal(content: str) -> str:
    """Look at what a command prints: no character of it steers a terminal."""
    assert not UNSEEN.search(content), ascii(UNSEEN.search(content))
    assert "\r" not in content
    return content


def headers(items: list[tuple[str, str]]) -> None:
    """Look at the headers of an answer: each is one line of ASCII."""
    for name, value in items:
        assert value.isascii(), (name, value)
        assert value.isprintable(), (name, value)
