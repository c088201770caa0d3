"""A checkpoint without coordinates onto the map, by hand."""

from geo.errors import InputError
from geo.store import Store
from geo.zones.responsibility import answer_for


def place(store: Store, id_: str, lon: float, lat: float) -> None:
    """Set the place of an unplaced row, in degrees of WGS-84, and find its zones and cell.

    Raises
    ------
    InputError
        When the place is not on the earth.
    NotFoundError
        When no such row waits for a place.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004 - degrees
        raise InputError("({lon}, {lat}) is no place in degrees: longitude comes first", lon=lon, lat=lat)
    store.checkpoints.place(id_, lon, lat)
    placed = store.checkpoints.frame(include_retired=True).loc[[id_]]
    store.checkpoints.upsert(answer_for(placed, store.zones.frame(), store.zones.cells()).checkpoints)
