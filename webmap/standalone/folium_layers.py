"""The layers of the standalone map."""

import json
from collections.abc import Mapping

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode

from webmap.geojson import collection
from webmap.palette import colour
from webmap.team_marks import TeamMark
from webmap.tiles import SMALLEST, street_lines

STREET_VERTICES = 120_000  # what keeps the file below 5 MB
SIMPLE_DEG = 0.00003  # about 3 m
STREET_WIDTHS = (3.0, 2.2, 1.8, 1.4, 0.9, 0.6)
DECIMALS = 5  # degrees: about a metre

# A stop is a numbered disc, a base a square, a lunch a ring; the popup says the rest.
STOP = JsCode(
    """function (feature, place) {
        var its = feature.properties;
        var text = its.kind === "stop" ? its.number : "";
        var html = '<i class="' + its.kind + " team-" + its.colour + '">' + text + "</i>";
        return L.marker(place, {icon: L.divIcon({html: html, className: "mark", iconSize: [18, 18]}), keyboard: false});
    }"""
)


class Call(MacroElement):
    """A call of a function of ``standalone.js``, with what it is added to as the first argument.

    Parameters
    ----------
    function
        Its name.
    arguments
        JavaScript, as it stands: names come from files of others, so they must never be read as a template.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}{{ this.function }}({{ this._parent.get_name() }}"
        "{% for one in this.arguments %}, {{ one }}{% endfor %});{% endmacro %}"
    )

    def __init__(self, function: str, *arguments: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.function, self.arguments = function, arguments


def credit() -> MacroElement:
    """Name the source of the streets on the map, without Leaflet's own line before it."""
    return Call("xundianSource", json.dumps("© OpenStreetMap contributors", ensure_ascii=False))


def streets(edges: gpd.GeoDataFrame) -> folium.FeatureGroup:
    """Draw the streets as a light background, one line per class; the small ones go when the city is too large."""
    lines = street_lines(edges)
    lines = lines.set_geometry(lines.geometry.simplify(SIMPLE_DEG))
    group = folium.FeatureGroup(name="streets", control=False)
    left = STREET_VERTICES
    merged = {}
    for rank in range(SMALLEST + 1):
        shapes = lines.geometry[lines["rank"] == rank].to_numpy()
        left -= int(shapely.get_num_coordinates(shapes).sum())
        if left < 0:
            break
        merged[rank] = shapely.line_merge(shapely.multilinestrings(shapes)) if len(shapes) else None
    for rank in sorted(merged, reverse=True):
        if merged[rank] is not None:
            _street_class(rank, merged[rank]).add_to(group)
    return group


def _street_class(rank: int, shape: shapely.Geometry) -> folium.GeoJson:
    frame = gpd.GeoDataFrame({"rank": [rank]}, geometry=[shape], crs=4326)
    style = {"color": colour("street-edge"), "weight": STREET_WIDTHS[rank], "opacity": 1}
    return folium.GeoJson(collection(frame, (), decimals=DECIMALS), style=style, interactive=False)


def zones(frame: gpd.GeoDataFrame, *, name: str, show: bool) -> folium.GeoJson:
    """Draw the outlines of zones, with their names when pointed at."""
    lines = frame.set_geometry(frame.geometry.simplify(SIMPLE_DEG).boundary)
    style = {"color": colour("zone"), "weight": 1.6, "opacity": 0.85, "fill": False}
    return folium.GeoJson(
        collection(lines, ("name",), decimals=DECIMALS),
        name=name,
        show=show,
        style=style,
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
    )


def checkpoints(frame: gpd.GeoDataFrame, *, name: str) -> folium.FeatureGroup:
    """Draw the roster as dots, with name and category when pointed at.

    A roster is long, so it stands in the file by columns: whole steps of 1e-5 degrees from one dot to the next.
    """
    group = folium.FeatureGroup(name=name, show=False)
    kind, kinds = pd.factorize(frame["category"])
    x, y = (np.round(degrees.to_numpy() * 10**DECIMALS).astype(int) for degrees in (frame.geometry.x, frame.geometry.y))
    columns = {
        "x": np.diff(x, prepend=0).tolist(),
        "y": np.diff(y, prepend=0).tolist(),
        "kind": kind.tolist(),
        "kinds": kinds.tolist(),
        "name": frame["name"].tolist(),
        "perDegree": 10**DECIMALS,
        "colour": colour("point"),
    }
    data = json.dumps(columns, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    group.add_child(Call("xundianDots", data))
    return group


def day(
    routes: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, *, name: str, show: bool, labels: Mapping[str, str]
) -> folium.FeatureGroup:
    """Draw one day: a line per team and its numbered stops; days exclude each other.

    Parameters
    ----------
    routes
        With ``colour`` (number of the team's colour) and ``title``.
    stops
        With ``colour``, ``number``, ``kind`` and the columns of ``labels``.
    name
        Of the day in the layer control.
    show
        Whether it is the day shown first.
    labels
        Column -> what the popup of a stop calls it.
    """
    group = folium.FeatureGroup(name=name, overlay=False, show=show)
    lines = routes.set_geometry(routes.geometry.simplify(SIMPLE_DEG))
    for number, part in lines.groupby("colour"):
        line = {"color": colour(f"team-{number}"), "weight": 3.5, "opacity": 0.9}
        folium.GeoJson(
            collection(part, ("title",), decimals=DECIMALS),
            style=line,
            tooltip=folium.GeoJsonTooltip(["title"], labels=False, sticky=True),
        ).add_to(group)
    folium.GeoJson(
        collection(stops, ("colour", "number", "kind", *labels), decimals=DECIMALS),
        point_to_layer=STOP,
        popup=folium.GeoJsonPopup(list(labels), list(labels.values())),
    ).add_to(group)
    return group


def marked(frame: pd.DataFrame, marks: Mapping[str, TeamMark]) -> pd.DataFrame:
    """Add the number of the team's colour."""
    return frame.assign(colour=frame["team"].map(lambda team: marks[team].colour).astype(np.int64))
