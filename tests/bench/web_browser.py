"""A browser as the benchmark of the web needs it: connections over TLS that are kept, cookies, forms; nothing is drawn.

Several requests may be under way: each has a connection of its own, as browsers do it.
"""

import asyncio
import json
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_NOTHING: Mapping[str, str] = {}
_BUTTON = re.compile(r"<button\b([^>]*)>")
BOUNDARY = "xundian-bench-7f2a"
PARTIAL = {"Range": "bytes=0-16383"}  # what a map reads of an archive of tiles at a time
ASKED_LATER = ("stop", "quote", "cellCard", "cellShapes", "timeline", "own", "page", "job")  # by what a person does


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def location(self) -> str:
        """The path that it sends to, without its anchor; empty when it doesn't."""
        return re.sub(r"^https?://[^/]+", "", self.headers.get("location", "")).partition("#")[0]

    @property
    def kind(self) -> str:
        """Its media type."""
        return self.headers.get("content-type", "").partition(";")[0]

    def settings(self) -> Any:
        """Return what a page gives its script; nothing where it gives none."""
        found = re.search(rb'id="settings">(.*?)</script>', self.body, re.DOTALL)
        return json.loads(found[1]) if found else {}

    def fields(self, action: str) -> dict[str, str]:
        """Return what the form of a page that goes to ``action`` sends without being filled: hidden, and its button."""
        for attributes, content in re.findall(r"<form\b([^>]*)>(.*?)</form>", self.body.decode(), re.DOTALL):
            if f'action="{action}"' in unescape(attributes):
                hidden = re.findall(r"<input\b([^>]*type=\"hidden\"[^>]*)>", content)
                pairs = (dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in (*hidden, *_BUTTON.findall(content)))
                return {unescape(each["name"]): unescape(each.get("value", "")) for each in pairs if "name" in each}
        return {}


@dataclass(slots=True)
class Browser:
    """One browser of one person.

    Parameters
    ----------
    port
        Of the server on this machine.
    tls
        What trusts its certificate.
    """

    port: int
    tls: ssl.SSLContext
    cookies: dict[str, str] = field(default_factory=dict)
    idle: list[Connection] = field(default_factory=list)

    async def get(self, path: str, more: Mapping[str, str] = _NOTHING) -> Answer:
        """Ask for a page."""
        return await self._ask("GET", path, more, b"")

    async def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send a form."""
        body = urlencode(form).encode()
        return await self._ask("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, body)

    async def send_file(self, path: str, form: Mapping[str, str], name: str, content: bytes) -> Answer:
        """Send a form with a file in its field ``file``."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in form.items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body = b"".join([*parts, head, content, f"\r\n--{BOUNDARY}--\r\n".encode()])
        return await self._ask("POST", path, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}, body)

    async def log_in(self, name: str, password: str) -> None:
        """Log in, or raise."""
        page = await self.get("/login")
        answer = await self.post("/login", page.fields("/login") | {"name": name, "password": password})
        if answer.status != 302:
            raise RuntimeError(f"{name} cannot log in: {answer.status}")

    async def close(self) -> None:
        """Close the connections."""
        while self.idle:
            writer = self.idle.pop()[1]
            writer.close()
            with suppress(OSError, ssl.SSLError):
                await writer.wait_closed()

    async def _ask(self, method: str, path: str, more: Mapping[str, str], body: bytes) -> Answer:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: localhost:{self.port}",
            f"Referer: https://localhost:{self.port}/",
        ]
        lines += [f"Origin: https://localhost:{self.port}", f"Content-Length: {len(body)}"] if method == "POST" else []
        lines += ["Accept-Encoding: gzip", "Accept-Language: zh-CN"]
        lines += [f"{key}: {value}" for key, value in more.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{key}={value}" for key, value in self.cookies.items()))
        message = "\r\n".join([*lines, "", ""]).encode() + body
        while self.idle:
            try:
                return await self._exchange(self.idle.pop(), message)
            except (ConnectionError, asyncio.IncompleteReadError):  # the server closed it meanwhile
                if method == "POST":
                    break
        made = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls, server_hostname="localhost")
        return await self._exchange(made, message)

    async def _exchange(self, connection: Connection, message: bytes) -> Answer:
        reader, writer = connection
        writer.write(message)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status, headers = int(head[0].split()[1]), {}
        for line in filter(None, head[1:]):
            key, _, value = line.partition(": ")
            if key.lower() == "set-cookie":
                name, _, content = value.partition(";")[0].partition("=")
                self.cookies[name] = content
            headers[key.lower()] = value
        body = await _body(reader, status, headers)
        if headers.get("connection", "").lower() == "close":
            writer.close()
            with suppress(OSError, ssl.SSLError):
                await writer.wait_closed()
        else:
            self.idle.append(connection)
        return Answer(status, headers, body)


async def _body(reader: asyncio.StreamReader, status: int, headers: Mapping[str, str]) -> bytes:
    if status in (204, 304):
        return b""
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            parts.append((await reader.readexactly(size + 2))[:-2])
        await reader.readline()
        return b"".join(parts)
    return await reader.read()


Tile = tuple[int, int, int]  # zoom, column, row


def asked_by(page: Answer, tile: Tile = (0, 0, 0)) -> list[str]:
    """Return the addresses that a page's script asks for as soon as it runs; of tiles, four from ``tile`` on."""
    found: list[str] = []

    def look(key: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                look(name, each)
        elif isinstance(value, str) and value.startswith(("/data/", "/tiles/")) and key not in ASKED_LATER:
            found.extend(_tiles(value, tile))

    look("", page.settings())
    return found


def _tiles(address: str, tile: Tile) -> list[str]:
    zoom, column, row = tile
    return list(
        dict.fromkeys(
            address.replace("{z}", str(zoom)).replace("{x}", str(column + right)).replace("{y}", str(row + down))
            for right in (0, 1)
            for down in (0, 1)
        )
    )


def range_of(address: str) -> Mapping[str, str]:
    """Return the headers with which a browser asks for an address: archives are read in pieces."""
    return PARTIAL if address.endswith((".pmtiles", ".gpkg")) else _NOTHING
