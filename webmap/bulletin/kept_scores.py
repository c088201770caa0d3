"""The scores of a round as the page of results shows them: figures and texts, in every language, as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from geo.results import RoundFindings, board
from webmap.bulletin.sections import scores_table
from webmap.bulletin.tables import OutputTable

SHOWN = ("rank", "rank_low", "name", "score", "low", "n", "list", "items")
GROUPS = ("street", "category", "unit")
FIGURES = ("score", "low", "high", "n", "drawn")
LANGUAGES = ("zh", "en")
FORMAT = 1


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table of scores, every value written.

    Parameters
    ----------
    columns
        ``key``, ``heading`` and ``numeric`` of each.
    cells
        Row by row.
    """

    title: str
    columns: list[dict[str, Any]]
    cells: list[list[str]]
    empty: str

    @classmethod
    def of(cls, table: OutputTable) -> Self:
        """Write a table."""
        columns = [{"key": one.key, "heading": one.heading, "numeric": one.numeric} for one in table.columns]
        return cls(table.title, columns, table.texts(), table.empty)


@dataclass(frozen=True, slots=True)
class KeptScores:
    """What the page of results shows of a round: the figures of the whole, and tables in each language."""

    whole: Mapping[str, float]
    tables: Mapping[str, list[KeptTable]]

    @classmethod
    def of(cls, found: RoundFindings) -> Self:
        """Score what a round found, by street office, category and unit."""
        boards = {by: board(found, by) for by in GROUPS}
        overall = boards["street"].overall
        tables = {
            language: [KeptTable.of(scores_table(one, by, found, language).only(SHOWN)) for by, one in boards.items()]
            for language in LANGUAGES
        }
        return cls({name: float(overall[name]) for name in FIGURES}, tables)

    def plain(self) -> dict[str, Any]:
        """Return plain values of it."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read what :meth:`plain` gave; None when an earlier version did."""
        if kept.get("format") != FORMAT:
            return None
        tables = {language: [KeptTable(**one) for one in each] for language, each in kept["tables"].items()}
        return cls(kept["whole"], tables)
