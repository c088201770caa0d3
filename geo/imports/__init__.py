"""From a file to the city: read, check, locate, keep; commands and pages alike call these.

Each importer is loaded when it is first asked for: a child process that reads one file needs one of them, and all of
them take half a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geo.imports.undo import undo as undo  # at once: its module has the same name
from geo.imports.undo import undo_last as undo_last

if TYPE_CHECKING:
    from geo.imports.cells import CellsMade as CellsMade
    from geo.imports.cells import make_cells as make_cells
    from geo.imports.placing import place as place
    from geo.imports.report import ImportOptions as ImportOptions
    from geo.imports.report import ImportReport as ImportReport
    from geo.imports.roster import PreparedRoster as PreparedRoster
    from geo.imports.roster import import_checkpoints as import_checkpoints
    from geo.imports.roster import prepare_roster as prepare_roster
    from geo.imports.roster import write_roster as write_roster
    from geo.imports.streets import import_streets as import_streets
    from geo.imports.teams import import_teams as import_teams
    from geo.imports.visits import import_visits as import_visits
    from geo.imports.zones import PreparedZones as PreparedZones
    from geo.imports.zones import import_zones as import_zones
    from geo.imports.zones import prepare_zones as prepare_zones
    from geo.imports.zones import relocate as relocate
    from geo.imports.zones import write_zones as write_zones

_NAMES = {
    "cells": ("CellsMade", "make_cells"),
    "placing": ("place",),
    "report": ("ImportOptions", "ImportReport"),
    "roster": ("PreparedRoster", "import_checkpoints", "prepare_roster", "write_roster"),
    "streets": ("import_streets",),
    "teams": ("import_teams",),
    "visits": ("import_visits",),
    "zones": ("PreparedZones", "import_zones", "prepare_zones", "relocate", "write_zones"),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Load the importer that a name stands for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
