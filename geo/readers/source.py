"""Which file is read, and which of its parts."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A file, and the sheets, layers or folders of it that are asked for."""

    path: Path
    parts: tuple[str, ...] = ()  # names; empty: all with the same headings

    @classmethod
    def of(cls, given: "Source | Path | str") -> "Source":
        """Return a source as it is, and a path as the source of everything in it."""
        return given if isinstance(given, Source) else cls(Path(given))
