"""The rights of files on Windows: what mode 0600 is elsewhere, by the system's own ``icacls``.

A file takes the rights of its folder. So they are cut off (``/inheritance:r``) and replaced by full rights of the one
account that runs this program; what is made inside a folder later takes them from it.
"""

import csv
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

Run = Callable[[Sequence[str]], str]
"""Runs a program and returns what it printed."""


def owner_alone(path: Path, *, run: Run | None = None) -> None:
    """Let the account that runs this program have a file or folder for itself.

    Raises
    ------
    PermissionError
        When the system refuses, as on a FAT disk, which knows no rights.
    """
    run = run or _run
    rights = "(OI)(CI)F" if path.is_dir() else "F"
    try:
        run(["icacls", str(path), "/inheritance:r", "/grant:r", f"*{account(run)}:{rights}", "/q"])
    except (OSError, subprocess.SubprocessError) as error:
        raise PermissionError(13, "its rights cannot be set", str(path)) from error


def account(run: Run | None = None) -> str:
    """Return the security identifier of this account; its name may be in any language."""
    rows = list(csv.reader((run or _run)(["whoami", "/user", "/fo", "csv", "/nh"]).splitlines()))
    return rows[0][1]


def _run(arguments: Sequence[str]) -> str:
    done = subprocess.run(list(arguments), check=True, capture_output=True, timeout=30)  # noqa: S603 - our own words
    return done.stdout.decode(errors="replace")
