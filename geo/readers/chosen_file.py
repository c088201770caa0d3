"""Which file is read, and which of its parts."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file, and the sheets, layers or folders of it that are asked for."""

    path: Path
    parts: tuple[str, ...] = ()  # names; empty: all with the same headings

    @classmethod
    def of(cls, given: "ChosenFile | Path | str") -> "ChosenFile":
        """Return a chosen file as it is, and a path as the choice of everything in it."""
        return given if isinstance(given, ChosenFile) else cls(Path(given))
