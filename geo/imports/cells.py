"""Unit grid cells into the city, and every checkpoint into its cell."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo.errors import StateError
from geo.imports.zones import relocate
from geo.model import Level
from geo.progress import Progress, silent
from geo.store import Store
from geo.zones.cells import cut_cells


@dataclass(frozen=True, slots=True)
class CellsMade:
    """What cutting the city into cells gave."""

    cells: int
    communities: int  # 0: no community, so the cells have numbers but no codes
    enlarged: Mapping[str, float]  # community -> area of its cells in m2, where 999 of 10,000 m2 do not do
    moved: int  # checkpoints that came to lie in another cell


def make_cells(store: Store, *, progress: Progress = silent) -> CellsMade:
    """Cut the communities along the streets, in the place of all cells that were there.

    Raises
    ------
    StateError
        When the city has neither communities nor streets.
    """
    communities, streets = store.zones.frame(Level.COMMUNITY), store.streets.frame()
    if communities.empty and streets.empty:
        raise StateError("there are neither communities nor streets to cut: import zones of level community first")
    made = cut_cells(communities, streets, progress=progress)
    store.zones.replace_cells(made.cells)
    progress("locating", 0, 1)
    moved = relocate(store)
    progress("locating", 1, 1)
    return CellsMade(len(made.cells), len(communities), made.enlarged, moved)
