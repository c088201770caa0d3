"""``xundian plan report``: what a plan comes to."""

from collections.abc import Mapping

import click
import pandas as pd

from geo.errors import InputError
from geo.natural import natural_order
from geo.store import Store
from routing.plan.forecast import KNOWN, PlanFigures
from routing.plan.report import PlanReport, chances_of, report_of
from routing.vary.likeness import MOST
from webmap.cli.groups import plan_group
from webmap.cli.leaving import looked
from webmap.cli.session import Result, Session, command
from webmap.language.reasons import reason_text
from webmap.language.texts import translate


@command(plan_group, "report")
@click.argument("round_id", metavar="ID")
@click.option("--unit", help="Also what this responsible unit could guess of each of its checkpoints.")
def report(session: Session, round_id: str, unit: str | None) -> Result:
    """Say what a plan comes to: travel, loads, service, premium, and what an inspected unit could guess of it."""
    with session.store() as store:
        found, changes = report_of(store, round_id), len(store.amendments.frame(round_id))
        own = _of_unit(store, round_id, unit) if unit else None
        looked(store, round_id)
    its = found.figures
    _say_travel(session, round_id, found)
    session.warn(found.notes)
    _say_service(session, found)
    _say_guesses(session, its)
    _say_likeness(session, found)
    if changes:
        session.say("{changes} changes were made since; these figures are of the plan as it was made.", changes=changes)
    if own is not None:
        _say_unit(session, str(unit), own)
    keys = ("served", "unserved", "travel_s", "routes", "too_similar")
    result = {"round": round_id, "changes": changes, **{key: getattr(found, key) for key in keys}, **found.as_json()}
    return result if own is None else result | {"unit": own.reset_index().to_dict("records")}


def _of_unit(store: Store, round_id: str, unit: str) -> pd.DataFrame:
    """Return the chances of a unit's checkpoints that the plan visits, the easiest to guess first."""
    sample = store.draws.sample(round_id)
    if unit not in set(sample["unit"]):
        raise InputError(
            "unit is {value!r}: no checkpoint of round {round} is its own", field="unit", value=unit, round=round_id
        )
    own = sample.index[sample["unit"] == unit]
    guessed = chances_of(store, round_id)
    return guessed[guessed.index.isin(own)].join(sample["name"]).sort_values("all", ascending=False)


def _say_unit(session: Session, unit: str, own: pd.DataFrame) -> None:
    session.say("{unit}: {count} checkpoints are visited.", unit=unit, count=len(own))
    for place, one in own.iterrows():
        session.say(
            "  {id} {name}: day {day:.0%}, hour {hour:.0%}, after the first stop {after:.0%}, team {team:.0%}, "
            "all {all:.1%}",
            id=place,
            name=one["name"],
            day=one["day"],
            hour=one["hour"],
            after=one["hour_after_first"],
            team=one["team"],
            all=one["all"],
        )


def _say_travel(session: Session, round_id: str, found: PlanReport) -> None:
    its = found.figures
    session.say(
        "Round {round}: {routes} routes, {travel} of travel, {premium:.1%} above the shortest known; {mean:.1%} "
        "on average, {cap:.1%} allowed.",
        round=round_id,
        routes=its.routes,
        travel=session.duration(its.travel_s),
        premium=its.premium,
        mean=its.premium_mean,
        cap=found.premium_cap,
    )
    if found.drawn_days_cost_s is not None:
        session.say(
            "The days of the draw cost {time} of travel or more against free days.",
            time=session.duration(found.drawn_days_cost_s),
        )
    if found.closed_edges:
        session.say("{edges} pieces of street were closed, on all days of the round.", edges=found.closed_edges)
    session.say("The teams work from {start} to {end}.", **_hours(found.shift))
    for team in natural_order(found.own_shifts):
        shift = found.own_shifts[team]
        if shift["lunch_s"]:
            session.say(
                "  {team} from {start} to {end}, with lunch between {lunch_from} and {lunch_until}.",
                team=team,
                **_hours(shift),
            )
        else:
            session.say("  {team} from {start} to {end}, without lunch.", team=team, **_hours(shift))
    session.say(
        "Work of a team: {mean} on average, {least} to {most}.",
        mean=session.duration(its.load_mean_s),
        least=session.duration(its.load_least_s),
        most=session.duration(its.load_most_s),
    )


def _hours(shift: Mapping[str, int]) -> dict[str, str]:
    keys = {"start": "start_s", "end": "end_s", "lunch_from": "lunch_from_s", "lunch_until": "lunch_until_s"}
    return {name: _clock(shift[key]) for name, key in keys.items()}


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def _say_service(session: Session, found: PlanReport) -> None:
    session.say("{served} of {stops} stops served.", served=found.served, stops=found.figures.stops)
    for reason, count in found.reasons.items():
        session.say(
            "  {count} not: {reason}",
            count=count,
            reason=reason_text(reason, say=lambda text: translate(text, session.language)),
        )
    if found.teams_for_all is not None:
        session.say("Teams that would serve all that only lack room: {teams}.", teams=found.teams_for_all)


def _say_guesses(session: Session, its: PlanFigures) -> None:
    session.say(
        "An inspected unit guesses its day with a chance of {day:.0%}; knowing the day, the hour with {hour:.0%}, "
        "after its team's first stop was seen with {after:.0%}, the team with {team:.0%}; all at once with {all:.1%}.",
        day=its.guess_day,
        hour=its.guess_hour,
        after=its.guess_hour_after_first,
        team=its.guess_team,
        all=its.guess_all,
    )
    if its.guess_hour_windowed is not None:
        session.say("  Where opening hours are short, the hour with {hour:.0%}.", hour=its.guess_hour_windowed)
    session.say(
        "  The hour of {known} stops is as good as known, with {limit:.0%} or more.", known=its.hour_known, limit=KNOWN
    )


def _say_likeness(session: Session, found: PlanReport) -> None:
    share = found.figures.similarity
    if not found.past_rounds:
        session.say("There is no earlier round to compare with.")
    elif found.too_similar:
        session.say(
            "TOO SIMILAR: {share:.0%} of the legs were driven in the last {rounds} rounds too; below {most:.0%} is "
            "asked for. A higher --premium, or other teams and days, make it less.",
            share=share,
            rounds=found.past_rounds,
            most=MOST,
        )
    else:
        session.say(
            "{share:.0%} of the legs were driven in the last {rounds} rounds too; below {most:.0%} is asked for.",
            share=share,
            rounds=found.past_rounds,
            most=MOST,
        )
