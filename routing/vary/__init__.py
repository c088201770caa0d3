"""Routes that an inspected unit cannot foresee: near-shortest, drawn by the day's key."""

from routing.vary.candidates import Candidates as Candidates
from routing.vary.candidates import read as read
from routing.vary.choice import choose as choose
from routing.vary.choice import faults as faults
from routing.vary.choice import subkey as subkey
from routing.vary.likeness import similarity as similarity
from routing.vary.sampler import Varied as Varied
from routing.vary.sampler import Variety as Variety
from routing.vary.sampler import vary as vary
