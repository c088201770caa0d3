"""Everything that is wrong between zones and checkpoints, as one table for a map, a list and a file."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.frames import WGS84
from geo.zones.overlaps import check_tree
from geo.zones.responsibility import answer_for

OVERLAP, GAP, BEYOND, ORPHAN = "overlap", "gap", "beyond", "orphan"
IDLE, OUTSIDE, UNOWNED = "idle", "outside", "unowned"
KINDS = (OVERLAP, GAP, BEYOND, ORPHAN, OUTSIDE, IDLE, UNOWNED)
"""In the order in which they want mending."""

_COLUMNS = ("kind", "level", "code", "other", "name", "other_name", "area_m2")


@dataclass(frozen=True, slots=True)
class ZoneFaults:
    """What the check of a city's zones found."""

    table: gpd.GeoDataFrame
    """A row for each fault, in EPSG:4326: ``kind``, ``level``, ``code`` (a zone's, or a checkpoint's id), ``other``
    (the other zone of an overlap, the parent of what lies beyond it), their names, ``area_m2`` (0 for points)."""

    def count(self, kind: str) -> int:
        """Count the faults of a kind."""
        return int((self.table["kind"] == kind).sum())

    def area_m2(self, kind: str) -> float:
        """Add up the area of a kind."""
        return float(self.table.loc[self.table["kind"] == kind, "area_m2"].sum())

    @property
    def clean(self) -> bool:
        """Tell whether the tree fits: no overlap, gap, zone beyond its parent or without it, no checkpoint outside."""
        return not any(self.count(kind) for kind in (OVERLAP, GAP, BEYOND, ORPHAN, OUTSIDE))


def zone_faults(zones: gpd.GeoDataFrame, checkpoints: gpd.GeoDataFrame) -> ZoneFaults:
    """Find overlaps of siblings, gaps in parents, what sticks out of them, lost parents, and who answers for nothing.

    Parameters
    ----------
    zones
        ZONES frame.
    checkpoints
        CHECKPOINTS frame of the roster.

    Returns
    -------
    ZoneFaults
        Kinds: ``overlap`` (two zones of a level), ``gap`` (a part of a zone that none of its children covers),
        ``beyond`` (a part of a zone outside its parent), ``orphan`` (its parent is not there), ``outside`` (a
        checkpoint in no zone), ``idle`` (a zone without children and without a checkpoint), ``unowned`` (a checkpoint
        that no unit answers for).
    """
    tree = check_tree(zones)
    answers = answer_for(checkpoints, zones)
    parents = set(zones["parent"])
    idle = zones.loc[[code for code in answers.empty["code"] if code not in parents]]
    parts = [
        _part(OVERLAP, tree.overlaps.rename(columns={"one": "code"})),
        _part(GAP, tree.gaps.rename(columns={"parent": "code"})),
        _part(BEYOND, tree.outside.rename(columns={"parent": "other"})),
        _part(ORPHAN, _coded(zones.loc[list(tree.orphans)]).assign(other=lambda found: found["parent"])),
        _part(OUTSIDE, _coded(checkpoints.loc[answers.outside])) if len(zones) else _part(OUTSIDE, _none()),
        _part(IDLE, _coded(idle)),
        _part(UNOWNED, _coded(checkpoints.loc[answers.unowned])),
    ]
    names = zones["name"].to_dict() | checkpoints["name"].to_dict()
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=WGS84)
    table["name"] = [names.get(code, "") for code in table["code"]]
    table["other_name"] = [names.get(code, "") for code in table["other"]]
    return ZoneFaults(table)


def _coded(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Copy the key of zones or checkpoints into a column ``code``."""
    return frame.drop(columns="code", errors="ignore").rename_axis("code").reset_index()


def _none() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": []}, geometry=[], crs=WGS84)


def _part(kind: str, found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring faults of one kind to the table's columns, the largest first."""
    texts = {name: found[name].to_numpy(object) if name in found else "" for name in ("level", "code", "other")}
    area = found["area_m2"].to_numpy(float) if "area_m2" in found else np.zeros(len(found))
    columns = {"kind": kind, **texts, "name": "", "other_name": "", "area_m2": area}
    frame = gpd.GeoDataFrame(columns, geometry=found.geometry.to_numpy(), index=range(len(found)), crs=WGS84)
    kinds = dict.fromkeys(_COLUMNS[:-1], "str")
    return frame.astype(kinds).sort_values("area_m2", ascending=False, kind="stable")
