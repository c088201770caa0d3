"""The page of results (结果): scores of the rounds that are over, for leaders and whoever only looks.

The scores of a small round are worked out for the page, those of a large one beside the server and kept in the city.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request

from geo.errors import NotFoundError, StateError, StoreError
from geo.model import Action, Round
from geo.results import findings, findings_state
from geo.store.job_rows import Job, JobState, Wanted
from geo.store.jobs import Jobs
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.bulletin.kept_scores import KeptScores
from webmap.jobs.kinds import RESULTS
from webmap.jobs.pages import kept_jobs, standing, trouble
from webmap.jobs.work import RunningJob, now
from webmap.language.spoken import spoken, translate_error

pages = Blueprint("results", __name__)

KEPT = 16  # rounds remembered
KEPT_FILES = 48  # in the city: rounds
FEW_VISITS = 3_000  # to be scored for the page itself
ROWS = 200  # of a table at once
FILE = "scores"


Remembered = OrderedDict[str, tuple[str, KeptScores]]
"""Scores by their round, with the state of which they are."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a round's scores: what they are, or how far they are; as they were, where visits came since."""

    scores: KeptScores | None = None
    old: bool = False
    said: str = ""


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
    trouble_said = ""
    for one in chosen:  # without a wish: the newest that was visited
        try:
            return _page(rounds, one, **_shown(_scores(visible, one)))
        except StateError as error:
            trouble_said = trouble_said or translate_error(error)
    return _page(rounds, next(iter(chosen), None), trouble=trouble_said)


def _page(rounds: list[Round], chosen: Round | None, **content: Any) -> str:  # noqa: ANN401 - of the template
    return render_template("results.html", rounds=rounds, round=chosen, **content)


def _shown(known: Standing) -> dict[str, Any]:
    """Return what the template shows: of long tables some rows from the one that is asked for."""
    if known.scores is None:
        return {"working": known.said}
    first = max(request.args.get("from", 0, type=int), 0)
    tables = [
        (table, 0, table.cells) if len(table.cells) <= ROWS else (table, first, table.cells[first : first + ROWS])
        for table in known.scores.tables[spoken()]
    ]
    return {"whole": known.scores.whole, "tables": tables, "rows_shown": ROWS, "old": known.old}


def _scores(visible: VisibleCity, chosen: Round) -> Standing:
    """Return a round's scores, remembered as long as it stays as it is."""
    known: OrderedDict[str, tuple[str, KeptScores]] = current_app.extensions.setdefault(
        "xundian_results", OrderedDict()
    )
    at, visits = visible.finished_state(chosen.id)
    if chosen.id in known and known[chosen.id][0] == at:
        return Standing(known[chosen.id][1])
    if visits > FEW_VISITS:
        try:
            return _from_city(kept_jobs(), visible.user.name, chosen.id, at, known)
        except StoreError:  # it cannot be written
            pass
    made = KeptScores.of(visible.finished(chosen.id))
    _remember(known, chosen.id, at, made)
    return Standing(made)


def _from_city(jobs: Jobs, owner: str, round_id: str, at: str, known: Remembered) -> Standing:
    """Take what the city keeps of a round, and have it worked out again where that is old."""
    about = f"results {round_id}"
    newest, done = jobs.newest(about), jobs.newest(about, JobState.DONE)
    kept = None if done is None else _read(jobs, done)
    old = kept is None or done is None or done.result["state"] != at
    failed = newest is not None and newest.state is JobState.FAILED
    if old and not failed and (newest is None or newest.finished):
        newest = jobs.enqueue(Wanted(RESULTS.name, owner, {"round": round_id}, about=about), now())
    if kept is None:
        return Standing(said="" if newest is None else trouble(newest) or standing(newest))
    if not old:
        _remember(known, round_id, at, kept)
    return Standing(kept, old=old)


def _read(jobs: Jobs, done: Job) -> KeptScores | None:
    content = jobs.content(done.id, FILE)
    return None if content is None else KeptScores.read(json.loads(content))


def _remember(known: Remembered, round_id: str, at: str, made: KeptScores) -> None:
    known[round_id] = at, made
    known.move_to_end(round_id)
    while len(known) > KEPT:
        known.popitem(last=False)


def work_out(work: RunningJob) -> None:
    """Score a round as a job, and keep that in the city."""
    round_id = work.params["round"]
    with work.store.snapshot():
        at, found = findings_state(work.store, round_id)[0], findings(work.store, round_id)
    content = json.dumps(KeptScores.of(found).plain(), ensure_ascii=False).encode()
    with work.finishing() as ending:
        ending.result, ending.files[FILE] = {"state": at}, content
        work.store.jobs.drop_files(RESULTS.name, KEPT_FILES)
