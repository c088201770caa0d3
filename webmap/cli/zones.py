"""``xundian zones``: the tree of responsibility zones."""

from pathlib import Path

import click

from geo.errors import StateError
from geo.writers.layers import write
from geo.zones.faults import KINDS, zone_faults
from webmap.cli.files import OutFile
from webmap.cli.leaving import exported
from webmap.cli.session import Result, Session, command
from webmap.language.our_words import FAULT_KINDS


@click.group("zones")
def zones_group() -> None:
    """Check the tree of responsibility zones (责任区)."""


@command(zones_group, "check")
@click.option(
    "--out",
    type=OutFile(),
    help="Write every fault with its place: .gpkg .geojson .kml for a map, .xlsx .csv for a list.",
)
def check(session: Session, out: Path | None) -> Result:
    """Measure overlaps and gaps; name checkpoints outside every zone and zones without checkpoints."""
    with session.store() as store:
        zones, checkpoints = store.zones.frame(), store.checkpoints.frame()
        if zones.empty:
            raise StateError("the city has no zones: import them first")
        found = zone_faults(zones, checkpoints)
        if out is not None:
            write(found.table, out, lang=session.language, layer="zone_faults")
            exported(store, "zones", out)
    for kind in KINDS:
        session.say(FAULT_KINDS[kind], count=found.count(kind), area_m2=found.area_m2(kind))
    if found.clean:
        session.say("The tree of {zones} zones fits.", zones=len(zones))
    if out is not None:
        session.say("Wrote {path}", path=out)
    result: dict[str, object] = {"zones": len(zones), "clean": found.clean}
    result |= {kind: found.count(kind) for kind in KINDS}
    return result | {f"{kind}_m2": round(found.area_m2(kind), 1) for kind in KINDS[:3]}
