"""The key that signs the sessions: made on the spot, kept beside the city, readable by its owner alone."""

import os
import secrets
from pathlib import Path

NAME = "secret.key"
BYTES = 32


def secret_of(cache_dir: Path) -> str:
    """Return the city's signing key, making it the first time.

    Parameters
    ----------
    cache_dir
        The folder of the city's caches (``Store.cache_dir``).

    Returns
    -------
    str
        64 hexadecimal digits, kept in ``secret.key`` with mode 0600. Removing the file logs everybody out.
    """
    path = cache_dir / NAME
    cache_dir.mkdir(parents=True, exist_ok=True)
    draft = cache_dir / f"{NAME}.{secrets.token_hex(8)}"
    if not path.exists():
        # Whoever links first wins: two servers that start at once must not sign with different keys.
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            draft.replace(path)
        draft.unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()
