"""The tables of a bulletin and of the commands, in the language asked for."""

from collections.abc import Callable, Iterable
from functools import partial

import geopandas as gpd
import pandas as pd

from geo.calendar import written
from geo.results import Board, RoundFindings, item_names, worst_items, zone_names
from webmap.bulletin.tables import Column, OutputTable, ValueKind
from webmap.language.texts import translate

Translate = Callable[[str], str]
SEPARATOR = {"zh": "；", "en": "; "}
COMMA = {"zh": "、", "en": ", "}


def speaking(language: str) -> Translate:
    """Return what translates into a language."""
    return partial(translate, language=language)


def groups_in_words(language: str) -> dict[str, str]:
    """Name what a board can be by."""
    _ = speaking(language)
    return {"street": _("Street office"), "category": _("Category"), "unit": _("Unit"), "district": _("District")}


def group_names(board: Board, by: str, found: RoundFindings, language: str) -> pd.Series:
    """Name the rows of a board."""
    _ = speaking(language)
    if by == "category":
        categories = found.catalogue.categories
        names = [categories[code].name(language) if code in categories else code for code in board.rows.index]
        return pd.Series(names, index=board.rows.index, dtype="str")
    nobody = _("no unit named") if by == "unit" else _("outside every zone")
    return board.rows["name"].where(board.rows["name"] != "", nobody)


def scores_table(board: Board, by: str, found: RoundFindings, language: str, *, detailed: bool = False) -> OutputTable:
    """Rank the groups of a board, each with its margin of error.

    Parameters
    ----------
    board, by, found
        The board, what it is by, and what it was made from.
    language
        ``zh`` or ``en``.
    detailed
        With both standard errors and the totals over the roster, as a statistician wants them.
    """
    _ = speaking(language)
    lists = {"red": _("red list"), "black": _("black list"), "": ""}
    rows = board.rows.assign(
        name=group_names(board, by, found, language),
        above=board.above.sum(axis=1).reindex(board.rows.index),
        below=board.above.sum(axis=0).reindex(board.rows.index),
        list=board.rows["list"].map(lists),
        items=[named(items, found, language) for items in board.rows["items"]],
    )
    columns = [
        Column("rank", _("Rank"), ValueKind.COUNT),
        Column("rank_low", _("Rank, 95 %"), ValueKind.COUNT, until="rank_high"),
        Column("name", groups_in_words(language)[by]),
        Column("score", _("Score of 100"), ValueKind.SCORE),
        Column("low", _("Score, 95 %"), ValueKind.SCORE, until="high"),
        *_errors(_, detailed=detailed),
        Column("n", _("Visited"), ValueKind.COUNT),
        Column("share_unvisited", _("Not visited"), ValueKind.SHARE),
        *_totals(_, detailed=detailed),
        Column("above", _("Surely above"), ValueKind.COUNT),
        Column("below", _("Surely below"), ValueKind.COUNT),
        Column("list", _("List")),
        Column("items", _("Costliest items")),
    ]
    return OutputTable(_score_title(_, by), tuple(columns), rows)


def _score_title(_: Translate, by: str) -> str:
    return {
        "street": _("Scores of street offices"),
        "category": _("Scores of categories"),
        "unit": _("Scores of units"),
        "district": _("Scores of districts"),
    }[by]


def _errors(_: Translate, *, detailed: bool) -> list[Column]:
    if not detailed:
        return []
    return [
        Column("se", _("Standard error"), ValueKind.SCORE),
        Column("se_days", _("Standard error by days"), ValueKind.SCORE),
    ]


def _totals(_: Translate, *, detailed: bool) -> list[Column]:
    if not detailed:
        return []
    return [
        Column("drawn", _("Drawn"), ValueKind.COUNT),
        Column("checkpoints", _("Stand for"), ValueKind.COUNT),
        Column("points_lost", _("Points lost over the roster"), ValueKind.POINTS),
        Column("points_lost_se", _("its standard error"), ValueKind.POINTS),
    ]


def named(items: Iterable[str], found: RoundFindings, language: str) -> str:
    """Name items in one line."""
    return SEPARATOR[language].join(item_names(items, found.catalogue, language))


def lists_table(boards: dict[str, Board], found: RoundFindings, language: str) -> OutputTable:
    """Return the red and black list (红黑榜): who is beyond chance better or worse than the whole."""
    _ = speaking(language)
    parts = []
    for by, board in boards.items():
        rows = board.rows.assign(name=group_names(board, by, found, language), kind=groups_in_words(language)[by])
        parts.append(rows[rows["list"] != ""])
    rows = pd.concat(parts) if parts else pd.DataFrame()
    ordered = rows.sort_values("list", ascending=False, kind="stable")
    shown = ordered.assign(
        side=ordered["list"].map({"red": _("red list"), "black": _("black list")}),
        items=[named(items, found, language) for items in ordered["items"]],
    )
    columns = (
        Column("kind", _("Kind")),
        Column("name", _("Who")),
        Column("score", _("Score of 100"), ValueKind.SCORE),
        Column("low", _("Score, 95 %"), ValueKind.SCORE, until="high"),
        Column("n", _("Visited"), ValueKind.COUNT),
        Column("items", _("Costliest items")),
    )
    return OutputTable(
        _("Red and black list"),
        columns,
        shown,
        group="side",
        empty=_("Nobody's score differs from the whole beyond chance."),
    )


def items_table(found: RoundFindings, language: str, *, most: int | None = None) -> OutputTable:
    """Rank the items by what they cost."""
    _ = speaking(language)
    worst = worst_items(found, most=most)
    categories = found.catalogue.categories
    rows = worst.assign(
        name=item_names(worst.index, found.catalogue, language),
        category=[categories[code].name(language) if code in categories else code for code in worst["category"]],
    )
    columns = (
        Column("category", _("Category")),
        Column("name", _("Item")),
        Column("times", _("Times faulted"), ValueKind.COUNT),
        Column("points", _("Points lost"), ValueKind.POINTS),
        Column("points_roster", _("Points lost over the roster"), ValueKind.POINTS),
        Column("share", _("Share of all points lost"), ValueKind.SHARE),
    )
    return OutputTable(_("Items that cost most"), columns, rows, empty=_("No visit deducted anything."))


def problems_table(found: RoundFindings, language: str, timezone: str) -> OutputTable:
    """List what was found, street by street: place, item, points, date. It names no team and no hour."""
    _ = speaking(language)
    lines = found.deductions.join(
        found.visits[["checkpoint", "arrived_at", "street_code", "community_code", "unit"]], on="visit", how="inner"
    )
    place = found.sample.reindex(lines["checkpoint"])[["name", "address"]].set_axis(lines.index)
    rows = lines.assign(
        street=_zone(lines["street_code"], found.zones, _("outside every zone")),
        community=_zone(lines["community_code"], found.zones, ""),
        checkpoint_name=place["name"].fillna(lines["checkpoint"]),
        address=place["address"].fillna(""),
        item_name=item_names(lines["item"], found.catalogue, language),
        date=written(lines["arrived_at"], timezone, "D"),
    ).sort_values(["street_code", "date", "checkpoint_name", "item"], kind="stable")
    columns = (
        Column("checkpoint_name", _("Checkpoint")),
        Column("address", _("Address")),
        Column("community", _("Community")),
        Column("unit", _("Unit")),
        Column("item_name", _("Item")),
        Column("points", _("Points"), ValueKind.POINTS),
        Column("date", _("Date"), ValueKind.DATE),
        Column("note", _("Note")),
    )
    return OutputTable(_("Problems by street"), columns, rows, group="street", empty=_("No visit deducted anything."))


def _zone(codes: pd.Series, zones: gpd.GeoDataFrame, nowhere: str) -> pd.Series:
    names = zone_names(codes, zones)
    return names.where(names != "", nowhere)
