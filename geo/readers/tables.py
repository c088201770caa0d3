"""Any file that an office may bring, as one table of raw cells with the row numbers that its user sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import workbooks
from geo.errors import InputError
from geo.foreign_text import unseen
from geo.notes import Note as Note  # noqa: PLC0414 - the readers hand notes out
from geo.notes import Sentences
from geo.progress import Progress, silent
from geo.readers import grids, messages, values
from geo.readers.archives import archive_parts
from geo.readers.chosen_file import ChosenFile
from geo.readers.coded import distinct
from geo.readers.columns import Headings, named_datum, plain
from geo.readers.layers import LAYERS, layer_parts
from geo.readers.part import Loaded, Part, RowFault
from geo.readers.parts import choose, short
from geo.readers.sheets import few_rows, sheet_part
from geo.readers.systems import in_one_system

SOURCE_ROW = "source_row"
MOST_CHARACTERS = 32_767  # of a cell, as in a workbook; the work on one must not grow without end
_OWN_COLUMNS = {"sourcerow", "reason"}  # what a file of rejected rows carries beside its own columns
_UNUSED_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they stand in the file."""

    file: str
    cells: pd.DataFrame  # one unique heading per column, objects as they arrived
    rows: npt.NDArray[Any]  # what the user calls a row: its number from 1, or sheet!number where there are several
    columns: Mapping[str, str]  # field -> heading
    constants: Mapping[str, str] = field(default_factory=dict)  # field -> value for all rows
    geometry: gpd.GeoSeries | None = None  # two-dimensional, in the CRS of the file
    notes: tuple[Note, ...] = ()
    part: bool = False  # it carries source_row: corrected rejects, which never retire anything
    skipped: int = 0  # rows that are no data, or stand in parts that were not read
    read: tuple[str, ...] = ()  # the parts that stand in it
    unread: tuple[str, ...] = ()  # parts with rows of this kind that were not read: nothing in them has vanished
    mentions: frozenset[str] = frozenset()  # texts of other sheets, which may name what is asked for
    faults: tuple[RowFault, ...] = ()  # of the form of rows

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


def read_table(given: ChosenFile | Path | str, headings: Headings, *, progress: Progress = silent) -> Table:
    """Read a file of any kind: all its sheets, layers or folders with the same headings, or those that are named.

    Parameters
    ----------
    given
        The file (see :func:`parts_of` for its kinds), and which of its parts are asked for.
    headings
        The fields to look for.
    progress
        Hears ``reading``.

    Raises
    ------
    InputError
        When the file is missing, broken, empty, or has no header; when its parts differ, so that somebody must choose.
    """
    chosen = ChosenFile.of(given)
    progress("reading", 0, 1)
    table = table_of_parts(chosen, parts_of(chosen, headings), headings)
    progress("reading", 1, 1)
    return table


def table_of_parts(chosen: ChosenFile, parts: Sequence[Part], headings: Headings) -> Table:
    """Read the parts of a file that are asked for as one table; see :func:`read_table`."""
    file = chosen.path.name
    choice = choose(parts, chosen.parts, headings, file)
    tables = [loaded_table(file, part.read(), headings) for part in choice.read]
    names = [part.name for part in choice.read]
    shapes = in_one_system(file, names, [table.geometry for table in tables], [part.crs for part in choice.read])
    tables = [replace(table, geometry=shape) for table, shape in zip(tables, shapes, strict=True)]
    table = joined(names, tables, once=headings.once)
    return replace(
        table,
        notes=(*choice.notes, *table.notes),
        skipped=table.skipped + sum(part.rows for part in (*choice.unread, *choice.other)),
        unread=tuple(part.name for part in choice.unread),
        mentions=frozenset().union(*(part.texts() for part in choice.other)),
        read=tuple(part.name for part in choice.read),
    )


def parts_of(chosen: ChosenFile, headings: Headings) -> Sequence[Part]:
    """Return the sheets, layers or folders of a file.

    Raises
    ------
    InputError
        When it is missing, broken, empty, or of a kind that nobody reads.
    """
    path, suffix = chosen.path, chosen.path.suffix.lower()
    if not path.is_file() and not (suffix == ".gdb" and path.is_dir()):
        raise InputError(messages.NO_FILE, file=str(path))
    if path.is_file() and path.stat().st_size == 0:
        raise InputError(messages.EMPTY_FILE, file=path.name)
    if suffix in workbooks.WORKBOOKS:
        return [sheet_part(grid, headings, path.name) for grid in workbooks.workbook_grids(path, chosen.parts)]
    if suffix in grids.TEXTS:
        return [sheet_part(grids.text_grid(path, headings), headings, path.name)]
    if suffix in LAYERS:
        return layer_parts(path)
    if suffix == ".zip":
        return archive_parts(path, lambda file: parts_of(ChosenFile(file), headings))
    raise InputError(messages.SUFFIX, file=path.name, suffix=path.suffix)


def loaded_table(file: str, loaded: Loaded, headings: Headings) -> Table:
    """Name the columns, and set aside what a file of rejected rows carries."""
    cells, geometry, notes = loaded.cells, loaded.geometry, list(loaded.notes)
    own = [header for header in cells.columns if plain(header) in _OWN_COLUMNS]
    part = any(plain(header) == "sourcerow" for header in own)
    cells = cells.drop(columns=own if part else [])
    notes += unseen_cells(_columns(cells), loaded.rows)
    columns, rivals = headings.resolve(list(cells.columns), file)
    notes += [Note(messages.TWO_COLUMNS, {"field": f, "taken": taken, "other": other}) for f, taken, other in rivals]
    unused = [header for header in cells.columns if header not in columns.values()]
    if unused:
        notes.append(Note(messages.UNUSED_COLUMNS, {"headers": short(unused, _UNUSED_SHOWN)}))
    constants = {name: value[1:].strip() for name, value in headings.chosen.items() if value.startswith("=")}
    if geometry is not None and geometry.isna().all():
        geometry = None
    if geometry is None and "geometry" in columns:
        geometry = _from_wkt(cells[columns["geometry"]])
    cut, overlong = cut_cells(_columns(cells), columns)
    if overlong:
        cells = pd.DataFrame(cut, index=cells.index, dtype=object)
    faults = (*loaded.faults, *overlong)
    return Table(
        file, cells, loaded.rows, columns, constants, geometry, tuple(notes), part, loaded.skipped, faults=faults
    )


def _columns(cells: pd.DataFrame) -> dict[str, Sequence[Any]]:
    return {str(name): cells[name].tolist() for name in cells.columns}


def cut_cells(
    cells: Mapping[str, Sequence[Any]], columns: Mapping[str, str]
) -> tuple[dict[str, Sequence[Any]], list[RowFault]]:
    """Cut the cells that hold more than a cell of a spreadsheet can, and tell which; outlines may be longer."""
    found: list[RowFault] = []
    fields = {heading: name for name, heading in columns.items()}
    kept = dict(cells)
    for heading, column in cells.items():
        long = [] if heading == columns.get("geometry") else _overlong(column)
        whole = list(column) if long else []
        for at in long:
            values = {"heading": heading, "length": len(column[at]), "most": MOST_CHARACTERS}
            found.append(RowFault(at, messages.OVERLONG, values, fields.get(heading, heading)))
            whole[at] = column[at][:MOST_CHARACTERS]
        if long:
            kept[heading] = whole
    return kept, found


def _overlong(column: Sequence[Any]) -> list[int]:
    try:
        if max(map(len, distinct(column)), default=0) <= MOST_CHARACTERS:
            return []
    except TypeError:  # other cells than texts
        pass
    return [at for at, cell in enumerate(column) if cell.__class__ is str and len(cell) > MOST_CHARACTERS]


def unseen_cells(cells: Mapping[str, Sequence[Any]], rows: npt.NDArray[Any]) -> list[Note]:
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
        return "".join(distinct(column)).isprintable()
    except TypeError:  # other cells than texts
        return False


def _from_wkt(texts: pd.Series) -> gpd.GeoSeries:
    """Read WKT; what is none stays missing, and the row's reader says so, as it does of numbers without end."""
    with np.errstate(over="ignore", invalid="ignore"):
        shapes = shapely.from_wkt([text if isinstance(text, str) else None for text in texts], on_invalid="ignore")
    return gpd.GeoSeries(shapely.force_2d(shapes))


def joined(names: Sequence[str], tables: Sequence[Table], *, once: bool) -> Table:
    """Put the tables of several parts below one another; a row is called by its part and its number there.

    Parameters
    ----------
    names
        Of the parts.
    tables
        At least one.
    once
        A row that stands in several parts, such as a sheet of all and a sheet of each street, is read once.

    Raises
    ------
    InputError
        When their coordinates are of different systems.
    """
    if len(tables) == 1:
        return tables[0]
    _check_datums(names, tables)
    columns: dict[str, str] = {}
    frames = [_renamed(name, table, columns) for name, table in zip(names, tables, strict=True)]
    cells = pd.concat(frames, ignore_index=True).astype(object)
    starts = np.cumsum([0, *map(len, frames)])
    labels = [f"{name}!{row}" for name, table in zip(names, tables, strict=True) for row in table.rows]
    faults = [replace(fault, at=fault.at + int(starts[n])) for n, table in enumerate(tables) for fault in table.faults]
    every = replace(
        tables[0],
        cells=cells.where(cells.notna(), None),
        rows=np.array(labels, dtype=object),
        columns=columns,
        geometry=_stacked(tables),
        notes=_said(names, tables),
        part=any(table.part for table in tables),
        skipped=sum(table.skipped for table in tables),
        faults=tuple(faults),
    )
    return _without_repeats(every, starts) if once else every


def _check_datums(names: Sequence[str], tables: Sequence[Table]) -> None:
    """Refuse tables whose headings name different datums."""
    first: tuple[str, str] | None = None
    for name, table in zip(names, tables, strict=True):
        headings = [table.columns[field] for field in ("lon", "lat", "lonlat") if field in table.columns]
        said = "/".join(sorted({str(named_datum(heading) or "") for heading in headings} - {""}))
        first = first or (said, name)
        if said != first[0]:
            values = {"one": first[1], "other": name, "first": first[0] or "-", "second": said or "-"}
            raise InputError(messages.PARTS_DIFFER, file=table.file, **values)


def _renamed(name: str, table: Table, columns: dict[str, str]) -> pd.DataFrame:
    """Return the cells with the headings that the first table has for each field; ``columns`` takes new fields."""
    taken = set(columns.values())
    for field_name, heading in table.columns.items():
        columns.setdefault(field_name, f"{heading} ({name})" if heading in taken else heading)
    new = {heading: columns[field_name] for field_name, heading in table.columns.items()}
    mapped = set(columns.values())
    new |= {one: f"{one} ({name})" for one in table.cells.columns if one not in new and one in mapped}
    return table.cells.rename(columns=new)


def _stacked(tables: Sequence[Table]) -> gpd.GeoSeries | None:
    shapes = [table.geometry for table in tables]
    crs = next((one.crs for one in shapes if one is not None), None)
    if all(one is None for one in shapes):
        return None
    empty = (np.full(len(table.rows), None, dtype=object) for table in tables)
    every = [none if one is None else one.to_numpy() for one, none in zip(shapes, empty, strict=True)]
    return gpd.GeoSeries(np.concatenate(every), crs=crs)


def _said(names: Sequence[str], tables: Sequence[Table]) -> tuple[Note, ...]:
    """Say what was found in all tables once, and what was found in some with their names."""
    found: list[Note] = []
    for note in (note for table in tables for note in table.notes):
        if note in found:
            continue
        found.append(note)
    notes = []
    for note in found:
        where = [name for name, table in zip(names, tables, strict=True) if note in table.notes]
        said = Sentences((note,))
        own = [Note(messages.IN_PART, {"name": name, "said": said}) for name in where]
        notes += [note] if len(where) == len(tables) else own
    return tuple(notes)


def _without_repeats(table: Table, starts: npt.NDArray[np.int64]) -> Table:
    """Leave out rows of which all that was recognised stands in an earlier part already."""
    texts = [values.texts(table.cells[heading]).tolist() for heading in table.columns.values()]
    if table.geometry is not None:
        texts.append([wkb or "" for wkb in shapely.to_wkb(table.geometry.to_numpy(), hex=True)])
    keys = list(zip(*texts, strict=True))
    part = np.searchsorted(starts, np.arange(len(keys)), side="right")
    first: dict[tuple[str, ...], int] = {}
    for at, key in enumerate(keys):
        first.setdefault(key, int(part[at]))
    again = np.array([first[key] != part[at] and any(key) for at, key in enumerate(keys)], bool)
    if not again.any():
        return table
    kept = np.flatnonzero(~again)
    place = np.cumsum(~again) - 1
    note = Note(messages.TWICE_IN_PARTS, {"rows": few_rows(table.rows[again].tolist())})
    return replace(
        table,
        cells=table.cells.iloc[kept].reset_index(drop=True),
        rows=table.rows[kept],
        geometry=None if table.geometry is None else table.geometry.iloc[kept].reset_index(drop=True),
        notes=(*table.notes, note),
        skipped=table.skipped + int(again.sum()),
        faults=tuple(replace(fault, at=int(place[fault.at])) for fault in table.faults if not again[fault.at]),
    )
