"""The libraries of others are what their packages ship, and their licences are with them."""

import hashlib
import re
from pathlib import Path

import webmap

VENDOR = Path(webmap.__file__).with_name("static") / "vendor"
ROW = re.compile(r"^\| `([^`]+)` \| [\d.]+ \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def test_every_file_has_the_sum_in_the_table() -> None:
    table = dict(ROW.findall((VENDOR / "README.md").read_text(encoding="utf-8")))
    files = {
        path.relative_to(VENDOR).as_posix()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.parent != VENDOR and not path.name.startswith("LICENSE")
        if not path.name.endswith(".d.mts")
    }
    assert files == set(table)
    for name, sum_ in table.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == sum_, name


def test_every_library_has_its_licence() -> None:
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert list(folder.glob("LICENSE*")), folder
