"""Files of an office in; checked frames and reasons out."""

from geo.readers.checkpoints import Reading as Reading
from geo.readers.checkpoints import read_checkpoints as read_checkpoints
from geo.readers.checkpoints import read_roster as read_roster
from geo.readers.faults import Fault as Fault
from geo.readers.tables import Note as Note
from geo.readers.teams import read_team_list as read_team_list
from geo.readers.teams import read_teams as read_teams
from geo.readers.visits import read_visits as read_visits
from geo.readers.zones import ZoneReading as ZoneReading
from geo.readers.zones import read_zone_layer as read_zone_layer
from geo.readers.zones import read_zones as read_zones
