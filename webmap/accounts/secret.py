"""The key that signs the sessions: made on the spot, kept beside the city, readable by its owner alone."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from geo import private

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

    Raises
    ------
    OSError
        When it can neither be read nor kept: on a read-only or full disk.
    """
    path = cache_dir / NAME
    with suppress(OSError):
        return path.read_text(encoding="ascii").strip()
    private.make_folder(cache_dir)
    draft = cache_dir / f"{NAME}.{secrets.token_hex(8)}"
    if not path.exists():
        # Whoever links first wins: two servers that start at once must not sign with different keys.
        with private.open_new(draft) as file:
            file.write(secrets.token_hex(BYTES).encode("ascii"))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            draft.replace(path)
        draft.unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()
