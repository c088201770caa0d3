"""The allocator is asked to keep little, in a process of its own."""

import platform
import subprocess
import sys

from webmap.server.allocator import keep_little


def test_the_allocator_is_asked_where_there_is_one() -> None:
    glibc = platform.libc_ver()[0] == "glibc"
    code = "import sys; from webmap.server.allocator import keep_little; sys.exit(0 if keep_little() else 3)"
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == (0 if glibc else 3)


def test_a_system_without_it_is_left_as_it_is(monkeypatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    assert keep_little() is False
