"""The routes of a round as a file: GPX for a GPS, GeoJSON for a map, XLSX for an office."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely
import xlsxwriter

from geo.errors import InputError, StateError
from geo.store import Store
from routing.gpx import to_gpx

FORMATS = ("gpx", "geojson", "xlsx")
TRIAL = "试抽 trial draw"  # in a file it says so in both languages: nobody knows who will open it
_DECIMALS = 7  # of degrees: a centimetre
_SHEETS = {
    "路线 routes": ("team", "day", "mode", "stops", "travel_s", "length_m", "trial"),
    "停靠点 stops": (
        "team", "day", "order", "kind", "checkpoint", "name", "arrive", "depart", "dwell_s", "travel_s", "lon", "lat",
        "trial",
    ),
    "未安排 unserved": ("checkpoint", "name", "day", "reason", "remedy"),
}  # fmt: skip


def export_routes(store: Store, round_id: str, format_: str, path: Path | str) -> Path:
    """Write the routes of a round.

    Parameters
    ----------
    store
        The city.
    round_id
        A round that is planned.
    format_
        One of :data:`FORMATS`. GeoJSON has a line per team and day (``team, day, travel_s``) and a point per stop
        (``kind`` = base, stop or lunch; ``team, day, order, checkpoint, arrive, depart, dwell_s``; local ISO times).
        What was drawn by trial is marked as such in every format.
    path
        The file; it is replaced.

    Raises
    ------
    InputError
        When there is no such format.
    StateError
        When the round is not planned.
    """
    if format_ not in FORMATS:
        raise InputError("format is {value!r}: take one of {formats}", value=format_, formats=", ".join(FORMATS))
    routes, stops, unserved = store.routes(round_id), store.stops(round_id), store.unserved(round_id)
    if routes.empty and unserved.empty:
        raise StateError("round {round!r} is not planned: run the plan first", round=round_id)
    names = store.checkpoints(include_retired=True)["name"]
    path = Path(path)
    draw = store.drawn(round_id)
    trial = draw is not None and draw.trial
    if format_ == "gpx":
        title = f"{round_id} {TRIAL}" if trial else round_id
        path.write_bytes(to_gpx(title, routes, stops, lambda id_: str(names.get(id_) or id_)))
        return path
    zone = ZoneInfo(store.setting("timezone", "Asia/Shanghai"))
    for column in ("arrive", "depart"):
        stops[column] = [moment.astimezone(zone).isoformat() for moment in stops[column]]
    if format_ == "geojson":
        path.write_text(_geojson(routes.assign(trial=trial), stops.assign(trial=trial)), encoding="utf-8")
    else:
        mark = TRIAL if trial else ""
        stops = stops.assign(
            trial=mark,
            name=_named(stops["checkpoint"], names),
            lon=stops.geometry.x.round(6),
            lat=stops.geometry.y.round(6),
        )
        left = unserved.reset_index()
        _write_xlsx(path, (routes.assign(trial=mark), stops, left.assign(name=_named(left["checkpoint"], names))))
    return path


def _named(ids: Iterable[str], names: pd.Series) -> list[str]:
    return [str(names.get(id_, "")) for id_ in ids]


def _geojson(routes: gpd.GeoDataFrame, stops: gpd.GeoDataFrame) -> str:
    columns: tuple[str, ...] = ("team", "day", "mode", "travel_s", "length_m", "stops", "trial")
    features = [_feature(row, columns) for row in routes.itertuples()]
    columns = ("team", "day", "order", "kind", "checkpoint", "arrive", "depart", "dwell_s", "travel_s", "trial")
    features += [_feature(row, columns) for row in stops.itertuples()]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _feature(row: Any, columns: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 - a row of any frame
    shape = shapely.set_precision(row.geometry, 10**-_DECIMALS, mode="pointwise")
    return {
        "type": "Feature",
        "id": row.Index,
        "geometry": json.loads(shapely.to_geojson(shape)),
        "properties": {column: getattr(row, column) for column in columns},
    }


def _write_xlsx(path: Path, frames: Iterable[pd.DataFrame]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True})
        for (title, columns), frame in zip(_SHEETS.items(), frames, strict=True):
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, columns, bold)
            for row, record in enumerate(frame[list(columns)].itertuples(index=False), start=1):
                for column, value in enumerate(record):
                    write: Callable[..., Any] = sheet.write_string if isinstance(value, str) else sheet.write_number
                    write(row, column, value)
            sheet.autofilter(0, 0, max(len(frame), 1), len(columns) - 1)
            sheet.autofit()
