"""The routes of a round as a file: GPX for a GPS, GeoJSON for a map, XLSX for an office."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from geo.errors import InputError, StateError
from geo.natural import by_team
from geo.store import Store
from geo.workbooks import write_sheets
from routing.plan.remedies import Remedy
from routing.problem import REASONS, Reason
from routing.sheets.gpx import to_gpx
from routing.sheets.route_sheet import PlanPart, RouteSheet, SheetPlace, plan_part

FORMATS = ("gpx", "geojson", "xlsx")
# In a file these stand in both languages: nobody knows who will open it.
TRIAL = "试抽 trial draw"
COVERT = "暗访：除测评组外不得给任何人 covert: give it to nobody but the team"
_DECIMALS = 7  # of degrees: a centimetre
_MINUTE_S = 60
_KM = 1000.0


@dataclass(frozen=True, slots=True)
class Wording:
    """In which words a file speaks.

    Parameters
    ----------
    lang
        Of names in the catalogue: ``zh`` or ``en``.
    say
        Translates a text of ours.
    reason
        Says why a stop is not served, from its code.
    remedy
        Says what would serve it.
    """

    lang: str = "en"
    say: Callable[[str], str] = str
    reason: Callable[[str], str] = lambda code: REASONS[Reason(code)]
    remedy: Callable[[Remedy], str] = Remedy.text


ENGLISH = Wording()


def export_routes(store: Store, round_id: str, format_: str, path: Path | str, *, wording: Wording = ENGLISH) -> Path:
    """Write the routes of a whole round; :func:`routes_file` writes a part of it.

    Parameters
    ----------
    store
        The city.
    round_id
        A round that is planned.
    format_
        One of :data:`FORMATS`.
    path
        The file; it is replaced.
    wording
        Of headings, categories, items and reasons.

    Raises
    ------
    InputError
        When there is no such format.
    StateError
        When the round is not planned.
    """
    path = Path(path)
    path.write_bytes(routes_file(plan_part(store, round_id), format_, wording=wording))
    return path


def routes_file(part: PlanPart, format_: str, *, wording: Wording = ENGLISH) -> bytes:
    """Write a plan or a part of it.

    GeoJSON has a line per team and day (``team, day, mode, travel_s, length_m, stops``) and a point per base, stop and
    lunch (``kind, team, day, order, number, checkpoint, arrive, depart, dwell_s``; local ISO times). GPX has a track
    per team and day and a waypoint per stop. XLSX has a sheet of routes, one of stops with their opening hours, items
    and questionnaires, and one of what is not served. Every format says what was drawn by trial, and what is
    covert.

    Raises
    ------
    InputError
        When there is no such format.
    StateError
        When there is no route.
    """
    if format_ not in FORMATS:
        raise InputError("format is {value!r}: take one of {formats}", value=format_, formats=", ".join(FORMATS))
    if part.routes.empty and part.unserved.empty:
        raise StateError(
            "round {round!r} has no such route: run the plan first, or ask for another", round=part.round.id
        )
    if format_ == "geojson":
        return _geojson(part).encode()
    if format_ == "xlsx":
        return _xlsx(part, wording)
    title = f"{part.round.id} {_remarks(part)}".strip()
    return to_gpx(title, part.routes, part.sheets(), lambda place: _described(place, wording))


def _remarks(part: PlanPart) -> str:
    return "; ".join([TRIAL] * part.trial + [COVERT] * part.round.covert)


def _described(place: SheetPlace, wording: Wording) -> str:
    """Say in a waypoint what there is to know: hours, category, address, items, questionnaires."""
    told = [f"{place.arrive:%H:%M}–{place.depart:%H:%M}", place.category_name(wording.lang), place.address]
    told += [f"{wording.say('Open')} {place.opening}"] if place.windows else []
    told += [f"{wording.say('Questionnaires')}: {place.questionnaires}"] if place.questionnaires else []
    told += [item.name(wording.lang) for item in place.items]
    return "; ".join(text for text in (*told, place.checkpoint) if text)


# --- GeoJSON


def _geojson(part: PlanPart) -> str:
    columns = ("team", "day", "mode", "travel_s", "length_m", "stops")
    features = [
        _feature(row.Index, row.geometry, {column: getattr(row, column) for column in columns} | {"trial": part.trial})
        for row in part.routes.itertuples()
    ]
    places = {(sheet.team, sheet.day): sheet.places for sheet in part.sheets()}
    for row in by_team(part.stops, "day", "team", "order").itertuples():
        place = places[row.team, row.day][row.order]
        known = {column: getattr(row, column) for column in ("team", "day", "order", "kind", "checkpoint")}
        times = {"arrive": place.arrive.isoformat(), "depart": place.depart.isoformat()}
        spent = {"dwell_s": row.dwell_s, "travel_s": row.travel_s, "number": place.number, "trial": part.trial}
        features.append(_feature(row.Index, row.geometry, known | times | spent))
    marked = {"remarks": _remarks(part)} if _remarks(part) else {}
    return json.dumps({"type": "FeatureCollection", **marked, "features": features}, ensure_ascii=False)


def _feature(id_: str, geometry: shapely.Geometry, properties: dict[str, Any]) -> dict[str, Any]:
    shape = shapely.set_precision(geometry, 10**-_DECIMALS, mode="pointwise")
    return {
        "type": "Feature",
        "id": id_,
        "geometry": json.loads(shapely.to_geojson(shape)),
        "properties": properties,
    }


# --- XLSX

Row = Sequence[object]


def _xlsx(part: PlanPart, wording: Wording) -> bytes:
    file, sheets, say = BytesIO(), list(part.sheets()), wording.say
    tables = {
        say("Routes"): (_route_columns(say), (_route_row(one, part, say) for one in sheets)),
        say("Stop list"): (_stop_columns(say), _stop_rows(sheets, part, wording)),
        say("Not served"): (_unserved_columns(say), _unserved_rows(part, wording)),
    }
    frames = {name: pd.DataFrame(rows, columns=list(columns), dtype=object) for name, (columns, rows) in tables.items()}
    write_sheets(frames, file)
    return file.getvalue()


def _route_columns(say: Callable[[str], str]) -> Row:
    return (
        say("Team"),
        say("Day of the round"),
        say("Date"),
        say("Mode"),
        say("Stops"),
        say("Travel, minutes"),
        say("Way, km"),
        say("Remarks"),
    )


def _route_row(sheet: RouteSheet, part: PlanPart, say: Callable[[str], str]) -> Row:
    return (
        sheet.team,
        sheet.day,
        sheet.date.isoformat(),
        say(str(sheet.mode)),
        len(sheet.stops),
        round(sheet.travel_s / _MINUTE_S),
        round(sheet.length_m / _KM, 1),
        _remarks(part),
    )


def _stop_columns(say: Callable[[str], str]) -> Row:
    return (
        say("Team"),
        say("Day of the round"),
        say("Date"),
        say("Number"),
        say("Kind"),
        say("Arrives"),
        say("Leaves"),
        say("On the spot, minutes"),
        say("Travel, minutes"),
        say("Open"),
        say("Checkpoint id"),
        say("Checkpoint name"),
        say("Category"),
        say("Address"),
        say("Responsible unit"),
        say("Questionnaires"),
        say("What to check"),
        say("Longitude"),
        say("Latitude"),
        say("Remarks"),
    )


def _stop_rows(sheets: Iterable[RouteSheet], part: PlanPart, wording: Wording) -> Iterator[Row]:
    for sheet, place in ((one, place) for one in sheets for place in one.places):
        yield (
            sheet.team,
            sheet.day,
            sheet.date.isoformat(),
            place.number or "",
            wording.say(place.kind),
            f"{place.arrive:%H:%M}",
            f"{place.depart:%H:%M}",
            round(place.dwell_s / _MINUTE_S),
            round(place.travel_s / _MINUTE_S),
            place.opening,
            place.checkpoint,
            place.name,
            place.category_name(wording.lang),
            place.address,
            place.unit,
            place.questionnaires or "",
            "; ".join(item.name(wording.lang) for item in place.items),
            round(place.lon, 6),
            round(place.lat, 6),
            _remarks(part),
        )


def _unserved_columns(say: Callable[[str], str]) -> Row:
    return (
        say("Checkpoint id"),
        say("Checkpoint name"),
        say("Day of the round"),
        say("Reason"),
        say("What would serve it"),
    )


def _unserved_rows(part: PlanPart, wording: Wording) -> Iterator[Row]:
    names = part.roster["name"]
    for row in part.unserved.itertuples():
        name = str(names.get(row.Index, ""))
        kept: Any = row.remedy
        remedy = wording.remedy(Remedy.of(kept)) if kept else ""
        yield row.Index, name, row.day, wording.reason(str(row.reason)), remedy
