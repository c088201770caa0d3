"""The roster, on both databases."""

import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geo.errors import InputError, NotFoundError
from geo.frames import CHECKPOINTS, check
from geo.model import Changes, Scope


def test_what_goes_in_comes_out(store, roster):
    frame = roster(5, fixed=[True, False, True, False, True], size=[0.1, 2, 3, 4, 1e-9])
    assert store.checkpoints.upsert(frame) == Changes(accepted=5)
    back = check(store.checkpoints.frame(), CHECKPOINTS)
    assert_geodataframe_equal(back, frame, check_dtype=False, check_like=True)


def test_an_empty_city_gives_an_empty_frame(store):
    assert check(store.checkpoints.frame(), CHECKPOINTS).empty


def test_changes_are_counted_truly(store, roster):
    store.checkpoints.upsert(roster(4))
    frame = roster(6)
    frame.loc["c0001", "unit"] = "卫健委"
    frame.loc["c0002", "geometry"] = shapely.Point(114.5, 30.5)
    assert store.checkpoints.upsert(frame) == Changes(accepted=2, updated=2, unchanged=2)
    assert store.checkpoints.upsert(frame) == Changes(unchanged=6)
    back = store.checkpoints.frame()
    assert back.loc["c0001", "unit"] == "卫健委"
    assert back.loc["c0002", "geometry"] == shapely.Point(114.5, 30.5)


def test_missing_text_is_empty_text(store, roster):
    frame = roster(2)
    frame["address"] = [None, "路"]
    frame["hours"] = np.array([None, "24/7"], dtype=object)
    store.checkpoints.upsert(frame)
    assert store.checkpoints.frame()["address"].tolist() == ["", "路"]
    assert store.checkpoints.upsert(frame).unchanged == 2


def test_a_retired_checkpoint_stays(store, roster):
    store.checkpoints.upsert(roster(3))
    assert store.checkpoints.retire(["c0001", "c0001", "nobody"]) == 1
    assert store.checkpoints.retire(["c0001"]) == 0
    assert store.checkpoints.frame().index.tolist() == ["c0000", "c0002"]
    assert store.checkpoints.frame(include_retired=True)["retired"].tolist() == [False, True, False]


def test_a_row_without_place_is_refused_whole(store, roster):
    frame = roster(3)
    frame.loc["c0002", "geometry"] = None
    with pytest.raises(InputError, match="c0002"):
        store.checkpoints.upsert(frame)
    assert store.checkpoints.frame().empty


def test_a_frame_of_another_shape_is_refused(store, roster):
    with pytest.raises(InputError, match="unit"):
        store.checkpoints.upsert(roster(2).drop(columns="unit"))


def test_heights_are_dropped(store, roster):
    frame = roster(1)
    store.checkpoints.upsert(frame.set_geometry(shapely.force_3d(frame.geometry.to_numpy(), 9.0)))
    assert not shapely.has_z(store.checkpoints.frame().geometry.to_numpy()).any()


def test_an_unknown_zone_is_an_error(store):
    with pytest.raises(NotFoundError, match="420199"):
        store.checkpoints.frame(Scope(zone="420199"))
