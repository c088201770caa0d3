"""What the pages of an import show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from geo.crs import Datum
from geo.imports.datum_check import Strength
from geo.model import Level
from geo.store import Store
from webmap.extent import extent
from webmap.formats import category_name, category_names
from webmap.intake.preview import ROSTER, STATUSES
from webmap.intake.uploads import Upload
from webmap.jobs.faults import error_of, notes_of
from webmap.language.spoken import say, spoken, translate_error
from webmap.maps import tiles

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


def form(store: Store, *, before: int | None = None) -> dict[str, Any]:
    """Return what the first page shows: choices, what waits, what was imported, newest first, before one of them."""
    kinds = {"checkpoints": _("checkpoints"), "zones": _("zones"), "visits": _("visits")}
    history = store.imports.page(before=before, limit=HISTORY + 1)
    newest = (store.imports.newest(kind) for kind in kinds)
    return {
        "datums": datums(),
        "levels": levels(),
        "history": history[:HISTORY],
        "older": history[HISTORY - 1].id if len(history) > HISTORY else None,
        "newer": before is not None,
        "kinds": kinds,
        "undoable": {one.id for one in newest if one is not None},
        "waiting": store.checkpoints.unplaced_count(),
        "checkpoints": store.checkpoints.count(),
        "zones": sum(store.zones.counts().values()),
    }


def preview(store: Store, upload: Upload, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the preview shows; ``found`` is what :func:`webmap.intake.outcome.of_look` left."""
    columns = found["columns"] or {"parts": (), "headers": ()}
    shown = {
        "upload": upload,
        "datums": datums(),
        "levels": levels(),
        "columns": column_rows(upload, found["columns"]),
        "parts": columns["parts"],
        "headers": columns["headers"],
        "categories": category_names(),
        "error": translate_error(error_of(found["error"])) if found["error"] else "",
        "prepared": found["prepared"],
        "statuses": _statuses(found["statuses"]),
        "settings": _settings(store, upload, found["bounds"]),
    }
    return shown if found["prepared"] is None else shown | _prepared(found["prepared"])


def done(store: Store, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page after an import shows; ``kept`` is what :func:`webmap.intake.outcome.of_import` left."""
    newest = store.imports.newest(kept["kind"])
    return {
        "kept": kept,
        "notes": spoken_notes(kept["notes"]),
        "newest": newest,
        "waiting": store.checkpoints.unplaced_count(),
    }


def spoken_notes(kept: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say notes that a job left in the language of this request."""
    return [note.text(say) for note in notes_of(kept)]


def column_rows(upload: Upload, columns: Mapping[str, Any] | None) -> list[PreviewRow]:
    """Return the fields that a person may set, with what was recognised."""
    if columns is None:
        return []
    chosen = upload.choices["columns"]
    rows = []
    for field in ROSTER_FIELDS if upload.choices["kind"] == ROSTER else ZONE_FIELDS:
        constant = chosen.get(field, "")
        header = constant if constant.startswith("=") and len(constant) > 1 else columns["found"].get(field, "")
        rows.append(PreviewRow(field, _(field), header, " · ".join(columns["samples"].get(header, ()))))
    return rows


def _prepared(prepared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures as they are, the notes in the language of this request."""
    notes = {name: spoken_notes(prepared.get(name, ())) for name in ("evidence", "spared", "tree", "notes")}
    twins = [twin | {"category": category_name(twin["category"])} for twin in prepared.get("twins", ())]
    return {
        **prepared,
        **notes,
        "twins": twins,
        "verdict": {"fits": prepared["fits"], "suggestion": prepared["suggestion"]},
        "verdict_kind": _kind(prepared),
        "differences": (spoken_notes(prepared["differences"]), prepared["difference_count"]),
        "refused": prepared["refused"][spoken()],
    }


def _kind(prepared: Mapping[str, Any]) -> str:
    """Return how a verdict looks: ``good``, ``warn`` or ``error``."""
    if not prepared["fits"]:
        return "error"
    return "good" if prepared["strength"] == Strength.CLEAR else "warn"


def _statuses(counts: Mapping[str, int]) -> dict[str, tuple[str, str, int]]:
    """Return the mark, the meaning and the number of every status that is on the map."""
    said = {
        "new": ("+", _("new")),
        "changed": ("~", _("changed")),
        "same": ("", _("unchanged")),
        "twin": ("2", _("same name and category within 30 m")),
        "outside": ("!", _("outside every zone")),
        "retired": ("×", _("no longer in the file: retired")),
    }
    return {status: (*said[status], counts[status]) for status in STATUSES if status in counts}


def _settings(store: Store, upload: Upload, bounds: Sequence[float] | None) -> dict[str, Any]:
    there = bounds is not None
    return {
        "streets": tiles.street_address(store),
        "zones": tiles.zone_address(store),
        "bounds": bounds if there else extent(store),
        "teams": [],
        "own": True,
        "places": url_for("intake.places", token=upload.token) if there else "",
        "faults": url_for("intake.faults", token=upload.token) if there and upload.choices["kind"] != ROSTER else "",
    }
