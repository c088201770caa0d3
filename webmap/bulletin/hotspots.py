"""Hotspots as tables: one row a place for a reader, one row a cell for whoever works on."""

import geopandas as gpd
import pandas as pd

from geo.catalogue import Catalogue
from geo.crs import to_metric, to_wgs84_frame
from geo.results import item_names, zone_names
from webmap.bulletin.sections import COMMA, SEPARATOR, Translate, speaking
from webmap.bulletin.tables import Column, OutputTable, ValueKind


def class_names(_: Translate) -> dict[str, str]:
    """Name the classes of hotspots in time."""
    return {
        "new": _("new"),
        "intensifying": _("intensifying"),
        "persistent": _("persistent"),
        "diminishing": _("diminishing"),
        "sporadic": _("sporadic"),
        "former": _("former"),
    }


def places_table(places: pd.DataFrame, zones: gpd.GeoDataFrame, catalogue: Catalogue, language: str) -> OutputTable:
    """List the places that are worse, or better, than the visits to them explain."""
    _ = speaking(language)
    rows = places.assign(
        place=places.index,
        zones=[COMMA[language].join(names) for names in places["zones"]],
        street=zone_names(places["street_code"].astype("str"), zones),
        items=[SEPARATOR[language].join(item_names(items, catalogue, language)) for items in places["items"]],
        **{"class": [class_names(_).get(kind, "") for kind in places["class"]]},
        side=[
            _("Worse than the visits explain") if hot else _("Better than the visits explain") for hot in places["hot"]
        ],
    )
    columns = (
        Column("place", _("No."), ValueKind.COUNT),
        Column("street", _("Street office")),
        Column("zones", _("Zones")),
        Column("unit", _("Unit")),
        Column("cells", _("Cells"), ValueKind.COUNT),
        Column("visits", _("Visits"), ValueKind.COUNT),
        Column("deductions", _("Points"), ValueKind.POINTS),
        Column("rate", _("Points per visit"), ValueKind.DECIMAL),
        Column("rate_low", _("Points per visit, 95 %"), ValueKind.DECIMAL, until="rate_high"),
        Column("ratio", _("Times the expected"), ValueKind.DECIMAL),
        Column("q", "q", ValueKind.SMALL),
        Column("class", _("In time")),
        Column("items", _("Costliest items")),
    )
    return OutputTable(_("Hotspots"), columns, rows, group="side", empty=_("No place is worse than chance explains."))


def cells_table(cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, catalogue: Catalogue, language: str) -> OutputTable:
    """List cells with all that is known of them, and their middle."""
    _ = speaking(language)
    middle = to_wgs84_frame(gpd.GeoDataFrame(geometry=to_metric(cells[["geometry"]]).centroid)) if len(cells) else cells
    rows = in_words(cells, zones, catalogue, language).assign(
        cell=cells.index, lon=middle.geometry.x if len(cells) else 0.0, lat=middle.geometry.y if len(cells) else 0.0
    )
    columns = (
        Column("cell", _("Cell"), ValueKind.COUNT),
        Column("flag", _("Flag")),
        Column("place", _("Place"), ValueKind.COUNT),
        Column("visits", _("Visits"), ValueKind.COUNT),
        Column("deductions", _("Points"), ValueKind.POINTS),
        Column("expected", _("Points expected"), ValueKind.DECIMAL),
        Column("rate", _("Points per visit"), ValueKind.DECIMAL),
        Column("rate_low", _("Points per visit, 95 %"), ValueKind.DECIMAL, until="rate_high"),
        Column("rate_eb", _("Points per visit, smoothed"), ValueKind.DECIMAL),
        Column("p", "p", ValueKind.SMALL),
        Column("q", "q", ValueKind.SMALL),
        Column("radius_m", _("Radius, m"), ValueKind.COUNT),
        Column("class", _("In time")),
        Column("items", _("Costliest items")),
        Column("street", _("Street office")),
        Column("community", _("Community")),
        Column("zone", _("Zone")),
        Column("unit", _("Unit")),
        Column("lon", _("Longitude"), ValueKind.DEGREES),
        Column("lat", _("Latitude"), ValueKind.DEGREES),
    )
    return OutputTable(_("Cells"), columns, rows, empty=_("No place is worse than chance explains."))


def in_words(cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, catalogue: Catalogue, language: str) -> pd.DataFrame:
    """Return the cells with their codes and marks in words, without their squares."""
    _ = speaking(language)
    table = pd.DataFrame(cells.drop(columns="geometry"))
    flags = {(True, False): _("hot"), (False, True): _("cold"), (False, False): ""}
    return table.assign(
        flag=[flags[bool(hot), bool(cold)] for hot, cold in zip(cells["hot"], cells["cold"], strict=True)],
        street=zone_names(cells["street_code"], zones),
        community=zone_names(cells["community_code"], zones),
        items=[SEPARATOR[language].join(item_names(items, catalogue, language)) for items in cells["items"]],
        **{"class": [class_names(_).get(kind, "") for kind in cells["class"]]},
    )
