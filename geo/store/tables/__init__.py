"""The tables of a city, with the columns of :mod:`geo.frames`; the migrations build the same, which a test proves."""

from geo.store.tables.audit import audit as audit
from geo.store.tables.audit import audit_frontier as audit_frontier
from geo.store.tables.base import metadata as metadata
from geo.store.tables.city import cells as cells
from geo.store.tables.city import checkpoints as checkpoints
from geo.store.tables.city import street_hours as street_hours
from geo.store.tables.city import streets as streets
from geo.store.tables.city import turn_bans as turn_bans
from geo.store.tables.city import turn_hours as turn_hours
from geo.store.tables.city import unplaced as unplaced
from geo.store.tables.city import zones as zones
from geo.store.tables.jobs import job_files as job_files
from geo.store.tables.jobs import jobs as jobs
from geo.store.tables.office import catalogues as catalogues
from geo.store.tables.office import counters as counters
from geo.store.tables.office import import_rows as import_rows
from geo.store.tables.office import imports as imports
from geo.store.tables.office import planner_notices as planner_notices
from geo.store.tables.office import sessions as sessions
from geo.store.tables.office import settings as settings
from geo.store.tables.office import users as users
from geo.store.tables.people import avoidances as avoidances
from geo.store.tables.people import inspectors as inspectors
from geo.store.tables.people import teams as teams
from geo.store.tables.plans import candidates as candidates
from geo.store.tables.plans import closures as closures
from geo.store.tables.plans import plans as plans
from geo.store.tables.plans import route_changes as route_changes
from geo.store.tables.plans import routes as routes
from geo.store.tables.plans import stops as stops
from geo.store.tables.plans import unserved as unserved
from geo.store.tables.rounds import commitments as commitments
from geo.store.tables.rounds import drawn_frames as drawn_frames
from geo.store.tables.rounds import draws as draws
from geo.store.tables.rounds import questionnaires as questionnaires
from geo.store.tables.rounds import replacements as replacements
from geo.store.tables.rounds import reserves as reserves
from geo.store.tables.rounds import rounds as rounds
from geo.store.tables.rounds import sample as sample
from geo.store.tables.rounds import secret_sets as secret_sets
from geo.store.tables.rounds import team_draws as team_draws
from geo.store.tables.totals import totals as totals
from geo.store.tables.visits import deduction_photos as deduction_photos
from geo.store.tables.visits import deductions as deductions
from geo.store.tables.visits import photos as photos
from geo.store.tables.visits import visits as visits

REVISION = "0019"
"""The migration that leads to these tables."""

LAYERS = tuple(table for table in metadata.sorted_tables if "geom" in table.c)
