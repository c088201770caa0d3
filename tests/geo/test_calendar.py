"""Days and months of a city's own clock."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.calendar import written

SECONDS = st.integers(int(pd.Timestamp("1990-01-01").timestamp()), int(pd.Timestamp("2060-01-01").timestamp()))


@given(st.lists(SECONDS, max_size=20), st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "America/Los_Angeles", "UTC"]))
def test_days_and_months_are_those_of_the_clock(seconds: list[int], timezone: str) -> None:
    moments = pd.Series(pd.to_datetime(seconds, unit="s", utc=True))
    local = [moment.tz_convert(timezone) for moment in moments]
    assert written(moments, timezone, "D").tolist() == [f"{one:%Y-%m-%d}" for one in local]
    assert written(moments, timezone, "M").tolist() == [f"{one:%Y-%m}" for one in local]
