"""``xundian export routes`` and ``sheets``: what a team takes with it."""

from pathlib import Path

import click

from routing.sheets.export import FORMATS, routes_file
from routing.sheets.route_sheet import no_route, plan_part
from webmap.cli.exports.files import OUT, warn_covert
from webmap.cli.groups import export_group
from webmap.cli.leaving import exported
from webmap.cli.session import Result, Session, command
from webmap.language.reasons import wording
from webmap.language.texts import translate
from webmap.route.sheet import write_sheets

TEAM = click.option("--team", help="The route of one team alone.")
DAY = click.option("--day", type=click.IntRange(1), help="The routes of one day alone.")


@command(export_group, "routes")
@click.argument("round_id", metavar="ID")
@click.option("--format", "format_", type=click.Choice(FORMATS), required=True)
@TEAM
@DAY
@OUT
def routes(session: Session, round_id: str, format_: str, team: str | None, day: int | None, out: Path) -> Result:
    """Write the routes of a round, or of one team or day, for a GPS, a map or Excel."""
    with session.store() as store:
        part = plan_part(store, round_id, team=team, day=day)
        if part.routes.empty and part.unserved.empty:
            raise no_route(store, round_id, team=team, day=day)
        words = wording(session.language, lambda text: translate(text, session.language))
        out.write_bytes(routes_file(part, format_, wording=words))
        exported(store, f"plan/{round_id}", out)
    warn_covert(session, covert=part.round.covert)
    session.say("Wrote {path}", path=out)
    return {"round": round_id, "format": format_, "routes": len(part.routes), "out": str(out)}


@command(export_group, "sheets")
@click.argument("round_id", metavar="ID")
@TEAM
@DAY
@OUT
def sheets(session: Session, round_id: str, team: str | None, day: int | None, out: Path) -> Result:
    """Write route sheets to print: one HTML file with a page of A4 for each team and day, its map on it."""
    with session.store() as store:
        pages = write_sheets(store, round_id, out, team=team, day=day, language=session.language)
        covert = store.rounds.get(round_id).covert
        exported(store, f"plan/{round_id}", out)
    warn_covert(session, covert=covert)
    session.say("Wrote {count} pages to {path}", count=pages, path=out)
    return {"round": round_id, "pages": pages, "out": str(out)}
