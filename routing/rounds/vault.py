"""Where the secrets of committed rounds lie: in files beside the city, never in it.

A copy of the city (mailed, opened in QGIS, kept as a backup) must not let its reader compute the samples of months to
come. So the master seed of a year is in a file of its own that only its owner may read, and a city without that file
can neither draw a committed round nor reveal it. Cities that have the file of a chain keep it beside the new ones.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo import private
from geo.errors import StateError
from geo.store import Store
from routing.draw.chain import Chain
from routing.draw.year_secrets import YearSecrets

SEED_BYTES = 32


def folder_of(store: Store) -> Path:
    """Return the folder of a city's secrets: ``city.secrets`` beside ``city.gpkg``, or in ``XUNDIAN_HOME``."""
    return store.cache_dir.with_suffix(".secrets")


def new_secrets(store: Store, year: int, count: int) -> YearSecrets:
    """Make the secrets of a year, and keep their master seed in a file that only its owner may read."""
    made = YearSecrets(secrets.token_bytes(SEED_BYTES), year, count)
    root = made.root()
    folder = folder_of(store)
    private.make_folder(folder)
    content = json.dumps({"master": made.master.hex(), "year": year, "count": count, "root": root})
    with private.open_new(_path(store, "year", root)) as file:
        file.write(content.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())  # secrets whose root is published must not be lost to a power cut
    return made


def secrets_of(store: Store, root: str) -> YearSecrets:
    """Return the secrets of a year whose root was published.

    Raises
    ------
    StateError
        When their file is missing or damaged.
    """
    path = _path(store, "year", root)
    values = _read(path)
    try:
        found = YearSecrets(bytes.fromhex(values["master"]), int(values["year"]), int(values["count"]))
    except (ValueError, KeyError, TypeError):
        raise _damaged(path) from None
    if found.root() != root:
        raise _damaged(path)
    return found


def chain_of(store: Store, end: str) -> Chain:
    """Return the chain whose end was published, of a city that began with one.

    Raises
    ------
    StateError
        When its file is missing or damaged.
    """
    path = _path(store, "chain", end)
    values = _read(path)
    try:
        chain = Chain(bytes.fromhex(values["seed"]), int(values["length"]))
    except (ValueError, KeyError, TypeError):
        raise _damaged(path) from None
    if chain.end != end:
        raise _damaged(path)
    return chain


def _read(path: Path) -> Mapping[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise StateError(
            "the secret of this round is missing: bring {path} back from where the round was committed to, "
            "or void the round",
            path=_shown(path),
        ) from None
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(values, dict):
        raise _damaged(path)
    return values


def _damaged(path: Path) -> StateError:
    return StateError("the secret in {path} is damaged: bring it back from a backup", path=_shown(path))


def _shown(path: Path) -> str:
    """Name a file without where the city lies, which is nobody's business on a page."""
    return f"{path.parent.name}/{path.name}"


def _path(store: Store, kind: str, root: str) -> Path:
    return folder_of(store) / f"{kind}-{root[:16]}.json"
