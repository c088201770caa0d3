"""KML 2.2 (OGC 07-147r2), written here: GDAL's driver puts ids into attributes as they are, and breaks on ``]]>``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.workbooks import plain

_DECIMALS = 9  # of degrees: a tenth of a millimetre
_RETURN = {"\r": "&#13;"}  # bare, a parser would make a line end of it
_NAME = "name"  # the column that a map writes beside a place
_ID = "id"  # the one that is an attribute: a reader has no room for another of that name


def write_kml(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write a frame as a folder of placemarks, every column as typed data of theirs.

    Parameters
    ----------
    frame
        EPSG:4326, or in another datum that one of its columns names; rows without a geometry keep their data.
    path
        The file; it is replaced.
    layer
        Name of the folder.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in _lines(frame, layer))


def _lines(frame: gpd.GeoDataFrame, layer: str) -> Iterator[str]:
    names = [str(name) for name in frame.columns if name not in (frame.geometry.name, _ID)]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    yield f'<name>{_text(layer)}</name><Schema name="columns" id="columns">'
    yield from (f"<SimpleField name={quoteattr(name)} type={quoteattr(_kind(frame[name]))}/>" for name in names)
    yield f"</Schema><Folder><name>{_text(layer)}</name>"
    columns = [[_text(plain(cell)) for cell in frame[name]] for name in names]
    heads = [f"<SimpleData name={quoteattr(name)}>" for name in names]
    titles = columns[names.index(_NAME)] if _NAME in names else [""] * len(frame)
    ids = [f" id={quoteattr(str(plain(one)))}" for one in frame[_ID]] if _ID in frame else [""] * len(frame)
    for one, title, shape, *cells in zip(ids, titles, frame.geometry, *columns, strict=True):
        data = "".join(f"{head}{cell}</SimpleData>" for head, cell in zip(heads, cells, strict=True) if cell)
        yield (
            f"<Placemark{one}><name>{title}</name><ExtendedData>"
            f'<SchemaData schemaUrl="#columns">{data}</SchemaData></ExtendedData>{_shape(shape)}</Placemark>'
        )
    yield "</Folder></Document></kml>"


def _text(cell: Any) -> str:  # noqa: ANN401 - a cell
    if isinstance(cell, bool):
        return str(int(cell))
    return escape(cell, _RETURN) if isinstance(cell, str) else repr(cell)


def _kind(column: "pd.Series[Any]") -> str:
    """Name the type of a column as KML does."""
    if pd.api.types.is_bool_dtype(column):
        return "bool"
    if pd.api.types.is_integer_dtype(column):
        return "int"
    return "double" if pd.api.types.is_float_dtype(column) else "string"


def _shape(shape: shapely.Geometry | None) -> str:
    if shape is None or shape.is_empty:
        return ""
    if hasattr(shape, "geoms"):
        return f"<MultiGeometry>{''.join(map(_shape, shape.geoms))}</MultiGeometry>"
    if shape.geom_type == "Polygon":
        outer = f"<outerBoundaryIs>{_points(shape.exterior, 'LinearRing')}</outerBoundaryIs>"
        inner = "".join(f"<innerBoundaryIs>{_points(ring, 'LinearRing')}</innerBoundaryIs>" for ring in shape.interiors)
        return f"<Polygon>{outer}{inner}</Polygon>"
    return _points(shape, shape.geom_type)


def _points(shape: shapely.Geometry, tag: str) -> str:
    rounded = np.round(shapely.get_coordinates(shape), _DECIMALS).tolist()
    return f"<{tag}><coordinates>{' '.join(f'{lon!r},{lat!r}' for lon, lat in rounded)}</coordinates></{tag}>"
