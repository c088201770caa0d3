"""Who asks, and whether by HTTPS: a proxy that is named is believed, nobody else."""

from typing import Any

import pytest
from flask import Flask

from geo.errors import InputError
from webmap.server.proxies import BehindProxies, networks


def seen(trusted: list[str], remote: str, **headers: str) -> tuple[str, str, list[str]]:
    """Return client, scheme and the forwarding headers that the application sees."""
    found: dict[str, Any] = {}

    def application(environ: dict[str, Any], _start: object) -> list[bytes]:
        found.update(environ)
        return []

    environ = {"REMOTE_ADDR": remote, "wsgi.url_scheme": "http"} | {
        f"HTTP_{key}": text for key, text in headers.items()
    }
    BehindProxies(application, networks(trusted))(environ, None)
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"], [key for key in found if "FORWARDED" in key]


@pytest.mark.parametrize(
    ("trusted", "remote", "forwarded", "client"),
    [
        ([], "10.0.0.5", "1.2.3.4", "10.0.0.5"),
        (["10.0.0.5"], "10.0.0.6", "1.2.3.4", "10.0.0.6"),
        (["10.0.0.5"], "10.0.0.5", "1.2.3.4", "1.2.3.4"),
        (["10.0.0.5"], "10.0.0.5", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (["10.0.0.0/24"], "10.0.0.5", "6.6.6.6, 1.2.3.4, 10.0.0.7", "1.2.3.4"),
        (["10.0.0.5"], "10.0.0.5", "", "10.0.0.5"),
        (["10.0.0.5"], "10.0.0.5", "1.2.3.4, nonsense", "10.0.0.5"),
        (["10.0.0.5"], "10.0.0.5", "1.2.3.4:5678", "1.2.3.4"),
        (["10.0.0.5"], "::ffff:10.0.0.5", "[2001:db8::1]:99", "2001:db8::1"),
        (["::1"], "::1", "1.2.3.4", "1.2.3.4"),
    ],
)
def test_only_a_named_proxy_says_who_asks(trusted: list[str], remote: str, forwarded: str, client: str) -> None:
    found = seen(trusted, remote, X_FORWARDED_FOR=forwarded, X_FORWARDED_PROTO="http, https", FORWARDED="for=9.9.9.9")
    assert found[0] == client
    assert found[2] == []
    believed = bool(trusted) and remote.removeprefix("::ffff:") != "10.0.0.6"
    assert found[1] == ("https" if believed else "http")


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(InputError, match=r"trusted_proxy is 'proxy\.local'"):
        networks(["proxy.local"])


def test_cookies_and_hsts_follow_the_way_a_page_came(app: Flask) -> None:
    for base, secure in (("http://a", False), ("https://a", True)):
        client = app.test_client()
        answer = client.post("/login", base_url=base, data={"name": "planner", "password": "correct horse battery"})
        assert answer.status_code == 302
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert ("; Secure" in cookie) is secure, cookie
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
        assert len(answer.headers.getlist("Set-Cookie")) == 2
        assert ("Strict-Transport-Security" in answer.headers) is secure
