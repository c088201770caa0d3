"""What the work on an upload leaves for its pages: plain values and files, so that any process shows it, and later too.

What people take away is kept in each language; a page says the rest in the language of its request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from io import BytesIO
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.failures import told
from geo.imports import PreparedRoster, PreparedZones
from geo.imports.headings import Columns
from geo.model import Level
from geo.notes import Note
from geo.readers.tables import SOURCE_ROW
from geo.readers.values import texts
from geo.store import Store
from geo.workbooks.writing import write_sheets
from webmap.extent import bounds_of
from webmap.intake.preview import Prepared, Preview
from webmap.intake.uploads import Upload
from webmap.jobs.faults import plain, plain_notes
from webmap.language.texts import LANGUAGES, say, translate
from webmap.maps.geojson import collection

SHOWN = 100
FAULTS = "faults.geojson"


@dataclass(slots=True)
class UploadOutcome:
    """What a job on an upload leaves."""

    result: dict[str, Any]  # plain values
    files: dict[str, bytes] = field(default_factory=dict)


def places_file(language: str) -> str:
    """Name the file of the rows on the map."""
    return f"places.{language}.geojson"


def refused_file(language: str) -> str:
    """Name the file of the refused rows."""
    return f"rejected.{language}.xlsx"


def of_look(store: Store, upload: Upload, found: Preview) -> UploadOutcome:
    """Return what a look at an upload found."""
    left = UploadOutcome(
        {
            "columns": None if found.columns is None else asdict(found.columns),
            "error": None if found.error is None else plain(found.error),
            "prepared": None,
            "statuses": {},
            "bounds": None,
        }
    )
    if found.prepared is None or found.places is None:
        return left
    refused = refused_rows(found.prepared)
    left.files = refused_files(refused) | _places(store, found.places)
    if isinstance(found.prepared, PreparedZones):
        drawn = collection(_tree_faults(found.prepared), ("kind", "code", "other", "area_m2"))
        left.files[FAULTS] = drawn.encode()
    left.result["prepared"] = _prepared(upload, found.prepared, found.columns, refused)
    left.result["statuses"] = {str(key): int(count) for key, count in found.places["status"].value_counts().items()}
    left.result["bounds"] = list(bounds_of(found.places)) if len(found.places) else None
    return left


def of_import(
    upload: Upload, prepared: Prepared, refused: Mapping[str, pd.DataFrame], notes: Sequence[Note]
) -> dict[str, Any]:
    """Return what an import did; ``notes`` are those that only the changed city could give."""
    counts = prepared.counts
    return {
        "name": upload.name,
        "kind": upload.choices["kind"],
        "new": counts.accepted - counts.updated - counts.unchanged,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "retired": counts.retired,
        "rejected": len(refused[LANGUAGES[0]]),
        "unplaced": len(prepared.reading.unplaced) if isinstance(prepared, PreparedRoster) else 0,
        "notes": named_notes(upload, [*prepared.notes(), *notes]),
    }


def named_notes(upload: Upload, notes: Sequence[Note]) -> list[dict[str, Any]]:
    """Return notes as plain values, with the files called as their user calls them."""
    return plain_notes(Note(note.template, upload.named(note.values)) for note in notes)


def refused_rows(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """Return the refused rows by language, with their reasons in it."""
    return {language: prepared.refused(partial(_in_words, language)) for language in LANGUAGES}


def refused_files(refused: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return the refused rows as a workbook in each language; none where no row was refused."""
    return {refused_file(language): _book(rows, language) for language, rows in refused.items() if len(rows)}


def _book(rows: pd.DataFrame, language: str) -> bytes:
    book = BytesIO()
    write_sheets({say("rejected rows", {}, language): rows}, book)
    return book.getvalue()


def _in_words(language: str, template: str, values: Mapping[str, Any]) -> str:
    """Say on a page why a row was refused."""
    from webmap.language.on_pages import ON_PAGES  # noqa: PLC0415 - it loads the draws, which no reader needs

    return say(ON_PAGES.get(template, template), told(values), language)


def _places(store: Store, places: gpd.GeoDataFrame) -> dict[str, bytes]:
    """Return the rows on the map, with categories and levels named in each language."""
    categories = store.catalogues.get().categories
    files = {}
    for language in LANGUAGES:
        names = {code: category.name(language) for code, category in categories.items()}
        names |= {str(level): translate(str(level), language) for level in Level}
        named = places.assign(kind=[names.get(code, code) for code in places["kind"]])
        files[places_file(language)] = collection(named, ("status", "name", "kind")).encode()
    return files


def _tree_faults(prepared: PreparedZones) -> gpd.GeoDataFrame:
    """Return the overlaps, gaps and parts beyond their parent that an import of zones would leave."""
    tree = prepared.tree
    parts = [
        tree.overlaps.rename(columns={"one": "code"}).assign(kind="overlap"),
        tree.gaps.rename(columns={"parent": "code"}).assign(kind="gap", other=""),
        tree.outside.rename(columns={"parent": "other"}).assign(kind="beyond"),
    ]
    columns = ["kind", "code", "other", "area_m2", "geometry"]
    return gpd.GeoDataFrame(pd.concat([part[columns] for part in parts], ignore_index=True), crs="EPSG:4326")


def _prepared(
    upload: Upload, prepared: Prepared, columns: Columns | None, refused: Mapping[str, pd.DataFrame]
) -> dict[str, Any]:
    verdict, differences = prepared.verdict, prepared.differences()
    shown = {
        "counts": asdict(prepared.counts),
        "digest": prepared.digest,
        "fits": bool(verdict.fits),
        "suggestion": None if verdict.suggestion is None else str(verdict.suggestion),
        "strength": str(verdict.strength),
        "evidence": plain_notes(verdict.evidence),
        "differences": plain_notes(differences[:SHOWN]),
        "difference_count": len(differences),
        "refused": {language: _refused_few(rows, columns) for language, rows in refused.items()},
        "refused_count": len(refused[LANGUAGES[0]]),
        "notes": named_notes(upload, prepared.reading.notes),
    }
    return shown | (_roster(prepared) if isinstance(prepared, PreparedRoster) else _zones(prepared))


def _roster(prepared: PreparedRoster) -> dict[str, Any]:
    twins, unplaced = prepared.reading.duplicates, prepared.reading.unplaced
    lost = prepared.located.loc[prepared.outside].head(SHOWN)
    return {
        "new_count": len(prepared.changes.new),
        "twins": _records(twins, ("name", "category", "id", "other"), ("distance_m",)),
        "twin_count": len(twins),
        "unplaced": _records(unplaced, ("name", "address")),
        "unplaced_count": len(unplaced),
        "outside": _records(lost.assign(id=lost.index), ("name", "address", "id")),
        "outside_count": len(prepared.outside),
        "retired": [str(code) for code in prepared.changes.retired[:SHOWN]],
        "spared": plain_notes(prepared.changes.vanished.notes),
    }


def _zones(prepared: PreparedZones) -> dict[str, Any]:
    faults = [one for one in prepared.notes()[len(prepared.reading.notes) :] if one != prepared.verdict.summary]
    return {"new_count": len(prepared.new), "tree": plain_notes(faults)}


def _records(rows: pd.DataFrame, words: Sequence[str], numbers: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the first rows as plain values; what is missing is empty."""
    first = rows.head(SHOWN)
    columns: dict[str, list[Any]] = {word: texts(first[word]).tolist() for word in words}
    columns |= {name: first[name].astype(float).tolist() for name in numbers}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _refused_few(refused: pd.DataFrame, columns: Columns | None) -> list[tuple[int, str, str]]:
    """Return row number, name and reasons of the first refused rows."""
    first = refused.head(SHOWN)
    header = columns.found.get("name", "") if columns else ""
    names = texts(first[header]) if header in first else [""] * len(first)
    return [(int(row), *said) for row, *said in zip(first[SOURCE_ROW], names, map(str, first["reason"]), strict=True)]
