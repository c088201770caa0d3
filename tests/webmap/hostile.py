"""Files made to stop who reads them: bombs, far cells, huge pictures, nesting without end."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

DEEP = 100_000
SIDE = 100_000


def far_cell(path: Path) -> Path:
    """Write a workbook with its last possible cell filled: a grid of 17 billion."""
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    return _workbook(path, cells.encode())


def sheet_bomb(path: Path) -> Path:
    """Write a small workbook whose sheet unpacks to 300 MB of rows."""
    row = b'<row><c t="inlineStr"><is><t>' + b"a" * 32_000 + b"</t></is></c></row>"
    return _workbook(path, row * (300_000_000 // len(row)))


def archive_bomb(path: Path) -> Path:
    """Write an archive of less than 500 KB, which a test client keeps in memory, that unpacks to 420 MB of nothing."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for end in (".shp", ".dbf"):
            with archive.open(f"a{end}", "w") as entry:
                for _ in range(210):
                    entry.write(bytes(1 << 20))
    return path


def crowded_archive(path: Path, entries: int = 60_000) -> Path:
    """Write an archive of so many empty files."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(entries):
            archive.writestr(f"{number}.jpg", b"")
    return path


def huge_picture() -> bytes:
    """Make a small PNG that says it is 100,000 x 100,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed = zlib.compress(bytes(1 << 20))  # whoever believes the head has asked for the memory by then
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def photos_with_huge_picture(path: Path) -> Path:
    """Write an archive of photos with one of 10 gigapixels."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.png", huge_picture())
    return path


def nested_geojson(path: Path) -> Path:
    """Write GeoJSON whose coordinates are nested 100,000 deep."""
    path.write_text('{"type":"Point","coordinates":' + "[" * DEEP + "]" * DEEP + "}", "utf-8")
    return path


def nested_kml(path: Path) -> Path:
    """Write KML of 20,000 folders inside each other."""
    inside = "<Folder>" * 20_000 + "</Folder>" * 20_000
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>', "utf-8")
    return path


def entity_bomb(path: Path, root: str = "kml") -> Path:
    """Write XML with the billion laughs."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
    body = f"<{root}><Document><Placemark><name>&l10;</name></Placemark></Document></{root}>"
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "laughs">{entities}]>{body}', "utf-8")
    return path


def nested_osm(path: Path) -> Path:
    """Write OSM XML of elements inside each other."""
    path.write_text('<osm version="0.6">' + '<way id="1">' * DEEP + "</way>" * DEEP + "</osm>", "utf-8")
    return path


def huge_blob(path: Path) -> Path:
    """Write OSM PBF whose first blob says that it unpacks to 1.9 GB."""

    def field(number: int, kind: int, value: bytes) -> bytes:
        return _varint(number << 3 | kind) + value

    packed = zlib.compress(bytes(30 << 20), 9)
    blob = field(2, 0, _varint(2**31 - 1)) + field(3, 2, _varint(len(packed)) + packed)
    header = field(1, 2, _varint(9) + b"OSMHeader") + field(3, 0, _varint(len(blob)))
    path.write_bytes(struct.pack(">I", len(header)) + header + blob)
    return path


def parenthesis_cell(path: Path, length: int = 50_000) -> Path:
    """Write a roster with one cell of so many opening brackets, in its header and in its rows."""
    text = "(" * length
    path.write_text(f"编号,名称,类别,经度,纬度,{text}\na,{text},医院,114.30,30.56,\nb,二,{text},114.3,30.5,\n", "utf-8")
    return path


def nested_document(path: Path, depth: int = DEEP) -> Path:
    """Write JSON that is nested so deep."""
    path.write_text("[" * depth + "]" * depth, "utf-8")
    return path


def word_bomb(path: Path) -> Path:
    """Write a Word document whose text unpacks to 700 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="document.xml"/></Relationships>',
        )
        with archive.open("document.xml", "w") as entry:
            for _ in range(700):
                entry.write(b" " * (1 << 20))
    return path


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _workbook(path: Path, rows: bytes) -> Path:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        )
        relation = f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        book.writestr(
            "_rels/.rels", f'{relation}Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
            "</workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{relation}Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            sheet.write(rows)
            sheet.write(b"</sheetData></worksheet>")
    return path


def as_upload(path: Path) -> tuple[io.BytesIO, str]:
    """Return a file as a form sends it."""
    return io.BytesIO(path.read_bytes()), path.name


def nested_json(depth: int = DEEP) -> str:
    """Return JSON that is nested so deep."""
    return json.dumps({"kind": "late"})[:-1] + ',"x":' + "[" * depth + "]" * depth + "}"
