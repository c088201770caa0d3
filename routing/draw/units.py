"""What a sample is drawn from, as numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Units:
    """What is drawn from, one entry per unit in canonical order."""

    kind: Ints  # number of the category
    x_cm: Ints
    y_cm: Ints
    street: Ints | None = None  # number of the street office where each is to get its share

    def take(self, at: Ints) -> "Units":
        """Keep the units at these positions; the numbers of kinds and streets may then have gaps."""
        street = None if self.street is None else _dense(self.street[at])
        return Units(_dense(self.kind[at]), self.x_cm[at], self.y_cm[at], street)


def _dense(numbers: Ints) -> Ints:
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)
