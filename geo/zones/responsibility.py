"""Who answers for a checkpoint: its zone path, its cell and its unit; and where nobody does."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.model import Level
from geo.zones.cells import assign
from geo.zones.locate import TREE_LEVELS, locate

_CODES = {Level.STREET: "street_code", Level.COMMUNITY: "community_code", Level.GRID: "grid_code"}


@dataclass(frozen=True, slots=True)
class Responsibility:
    """What a city knows about who answers for what."""

    checkpoints: gpd.GeoDataFrame  # with zone codes, cell and unit filled in
    outside: pd.Index  # ids of checkpoints outside every zone
    empty: pd.DataFrame  # zones without a checkpoint: code, level, name
    unowned: pd.Index  # ids of checkpoints that no unit answers for


def answer_for(
    checkpoints: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, cells: gpd.GeoDataFrame | None = None
) -> Responsibility:
    """Find zones, cell and unit of every checkpoint.

    The unit that the roster names stays. Otherwise the unit of the smallest special zone (包干区) around the checkpoint
    answers, else that of the lowest zone of its path that has one.

    Parameters
    ----------
    checkpoints
        CHECKPOINTS frame.
    zones
        ZONES frame.
    cells
        CELLS frame; without it the cells stay as they are.
    """
    found = locate(checkpoints, zones)
    filled = checkpoints.assign(**{column: found[str(level)] for level, column in _CODES.items()})
    if cells is not None and len(cells):
        filled["cell"] = assign(checkpoints, cells)
    filled["unit"] = _units(filled, found, zones)
    used = set(found.to_numpy().ravel()) | set(special_zones(checkpoints, zones))
    idle = zones[~zones.index.isin(used)]
    return Responsibility(
        filled,
        checkpoints.index[(found == "").all(axis=1).to_numpy()],
        pd.DataFrame(idle[["level", "name"]]).reset_index(),
        checkpoints.index[(filled["unit"] == "").to_numpy()],
    )


def special_zones(checkpoints: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the smallest special zone around every checkpoint, empty where there is none."""
    special = zones[zones["level"] == Level.SPECIAL]
    outlines = special.geometry.to_numpy()
    zone, point = shapely.STRtree(checkpoints.geometry.to_numpy()).query(outlines, predicate="intersects")
    order = np.lexsort((special.index.to_numpy(str)[zone], shapely.area(outlines)[zone], point))
    first, at = np.unique(point[order], return_index=True)
    found = np.full(len(checkpoints), "", dtype=object)
    found[first] = special.index.to_numpy(object)[zone[order][at]]
    return pd.Series(found, index=checkpoints.index, name="special", dtype="str")


def _units(filled: gpd.GeoDataFrame, found: pd.DataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    unit_of = zones["unit"].to_dict() | {"": ""}
    unit = filled["unit"].to_numpy(object).copy()
    paths = [special_zones(filled, zones), *(found[str(level)] for level in reversed(TREE_LEVELS))]
    for codes in paths:
        unit = np.where(unit == "", codes.map(unit_of).to_numpy(object), unit)
    return pd.Series(unit, index=filled.index, name="unit", dtype="str")
