"""Frames out, to what an office opens: GeoPackage, GeoJSON, CSV, XLSX, KML, in any datum."""

import csv
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import xlsxwriter

from geo.catalogue import Catalogue
from geo.crs import Datum, shift_frame, to_wgs84_frame
from geo.errors import InputError

FORMATS = (".gpkg", ".geojson", ".csv", ".xlsx", ".kml")

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".kml": "LIBKML"}
_DECIMALS = 9  # of degrees: a tenth of a millimetre
_CELL_CHARACTERS = 32_767  # the most that a cell of a spreadsheet holds
_SHEET_ROWS = 1_048_576
_WIDEST = 50  # characters
_FORMULA = ("=", "+", "-", "@")
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False}
_HEADER = {"bold": True, "bg_color": "#EDEFF2", "bottom": 1}
_ZH = {
    "id": "编号",
    "name": "名称",
    "category": "类别",
    "address": "地址",
    "street": "街道",
    "community": "社区",
    "unit": "责任单位",
    "hours": "开放时间",
    "fixed": "是否固定",
    "size": "规模",
    "lon": "经度",
    "lat": "纬度",
    "code": "编码",
    "level": "级别",
    "parent": "上级",
    "person": "责任人",
    "datum": "坐标系",
    "cell": "单元网格",
    "retired": "已撤销",
}


def write(
    frame: pd.DataFrame,
    path: Path | str,
    *,
    datum: Datum | str = Datum.WGS84,
    catalogue: Catalogue | None = None,
    lang: str = "en",
    layer: str = "",
) -> Path:
    """Write a frame in the format that the path's ending names; :mod:`geo.readers` reads it back the same.

    Points become the columns ``lon`` and ``lat`` of a table, other geometries WKT. In a datum other than WGS-84 a
    column ``datum`` says so, in every format, because no file format can.

    Parameters
    ----------
    frame
        With or without geometry (EPSG:4326); its index is a column of the file.
    path
        Ends in ``.gpkg .geojson .csv .xlsx`` or ``.kml``; is replaced.
    datum
        Of the coordinates in the file.
    catalogue
        Its categories become the list that an XLSX lets one choose from.
    lang
        ``zh`` writes headings and categories of tables in Chinese.
    layer
        Name of the layer or sheet; that of the file by default.

    Raises
    ------
    InputError
        When the format is unknown, or a spreadsheet cannot hold the frame.
    """
    path, datum = Path(path), Datum.parse(str(datum))
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError(
            "{file} ends in {suffix!r}: choose one of {formats}",
            file=path.name,
            suffix=path.suffix,
            formats=" ".join(FORMATS),
        )
    flat = _flat(frame, datum)
    if suffix in _DRIVERS:
        _write_layer(flat, path, layer or path.stem)
        return path
    table = _with_coordinates(flat)
    if lang.startswith("zh"):
        table = _in_chinese(table, catalogue)
    if suffix == ".csv":
        _write_csv(table, path)
    else:
        choices = _choices(table, catalogue, lang)
        write_sheet(table, path, sheet=layer or path.stem, choices=choices)
    return path


def _flat(frame: pd.DataFrame, datum: Datum) -> pd.DataFrame:
    """Make the index a column and move the geometry to the datum."""
    flat = frame.reset_index() if frame.index.name else frame.reset_index(drop=True)
    if not isinstance(flat, gpd.GeoDataFrame) or flat.crs is None:
        return flat
    moved = to_wgs84_frame(flat)
    if datum is not Datum.WGS84:
        moved = moved.set_geometry(shift_frame(moved.geometry, datum, back=True)).assign(datum=str(datum))
    return pd.DataFrame(moved) if not isinstance(moved, gpd.GeoDataFrame) else moved


def _write_layer(flat: pd.DataFrame, path: Path, layer: str) -> None:
    if not isinstance(flat, gpd.GeoDataFrame):
        flat = gpd.GeoDataFrame(flat, geometry=[None] * len(flat), crs="EPSG:4326")
    flat = flat.copy()
    for column in [name for name in flat.columns if name != flat.geometry.name]:
        if pd.api.types.is_datetime64_any_dtype(flat[column]):
            flat[column] = [_iso(value) for value in flat[column]]
    path.unlink(missing_ok=True)
    driver = _DRIVERS[path.suffix.lower()]
    options = {"COORDINATE_PRECISION": str(_DECIMALS)} if driver == "GeoJSON" else {}
    pyogrio.write_dataframe(flat, path, layer=layer, driver=driver, layer_options=options, use_arrow=False)


def _with_coordinates(flat: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(flat, gpd.GeoDataFrame):
        return flat
    table = pd.DataFrame(flat.drop(columns=flat.geometry.name))
    shapes = flat.geometry
    if set(shapes.geom_type.dropna()) <= {"Point"}:
        table["lon"] = shapes.x.round(_DECIMALS).to_numpy()
        table["lat"] = shapes.y.round(_DECIMALS).to_numpy()
    else:
        table["geometry"] = shapes.to_wkt(rounding_precision=_DECIMALS).to_numpy()
    return table


def _in_chinese(table: pd.DataFrame, catalogue: Catalogue | None) -> pd.DataFrame:
    if catalogue is not None and "category" in table:
        names = {code: category.name_zh for code, category in catalogue.categories.items()}
        table = table.assign(category=table["category"].map(lambda code: names.get(code, code)))
    return table.rename(columns=_ZH)


def _choices(table: pd.DataFrame, catalogue: Catalogue | None, lang: str) -> dict[str, list[str]]:
    """List what a category may be."""
    column = next((name for name in ("category", _ZH["category"]) if name in table), None)
    if catalogue is None or column is None:
        return {}
    chinese = lang.startswith("zh")
    return {column: [c.name_zh if chinese else c.code for c in catalogue.categories.values()]}


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write UTF-8 with a mark, by which Excel knows that it is Chinese; no cell can start a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        columns = [[_csv_cell(cell) for cell in table[name]] for name in table.columns]
        writer.writerows(zip(*columns, strict=True))


def _csv_cell(cell: Any) -> Any:  # noqa: ANN401 - a cell
    cell = _plain(cell)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a cell
    """Return a cell as text, number, yes or no, or nothing."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float | np.floating) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, dt.datetime):
        return _iso(cell)
    return cell if isinstance(cell, str | int | float) else str(cell)


def _iso(value: Any) -> str | None:  # noqa: ANN401 - a moment or NaT
    return None if value is None or value is pd.NaT else value.isoformat(timespec="seconds")


def write_sheet(
    table: pd.DataFrame, path: Path | str, *, sheet: str = "", choices: Mapping[str, Sequence[str]] | None = None
) -> Path:
    """Write one sheet with a frozen header, filters, fitting widths, and lists to choose from.

    Parameters
    ----------
    table
        Columns as they shall appear; the index is left out.
    path
        Ends in ``.xlsx``; is replaced.
    sheet
        Its name.
    choices
        Column to the values that it may hold.

    Raises
    ------
    InputError
        When there are more rows, or longer texts, than a sheet holds.
    """
    path = Path(path)
    columns = _sheet_columns(table)
    with xlsxwriter.Workbook(str(path), _AS_WRITTEN) as book:
        page = book.add_worksheet(_sheet_name(sheet or path.stem))
        _fill(page, columns, len(table), book.add_format(_HEADER))
        for at, (name, values) in enumerate((choices or {}).items()):
            _offer(book, page, (at, list(columns).index(name), len(table)), values)
    return path


def write_sheets(tables: Mapping[str, pd.DataFrame], path: Path | str) -> Path:
    """Write tables as sheets of one workbook, each under its name, as :func:`write_sheet` does.

    Raises
    ------
    InputError
        When there are more rows, or longer texts, than a sheet holds.
    """
    path = Path(path)
    columns = {name: _sheet_columns(table) for name, table in tables.items()}
    with xlsxwriter.Workbook(str(path), _AS_WRITTEN) as book:
        header = book.add_format(_HEADER)
        for name, table in tables.items():
            _fill(book.add_worksheet(_sheet_name(name)), columns[name], len(table), header)
    return path


def _sheet_columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the cells column by column, if a sheet can hold them."""
    if len(table) >= _SHEET_ROWS:
        raise InputError(
            "{rows} rows do not fit a sheet of {most}: write CSV or GeoPackage", rows=len(table), most=_SHEET_ROWS
        )
    columns = {str(name): [_plain(cell) for cell in table[name]] for name in table.columns}
    for name, cells in columns.items():
        longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
        if longest > _CELL_CHARACTERS:
            raise InputError(
                "column {field} holds {length} characters in one cell, a sheet at most {most}: write GeoPackage or CSV",
                field=name,
                length=longest,
                most=_CELL_CHARACTERS,
            )
    return columns


def _sheet_name(text: str) -> str:
    clean = "".join("_" if letter in "[]:*?/\\'" else letter for letter in text)
    return clean[:31] or "Sheet1"


def _fill(page: Any, columns: Mapping[str, list[Any]], rows: int, bold: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    page.freeze_panes(1, 0)
    for at, (name, cells) in enumerate(columns.items()):
        page.write_string(0, at, name, bold)
        for row, cell in enumerate(cells, start=1):
            if isinstance(cell, str):
                if cell:
                    page.write_string(row, at, cell)
            elif isinstance(cell, bool):
                page.write_boolean(row, at, cell)
            else:
                page.write_number(row, at, cell)
        widest = max([_width(name) + 4, *(_width(cell) for cell in cells[:1000])])
        page.set_column(at, at, min(widest + 1, _WIDEST))
    if columns:
        page.autofilter(0, 0, max(rows, 1), len(columns) - 1)


def _width(cell: Any) -> int:  # noqa: ANN401 - a cell
    """Count the columns that a cell takes; a Chinese character takes two."""
    text = str(cell)
    return len(text) if text.isascii() else sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)  # noqa: PLR2004 - CJK starts there


def _offer(book: Any, page: Any, place: tuple[int, int, int], values: Sequence[str]) -> None:  # noqa: ANN401 - xlsxwriter has no types
    """Let a column be chosen from a list, on a hidden sheet because a formula holds 255 characters only."""
    number, column, rows = place
    source = f"choices_{number + 1}"
    hidden = book.add_worksheet(source)
    hidden.write_column(0, 0, list(values))
    hidden.hide()
    rule = {
        "validate": "list",
        "source": f"={source}!$A$1:$A${len(values)}",
        "error_title": "类别 category",
        "error_message": "请从列表中选择 Choose from the list",
    }
    page.data_validation(1, column, max(rows, 1) + 1000, column, rule)
