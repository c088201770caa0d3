"""``xundian demo``: the whole product on the demo city, in one command."""

import datetime as dt
import time
from dataclasses import replace
from pathlib import Path

import click

from data.demo import build
from geo.errors import StateError
from geo.model import Role, Round
from geo.store import Store
from routing.plan.planner import PlanOptions, plan_round
from routing.rounds.making import draw_round
from webmap.accounts.making import add_account
from webmap.cli.session import Result, Session, command
from webmap.serve import ServedSite, bound, serve

ROUND = Round("2026-06", start=dt.date(2026, 6, 9), days=4, teams=11, size=1_090, covert=True)
SEED = 20260612
PLAN_S = 20.0


@command(None, "demo")
@click.option(
    "--dir", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"), show_default=True
)
@click.option("--no-serve", is_flag=True, help="Build and stop, without serving the map.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def demo(session: Session, folder: Path, *, no_serve: bool, host: str, port: int) -> Result:
    """Build the demo city into DIR/city.gpkg, draw and plan a round, serve the map."""
    started = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    session.city = str(folder / "city.gpkg")
    site = ServedSite(host, port)
    listening = None if no_serve else bound(host, port)
    _clear(folder)
    with session.store(create=True) as store:
        result = _fill(session, store)
        accounts = _accounts(store)
    result["seconds"] = round(time.perf_counter() - started, 1)
    session.say(
        "Demo city: {checkpoints} checkpoints, {visits} past visits; {drawn} drawn, {routes} routes, {served} served, "
        "{unserved} unserved; {seconds} s.",
        **result,
    )
    for name, password in accounts.items():
        session.say("  account {name}  password {password}", name=name, password=password)
    if listening is not None:
        session.say("The map: {address} (Ctrl-C stops)", address=site.address)
        serve(session.city, site, listening)
    return {**result, "city": session.city, "accounts": accounts}


def _clear(folder: Path) -> None:
    """Remove the demo city of an earlier run, and never a city of anyone's own."""
    city = folder / "city.gpkg"
    if not city.exists():
        return
    with Store.open(city) as store:
        if not store.settings.get("demo"):
            raise StateError("{city} is a city of your own: name another folder with --dir", city=city)
    for old in folder.glob("city.gpkg*"):
        old.unlink()


def _fill(session: Session, store: Store) -> dict[str, object]:
    city = build(store, progress=session.progress)
    store.rounds.create(replace(ROUND, edition=store.catalogues.get().edition))
    store.settings.set("today", ROUND.start.isoformat())
    drawn = draw_round(store, ROUND.id, seed=SEED, progress=session.progress)
    plan = plan_round(store, ROUND.id, PlanOptions(seconds=PLAN_S, seed=SEED), progress=session.progress)
    return {
        "checkpoints": city.checkpoints,
        "drawn": drawn.drawn,
        "routes": plan.routes,
        "served": plan.served,
        "unserved": plan.unserved,
        "visits": city.visits,
    }


def _accounts(store: Store) -> dict[str, str]:
    """Make one account of each role."""
    team = store.plans.routes(ROUND.id, day=1).sort_values("stops")["team"].iloc[-1]  # one that is out on the first day
    street = store.zones.frame("street").index[0]
    unit = store.checkpoints.frame()["unit"].loc[lambda units: units != ""].value_counts().index[0]
    return {
        "planner": add_account(store, "planner", Role.PLANNER),
        "team": add_account(store, "team", Role.TEAM, team=team),
        "street": add_account(store, "street", Role.STREET, zone=street),
        "unit": add_account(store, "unit", Role.UNIT, unit=unit),
        "observer": add_account(store, "observer", Role.OBSERVER),
        "admin": add_account(store, "admin", Role.ADMIN),
    }
