"""GeoJSON properties of any kind: text, or the row's fault; whole numbers and ids keep their digits beside blanks."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.crs import prefixed_crs, project_xy
from geo.errors import InputError
from geo.readers import read_roster, read_team_list, read_visits, read_zone_layer
from geo.writers.layers import write_sheet

FAULTS = Path(__file__).parents[1] / "faults"
calm = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=4), part, max_size=3),
    max_leaves=6,
)


def geojson(path: Path, rows: list[dict], *, xy: tuple[float, float] = (114.3, 30.6)) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": {"type": "Point", "coordinates": [xy[0] + n / 1000, xy[1]]},
        }
        for n, row in enumerate(rows)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_a_list_is_text():
    reading = read_roster(FAULTS / "geojson_list_property_traceback.geojson", datum="wgs84")
    assert reading.accepted["name"].tolist() == ["甲", "乙"]
    assert reading.accepted["address"].tolist() == ["114.3051; 30.6011", "114.3061; 30.6011"]


def test_ids_beside_blanks_keep_their_digits(tmp_path):
    rows = [{"id": 420_106_010_100_001_001, "name": "甲", "category": "公园"}, {"name": "乙", "category": "公园"}]
    reading = read_roster(geojson(tmp_path / "a.geojson", rows), datum="wgs84")
    assert reading.accepted.index[0] == "420106010100001001"
    rows[0]["id"] = 10**20
    reading = read_roster(geojson(tmp_path / "a.geojson", rows), datum="wgs84")
    assert "lost its last digits" in reading.rejected["reason"].iloc[0]


def test_flags_and_categories_of_other_kinds(tmp_path):
    rows = [
        {"name": "甲", "category": "公园", "fixed": True},
        {"name": "乙", "category": ["公园"], "fixed": None},
        {"name": "丙", "category": {"zh": "公园"}, "fixed": [1, 2]},
    ]
    reading = read_roster(geojson(tmp_path / "a.geojson", rows), datum="wgs84")
    assert reading.accepted["fixed"].tolist() == [True, False]
    assert reading.rejected["source_row"].tolist() == [3]
    assert "which the catalogue does not have" in reading.rejected["reason"].iloc[0]
    write_sheet(reading.rejected, tmp_path / "r.xlsx")


def test_geojson_that_names_no_crs_may_hold_eastings_with_their_zone(tmp_path):
    x, y = project_xy(114.3, 30.6, prefixed_crs(38))
    reading = read_roster(
        geojson(tmp_path / "a.geojson", [{"name": "甲", "category": "公园"}], xy=(float(x), float(y))), datum="cgcs2000"
    )
    assert reading.accepted.geometry.x.tolist() == pytest.approx([114.3])
    assert "prefix of zone 38" in "\n".join(note.text() for note in reading.notes)


@calm
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["id", "name", "category", "hours", "lon", "地址", "规模", "组", "扣分"]), anything
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_properties(tmp_path, rows):
    path = geojson(tmp_path / "a.geojson", rows)
    for read in (
        lambda: read_roster(path, datum="wgs84"),
        lambda: read_zone_layer(path, datum="wgs84", level="special"),
        lambda: read_team_list(path, datum="wgs84"),
        lambda: read_visits(path),
    ):
        with suppress(InputError):  # a traceback fails
            read()
