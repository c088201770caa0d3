"""The classes in which maps show what was found. They are fixed, so that any two maps can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

OUTSIDE, UNKNOWN, FIRST = 0, 1, 2
"""Codes of a cell beyond the district, of one without visits, and of the lowest class."""

HOT, COLD = 1, 2


@dataclass(frozen=True, slots=True)
class Surface:
    """One quantity that fills the cells.

    Parameters
    ----------
    breaks
        A value on a break belongs to the class above it.
    palette
        The variables of the stylesheet that colour the classes: ``heat`` stands for ``--heat-1`` and so on.
    """

    breaks: tuple[float, ...]
    palette: str

    @property
    def labels(self) -> tuple[str, ...]:
        """Name the classes from the lowest."""
        return (*(f"<{at:g}" for at in self.breaks), f"≥{self.breaks[-1]:g}")

    def codes(self, values: ArrayLike) -> NDArray[np.uint8]:
        """Return the code of each value; NaN is unknown."""
        value = np.asarray(values, np.float64)
        return np.where(np.isnan(value), UNKNOWN, FIRST + np.searchsorted(self.breaks, value, "right")).astype(np.uint8)


RATES = (0.25, 0.5, 1.0, 2.0, 4.0)  # points per visit
SURFACES: Mapping[str, Surface] = {
    "rate": Surface(RATES, "heat"),
    "density": Surface(RATES, "heat"),  # the same unit, so the same colours
    "count": Surface((1.0, 2.0, 5.0, 10.0, 20.0), "count"),  # points
}
"""The surfaces by name, in the order of the bytes of a cell."""
