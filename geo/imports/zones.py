"""Zones into the city, and every checkpoint into its zones."""

from dataclasses import replace
from pathlib import Path

from geo.datum_check import judge_zones
from geo.datum_evidence import City
from geo.imports.report import ImportReport, Journey, reported
from geo.model import Changes, Level
from geo.readers.tables import Note
from geo.readers.zones import read_zone_layer
from geo.responsibility import answer_for
from geo.store import Store
from geo.zone_tree import check_tree

OVERLAP = "{count} pairs of {level} zones overlap, {area_m2:.0f} m2 in all: {names}"
GAP = "children cover all but {area_m2:.0f} m2 of {count} zones: {names}"
BEYOND = "{count} zones reach beyond their parent, {area_m2:.0f} m2 in all: {names}"
ORPHANS = "{count} zones name a parent that is not there: {names}"
REPAIRED = "the outline of {code} crossed itself; repaired, {change_m2:.0f} m2 changed"
MOVED = "{count} checkpoints now lie in another zone"
_NAMED = 5


def import_zones(store: Store, path: Path, journey: Journey, *, level: Level | None) -> ImportReport:
    """Add or update the zones of one level, and find every checkpoint's place in them.

    Raises
    ------
    DatumError
        When another datum fits clearly better and ``force`` is off.
    """
    known = store.zones()
    reading = read_zone_layer(
        path, datum=journey.datum, level=level, columns=journey.columns, known=known, crs=journey.crs
    )
    notes = list(reading.notes)
    notes += [
        Note(REPAIRED, {"code": code, "change_m2": change})
        for code, change in zip(reading.repaired["code"], reading.repaired["change_m2"], strict=True)
    ]
    city = City(streets=store.streets(), zones=known, checkpoints=store.checkpoints())
    verdict = judge_zones(reading.accepted, declared=journey.datum, city=city, named=reading.heading_datum)
    if not journey.force:
        verdict.raise_unless_fits()
    notes.append(verdict.summary)
    changes = Changes()
    if not journey.dry_run:
        changes = store.upsert_zones(reading.accepted, import_of=path.name, who=journey.who)
        moved = relocate(store)
        notes += [Note(MOVED, {"count": moved})] if moved else []
        notes += tree_notes(store)
    changes = replace(changes, accepted=len(reading.accepted))
    return reported(path, journey, reading.rejected, changes, notes)


def tree_notes(store: Store) -> list[Note]:
    """Say what is wrong with the tree of zones, measured."""
    report = check_tree(store.zones())
    notes = []
    for level, pairs in report.overlaps.groupby("level"):
        names = ", ".join(f"{a} and {b}" for a, b in zip(pairs["one"][:_NAMED], pairs["other"][:_NAMED], strict=True))
        area = float(pairs["area_m2"].sum())
        notes.append(Note(OVERLAP, {"count": len(pairs), "level": level, "area_m2": area, "names": names}))
    for found, column, template in ((report.gaps, "parent", GAP), (report.outside, "code", BEYOND)):
        if len(found):
            names = ", ".join(dict.fromkeys(found[column])) if len(found) <= _NAMED else _few(found[column])
            area = float(found["area_m2"].sum())
            notes.append(Note(template, {"count": found[column].nunique(), "area_m2": area, "names": names}))
    if report.orphans:
        notes.append(Note(ORPHANS, {"count": len(report.orphans), "names": _few(report.orphans)}))
    return notes


def _few(names: object) -> str:
    unique = list(dict.fromkeys(names))  # type: ignore[call-overload]
    return ", ".join(unique[:_NAMED]) + (" ..." if len(unique) > _NAMED else "")


def relocate(store: Store) -> int:
    """Find zones and cell of every checkpoint again, after zones or cells changed; give how many moved."""
    checkpoints = store.checkpoints(include_retired=True)
    if checkpoints.empty:
        return 0
    return store.upsert_checkpoints(answer_for(checkpoints, store.zones(), store.cells()).checkpoints).updated
