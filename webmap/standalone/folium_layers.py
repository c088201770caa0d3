"""The layers of the standalone map: folium holds them, what they draw stands in blocks of data beside its templates."""

import json
from collections.abc import Mapping
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import MacroElement
from folium.template import Template

from webmap.maps.geojson import collection
from webmap.maps.palette import colour
from webmap.maps.tiles import SMALLEST, street_lines
from webmap.standalone.blocks import Blocks
from webmap.team_marks import TeamMark

STREET_VERTICES = 120_000  # what keeps the file below 5 MB
SIMPLE_DEG = 0.00003  # about 3 m
STREET_WIDTHS = (3.0, 2.2, 1.8, 1.4, 0.9, 0.6)
DECIMALS = 5  # degrees: about a metre


class Call(MacroElement):
    """A call of a function of ``static/standalone``, with what it is added to as the first argument.

    Parameters
    ----------
    function
        Its name.
    arguments
        Names of layers and of blocks, yes or no: words of ours, since branca reads scripts as templates, and twice.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}xundian{{ this.function }}({{ this._parent.get_name() }}"
        "{% for one in this.arguments %}, {{ one }}{% endfor %});{% endmacro %}"
    )

    def __init__(self, function: str, *arguments: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.function, self.arguments = function, arguments


def drawn(function: str, block: str, *, name: str, show: bool = True, **options: Any) -> folium.FeatureGroup:  # noqa: ANN401 - folium's
    """Make a layer that a function of the script draws from a block."""
    group = folium.FeatureGroup(name=name, show=show, **options)
    group.add_child(Call(function, json.dumps(block)))
    return group


def streets(edges: gpd.GeoDataFrame, blocks: Blocks) -> folium.FeatureGroup:
    """Draw the streets as a light background, one line per class; the small ones go when the city is too large."""
    lines = street_lines(edges)
    lines = lines.set_geometry(lines.geometry.simplify(SIMPLE_DEG))
    left = STREET_VERTICES
    merged = {}
    for rank in range(SMALLEST + 1):
        shapes = lines.geometry[lines["rank"] == rank].to_numpy()
        left -= int(shapely.get_num_coordinates(shapes).sum())
        if left < 0:
            break
        if len(shapes):
            merged[rank] = shapely.line_merge(shapely.multilinestrings(shapes))
    classes = [
        {"colour": colour("street-edge"), "width": STREET_WIDTHS[rank], "shape": _shapes(_alone(merged[rank]))}
        for rank in sorted(merged, reverse=True)
    ]
    return drawn("Streets", blocks.add("streets", classes), name="streets", control=False)


def _alone(shape: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shape], crs=4326)


def _shapes(frame: gpd.GeoDataFrame, *columns: str) -> Any:  # noqa: ANN401 - GeoJSON
    return json.loads(collection(frame, columns, decimals=DECIMALS))


def zones(frame: gpd.GeoDataFrame, blocks: Blocks, block: str, *, name: str, show: bool) -> folium.FeatureGroup:
    """Draw the outlines of zones, with their names when pointed at."""
    lines = frame.set_geometry(frame.geometry.simplify(SIMPLE_DEG).boundary)
    blocks.add(block, {"colour": colour("zone"), "shapes": _shapes(lines, "name")})
    return drawn("Zones", block, name=name, show=show)


def checkpoints(frame: gpd.GeoDataFrame, blocks: Blocks, *, name: str) -> folium.FeatureGroup:
    """Draw the roster as dots, with name and category when pointed at.

    A roster is long, so it stands in the file by columns: whole steps of 1e-5 degrees from one dot to the next.
    """
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
    return drawn("Dots", blocks.add("roster", columns), name=name, show=False)


def day(
    routes: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, blocks: Blocks, *, block: str, labels: Mapping[str, str]
) -> str:
    """Keep what is drawn of one day: a line per team and its numbered stops; return the name of its block.

    Parameters
    ----------
    routes
        With ``colour`` (number of the team's colour) and ``title``.
    stops
        With ``colour``, ``number``, ``kind``, ``name`` and the columns of ``labels``.
    blocks
        Of the page.
    block
        The name.
    labels
        Column -> what the card of a stop calls it.
    """
    lines = routes.set_geometry(routes.geometry.simplify(SIMPLE_DEG))
    coloured = [
        {"colour": colour(f"team-{number}"), "shapes": _shapes(part, "title")}
        for number, part in lines.groupby("colour")
    ]
    places = _shapes(stops, "colour", "number", "kind", "name", *labels)
    return blocks.add(block, {"routes": coloured, "stops": places, "labels": list(labels.items())})


def marked(frame: pd.DataFrame, marks: Mapping[str, TeamMark]) -> pd.DataFrame:
    """Add the number of the team's colour."""
    return frame.assign(colour=frame["team"].map(lambda team: marks[team].colour).astype(np.int64))
