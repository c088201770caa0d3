"""Routes for a GPS, as GPX 1.1 (https://www.topografix.com/GPX/1/1/): a track per route, a waypoint per stop."""

import datetime as dt
from collections.abc import Callable, Iterable
from xml.etree import ElementTree as ET

import geopandas as gpd
import shapely

from geo.foreign_text import holdable
from routing.sheets.route_sheet import RouteSheet, SheetPlace

NAMESPACE = "http://www.topografix.com/GPX/1/1"
_SCHEMA = f"{NAMESPACE} {NAMESPACE}/gpx.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def to_gpx(
    name: str, routes: gpd.GeoDataFrame, sheets: Iterable[RouteSheet], describe: Callable[[SheetPlace], str]
) -> bytes:
    """Write routes as GPX.

    Parameters
    ----------
    name
        Of the file, for instance the round.
    routes
        ROUTES frame; one track each.
    sheets
        Their sheets; one waypoint for each stop, with the time of arrival.
    describe
        Says what there is to know of a stop.

    Returns
    -------
    bytes
        UTF-8, in the order of elements that the GPX 1.1 schema demands.
    """
    root = ET.Element(
        "gpx",
        {"xmlns": NAMESPACE, "xmlns:xsi": _XSI, "xsi:schemaLocation": _SCHEMA, "version": "1.1", "creator": "xundian"},
    )
    metadata = ET.SubElement(root, "metadata")
    _text(metadata, "name", name)
    _bounds(metadata, routes)
    for place in (place for sheet in sheets for place in sheet.stops):
        point = _point(root, "wpt", place.lon, place.lat)
        _text(point, "time", _utc(place.arrive))
        _text(point, "name", f"{place.number} {place.name}")
        _text(point, "desc", describe(place))
        _text(point, "type", "stop")
    for number, route in enumerate(routes.itertuples(), start=1):
        track = ET.SubElement(root, "trk")
        _text(track, "name", f"{name} {route.team} {route.day}")
        _text(track, "number", str(number))
        _text(track, "type", str(route.mode))
        for line in getattr(route.geometry, "geoms", [route.geometry]):
            segment = ET.SubElement(track, "trkseg")
            for lon, lat in shapely.get_coordinates(line):
                _point(segment, "trkpt", lon, lat)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _bounds(metadata: ET.Element, routes: gpd.GeoDataFrame) -> None:
    if len(routes):
        west, south, east, north = (f"{degrees:.7f}" for degrees in routes.total_bounds)
        ET.SubElement(metadata, "bounds", {"minlat": south, "minlon": west, "maxlat": north, "maxlon": east})


def _point(parent: ET.Element, tag: str, lon: float, lat: float) -> ET.Element:
    return ET.SubElement(parent, tag, {"lat": f"{lat:.7f}", "lon": f"{lon:.7f}"})


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = holdable(text)


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
