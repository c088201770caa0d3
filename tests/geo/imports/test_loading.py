"""What a child process loads that reads one file: no pages, and no library that only another importer needs."""

import json
import subprocess
import sys

import pytest

from geo import imports

NOT_NEEDED = ["flask", "werkzeug", "networkx", "osmnx", "scipy.sparse", "alembic", "matplotlib"]
LOADED = "import json, sys, {module}; print(json.dumps([name for name in {names} if name in sys.modules]))"


@pytest.mark.parametrize(
    "module", ["webmap.intake.apart", "webmap.cli.apart", "geo.imports.roster", "geo.imports.visits"]
)
def test_a_child_loads_what_it_needs(module):
    code = LOADED.format(module=module, names=NOT_NEEDED)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == []


def test_every_importer_is_found_by_its_name():
    names = [name for names in imports._NAMES.values() for name in names]
    assert len(names) == len(set(names))
    for module, own in imports._NAMES.items():
        for name in own:
            assert getattr(imports, name).__module__ == f"geo.imports.{module}"


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'import_everything'"):
        imports.import_everything  # noqa: B018 - asked for is enough
