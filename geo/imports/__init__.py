"""From a file to the city: read, check, locate, keep; commands and pages alike call these."""

from geo.imports.cells import CellsMade as CellsMade
from geo.imports.cells import make_cells as make_cells
from geo.imports.placing import place as place
from geo.imports.report import ImportOptions as ImportOptions
from geo.imports.report import ImportReport as ImportReport
from geo.imports.roster import PreparedRoster as PreparedRoster
from geo.imports.roster import import_checkpoints as import_checkpoints
from geo.imports.roster import keep_roster as keep_roster
from geo.imports.roster import prepare_roster as prepare_roster
from geo.imports.streets import import_streets as import_streets
from geo.imports.teams import import_teams as import_teams
from geo.imports.undo import undo as undo
from geo.imports.undo import undo_last as undo_last
from geo.imports.visits import import_visits as import_visits
from geo.imports.zones import PreparedZones as PreparedZones
from geo.imports.zones import import_zones as import_zones
from geo.imports.zones import keep_zones as keep_zones
from geo.imports.zones import prepare_zones as prepare_zones
from geo.imports.zones import relocate as relocate
