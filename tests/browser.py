"""The browser of the tests: one for a process, since Playwright runs once in it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
EDGES = ("PROGRAMFILES", "PROGRAMFILES(X86)")
WAIT_MS = 180_000  # a machine may be busy; nothing waits longer than it must
FLAGS = (
    "--no-sandbox",
    "--use-angle=swiftshader",  # MapLibre needs WebGL, a test machine seldom has a graphics card
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """Find the browser, or fail and say what to install."""
    named = os.environ.get("XUNDIAN_CHROMIUM")
    found = [named] if named else [path for name in CHROMIUMS if (path := shutil.which(name))]
    found += [
        str(path)
        for variable in EDGES
        if (path := Path(os.environ.get(variable, "")) / "Microsoft/Edge/Application/msedge.exe").exists()
    ]
    if not found:
        pytest.fail("The browser tests need Chromium, Chrome or Edge: install one, or name it in XUNDIAN_CHROMIUM.")
    return found[0]


@contextmanager
def started() -> Iterator[Browser]:
    """Start the browser, and end it."""
    expect.set_options(timeout=WAIT_MS)  # a busy machine draws slowly
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()
