"""Kernel density surfaces over the plane and along streets."""

from geo.density.streets import street_kernel as street_kernel
from geo.density.surface import kernel as kernel
from geo.density.surface import ratio as ratio
