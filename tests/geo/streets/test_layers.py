"""Street edges in several layers: all with the same columns are read, or the choice is asked."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import InputError
from geo.imports import import_streets
from geo.readers.chosen_file import ChosenFile
from geo.store import Store
from geo.streets.edges import read_streets
from tests.geo.streets.test_files import PLACES, grid


def layers(path, *named):
    for name, frame in named:
        frame.to_file(path, layer=name)
    return path


def nodes() -> gpd.GeoDataFrame:
    points = [shapely.Point(place) for place in PLACES.values()]
    return gpd.GeoDataFrame({"osmid": list(PLACES)}, geometry=points, crs="EPSG:4326")


def said(source) -> list[str]:
    return [note if isinstance(note, str) else note.text() for note in source.notes]


def test_all_layers_with_the_same_columns_are_read(tmp_path):
    whole = grid()
    path = layers(tmp_path / "a.gpkg", ("东城", whole[:2]), ("西城", whole[2:]), ("nodes", nodes()))
    source = read_streets(path)
    assert len(source.edges) == len(read_streets(layers(tmp_path / "b.gpkg", ("edges", whole))).edges)
    assert "'东城', '西城' were read together, of 2 sheets or layers: they have the same headings" in said(source)


def test_layers_whose_columns_differ_are_a_choice(tmp_path):
    whole = grid()
    path = layers(tmp_path / "a.gpkg", ("edges", whole[:2]), ("other", whole[2:].assign(oneway="yes")))
    with pytest.raises(InputError, match=r"headings differ: 'edges' \(2 rows.*; 'other' \(2 rows.*--layer"):
        read_streets(path)
    chosen = read_streets(ChosenFile(path, ("other",)))
    assert len(chosen.edges) == 2
    assert any("'edges' was not read, 2 rows" in note for note in said(chosen))
    with pytest.raises(InputError, match="othre"):
        read_streets(ChosenFile(path, ("othre",)))


def test_layers_in_other_systems_are_a_choice(tmp_path):
    whole = grid()
    path = layers(tmp_path / "a.gpkg", ("one", whole[:2]), ("two", whole[2:].to_crs("EPSG:4547")))
    with pytest.raises(InputError, match="in different systems"):
        read_streets(path)


def test_layers_of_streets_in_metres_and_degrees_are_read_together(tmp_path):
    whole = grid()
    path = layers(tmp_path / "a.gpkg", ("one", whole[:2]), ("two", whole[2:].to_crs("EPSG:3857")))
    there = read_streets(layers(tmp_path / "b.gpkg", ("one", whole))).edges
    assert read_streets(path).edges.total_bounds == pytest.approx(there.total_bounds, abs=1e-7)


def test_layers_that_are_likely_streets_are_asked_about(tmp_path):
    whole = grid()
    path = layers(tmp_path / "a.gpkg", ("one", whole[:2]), ("two", whole[2:].drop(columns="highway")))
    with pytest.raises(InputError, match="headings differ"):
        read_streets(path)


def test_lines_that_are_no_streets_are_left_out_and_said(tmp_path):
    rivers = gpd.GeoDataFrame({"river": ["汉江"]}, geometry=[grid().geometry[0]], crs="EPSG:4326")
    source = read_streets(layers(tmp_path / "a.gpkg", ("rivers", rivers), ("roads", grid())))
    assert len(source.edges) == len(read_streets(layers(tmp_path / "b.gpkg", ("edges", grid()))).edges)
    assert any("rivers" in note for note in said(source))


def test_rows_of_several_layers_are_called_by_both(tmp_path):
    whole = grid()
    odd = whole[2:].copy()
    odd.geometry = [shapely.LineString([(214.0, 30.0), (214.1, 30.0)]), odd.geometry.iloc[1]]
    path = layers(tmp_path / "a.gpkg", ("a", whole[:2]), ("b", odd))
    assert any("b!1" in note for note in said(read_streets(path)))


def test_what_has_no_layers_has_none_to_choose(tmp_path):
    grid().to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.osm").write_text("<osm/>")
    for name in ("a.parquet", "a.osm"):
        with pytest.raises(InputError, match=f"layer is 'x': {name} has no layers"):
            read_streets(ChosenFile(tmp_path / name, ("x",)))


def test_another_choice_of_the_same_file_is_another_import(tmp_path):
    path = layers(tmp_path / "a.gpkg", ("a", grid()[:2]), ("b", grid()[2:].assign(oneway="no")))
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        first = import_streets(store, ChosenFile(path, ("a",)))
        again = import_streets(store, ChosenFile(path, ("a",)))
        other = import_streets(store, ChosenFile(path, ("b",)))
        assert (first.new, again.new, other.new) == (1, 0, 1)  # joined over their node
        assert len(store.streets.frame()) == 1


@pytest.mark.parametrize("form", ["sequence", "array", "nested", "collections"])
def test_geojson_of_other_shapes(tmp_path, form):
    whole = json.loads(grid().to_json())
    features = whole["features"]
    text = {
        "sequence": "\n".join(map(json.dumps, features)),
        "array": json.dumps(features),
        "nested": json.dumps(
            {"type": "FeatureCollection", "features": [features[0], {**whole, "features": features[1:]}]}
        ),
        "collections": json.dumps(
            {
                **whole,
                "features": [
                    {**one, "geometry": {"type": "GeometryCollection", "geometries": [one["geometry"]]}}
                    for one in features
                ],
            }
        ),
    }[form]
    (tmp_path / "a.geojson").write_text(text)
    (tmp_path / "b.geojson").write_text(json.dumps(whole))
    found, right = read_streets(tmp_path / "a.geojson").edges, read_streets(tmp_path / "b.geojson").edges
    pd.testing.assert_frame_equal(found, right)


def test_names_of_a_shapefile_in_the_encoding_of_chinese_windows(tmp_path):
    grid(name="解放大道").to_file(tmp_path / "a.shp", encoding="gbk")
    (tmp_path / "a.cpg").unlink()
    assert set(read_streets(tmp_path / "a.shp").edges["name"]) == {"解放大道"}
