"""Frames out, to what an office opens: GeoPackage, GeoJSON, CSV, XLSX, KML, in any datum."""

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.catalogue import Catalogue
from geo.crs import Datum, shift_frame, to_wgs84_frame
from geo.errors import InputError
from geo.foreign_text import guarded, holdable
from geo.workbooks import plain, write_sheet
from geo.writers.kml import write_kml

FORMATS = (".gpkg", ".geojson", ".csv", ".xlsx", ".kml")

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}  # KML is written here
_DECIMALS = 9  # of degrees: a tenth of a millimetre
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
    if suffix in (*_DRIVERS, ".kml"):
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
        elif pd.api.types.is_string_dtype(flat[column]) or flat[column].dtype == object:
            flat[column] = [holdable(value) if isinstance(value, str) else value for value in flat[column]]
    if path.suffix.lower() == ".kml":
        write_kml(flat, path, layer)
        return
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
        writer.writerow(guarded(holdable(str(name))) for name in table.columns)
        columns = [[_csv_cell(cell) for cell in table[name]] for name in table.columns]
        writer.writerows(zip(*columns, strict=True))


def _csv_cell(cell: Any) -> Any:  # noqa: ANN401 - a cell
    cell = plain(cell)
    return guarded(cell) if isinstance(cell, str) else cell


def _iso(value: Any) -> str | None:  # noqa: ANN401 - a moment or NaT
    return None if value is None or value is pd.NaT else value.isoformat(timespec="seconds")
