"""Everything that a bulletin says of a round, before it has a form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from geo.progress import Progress, silent
from geo.store import Store
from webmap.bulletin import pictures
from webmap.bulletin.hotspots import cells_table, places_table
from webmap.bulletin.material import Material, material
from webmap.bulletin.sections import group_names, items_table, lists_table, problems_table, scores_table
from webmap.bulletin.tables import OutputTable
from webmap.bulletin.words import facts

ITEMS_SHOWN = 15
RANKED_FROM = 3
"""Checkpoints that a unit needs to stand in the ranking of the document; the workbook ranks all."""

Picture = Callable[[], bytes | None]

_RANKING = ("rank", "rank_low", "name", "score", "low", "n", "share_unvisited", "above", "below", "list")
_PLACES = ("place", "zones", "visits", "rate", "rate_low", "ratio", "q", "class", "items")
_PROBLEMS = ("date", "checkpoint_name", "address", "unit", "item_name", "points")


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin without a form.

    Parameters
    ----------
    language
        ``zh`` or ``en``.
    facts, tables
        By the names of :mod:`webmap.bulletin.placeholders`.
    pictures
        What draws a PNG, or None when there is nothing to draw, by the same names.
    sheets
        For the workbook: everything, where the document shows the most important.
    """

    language: str
    facts: Mapping[str, str]
    tables: Mapping[str, OutputTable]
    pictures: Mapping[str, Picture]
    sheets: tuple[OutputTable, ...]


def bulletin(store: Store, round_id: str, language: str, *, progress: Progress = silent) -> Bulletin:
    """Gather the bulletin of a round.

    It names no team, no route and no hour. Of a covert round that still goes on it tells whole past days only, and not
    how many checkpoints are still to come in any street, unit or category, nor which of these a team has not been to
    yet: nobody may foresee where it goes next.

    Raises
    ------
    NotFoundError
        When there is no such round.
    StateError
        When it is not drawn, or not visited yet.
    """
    made = material(store, round_id, progress=progress)
    scores = {by: _shown(scores_table(one, by, made.found, language), made) for by, one in made.boards.items()}
    zones, catalogue = made.found.zones, made.found.catalogue
    places = places_table(made.places, zones, catalogue, language)
    problems = problems_table(made.found, language, made.now.zone.key)
    lists = lists_table(dict(made.boards), made.found, language)
    units = replace(scores["unit"], rows=scores["unit"].rows[scores["unit"].rows["n"] >= RANKED_FROM])
    tables = {
        "table_streets": scores["street"].only(_RANKING),
        "table_categories": scores["category"].only(_RANKING),
        "table_units": units.only(_RANKING),
        "table_lists": lists,
        "table_items": items_table(made.found, language, most=ITEMS_SHOWN),
        "table_hotspots": replace(places.only(_PLACES), rows=_where(places.rows)),
        "table_problems": problems.only(_PROBLEMS),
    }
    items = items_table(made.found, language)
    cells = cells_table(made.cells[made.cells["hot"] | made.cells["cold"]], zones, catalogue, language)
    sheets = (*scores.values(), lists, items, places, cells, problems)
    base_map = pictures.BaseMap(zones, store.streets.frame(), language)
    return Bulletin(language, facts(store, made, language), tables, _pictures(made, base_map, tables), sheets)


def _where(rows: pd.DataFrame) -> pd.DataFrame:
    """Write street and zones into one column: the page is narrow."""
    pairs = zip(rows["street"], rows["zones"], strict=True)
    return rows.assign(zones=[f"{street} {zones}".strip() for street, zones in pairs])


def _shown(table: OutputTable, made: Material) -> OutputTable:
    """Leave out what would tell how much is still to come, and to whom."""
    if not made.running:
        return table
    return replace(table.without("share_unvisited"), rows=table.rows[table.rows["n"] > 0])


def _pictures(made: Material, base_map: pictures.BaseMap, tables: Mapping[str, OutputTable]) -> dict[str, Picture]:
    def chart(by: str, title: str) -> Picture:
        one = made.boards[by]
        rows = one.rows.assign(name=group_names(one, by, made.found, base_map.language))
        return partial(pictures.score_chart, rows, one.overall, title, base_map.language)

    streets = tables["table_streets"].title
    return {
        "map_scores": partial(pictures.score_map, base_map, made.boards["street"].rows, streets),
        "map_hotspots": partial(
            pictures.hotspot_map, base_map, made.cells, made.places, tables["table_hotspots"].title
        ),
        "chart_streets": chart("street", streets),
        "chart_categories": chart("category", tables["table_categories"].title),
    }
