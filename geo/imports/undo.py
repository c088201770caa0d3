"""Taking an import back."""

from geo.imports.zones import relocate
from geo.store import Store, Undone


def undo_last(store: Store, kind: str) -> Undone:
    """Put back what the newest import of ``checkpoints``, ``zones`` or ``visits`` changed.

    Raises
    ------
    NotFoundError
        When there is none left to undo.
    """
    undone = store.imports.undo_last(kind)
    if kind != "visits":
        relocate(store)  # what comes back was located in the zones of its time
    return undone


def undo(store: Store, import_id: int) -> Undone:
    """Put back what an import changed.

    Raises
    ------
    NotFoundError
        When there is no such import.
    StateError
        When it is undone already, or a later import of its kind stands on it.
    """
    undone = store.imports.undo(import_id)
    relocate(store)
    return undone
