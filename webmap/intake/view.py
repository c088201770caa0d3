"""What the pages of an import show."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from flask import url_for
from flask_babel import gettext as _

from geo.crs import Datum
from geo.imports import PreparedRoster, PreparedZones
from geo.imports.datum_check import Verdict
from geo.imports.headings import Columns
from geo.model import Level
from geo.notes import Note
from geo.readers.tables import SOURCE_ROW
from geo.readers.values import texts
from geo.store import Store
from webmap.extent import bounds_of, extent
from webmap.formats import category_name, category_names
from webmap.intake.preview import ROSTER, STATUSES, KeptPreview, Prepared, Preview
from webmap.intake.uploads import Upload
from webmap.language.spoken import say
from webmap.maps import tiles

SHOWN = 100
HISTORY = 30
ROSTER_FIELDS = (
    *("name", "category", "lon", "lat", "lonlat", "address", "street", "community", "unit", "hours", "fixed", "id"),
    *("size", "datum"),
)
ZONE_FIELDS = ("name", "code", "level", "parent", "unit", "person")


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A field of ours, with the column that is taken for it."""

    field: str
    label: str
    header: str  # empty: none
    samples: str


def datums() -> dict[str, tuple[str, str]]:
    """Return the name of every datum and where it is met."""
    return {
        Datum.WGS84: ("WGS-84", _("GPS devices, OpenStreetMap")),
        Datum.GCJ02: ("GCJ-02", _("Amap, Tencent, WeChat, most maps on phones")),
        Datum.BD09: ("BD-09", _("Baidu Maps")),
        Datum.CGCS2000: ("CGCS2000", _("surveying offices, Tianditu, projected coordinates")),
    }


def levels() -> dict[str, str]:
    """Name the levels of zones."""
    return {str(level): _(str(level)) for level in Level}


def form(store: Store) -> dict[str, Any]:
    """Return what the first page shows: choices, what waits, what was imported."""
    history = store.imports.all()
    undoable = {one.kind: one.id for one in reversed(history) if not one.undone}
    return {
        "datums": datums(),
        "levels": levels(),
        "history": history[:HISTORY],
        "kinds": {"checkpoints": _("checkpoints"), "zones": _("zones"), "visits": _("visits")},
        "undoable": set(undoable.values()),
        "waiting": store.checkpoints.unplaced_count(),
        "checkpoints": store.checkpoints.count(),
        "zones": sum(store.zones.counts().values()),
    }


def preview(store: Store, upload: Upload, found: Preview) -> dict[str, Any]:
    """Return what the preview shows."""
    prepared = found.prepared
    shown: dict[str, Any] = {
        "upload": upload,
        "datums": datums(),
        "levels": levels(),
        "columns": column_rows(upload, found.columns),
        "parts": found.columns.parts if found.columns else (),
        "headers": found.columns.headers if found.columns else (),
        "categories": category_names(),
        "error": say(found.error.template, found.error.values) if found.error else "",
        "prepared": prepared,
        "statuses": _statuses(found),
        "settings": _settings(store, upload, found),
    }
    if prepared is None:
        return shown
    notes = [say(note.template, upload.named(note.values)) for note in prepared.reading.notes]
    return shown | _prepared(prepared, found.columns) | {"notes": notes}


def done(store: Store, kept: KeptPreview) -> dict[str, Any]:
    """Return what the page after an import shows."""
    newest = next((one for one in store.imports.all() if one.kind == kept.kind and not one.undone), None)
    notes = [say(note.template, note.values) for note in kept.report.notes]
    return {
        "kept": kept,
        "report": kept.report,
        "notes": notes,
        "newest": newest,
        "waiting": store.checkpoints.unplaced_count(),
    }


def named(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write categories and levels in the language of this request."""
    names = category_names() | levels()
    return places.assign(kind=places["kind"].map(lambda code: names.get(code, code)))


def tree_faults(found: Preview) -> gpd.GeoDataFrame:
    """Return the overlaps, gaps and parts beyond their parent that an import of zones would leave."""
    tree = found.prepared.tree if isinstance(found.prepared, PreparedZones) else None
    if tree is None:
        return gpd.GeoDataFrame({"kind": [], "code": [], "other": [], "area_m2": []}, geometry=[], crs="EPSG:4326")
    parts = [
        tree.overlaps.rename(columns={"one": "code"}).assign(kind="overlap"),
        tree.gaps.rename(columns={"parent": "code"}).assign(kind="gap", other=""),
        tree.outside.rename(columns={"parent": "other"}).assign(kind="beyond"),
    ]
    columns = ["kind", "code", "other", "area_m2", "geometry"]
    return gpd.GeoDataFrame(pd.concat([part[columns] for part in parts], ignore_index=True), crs="EPSG:4326")


def column_rows(upload: Upload, columns: Columns | None) -> list[PreviewRow]:
    """Return the fields that a person may set, with what was recognised."""
    if columns is None:
        return []
    chosen = upload.choices["columns"]
    rows = []
    for field in ROSTER_FIELDS if upload.choices["kind"] == ROSTER else ZONE_FIELDS:
        constant = chosen.get(field, "")
        header = constant if constant.startswith("=") and len(constant) > 1 else columns.found.get(field, "")
        rows.append(PreviewRow(field, _(field), header, " · ".join(columns.samples.get(header, ()))))
    return rows


def _prepared(prepared: Prepared, columns: Columns | None) -> dict[str, Any]:
    refused = prepared.refused(say)
    shown = {
        "counts": prepared.counts,
        "digest": prepared.digest,
        "verdict": prepared.verdict,
        "verdict_kind": _kind(prepared.verdict),
        "evidence": [note.text(say) for note in prepared.verdict.evidence],
        "differences": _few(prepared.differences()),
        "refused": _refused_rows(refused, columns),
        "refused_count": len(refused),
    }
    return shown | (_roster(prepared) if isinstance(prepared, PreparedRoster) else _zones(prepared))


def _roster(prepared: PreparedRoster) -> dict[str, Any]:
    twins = prepared.reading.duplicates.head(SHOWN)
    unplaced = prepared.reading.unplaced
    lost = prepared.located.loc[prepared.outside].head(SHOWN)
    return {
        "new_count": len(prepared.changes.new),
        "twins": list(twins.assign(category=twins["category"].map(category_name)).itertuples()),
        "twin_count": len(prepared.reading.duplicates),
        "unplaced": list(unplaced.head(SHOWN).itertuples()),
        "unplaced_count": len(unplaced),
        "outside": list(lost.itertuples()),
        "outside_count": len(prepared.outside),
        "retired": [str(code) for code in prepared.changes.retired[:SHOWN]],
        "spared": [note.text(say) for note in prepared.changes.vanished.notes],
    }


def _zones(prepared: PreparedZones) -> dict[str, Any]:
    faults = [note.text(say) for note in prepared.notes()[len(prepared.reading.notes) :]]
    return {
        "new_count": len(prepared.new),
        "tree": [one for one in faults if one != prepared.verdict.summary.text(say)],
    }


def _few(notes: list[Note]) -> tuple[list[str], int]:
    """Say the first of the changes, and count them all."""
    return [note.text(say) for note in notes[:SHOWN]], len(notes)


def _refused_rows(refused: pd.DataFrame, columns: Columns | None) -> list[tuple[int, str, str]]:
    """Return row number, name and reasons of the first refused rows."""
    first = refused.head(SHOWN)
    header = columns.found.get("name", "") if columns else ""
    names = texts(first[header]) if header in first else [""] * len(first)
    return [(int(row), *said) for row, *said in zip(first[SOURCE_ROW], names, first["reason"], strict=True)]


def _kind(verdict: Verdict) -> str:
    """Return how a verdict looks: ``good``, ``warn`` or ``error``."""
    if not verdict.fits:
        return "error"
    return "good" if verdict.strength == "clear" else "warn"


def _statuses(found: Preview) -> dict[str, tuple[str, str, int]]:
    """Return the mark, the meaning and the number of every status that is on the map."""
    if found.places is None:
        return {}
    said = {
        "new": ("+", _("new")),
        "changed": ("~", _("changed")),
        "same": ("", _("unchanged")),
        "twin": ("2", _("same name and category within 30 m")),
        "outside": ("!", _("outside every zone")),
        "retired": ("×", _("no longer in the file: retired")),
    }
    counts = found.places["status"].value_counts()
    return {status: (*said[status], int(counts[status])) for status in STATUSES if status in counts}


def _settings(store: Store, upload: Upload, found: Preview) -> dict[str, Any]:
    places = found.places
    there = places is not None and len(places) > 0
    return {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "bounds": bounds_of(places) if there else extent(store),
        "teams": [],
        "own": True,
        "places": url_for("intake.places", token=upload.token) if there else "",
        "faults": url_for("intake.faults", token=upload.token) if there and upload.choices["kind"] != ROSTER else "",
    }
