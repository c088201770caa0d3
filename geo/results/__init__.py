"""What a scope of visits says: the cells where it is bad, and the boards of a round, for pages and files."""

from geo.results.board import GROUPS as GROUPS
from geo.results.board import Board as Board
from geo.results.board import board as board
from geo.results.board import score_board as score_board
from geo.results.cells import RADII_M as RADII_M
from geo.results.cells import hotspot_cells as hotspot_cells
from geo.results.cells import raster_of as raster_of
from geo.results.cells import shrunk_rates as shrunk_rates
from geo.results.findings import RoundFindings as RoundFindings
from geo.results.findings import findings as findings
from geo.results.findings import findings_state as findings_state
from geo.results.items import worst_items as worst_items
from geo.results.names import item_names as item_names
from geo.results.names import zone_names as zone_names
from geo.results.places import hotspot_places as hotspot_places
