"""Addresses that came from outside and must stay inside."""

from urllib.parse import urlsplit


def local_path(address: str) -> str:
    r"""Return ``address`` when it is a path on this server, else ``/``.

    ``//host``, ``/\host`` and anything with a scheme would lead away, so that a forged link could.
    """
    parts = urlsplit(address.replace("\\", "/"))
    inside = address.startswith("/") and not parts.scheme and not parts.netloc and address.isprintable()
    return address if inside else "/"
