"""The table of rights, and that nothing goes past it."""

import ast
from pathlib import Path

import pytest
from flask import Blueprint, Flask

import webmap
from geo.model import Action, Reach, Role
from webmap.accounts import access
from webmap.cli.doors import page as doors_page
from webmap.rights import ANYBODY, RIGHTS, reach_of

ROOT = Path(webmap.__file__).parent
TAKERS = ("access.city", "city", "Store.open", "VisibleCity")
HOLD_THE_STORE = {
    "app.py",  # makes the application
    "serve.py",
    "jobs/keeper.py",  # keeps the worker process beside the server
    "formats.py",  # the catalogue and the time zone, which are no secret
    "backups.py",  # a worker's process, which asks the gate
    "jobs/pages.py",  # each job is given to its owner alone
    "jobs/work.py",  # a worker's process
    "jobs/worker.py",
    "intake/pages.py",  # the folder of waiting uploads, when the application is made
    "intake/visits.py",
    "findings/desk.py",  # prepares a planner's statistics before anybody asks
    "standalone/folium_map.py",  # a command writes it
}
"""Beside ``accounts``, each with its reason."""


def test_every_action_is_somebodys() -> None:
    assert ANYBODY.isdisjoint(RIGHTS)
    assert ANYBODY | set(RIGHTS) == set(Action)
    assert all(RIGHTS.values())


def test_only_planners_reach_everything_but_the_streets() -> None:
    whole = {(action, role) for action, roles in RIGHTS.items() for role, reach in roles.items() if reach is Reach.ALL}
    assert {role for action, role in whole if action is not Action.SEE_STREETS} == {Role.PLANNER}


def test_an_administrator_sees_nothing_of_the_inspections() -> None:
    held = {action for action in Action if reach_of(Role.ADMIN, action)}
    assert held == {
        Action.KEEP_ACCOUNT,
        Action.FOLLOW_WORK,
        Action.SEE_ACCOUNTS,
        Action.END_SESSIONS,
        Action.MANAGE_ACCOUNTS,
        Action.READ_LOG,
        Action.BACK_UP,
    }


def test_every_role_has_a_first_page() -> None:
    assert set(access.HOMES) == set(Role)


def test_every_address_has_exactly_one_action(app: Flask) -> None:
    assert {access.action_of(app, rule.endpoint) for rule in app.url_map.iter_rules()} == set(Action)


def test_an_address_without_an_action_stops_the_application(app: Flask) -> None:
    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/open", "open", lambda: "everything")
    with pytest.raises(TypeError, match=r"/open has no action"):
        access.check_doors(bare)
    pages = Blueprint("more", __name__)
    pages.get("/more")(access.needs(Action.PLAN)(lambda: ""))
    assert access.action_of(app, "more.nothing") is None


def test_an_address_with_two_actions_stops_the_application() -> None:
    with pytest.raises(TypeError, match="two actions"):
        access.needs(Action.PLAN)(access.needs(Action.DRAW)(lambda: ""))


def test_no_page_holds_a_bare_store() -> None:
    holding = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if path.relative_to(ROOT).parts[0] not in ("accounts", "cli") and _takes_the_store(path)
    }
    assert holding == HOLD_THE_STORE


def _takes_the_store(path: Path) -> bool:
    """Tell whether a module takes the store past the gate."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in TAKERS:
            return True
        if isinstance(node, ast.Subscript) and ast.unparse(node).endswith("extensions['xundian']"):
            return True
        if isinstance(node, ast.Attribute) and node.attr == "_store":
            return True
    return False


def test_the_documents_table_is_the_table() -> None:
    """Write docs/rights.md anew with ``python -m webmap.cli.doors > docs/rights.md`` when this fails."""
    written = (ROOT.parent / "docs/rights.md").read_text(encoding="utf-8")
    assert written == doors_page()
