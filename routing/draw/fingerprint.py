"""The fingerprint of what a draw was made from."""

import hashlib

import geopandas as gpd

from routing.draw.canonical import canonical_json
from routing.draw.chances import chances
from routing.draw.design import Design
from routing.draw.points import points


def frame_sha256(frame: gpd.GeoDataFrame, design: Design) -> str:
    """Hash the canonical rows of a frame with their probabilities: 64 hex digits, whatever their order."""
    chosen = points(frame, design)
    return hashlib.sha256(canonical_json(chosen.rows(chances(frame, design, chosen)))).hexdigest()
