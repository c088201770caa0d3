"""Where the secrets of committed rounds lie: in files beside the city, never in it.

A copy of the city (mailed, opened in QGIS, kept as a backup) must not let its reader compute the samples of months to
come. So the seed of a chain is in a file of its own that only its owner may read, and a city without that file can
neither draw a committed round nor reveal it.
"""

import json
import os
import secrets
from pathlib import Path

from geo.errors import StateError
from geo.store import Store
from routing.draw.chain import Chain

SEED_BYTES = 32


def folder_of(store: Store) -> Path:
    """Return the folder of a city's secrets: ``city.secrets`` beside ``city.gpkg``, or in ``XUNDIAN_HOME``."""
    return store.cache_dir.with_suffix(".secrets")


def new_chain(store: Store, length: int) -> Chain:
    """Make a chain of secrets, and keep its seed in a file that only its owner may read."""
    chain = Chain(secrets.token_bytes(SEED_BYTES), length)
    folder = folder_of(store)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(_path(store, chain.end), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump({"seed": chain.seed.hex(), "length": length, "end": chain.end}, file)
        file.flush()
        os.fsync(file.fileno())  # a chain whose end is published must not be lost to a power cut
    return chain


def chain_of(store: Store, end: str) -> Chain:
    """Return the chain whose end was published.

    Raises
    ------
    StateError
        When its file is missing or damaged.
    """
    path = _path(store, end)
    try:
        values = json.loads(path.read_text(encoding="ascii"))
        chain = Chain(bytes.fromhex(values["seed"]), int(values["length"]))
    except FileNotFoundError:
        raise StateError(
            "the secret of this round is missing: bring {path} back from where the round was committed to, "
            "or void the round",
            path=str(path),
        ) from None
    except (ValueError, KeyError, TypeError):
        raise StateError("the secret in {path} is damaged: bring it back from a backup", path=str(path)) from None
    if chain.end != end:
        raise StateError("the secret in {path} is damaged: bring it back from a backup", path=str(path))
    return chain


def _path(store: Store, end: str) -> Path:
    return folder_of(store) / f"chain-{end[:16]}.json"
