"""The data of a standalone page: blocks of JSON that its scripts read. Nothing of it is ever read as script or HTML."""

from dataclasses import dataclass, field
from typing import Any

from geo.foreign_text import in_script, script_json


@dataclass(slots=True)
class Blocks:
    """The blocks of one page, by the names that its script calls them."""

    documents: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: Any) -> str:  # noqa: ANN401 - any plain value
        """Keep plain values under a name of ours; return the name."""
        return self._kept(name, script_json(value))

    def add_json(self, name: str, document: str) -> str:
        """Keep what is JSON already; return the name."""
        return self._kept(name, in_script(document))

    def _kept(self, name: str, document: str) -> str:
        self.documents[name] = document
        return name

    def html(self) -> str:
        """Write the blocks."""
        return "\n".join(
            f'<script type="application/json" id="{name}">{document}</script>'
            for name, document in self.documents.items()
        )
