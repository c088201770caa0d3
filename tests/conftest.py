"""What all rooms' tests share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, event, inspect

from geo.store import migrations
from webmap.accounts import passwords

if TYPE_CHECKING:
    from playwright.sync_api import Browser

UPGRADE = migrations.upgrade
COST = passwords.MEMORY_KB, passwords.PASSES

# How long an example takes is the machine's business, and what else it does. The same commit tries the same examples
# everywhere; ``python -m tests.bench.properties`` sets XUNDIAN_SEARCH and looks for others.
settings.register_profile(
    "any machine",
    parent=settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    derandomize="XUNDIAN_SEARCH" not in os.environ,
    suppress_health_check=[*settings.default.suppress_health_check, HealthCheck.too_slow],
)
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def _english() -> Iterator[None]:
    """Let the commands speak English, whatever the machine speaks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUNDIAN_LANG", "en")
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Let passwords cost next to nothing: what guesses cost is asked where :func:`costly_passwords` is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "MEMORY_KB", 64)
        patch.setattr(passwords, "PASSES", 1)
        yield


@pytest.fixture(scope="session", autouse=True)
def first_steps() -> Iterator[list[tuple[str, object]]]:
    """Let every new GeoPackage after the first get the statements that the first got of its migrations."""
    steps: list[tuple[str, object]] = []

    def upgrade(connection: Connection, register: migrations.Register) -> None:
        is_empty = connection.dialect.name == "sqlite" and not inspect(connection).has_table("settings")
        if not is_empty:
            UPGRADE(connection, register)
        elif steps:
            for statement, values in steps:
                connection.exec_driver_sql(statement, values)
        else:
            _recorded(connection, steps, lambda: UPGRADE(connection, register))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "upgrade", upgrade)
        yield steps


@pytest.fixture
def by_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a new city be made by its migrations, one after the other."""
    monkeypatch.setattr(migrations, "upgrade", UPGRADE)


def _recorded(connection: Connection, steps: list[tuple[str, object]], work: Callable[[], None]) -> None:
    """Do the work, and keep the statements that change anything; those of work that fails are not kept."""
    kept: list[tuple[str, object]] = []

    def keep(_connection: object, _cursor: object, statement: str, values: object, *_others: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA MAIN", "PRAGMA TEMP")):
            kept.append((statement, values))

    event.listen(connection, "before_cursor_execute", keep)
    try:
        work()
    finally:
        event.remove(connection, "before_cursor_execute", keep)
    steps += kept


@pytest.fixture
def costly_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let passwords cost what they cost outside the tests."""
    monkeypatch.setattr(passwords, "MEMORY_KB", COST[0])
    monkeypatch.setattr(passwords, "PASSES", COST[1])


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Start the browser; one serves all rooms' tests."""
    from tests.browser import started  # noqa: PLC0415 - most tests need no browser

    with started() as browser:
        yield browser


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real city data, or skip and say how to set it."""
    folder = os.environ.get("XUNDIAN_DATA")
    if not folder:
        pytest.skip(
            "set XUNDIAN_DATA to the folder with wuhan_streets.parquet, shanghai_center.osm and the other real data"
        )
    path = Path(folder)
    if not (path / "wuhan_streets.parquet").exists():
        pytest.fail(f"XUNDIAN_DATA is {folder}, which holds no wuhan_streets.parquet")
    return path
