"""What a city holds, out to a file that an office opens."""

from pathlib import Path

import pandas as pd

from geo.crs import Datum
from geo.errors import InputError
from geo.store import Store
from geo.writers.layers import write

LAYERS = ("checkpoints", "zones", "cells", "visits")


def export_layer(store: Store, layer: str, path: Path, *, datum: Datum = Datum.WGS84, lang: str = "en") -> int:
    """Write a layer of the city, and give how many rows.

    Parameters
    ----------
    store
        The city.
    layer
        One of :data:`LAYERS`. Of the checkpoints, those in the roster; a visit has a row for each of its deductions.
    path
        Its ending names the format, as for :func:`geo.writers.layers.write`.
    datum
        Of the coordinates in the file.
    lang
        ``zh`` writes the headings and categories of tables in Chinese.

    Raises
    ------
    InputError
        When the file is the city itself, or its format is unknown.
    """
    if str(path.absolute()) == store.url:
        raise InputError("{file} is the city itself: write to another file", file=path.name)
    with store.snapshot():
        frame = _frame(store, layer)
    write(frame, path, datum=datum, catalogue=store.catalogues.get(), lang=lang, layer=layer)
    return len(frame)


def _frame(store: Store, layer: str) -> pd.DataFrame:
    found: pd.DataFrame
    match layer:
        case "visits":
            found = _visits(store)
        case "zones":
            found = store.zones.frame()
        case "cells":
            found = store.zones.cells()
        case _:
            found = store.checkpoints.frame()
    return found


def _visits(store: Store) -> pd.DataFrame:
    """Join the visits with their deductions; a visit that found nothing has one row without an item."""
    visits = store.visits.frame().drop(columns="points")
    found = store.visits.deductions().set_index("visit")[["item", "points", "note"]]
    rows: pd.DataFrame = visits.join(found, how="left").reset_index(drop=True)
    for name in ("item", "note", "round_id"):
        rows[name] = rows[name].fillna("")
    return rows.rename(columns={"round_id": "round"})
