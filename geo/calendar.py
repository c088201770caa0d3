"""Days and months of a city's own clock, as text."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def written(moments: "pd.Series[pd.Timestamp]", timezone: str, unit: Literal["D", "M"]) -> NDArray[np.object_]:
    """Write the local day of each moment as ``2026-06-12``, or its month as ``2026-06``.

    Each day is written once, however many moments it has.

    Parameters
    ----------
    moments
        Aware.
    timezone
        Of the city.
    unit
        ``D`` for days, ``M`` for months.
    """
    local = moments.dt.tz_convert(timezone).dt.tz_localize(None)
    at, days = pd.factorize(local.to_numpy().astype(f"datetime64[{unit}]"))
    return np.asarray(days).astype(f"datetime64[{unit}]").astype(str).astype(object)[at]
