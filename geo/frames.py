"""Column schemas of the frames that pass between the rooms; :func:`check` reports every fault at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd

from geo.errors import InputError

WGS84 = "EPSG:4326"
Frame = TypeVar("Frame", bound=pd.DataFrame)


@dataclass(frozen=True, slots=True)
class Schema:
    """The name of a frame's index, its columns with their kinds, its geometry types.

    Kinds are ``str int float bool time``, and ``json`` for plain values.
    """

    name: str
    index: str
    columns: Mapping[str, str]
    geometry: tuple[str, ...] = ()


CHECKPOINTS = Schema(
    "checkpoints",
    "id",
    {
        "name": "str",
        "category": "str",  # catalogue code
        "address": "str",
        "street": "str",  # as the roster says
        "community": "str",
        "unit": "str",  # responsible unit 责任单位
        "hours": "str",  # geo.openings text; empty: the category's default
        "fixed": "bool",  # 固定考察点: in every round
        "size": "float",  # measure of size for the draw, > 0
        "street_code": "str",  # zone codes found by geo.zones.locate.locate; empty: outside
        "community_code": "str",
        "grid_code": "str",
        "cell": "str",
        "retired": "bool",
    },
    ("Point",),
)
ZONES = Schema(
    "zones",
    "code",
    {"level": "str", "name": "str", "parent": "str", "unit": "str", "person": "str"},
    ("Polygon", "MultiPolygon"),
)
CELLS = Schema("cells", "code", {"community": "str", "area_m2": "float"}, ("Polygon", "MultiPolygon"))
STREETS = Schema(
    "streets",
    "edge",  # int
    {
        "u": "int",  # node ids, OSM's where there are any
        "v": "int",
        "name": "str",
        "highway": "str",  # OSM class
        "walk": "int",  # 0 closed, 1 along u->v, 2 along v->u, 3 both ways
        "ebike": "int",
        "car": "int",
        "bridge": "bool",
        "tunnel": "bool",
        "length_m": "float",
        "part": "int",  # connected part, 0 the largest
    },
    ("LineString",),
)
TURN_BANS = Schema("turn_bans", "id", {"from_edge": "int", "via": "int", "to_edge": "int"})
STREET_HOURS = Schema(
    "street_hours",
    "id",
    {
        "edge": "int",
        "hours": "str",  # geo.openings text; those of an edge don't overlap
        "walk": "int",  # in the place of the edge's own masks
        "ebike": "int",
        "car": "int",
    },
)
TURN_HOURS = Schema(
    "turn_hours",
    "id",
    {"from_edge": "int", "via": "int", "to_edge": "int", "hours": "str"},  # banned at these hours
)
SAMPLE = Schema("sample", "id", {"inclusion_prob": "float", "day": "int", "ticket": "int"})
RESERVES = Schema("reserves", "id", {"inclusion_prob": "float", "ticket": "int"})
ROUTES = Schema(
    "routes",
    "id",
    {
        "round_id": "str",
        "team": "str",
        "day": "int",
        "mode": "str",
        "travel_s": "int",
        "length_m": "float",
        "stops": "int",
    },
    ("LineString", "MultiLineString"),
)
STOPS = Schema(
    "stops",
    "id",
    {
        "round_id": "str",
        "team": "str",
        "day": "int",
        "order": "int",  # 0 the base at the start; counts bases, stops and lunch
        "kind": "str",  # base, stop or lunch
        "checkpoint": "str",  # empty unless kind is stop
        "arrive": "time",  # aware UTC
        "depart": "time",
        "dwell_s": "int",
        "travel_s": "int",  # from the place before
    },
    ("Point",),
)
UNSERVED = Schema("unserved", "checkpoint", {"round_id": "str", "day": "int", "reason": "str", "remedy": "json"})
CLOSURES = Schema(
    "closures",
    "id",  # int
    {
        "street": "str",  # all edges of this name; empty: of any
        "first_day": "str",  # ISO dates, both included
        "last_day": "str",
        "reason": "str",
        "who": "str",
        "added_at": "time",  # aware UTC
        "lifted_at": "time",  # missing while it holds
    },
    ("Polygon", "MultiPolygon"),  # only edges that touch it; missing: wherever the street is
)
VISITS = Schema(
    "visits",
    "id",
    {
        "round_id": "str",
        "checkpoint": "str",
        "category": "str",
        "team": "str",
        "arrived_at": "time",
        "covert": "bool",
        "points": "float",  # deducted in all, 0 when nothing was found
        "street_code": "str",
        "community_code": "str",
        "unit": "str",
    },
    ("Point",),
)
DEDUCTIONS = Schema("deductions", "id", {"visit": "str", "item": "str", "points": "float", "note": "str"})
PHOTOS = Schema(
    "photos",
    "fid",  # int, of the link from a deduction to a photo that shows it
    {
        "deduction": "str",
        "photo": "str",  # SHA-256 in hex
        "width": "int",  # of the large one, in pixels
        "height": "int",
    },
)

_KINDS: dict[str, Callable[[Any], bool]] = {
    "str": pd.api.types.is_string_dtype,
    "int": pd.api.types.is_integer_dtype,
    "float": pd.api.types.is_numeric_dtype,
    "bool": pd.api.types.is_bool_dtype,
    "time": pd.api.types.is_datetime64_any_dtype,
    "json": lambda _: True,  # plain values; the store refuses what JSON cannot hold
}


_DTYPES = {
    "int": "int64",
    "float": "float64",
    "bool": "bool",
    "str": "str",
    "time": "datetime64[ns, UTC]",
    "json": "object",
}


def empty(schema: Schema) -> pd.DataFrame:
    """Return a frame of a schema without geometry that has no rows."""
    columns = {name: pd.Series([], dtype=_DTYPES[kind]) for name, kind in schema.columns.items()}
    return pd.DataFrame(columns).rename_axis(schema.index)


def faults(frame: pd.DataFrame, schema: Schema) -> list[str]:
    """List everything that keeps ``frame`` from being a frame of ``schema``."""
    found = []
    if frame.index.name != schema.index:
        found.append(f"the index is named {frame.index.name!r}, not {schema.index!r}")
    if frame.index.has_duplicates:
        found.append(f"the index repeats {frame.index[frame.index.duplicated()][0]!r}")
    for column, kind in schema.columns.items():
        if column not in frame.columns:
            found.append(f"column {column!r} is missing")
        elif len(frame) and not _KINDS[kind](frame[column]):
            found.append(f"column {column!r} is {frame[column].dtype}, not {kind}")
    if schema.geometry:
        found += _geometry_faults(frame, schema)
    return found


def _geometry_faults(frame: pd.DataFrame, schema: Schema) -> list[str]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return [f"it is a {type(frame).__name__}, not a GeoDataFrame"]
    if frame.crs is None or frame.crs.to_epsg() != 4326:  # noqa: PLR2004 - the one stored CRS
        return [f"its CRS is {frame.crs}, not EPSG:4326"]
    odd = set(frame.geom_type.dropna()) - set(schema.geometry)
    return [f"it holds {', '.join(sorted(odd))}, not {' or '.join(schema.geometry)}"] if odd else []


def check(frame: Frame, schema: Schema) -> Frame:
    """Return ``frame`` unchanged, or raise.

    Raises
    ------
    InputError
        Naming every fault at once.
    """
    found = faults(frame, schema)
    if found:
        raise InputError("the frame is no {schema} frame: {faults}", schema=schema.name, faults="; ".join(found))
    return frame
