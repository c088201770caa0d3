"""A draw's report as its page and its printed sheet show it: rows of names and figures, ready to be written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from geo.model import Level
from geo.store import Store
from routing.draw.risk import LOOK_BACK
from routing.rounds.report import RoundReport
from webmap.draw.map import sample_map

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class DrawView:
    """What the template of a report needs."""

    report: RoundReport
    quotas: list[tuple[str, int, int]]  # category, quota, drawn
    streets: list[tuple[str, float, int]]  # name, expected, drawn
    balances: list[tuple[str, float, float]]  # way to draw, in the city, within categories
    points: list[tuple[str, str]]  # the sample: id and name, for a list to choose from
    map: Markup


def view_of(store: Store, report: RoundReport, *, say: Say, category: Callable[[str], str]) -> DrawView:
    """Name everything in a language.

    Parameters
    ----------
    store
        The city.
    report
        What was found.
    say
        Translates an English text.
    category
        Names a category.
    """
    roster = store.checkpoints.frame(include_retired=True)
    places = roster.geometry.reindex(report.frame.index).dropna()
    zones = store.zones.frame(Level.STREET).geometry
    named = {LOOK_BACK: say("look-back")}
    now = store.draws.sample(report.status.round_id)
    return DrawView(
        report,
        [
            (named.get(str(code)) or category(str(code)), int(row["quota"]), int(row["drawn"]))
            for code, row in report.quotas.to_dict("index").items()
        ],
        [
            (row["name"] or str(code) or say("outside the zones"), float(row["expected"]), int(row["drawn"]))
            for code, row in report.streets.to_dict("index").items()
        ],
        _balances(report, say),
        [(str(id_), str(name)) for id_, name in now["name"].sort_index().items()],
        sample_map(places, now.index, zones, title=say("Checkpoints drawn, among all that could be")),
    )


def _balances(report: RoundReport, say: Say) -> list[tuple[str, float, float]]:
    rows: list[tuple[str, Any]] = [(say("This draw"), report.balance)]
    if report.comparison is not None:
        rows.append((say("Drawn at random, same quotas"), report.comparison.simple_random))
        rows.append((say("Each category spread by itself"), report.comparison.per_category))
    return [(name, balance.city, balance.within) for name, balance in rows]
