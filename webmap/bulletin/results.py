"""The page of results (结果): scores of the rounds that are over, for leaders and whoever only looks."""

from collections import OrderedDict
from typing import Any

from flask import Blueprint, current_app, render_template, request

from geo.errors import NotFoundError, StateError
from geo.model import Action, Round
from geo.results import board
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.bulletin.sections import scores_table
from webmap.language.spoken import spoken, translate_error

pages = Blueprint("results", __name__)

SHOWN = ("rank", "rank_low", "name", "score", "low", "n", "list", "items")
GROUPS = ("street", "category", "unit")
KEPT = 16  # rounds remembered


@pages.get("/results")
@access.needs(Action.READ_RESULTS)
def page() -> str:
    """Show the scores of a round that is over: the one asked for, else the newest."""
    visible = access.visible()
    rounds = visible.finished_rounds()
    asked = request.args.get("round")
    chosen = [one for one in rounds if one.id == asked] if asked else rounds
    if asked and not chosen:
        raise NotFoundError("there is no round {round}: choose one of the list", round=asked)
    trouble = ""
    for one in chosen:  # without a wish: the newest that was visited
        try:
            return _page(rounds, one, **_scores(visible, one))
        except StateError as error:
            trouble = trouble or translate_error(error)
    return _page(rounds, next(iter(chosen), None), trouble=trouble)


def _page(rounds: list[Round], chosen: Round | None, **content: Any) -> str:  # noqa: ANN401 - of the template
    return render_template("results.html", rounds=rounds, round=chosen, **content)


def _scores(visible: VisibleCity, chosen: Round) -> dict[str, Any]:
    """Return a round's scores, remembered as long as no visit changes."""
    known: OrderedDict[Any, dict[str, Any]] = current_app.extensions.setdefault("xundian_results", OrderedDict())
    key = (chosen.id, spoken(), visible.visits_state())
    if key not in known:
        found = visible.finished(chosen.id)
        boards = {by: board(found, by) for by in GROUPS}
        tables = [scores_table(one, by, found, spoken()).only(SHOWN) for by, one in boards.items()]
        known[key] = {"whole": boards["street"].overall, "tables": tables}
        while len(known) > KEPT:
            known.popitem(last=False)
    return known[key]
