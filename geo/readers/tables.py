"""Any file that an office may bring, as one table of raw cells with the row numbers that its user sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import InputError
from geo.foreign_text import unseen
from geo.notes import Note as Note  # noqa: PLC0414 - the readers hand notes out
from geo.progress import Progress, silent
from geo.readers import grids, messages, values
from geo.readers.columns import HEADER_ROWS, Headings, find_header, join_header, plain
from geo.readers.vector_files import layer_infos, read_layer

SOURCE_ROW = "source_row"
MOST_CHARACTERS = 32_767  # of a cell, as in a workbook; the work on one must not grow without end
MOST_COLUMNS = 16_384  # as in a workbook
_OWN_COLUMNS = {"sourcerow", "reason"}  # what a file of rejected rows carries beside its own columns
_LAYERS = {".geojson", ".json", ".gpkg", ".shp", ".kml", ".geojsonl", ".geojsons"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they stand in the file."""

    file: str
    cells: pd.DataFrame  # one unique heading per column, objects as they arrived
    rows: npt.NDArray[np.int64]  # row number that the user sees: of the sheet, or of the feature, from 1
    columns: Mapping[str, str]  # field -> heading
    constants: Mapping[str, str] = field(default_factory=dict)  # field -> value for all rows
    geometry: gpd.GeoSeries | None = None  # two-dimensional, in the CRS of the file
    notes: tuple[Note, ...] = ()
    overlong: tuple[tuple[int, str, int], ...] = ()  # position, heading and length of cells that were cut
    part: bool = False  # it carries source_row: corrected rejects, which never retire anything

    def column(self, field: str) -> pd.Series:
        """Return the cells of a field; blanks where the file has no such column."""
        if field in self.columns:
            return self.cells[self.columns[field]]
        return pd.Series([self.constants.get(field)] * len(self.cells), index=self.cells.index, dtype=object)

    def texts(self, field: str) -> pd.Series:
        """Return the cells of a field as text; nothing, or the one value, where the file has no such column."""
        if field in self.columns:
            return values.texts(self.cells[self.columns[field]])
        return pd.Series(self.constants.get(field, ""), index=self.cells.index, dtype="str")

    def has(self, field: str) -> bool:
        """Tell whether the file, or the caller, gives the field."""
        return field in self.columns or field in self.constants

    def require(self, headings: Headings, *fields: str) -> None:
        """Refuse the file when it has no column for one of the fields.

        Raises
        ------
        InputError
            Naming the field, what was looked for and what is there.
        """
        for name in fields:
            if not self.has(name):
                for note in self.notes:
                    if note.template == messages.NO_DBF:
                        raise InputError(note.template, **note.values)
                raise InputError(
                    messages.NO_COLUMN,
                    file=self.file,
                    field=name,
                    key=name,
                    names=", ".join(headings.fields[name][:4]),
                    headers=", ".join(map(str, self.cells.columns)) or "none",
                )


def read_table(path: Path | str, headings: Headings, *, progress: Progress = silent) -> Table:
    """Read a file of any kind.

    Parameters
    ----------
    path
        ``.xlsx .xls .csv .tsv .txt .geojson .gpkg .shp`` or ``.kml``.
    headings
        The fields to look for.
    progress
        Hears ``reading``.

    Raises
    ------
    InputError
        When the file is missing, broken, empty, or has no header.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(messages.NO_FILE, file=str(path))
    if path.stat().st_size == 0:
        raise InputError(messages.EMPTY_FILE, file=path.name)
    suffix = path.suffix.lower()
    progress("reading", 0, 1)
    if suffix in grids.WORKBOOKS or suffix in grids.TEXTS:
        table = _sheet_table(path, headings)
    elif suffix in _LAYERS:
        table = _layer_table(path, headings)
    else:
        raise InputError(messages.SUFFIX, file=path.name, suffix=path.suffix)
    progress("reading", 1, 1)
    return table


def _sheet_table(path: Path, headings: Headings) -> Table:
    if path.suffix.lower() in grids.WORKBOOKS:
        rows, found = grids.workbook_rows(path, headings)
    else:
        rows, found = grids.text_rows(path)
    notes = [Note(template, values) for template, values in found]
    if not any(any(not _blank(cell) for cell in row) for row in rows):
        raise InputError(messages.EMPTY_FILE, file=path.name)
    if (width := max(map(len, rows))) > MOST_COLUMNS:
        raise InputError(messages.WIDE, file=path.name, width=width, most=MOST_COLUMNS)
    at = find_header(rows, headings)
    if at is None:
        example = ", ".join(names[1] if len(names) > 1 else names[0] for names in list(headings.fields.values())[:4])
        raise InputError(messages.NO_HEADER, file=path.name, rows=HEADER_ROWS, example=example)
    first, span = at
    if any(any(not _blank(cell) for cell in row) for row in rows[:first]):
        notes.append(Note(messages.HEADER_ROW, {"row": first + 1}))
    headers = join_header(rows, first, span)
    body, numbers, body_notes = _body(rows, first + span, headers)
    if not body:
        raise InputError(messages.NO_ROWS, file=path.name, row=first + span)
    cells = pd.DataFrame(dict(zip(headers, zip(*body, strict=True), strict=True)), dtype=object)
    unnamed = [name for name in headers if name.startswith("column_") and all(map(_blank, cells[name]))]
    return _table(path.name, cells.drop(columns=unnamed), numbers, headings, [*notes, *body_notes])


def _body(
    rows: Sequence[Sequence[Any]], start: int, headers: Sequence[str]
) -> tuple[list[list[Any]], npt.NDArray[np.int64], list[Note]]:
    """Keep what is neither blank nor the header again (sheets are printed with one per page), padded to one width."""
    width, body, numbers, blank, again = len(headers), [], [], 0, 0
    named = [header for header in headers if not header.startswith("column_")]
    first = headers.index(named[0])
    for at in range(start, len(rows)):
        row = [*rows[at], *(None,) * (width - len(rows[at]))]
        if all(map(_blank, row)):
            blank += 1
        elif str(row[first]).strip() == named[0] and [str(c).strip() for c in row if not _blank(c)] == named:
            again += 1
        else:
            body.append(row)
            numbers.append(at + 1)
    notes = [Note(messages.BLANK_ROWS, {"count": blank})] if blank else []
    notes += [Note(messages.REPEATED_HEADERS, {"count": again})] if again else []
    return body, np.array(numbers, np.int64), notes


def _blank(cell: Any) -> bool:  # noqa: ANN401 - a cell
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell  # noqa: PLR0124 - NaN


def _layer_table(path: Path, headings: Headings) -> Table:
    infos = layer_infos(path)
    if not infos:
        raise InputError(messages.EMPTY_FILE, file=path.name)
    known = [headings.known(info.fields) for info in infos]
    layer = read_layer(path, known.index(max(known)))  # the one with the most known columns, the first of equals
    if not len(layer.cells):
        raise InputError(messages.EMPTY_FILE, file=path.name)
    rows = np.arange(1, len(layer.cells) + 1)
    return _table(path.name, layer.cells, rows, headings, list(layer.notes), layer.geometry)


def _table(
    file: str,
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    headings: Headings,
    notes: list[Note],
    geometry: gpd.GeoSeries | None = None,
) -> Table:
    """Name the columns, and set aside what a file of rejected rows carries."""
    own = [header for header in cells.columns if plain(header) in _OWN_COLUMNS]
    part = any(plain(header) == "sourcerow" for header in own)
    cells = cells.drop(columns=own if part else [])
    notes += _unseen(cells, rows)
    columns, rivals = headings.resolve(list(cells.columns), file)
    notes += [Note(messages.TWO_COLUMNS, {"field": f, "taken": taken, "other": other}) for f, taken, other in rivals]
    unused = [header for header in cells.columns if header not in columns.values()]
    if unused:
        notes.append(Note(messages.UNUSED_COLUMNS, {"headers": ", ".join(unused)}))
    constants = {name: value[1:].strip() for name, value in headings.chosen.items() if value.startswith("=")}
    if geometry is not None and geometry.isna().all():
        geometry = None
    if geometry is None and "geometry" in columns:
        geometry = _from_wkt(cells[columns["geometry"]])
    cells, overlong = _cut(cells, columns.get("geometry", ""))
    return Table(file, cells, rows, columns, constants, geometry, tuple(notes), overlong, part)


def _cut(cells: pd.DataFrame, outlines: str) -> tuple[pd.DataFrame, tuple[tuple[int, str, int], ...]]:
    """Cut the cells that hold more than a cell of a spreadsheet can, and tell which; outlines may be longer."""
    found: list[tuple[int, str, int]] = []
    for heading in cells.columns:
        column = [] if heading == outlines else cells[heading].tolist()
        long = [at for at, cell in enumerate(column) if cell.__class__ is str and len(cell) > MOST_CHARACTERS]
        if long:
            found += [(at, str(heading), len(column[at])) for at in long]
            for at in long:
                column[at] = column[at][:MOST_CHARACTERS]
            cells = cells.assign(**{heading: pd.Series(column, index=cells.index, dtype=object)})
    return cells, tuple(found)


def _unseen(cells: pd.DataFrame, rows: npt.NDArray[np.int64]) -> list[Note]:
    """Say that :func:`geo.readers.values.as_text` leaves characters out, and where the first of them is."""
    found = [(at, name) for name in cells.columns for at, cell in enumerate(cells[name].tolist()) if unseen(cell)]
    if not found:
        return []
    at, heading = min(found, key=lambda one: one[0])
    return [Note(messages.UNSEEN, {"count": len(found), "heading": heading, "row": int(rows[at])})]


def _from_wkt(texts: pd.Series) -> gpd.GeoSeries:
    """Read WKT; what is none stays missing, and the row's reader says so."""
    shapes = shapely.from_wkt([text if isinstance(text, str) else None for text in texts], on_invalid="ignore")
    return gpd.GeoSeries(shapely.force_2d(shapes))
