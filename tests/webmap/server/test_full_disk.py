"""What a client sends finds no place: it is told so in words, and the server goes on."""

import errno
import http.client
import os
import shutil
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pytest

from webmap import create_app
from webmap.accounts.limits import gate_of
from webmap.serve import bound
from webmap.server import Server, connection, running
from webmap.server.spools import IN_MEMORY


class FullDisk(SpooledTemporaryFile):
    """A file that has no place beyond the memory."""

    def rollover(self) -> None:
        """Fail as a full disk does."""
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_an_upload_that_finds_no_place_is_refused_in_words(
    city_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "spool", lambda: FullDisk(max_size=IN_MEMORY))
    shutil.copy(city_file, tmp_path / "city.gpkg")
    app = create_app({"CITY": str(tmp_path / "city.gpkg"), "SECRET_KEY": "for tests only"})
    body = b"x" * (IN_MEMORY + 200_000)
    listening = bound("127.0.0.1", 0)
    host, port = listening.getsockname()
    with running(Server(app, listening, gate=lambda environ: max(gate_of(app)(environ), 2_000_000))):
        client = http.client.HTTPConnection(host, port, timeout=60)
        client.request("POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = client.getresponse()
        said = answer.read().decode()
        assert answer.status == 503
        assert "磁盘已满：没有任何改动。请腾出空间后重试" in said
        client.close()
        client.request("GET", "/login")
        assert client.getresponse().status == 200
        client.close()
    app.extensions["xundian"].close()
