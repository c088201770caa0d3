"""Frames as GeoJSON for the browser: few digits, few properties, quickly."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from flask import Response

DECIMALS = 6  # degrees: about 0.1 m


def collection(frame: gpd.GeoDataFrame, columns: Sequence[str], *, extra: Mapping[str, Any] | None = None) -> str:
    """Write a frame as a FeatureCollection.

    Parameters
    ----------
    frame
        EPSG:4326; its index goes out as ``id`` among the properties.
    columns
        What else goes out.
    extra
        Members of the collection beside its features.

    Returns
    -------
    str
        RFC 7946 GeoJSON, coordinates rounded to 0.1 m. Rows without a geometry are left out.
    """
    drawn = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    rounded = shapely.transform(drawn.geometry.to_numpy(), lambda xy: np.round(xy, DECIMALS))
    rows = drawn[list(columns)].assign(id=drawn.index).astype(object)
    records = rows.where(pd.notna(rows), None).to_dict("records")
    features = ",".join(
        f'{{"type":"Feature","geometry":{shape},"properties":{json.dumps(values, ensure_ascii=False, default=_plain)}}}'
        for shape, values in zip(shapely.to_geojson(rounded), records, strict=True)
    )
    members = "".join(f",{json.dumps(name)}:{json.dumps(value)}" for name, value in (extra or {}).items())
    return f'{{"type":"FeatureCollection","features":[{features}]{members}}}'


def answer(frame: gpd.GeoDataFrame, columns: Sequence[str], *, extra: Mapping[str, Any] | None = None) -> Response:
    """Answer a request with a frame as GeoJSON."""
    return Response(collection(frame, columns, extra=extra), mimetype="application/geo+json")


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    return value.isoformat() if isinstance(value, pd.Timestamp) else value.item()
