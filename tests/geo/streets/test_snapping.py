"""Snapping: the nearest position that can be reached, and who is stranded."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import metric_crs, project_xy
from geo.errors import InputError
from geo.model import Mode
from geo.streets.edges import FAR_M, length_m, reachable, snap, stranded

# A square of streets, a one-way into a dead end (5), an island (6-7), a motorway and a tunnel beside the square.
PLACES = {1: (0, 0), 2: (4, 0), 3: (4, 4), 4: (0, 4), 5: (8, 4), 6: (0, 20), 7: (4, 20), 8: (0, -1), 9: (4, -1)}
STREETS = [
    (1, 2, {}),
    (2, 3, {}),
    (3, 4, {}),
    (4, 1, {}),
    (3, 5, {"car": 1}),
    (6, 7, {}),
    (8, 9, {"highway": "motorway", "walk": 0, "ebike": 0}),
    (8, 1, {"highway": "motorway_link", "walk": 0, "ebike": 0}),
    (9, 2, {"tunnel": True}),
]


def lonlat(place: tuple[float, float]) -> tuple[float, float]:
    return 114.3 + place[0] / 1000, 30.6 + place[1] / 1000


def streets(rows: Sequence[tuple[int, int, dict[str, object]]] = STREETS) -> gpd.GeoDataFrame:
    plain = {
        "name": "",
        "highway": "residential",
        "walk": 3,
        "ebike": 3,
        "car": 3,
        "bridge": False,
        "tunnel": False,
        "part": 0,
    }
    frame = pd.DataFrame([{"u": u, "v": v, **plain, **more} for u, v, more in rows])
    lines = shapely.linestrings([[lonlat(PLACES[u]), lonlat(PLACES[v])] for u, v, _ in rows])
    frame["length_m"] = length_m(lines)
    frame.index = pd.RangeIndex(100, 100 + len(frame), name="edge")
    return gpd.GeoDataFrame(frame, geometry=lines, crs="EPSG:4326")


def points(*places: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries(
        [shapely.Point(lonlat(place)) for place in places], crs="EPSG:4326", index=list("abcdefgh")[: len(places)]
    )


def test_reachable_is_the_largest_part_that_one_can_get_back_from() -> None:
    edges = streets()
    assert reachable(edges, Mode.CAR).tolist() == [True, True, True, True, False, False, True, True, True]
    assert reachable(edges, Mode.WALK).tolist() == [True, True, True, True, True, False, False, False, True]
    assert not reachable(edges.assign(car=0), Mode.CAR).any()


def test_a_point_goes_to_the_edge_and_not_to_the_node() -> None:
    found = snap(streets(), points((1, 0.1), (4.2, 3)), Mode.WALK)
    assert found.edge.tolist() == [100, 101]
    assert found.fraction == pytest.approx([0.25, 0.75], abs=1e-4)
    assert found.distance_m == pytest.approx([11.086, 19.18], abs=0.05)
    assert found.take([1]).edge.tolist() == [101]
    assert len(found) == 2


def test_nobody_stops_where_the_mode_may_not_or_can_not_come_back_from() -> None:
    there = points((7, 4.1), (1, -1.1), (4.1, -0.5))  # by the dead end, by the motorway, by the tunnel
    assert snap(streets(), there, Mode.WALK).edge.tolist() == [104, 100, 100]
    driven = snap(streets(), there, Mode.CAR).edge.tolist()
    assert driven[0] in {101, 102}  # the end of the dead end
    assert driven[1:] == [100, 100]
    only = streets([(1, 2, {"highway": "motorway"}), (2, 3, {"tunnel": True})])
    assert snap(only, points((1, 0)), Mode.CAR).edge.tolist() == [100]


def test_stranded_names_the_points_of_islands_and_those_far_off() -> None:
    there = points((1, 0.1), (2, 19.5), (2, 30), (7, 4.1), (2, -5))
    found = stranded(streets(), there, Mode.CAR)
    assert found.index.tolist() == ["b", "c", "d", "e"]
    assert found.edge.tolist() == [105, 105, 104, 106]
    assert found.far.tolist() == [True, True, False, True]
    assert (found.reachable_m > FAR_M).tolist() == found.far.tolist()
    assert found.island_m["b"] == pytest.approx(55.4, abs=0.1)
    assert stranded(streets(), there.iloc[:1], Mode.CAR).empty


def test_frames_empty_lists_and_wrong_points() -> None:
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=points((1, 0.1)).to_numpy(), crs="EPSG:4326")
    assert snap(streets(), frame, Mode.WALK).edge.tolist() == [100]
    assert len(snap(streets(), points(), Mode.WALK)) == 0
    with pytest.raises(InputError, match="EPSG:4326"):
        snap(streets(), points((0, 0)).to_crs("EPSG:4547"), Mode.WALK)
    with pytest.raises(InputError, match="'b' is missing"):
        snap(streets(), pd.concat([points((0, 0)), gpd.GeoSeries([None], index=["b"], crs="EPSG:4326")]), Mode.WALK)
    with pytest.raises(InputError, match="no street is open"):
        snap(streets().assign(car=0), points((0, 0)), Mode.CAR)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 9), st.floats(-3, 9)), min_size=1, max_size=8), st.sampled_from(list(Mode)))
def test_nothing_reachable_is_nearer(places: list[tuple[float, float]], mode: Mode) -> None:
    edges, there = streets(), points(*places)
    found = snap(edges, there, mode)
    crs = metric_crs(114.3, 30.6)
    usable = edges[reachable(edges, mode) & ~edges.tunnel & (~edges.highway.str.startswith("motorway"))]
    for at, point in enumerate(there):
        here = shapely.Point(*project_xy(point.x, point.y, crs))
        lines = [
            shapely.LineString(np.column_stack(project_xy(*np.array(line.coords).T, crs))) for line in usable.geometry
        ]
        assert found.distance_m[at] == pytest.approx(min(line.distance(here) for line in lines), abs=1e-6)
        line = lines[usable.index.get_loc(found.edge[at])]
        assert line.interpolate(found.fraction[at], normalized=True).distance(here) == pytest.approx(
            found.distance_m[at], abs=1e-6
        )
