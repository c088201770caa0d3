"""A proxy before the server: who really asks, and whether they do so by HTTPS, is believed of a named proxy alone."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from geo.errors import InputError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks, as 127.0.0.1 or 10.0.0.0/8.

    Raises
    ------
    InputError
        When one is neither.
    """
    found = []
    for name in names:
        try:
            found.append(ipaddress.ip_network(name.strip(), strict=False))
        except ValueError as error:
            raise InputError(
                "{field} is {value!r}: give the proxy's address, as 10.0.0.5, or its network, as 10.0.0.0/24",
                field="trusted_proxy",
                value=name,
            ) from error
    return tuple(found)


class BehindProxies:
    """A WSGI application that believes the named proxies, and nobody else, who asks and how.

    Parameters
    ----------
    app
        The application behind.
    trusted
        Where the proxies are.
    """

    def __init__(self, app: "WSGIApplication", trusted: Sequence[Network]) -> None:
        self._app, self._trusted = app, trusted

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Set the client's address and the scheme, and drop what claims to know them."""
        claimed = {name: environ.pop(name, "") for name in _FORWARDED}
        if self._trusts(environ.get("REMOTE_ADDR", "")):
            client = self._client(claimed["HTTP_X_FORWARDED_FOR"])
            if client:
                environ["REMOTE_ADDR"] = client
            scheme = claimed["HTTP_X_FORWARDED_PROTO"].rpartition(",")[2].strip().lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self._app(environ, start_response)

    def _client(self, hops: str) -> str:
        """Return the last address of the way that is none of the proxies': what stands before it anybody may write."""
        for hop in reversed(hops.split(",")):
            address = hop.strip().removeprefix("[").partition("]")[0]
            address = address.partition(":")[0] if address.count(":") == 1 else address
            try:
                ipaddress.ip_address(address)
            except ValueError:
                return ""
            if not self._trusts(address):
                return address
        return ""

    def _trusts(self, address: str) -> bool:
        try:
            own = ipaddress.ip_address(address)
        except ValueError:
            return False
        plain = getattr(own, "ipv4_mapped", None) or own
        return any(plain in network for network in self._trusted)
