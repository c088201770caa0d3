"""Street edges from a GeoPackage, Parquet or other vector file, in any CRS, to the same pieces that OSM gives."""

from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj.exceptions import ProjError

from geo.crs import Datum
from geo.errors import InputError
from geo.notes import Note, Sentences
from geo.readers.chosen_file import ChosenFile
from geo.sources import messages
from geo.sources.findings import Findings, Rows, row_list
from geo.sources.georeference import Source
from geo.sources.shapes import LINE, place
from geo.streets import conditions, notes
from geo.streets.access import CLASSES, TAGS, masks
from geo.streets.edge_layers import NEEDED, TEXTS, read_edge_rows
from geo.streets.osm import DESCRIPTION, Hours, Pieces, describe

SUFFIXES = (".gpkg", ".parquet", ".geoparquet", ".geojson", ".shp", ".fgb")
NO_ONE_LINE = "{count} rows of them are several lines that do not meet, or no lines at all: split them"
MISPLACED = "{count} rows are left out, row {rows}: {reason}"
_EXACT = 2**53  # from it on a floating number has lost digits


def read_edges(given: ChosenFile | Path) -> Pieces:
    """Read street edges with columns ``u``, ``v``, ``highway``: all layers with the same columns, or those asked for.

    Any OSM tag that has a column (``name oneway access foot bicycle bridge tunnel ...``) is honoured. A file without a
    ``oneway`` column has both directions open. Two rows that are one street in two directions become one.

    Raises
    ------
    InputError
        Naming what the file lacks; when its layers differ, so that somebody must choose.
    """
    chosen = ChosenFile.of(given)
    path, edges = chosen.path, read_edge_rows(chosen)
    frame = _checked(path, edges.frame)
    lines, located = place(frame.geometry, LINE, Source(path.name, Datum.WGS84, frame.crs, shaped=True))
    said = [*edges.notes, *_left_out(frame, located.found, edges.rows)]
    usable = lines.notna() & frame.u.notna() & frame.v.notna()
    frame = frame.set_geometry(lines)[usable].reset_index(drop=True)
    _ensure_some(path, frame, said)
    frame = _forwards(_numbered(frame))
    pieces, hours, conditional = _described(frame)
    if pieces.empty:
        raise InputError(
            "file is {value!r}: none of its rows is a street (highway={sample}); give OSM classes",
            field="highway",
            value=path.name,
            sample=", ".join(map(str, frame.highway.unique()[:3])),
        )
    if len(pieces) < len(frame):
        said.append(Note(notes.NO_STREET, {"count": len(frame) - len(pieces)}))
    return Pieces(pieces, by_hour=hours, notes=(*said, *conditional))


def _checked(path: Path, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if {"u", "v"} <= set(map(str, frame.index.names)):  # as osmnx writes them
        frame = frame.reset_index()
    missing = [column for column in NEEDED if column not in frame.columns]
    if missing:
        raise InputError(
            "file is {value!r}: columns missing: {missing}; street edges need u, v and highway",
            field="columns",
            value=path.name,
            missing=", ".join(missing),
        )
    if frame.crs is None:
        raise InputError(
            "file is {value!r}: it names no CRS; export it with one, such as EPSG:4326", field="crs", value=path.name
        )
    if frame.empty:
        raise InputError("file is {value!r}: it has no rows; export the streets again", field="file", value=path.name)
    try:
        frame.crs.to_wkt()
    except ProjError as error:
        raise InputError(
            "file is {value!r}: its CRS is unknown; export it in EPSG:4326", field="crs", value=path.name
        ) from error
    return frame


def _ensure_some(path: Path, frame: gpd.GeoDataFrame, said: list[Note]) -> None:
    """Refuse a file without a usable row, by what is wrong with the places of its lines where they have any."""
    if not frame.empty:
        return
    for note in said:
        if note.template == MISPLACED:
            reason = note.values["reason"]
            raise InputError(
                "{field} is {value!r}: no row is read; {reason}", field="file", value=path.name, reason=reason
            )
    raise InputError("file is {value!r}: no row has a line, u and v; give street edges", field="file", value=path.name)


def _numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make node ids whole numbers."""
    for column in ("u", "v"):
        ids = pd.to_numeric(frame[column], errors="coerce")
        if ids.dtype.kind == "f" and (ids.abs() >= _EXACT).any():
            raise InputError(
                "{field} is {value!r}, a number that lost its last digits: export node ids as whole numbers or text",
                field=column,
                value=str(frame.loc[ids.abs() >= _EXACT, column].iloc[0]),
            )
        odd = ids.isna() | (ids % 1 != 0)
        if odd.any():
            raise InputError(
                "{field} is {value!r}: it is no whole number; give node ids",
                field=column,
                value=str(frame.loc[odd, column].iloc[0]),
            )
        frame[column] = frame[column].astype("int64")
    return frame


def _left_out(frame: gpd.GeoDataFrame, found: Findings, rows: Rows) -> list[Note]:
    """Count the rows that are no street between two nodes, and say what else is wrong and what was decided."""
    shapeless, placeless = np.zeros(found.count, bool), []
    for fault in found.faults:
        if fault.name == "geometry":
            shapeless |= fault.where
        else:
            placeless.append(fault)
    shapeless |= (frame.u.isna() | frame.v.isna()).to_numpy()
    said: list[Note] = []
    if shapeless.any():
        said.append(Note(notes.NO_LINE, {"count": int(shapeless.sum())}))
    parts = int(sum(fault.where.sum() for fault in found.faults if fault.template == messages.NOT_LINE))
    if parts:
        said.append(Note(NO_ONE_LINE, {"count": parts}))
    for fault in placeless:
        at = int(np.flatnonzero(fault.where)[0])
        values = {key: value[at] if isinstance(value, np.ndarray) else value for key, value in fault.values.items()}
        reason = Sentences((Note(fault.template, values),))
        said.append(
            Note(MISPLACED, {"count": int(fault.where.sum()), "rows": row_list(rows[fault.where]), "reason": reason})
        )
    return [*said, *found.spoken(rows)]


def _text(value: object) -> str:
    """Return a tag's value as text: the first of a list, ``yes`` for true, nothing for a missing one."""
    if isinstance(value, list | tuple | np.ndarray):
        value = value[0] if len(value) else ""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if text.startswith("[") and text.endswith("]"):  # a list that a format kept as text
        return text[1:-1].partition(",")[0].strip().strip("'\"")
    return text


def _described(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[Hours, ...], list[Note]]:
    """Describe the rows by their tags, one row per street: the other direction's row is dropped.

    Returns
    -------
    The pieces, what their ``hours`` mean, and what is said of restrictions by the hour.
    """
    columns = [column for column in frame.columns if column in TAGS | conditions.TAGS or column in TEXTS]
    texts = pd.DataFrame({column: [_text(value) for value in frame[column]] for column in columns})
    kinds, code = np.unique(texts.to_numpy(str), axis=0, return_inverse=True)
    implied = "oneway" in columns
    tags = [{column: value for column, value in zip(columns, kind, strict=True) if value} for kind in kinds]
    described = [
        describe(tag, implied=implied) if tag.get("highway") in CLASSES else ("", "", 0, 0, 0, False, False)
        for tag in tags
    ]
    places, by_hour, said = _by_hour(tags, code.ravel(), implied=implied)
    known = pd.DataFrame(described, columns=list(DESCRIPTION)).iloc[code.ravel()].reset_index(drop=True)
    out = gpd.GeoDataFrame(
        known.assign(u=frame.u, v=frame.v, way=np.arange(len(frame)), hours=places),
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )
    out = out[(out.walk > 0) | (out.ebike > 0) | (out.car > 0) | (out.hours > 0)]
    middle = shapely.get_coordinates(
        shapely.line_interpolate_point(out.geometry.to_numpy(), 0.5, normalized=True)
    ).round(6)
    low, high = np.sort(out[["u", "v"]].to_numpy(), axis=1).T
    twin = (
        pd.DataFrame(
            {
                "low": low,
                "high": high,
                "x": middle[:, 0],
                "y": middle[:, 1],
                "walk": out.walk.to_numpy(),
                "ebike": out.ebike.to_numpy(),
                "car": out.car.to_numpy(),
                "name": out.name.to_numpy(),
                "hours": out.hours.to_numpy(),
            }
        )
        .duplicated()
        .to_numpy()
    )
    oneway = out.car.isin([1, 2]).to_numpy() & (out.u > out.v).to_numpy()
    return out[~twin | oneway].reset_index(drop=True), by_hour, said


def _by_hour(
    tags: list[dict[str, str]], code: np.ndarray, *, implied: bool
) -> tuple[np.ndarray, tuple[Hours, ...], list[Note]]:
    """Return each row's place among the hours, the hours, and notes that name the rows.

    Parameters
    ----------
    tags
        The different sets of tags.
    code
        Which of them each row has.
    implied
        As :func:`geo.streets.access.masks` takes it.
    """
    places: dict[Hours, int] = {(): 0}
    own, strange = np.zeros(len(tags), np.int64), dict[int, list[str]]()
    for at, tag in enumerate(tags):
        if conditions.TAGS & tag.keys() and tag.get("highway") in CLASSES:
            rows, odd = conditions.by_hour(tag, partial(masks, implied=implied))
            own[at] = places.setdefault(tuple(rows), len(places))
            strange |= {at: odd} if odd else {}
    tidal = [at for at, tag in enumerate(tags) if tag.get("oneway") == "reversible" and not own[at]]
    examples = ", ".join(sorted({one for odd in strange.values() for one in odd})[:3])
    said = [
        *notes.noted(notes.REVERSIBLE, _rows(np.isin(code, tidal))),
        *notes.noted(notes.TIMED, _rows(own[code] > 0)),
        *notes.noted(notes.UNTIMED, _rows(np.isin(code, list(strange))), conditions=examples),
    ]
    return own[code], tuple(places), said


def _rows(where: np.ndarray) -> list[str]:
    return [f"row {at + 1}" for at in np.flatnonzero(where).tolist()]


def _forwards(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Turn lines that run from v to u. Each line's two ends vote for where its nodes lie."""
    lines = frame.geometry.to_numpy()
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    _, place = np.unique(ends.reshape(-1, 2).round(7), axis=0, return_inverse=True)
    first, last = place.reshape(2, -1)
    votes = (
        pd.Series(
            1,
            index=pd.MultiIndex.from_arrays(
                [
                    np.concatenate([frame.u, frame.u, frame.v, frame.v]),
                    np.concatenate([first, last, first, last]),
                ]
            ),
        )
        .groupby(level=[0, 1])
        .size()
    )

    def said(node: pd.Series, at: np.ndarray) -> np.ndarray:
        return votes.reindex(pd.MultiIndex.from_arrays([node, at])).to_numpy()

    backwards = said(frame.u, last) + said(frame.v, first) > said(frame.u, first) + said(frame.v, last)
    geometry = np.where(backwards, shapely.reverse(lines), lines)
    return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))
