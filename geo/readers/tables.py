"""Any file that an office may bring, as one table of raw cells with the row numbers that its user sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

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
UNNAMED = "column_"
"""How the headings begin that :func:`geo.readers.columns.join_header` makes up."""
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
    header = Header.found(rows, headings, path.name)
    notes += header.notes
    body, numbers, body_notes = header.body(rows, header.end)
    if not body:
        raise InputError(messages.NO_ROWS, file=path.name, row=header.end)
    cells = pd.DataFrame(dict(zip(header.names, zip(*body, strict=True), strict=True)), dtype=object)
    unnamed = [name for name in header.names if name.startswith(UNNAMED) and all(map(blank, cells[name]))]
    return made_table(path.name, cells.drop(columns=unnamed), numbers, headings, [*notes, *body_notes])


@dataclass(frozen=True, slots=True)
class Header:
    """The headings of a sheet, and how many rows they take."""

    names: list[str]  # one unique heading a column
    end: int  # rows down to their last one
    notes: tuple[Note, ...] = ()

    @classmethod
    def found(cls, rows: Sequence[Sequence[Any]], headings: Headings, file: str) -> Self:
        """Find the headings among the first rows.

        Raises
        ------
        InputError
            When there are none.
        """
        if not any(any(not blank(cell) for cell in row) for row in rows):
            raise InputError(messages.EMPTY_FILE, file=file)
        check_width(rows, file)
        at = find_header(rows, headings)
        if at is None:
            fields = list(headings.fields.values())[:4]
            example = ", ".join(names[1] if len(names) > 1 else names[0] for names in fields)
            raise InputError(messages.NO_HEADER, file=file, rows=HEADER_ROWS, example=example)
        first, span = at
        titled = any(any(not blank(cell) for cell in row) for row in rows[:first])
        notes = (Note(messages.HEADER_ROW, {"row": first + 1}),) if titled else ()
        return cls(join_header(rows, first, span), first + span, notes)

    @property
    def first(self) -> int:
        """The place of the first column with a heading of its own."""
        return next(at for at, name in enumerate(self.names) if not name.startswith(UNNAMED))

    def body(
        self, rows: Sequence[Sequence[Any]], start: int, above: int = 0
    ) -> tuple[list[list[Any]], npt.NDArray[np.int64], list[Note]]:
        """Keep what is neither blank nor the headings again (sheets are printed with them on each page), of one width.

        Parameters
        ----------
        rows
            Those of the sheet, or some of them.
        start
            The first one to look at.
        above
            How many rows of the sheet stand above the first of ``rows``.
        """
        width, body, numbers, blanks, again = len(self.names), [], [], 0, 0
        named = [name for name in self.names if not name.startswith(UNNAMED)]
        first = self.first
        for at in range(start, len(rows)):
            row = [*rows[at], *(None,) * (width - len(rows[at]))]
            if blank(row[first]) and all(map(blank, row)):
                blanks += 1
            elif str(row[first]).strip() == named[0] and [str(c).strip() for c in row if not blank(c)] == named:
                again += 1
            else:
                body.append(row)
                numbers.append(above + at + 1)
        notes = [Note(messages.BLANK_ROWS, {"count": blanks})] if blanks else []
        notes += [Note(messages.REPEATED_HEADERS, {"count": again})] if again else []
        return body, np.array(numbers, np.int64), notes


def check_width(rows: Sequence[Sequence[Any]], file: str) -> None:
    """Refuse rows of more columns than a workbook has.

    Raises
    ------
    InputError
        Naming the file.
    """
    if (width := max(map(len, rows), default=0)) > MOST_COLUMNS:
        raise InputError(messages.WIDE, file=file, width=width, most=MOST_COLUMNS)


def blank(cell: Any) -> bool:  # noqa: ANN401 - a cell
    """Tell whether nothing stands in a cell."""
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
    return made_table(path.name, layer.cells, rows, headings, list(layer.notes), layer.geometry)


def made_table(
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
    notes += unseen_cells({str(name): cells[name].tolist() for name in cells.columns}, rows)
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
        long = overlong(column)
        if long:
            found += [(at, str(heading), length) for at, length in long]
            for at, _ in long:
                column[at] = column[at][:MOST_CHARACTERS]
            cells = cells.assign(**{heading: pd.Series(column, index=cells.index, dtype=object)})
    return cells, tuple(found)


def overlong(column: Sequence[Any]) -> list[tuple[int, int]]:
    """Return places and lengths of the texts that are longer than a cell of a spreadsheet can be."""
    return [(at, len(cell)) for at, cell in enumerate(column) if cell.__class__ is str and len(cell) > MOST_CHARACTERS]


def unseen_cells(cells: Mapping[str, Sequence[Any]], rows: npt.NDArray[np.int64]) -> list[Note]:
    """Say that :func:`geo.readers.values.as_text` leaves characters out, and where the first of them is."""
    found = []
    for name, column in cells.items():
        if not _printable(column):
            found += [(at, name) for at, cell in enumerate(column) if unseen(cell)]
    if not found:
        return []
    at, heading = min(found, key=lambda one: one[0])
    return [Note(messages.UNSEEN, {"count": len(found), "heading": heading, "row": int(rows[at])})]


def _printable(column: Sequence[Any]) -> bool:
    """Tell whether all characters of a column can be seen: quickly, as nearly all can."""
    try:
        return "".join(column).isprintable()
    except TypeError:  # other cells than texts
        return False


def _from_wkt(texts: pd.Series) -> gpd.GeoSeries:
    """Read WKT; what is none stays missing, and the row's reader says so."""
    shapes = shapely.from_wkt([text if isinstance(text, str) else None for text in texts], on_invalid="ignore")
    return gpd.GeoSeries(shapely.force_2d(shapes))
