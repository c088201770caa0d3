"""Where it is bad, and how sure that is."""

from geo.hotspots.carried import carry as carry
from geo.hotspots.getis import gi_star as gi_star
from geo.hotspots.getis import gi_star_raster as gi_star_raster
from geo.hotspots.moran import local_moran as local_moran
from geo.hotspots.verdict import flag as flag
