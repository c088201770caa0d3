"""``xundian draw reserve | survey | teams``: what happens to a drawn round before and in the field."""

import click

from geo.natural import natural_order
from routing.plan.problem_builder import made_up, teams_of
from routing.rounds import fieldwork
from routing.teams.drawn import WINDOW, draw_round_teams
from webmap.cli.groups import draw_group
from webmap.cli.session import Result, Session, command


@command(draw_group, "reserve")
@click.argument("round_id", metavar="ID")
@click.argument("checkpoint")
@click.option("--reason", required=True, help="Why it cannot be inspected: closed, refused, gone; it is published.")
def reserve(session: Session, round_id: str, checkpoint: str, reason: str) -> Result:
    """Replace a checkpoint that cannot be inspected by the nearest reserve of its category; plan again afterwards."""
    with session.store() as store:
        line = fieldwork.replace_point(store, round_id, checkpoint, reason)
        planned = not store.plans.routes(round_id).empty
    if line.into:
        session.say(
            "{out} is replaced by {into}, {distance_m:.0f} m away.",
            out=line.out,
            into=line.into,
            distance_m=line.distance_m,
        )
    else:
        session.say("{out} goes without replacement: no reserve of its category is left.", out=line.out)
    if planned:
        session.say("The routes still have {out}: plan the round again.", out=line.out)
    return {"round": round_id, "out": line.out, "into": line.into, "reason": line.reason, "distance_m": line.distance_m}


@command(draw_group, "survey")
@click.argument("round_id", metavar="ID")
@click.option("--total", type=click.IntRange(1), required=True, help="Questionnaires in all, as 372.")
@click.option("--categories", default="", help="Only at places of these categories, as a,b.")
def survey(session: Session, round_id: str, total: int, categories: str) -> Result:
    """Spread questionnaires over the drawn places: in proportion, exact in total."""
    with session.store() as store:
        catalogue = store.catalogues.get(store.rounds.get(round_id).edition)
        chosen = [one.strip() for one in categories.replace("，", ",").split(",") if one.strip()]
        codes = list(map(catalogue.named, chosen)) or None
        numbers = fieldwork.spread_questionnaires(store, round_id, total, categories=codes)
    numbers = numbers[numbers > 0]
    session.say("{total} questionnaires at {places} places.", total=int(numbers.sum()), places=len(numbers))
    return {"round": round_id, "total": int(numbers.sum()), "places": len(numbers), "questionnaires": numbers.to_dict()}


@command(draw_group, "teams")
@click.argument("round_id", metavar="ID")
@click.option(
    "--window",
    type=click.IntRange(0),
    default=WINDOW,
    show_default=True,
    help="Rounds in which a pair must not repeat.",
)
def teams(session: Session, round_id: str, window: int) -> Result:
    """Draw inspectors into teams, and whose turn each street is: avoidance always, rotation or the proof why not."""
    with session.store() as store:
        ready = teams_of(store, store.rounds.get(round_id), store.draws.sample(round_id))
        drawn = draw_round_teams(store, round_id, ready, window=window)
        session.warn(made_up(store, store.rounds.get(round_id)))
    members = {team: [one.name for one in people] for team, people in drawn.members.items()}
    for team in natural_order(members):
        session.say("Team {team}: {names}", team=team, names=", ".join(members[team]))
    for line in (drawn.proof, *drawn.street_proofs):
        if line:
            session.say("Not avoidable: {proof}", proof=line)
    return {
        "round": round_id,
        "teams": members,
        "repeats": drawn.repeats,
        "proof": drawn.proof,
        "street_repeats": drawn.street_repeats,
        "street_proofs": drawn.street_proofs,
        "turns": drawn.turns,
    }
