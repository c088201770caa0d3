"""Frames as GeoJSON for the browser: few digits, few properties, quickly."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from flask import Response

MIME = "application/geo+json"
DECIMALS = 6  # degrees: about 0.1 m


def collection(frame: gpd.GeoDataFrame, columns: Sequence[str], *, decimals: int = DECIMALS) -> str:
    """Write a frame as a FeatureCollection.

    Parameters
    ----------
    frame
        EPSG:4326; its index goes out as ``id`` among the properties.
    columns
        What else goes out.
    decimals
        Of the degrees.

    Returns
    -------
    str
        RFC 7946 GeoJSON, coordinates rounded. Rows without a geometry are left out.
    """
    shapes = frame.geometry.to_numpy()
    drawn = frame[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    rounded = shapely.transform(drawn.geometry.to_numpy(), lambda xy: np.round(xy, decimals))
    rows = drawn[list(columns)].assign(id=drawn.index).astype(object)
    records = rows.where(pd.notna(rows), None).to_dict("records")
    written = [json.dumps(values, ensure_ascii=False, default=_plain, separators=(",", ":")) for values in records]
    features = ",".join(
        f'{{"type":"Feature","geometry":{shape},"properties":{properties}}}'
        for shape, properties in zip(shapely.to_geojson(rounded), written, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def answer(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> "Response":
    """Answer a request with a frame as GeoJSON."""
    from flask import Response  # noqa: PLC0415 - a worker's process writes files without pages

    return Response(collection(frame, columns), mimetype=MIME)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    return value.isoformat() if isinstance(value, pd.Timestamp) else value.item()
