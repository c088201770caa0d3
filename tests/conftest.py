"""What all rooms' tests share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
