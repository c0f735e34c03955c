"""Maps are read with their keys as written, and one that could put records in a wrong area is refused."""

from __future__ import annotations

import builtins
import json

import pytest
import shapely

from fairaudit.errors import DataError
from fairaudit.geography import read_areas
from fairaudit.geography.shapes import OVERLAP, overlaps
from tests.geography.maps import collection, feature, polygon, ring, row, saved

CHICAGO = "chicago_sensors/chicago_tracts_income_derived.geojson"
NEW_ORLEANS = "new_orleans_broadband/holc_1939.geojson"
WASHINGTON = "dc_311/block_groups_tiger2019.zip"


def read(folder, features, key="GEOID", **more):
    return read_areas(saved(folder, collection(features, **more)), key)


def complaints(folder, content, key="GEOID", name="tracts.geojson"):
    with pytest.raises(DataError) as error:
        read_areas(saved(folder, content, name), key)
    return error.value.problems


# --- what is read ---


@pytest.mark.parametrize(
    ("written", "key"),
    [("017", "017"), (17, "17"), (17.0, "17"), ("17.0", "17.0"), (" 17 ", " 17 "), ("Ward 7", "Ward 7"), (1.5, "1.5")],
)
def test_keys_are_as_the_file_writes_them(tmp_path, written, key):
    assert read(tmp_path, row(written)).keys == (key,)


def test_properties_go_with_their_areas(tmp_path):
    features = [feature("A", polygon(ring(0, 0)), people=5), feature("B", polygon(ring(1, 0)), year=2020)]
    areas = read(tmp_path, features)
    assert areas.properties == {"GEOID": ["A", "B"], "people": [5, None], "year": [None, 2020]}
    assert (len(areas), areas.source) == (2, "tracts.geojson")


def test_holes_and_parts_are_kept(tmp_path):
    ringed = polygon(ring(0, 0, 3), ring(1, 1)[::-1])
    parts = {"type": "MultiPolygon", "coordinates": [[ring(1, 1)], [ring(5, 5)]]}
    areas = read(tmp_path, [feature("around", ringed), feature("within", parts)])
    assert shapely.area(areas.shapes).tolist() == [3 * 3 - 1, 1 + 1]


def test_heights_are_taken_off(tmp_path):
    high = [[x, y, 180.5] for x, y in ring(0, 0)]
    assert not shapely.has_z(read(tmp_path, [feature("A", polygon(high))]).shapes).any()


def test_a_byte_order_mark_is_passed_over(tmp_path):
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps(collection(row("A"))), encoding="utf-8-sig")
    assert read_areas(path, "GEOID").keys == ("A",)


def test_an_outline_that_touches_itself_encloses_what_it_encloses(tmp_path):
    """A square whose hole is drawn with its outline, which comes back to one corner: one way to read it."""
    touching = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0], [1, 2], [2, 1], [0, 0]]
    areas = read(tmp_path, [feature("A", polygon(touching))])
    assert areas.shapes[0].is_valid
    assert areas.shapes[0].area == pytest.approx(16 - 1.5)


# --- what is refused ---

BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
FEET = [[1_170_000 + x, 1_890_000 + y] for x, y in ring(0, 0, 5000)]
SWAPPED = [[y, x] for x, y in ring(-74, 40)]
SWAPPED_FAR = [[y, x] for x, y in ring(-118, 34)]
POINT = {"type": "Point", "coordinates": [-88, 41]}
NAD27 = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3435"}}}

REFUSED = {
    "no JSON": ("<kml></kml>", "is not a GeoJSON file", "Save the map as GeoJSON"),
    "a list": ([], "not GeoJSON with a list of features", "Save the map as GeoJSON"),
    "one geometry": (POINT, "not GeoJSON with a list of features", "Save the map as GeoJSON"),
    "TopoJSON": ({"type": "Topology"}, "is TopoJSON", "Save the map as GeoJSON"),
    "a feature that is none": (collection([*row("A"), 7]), "lists as feature 2 is none", "Save the map as GeoJSON"),
    "properties that are none": (collection([{"properties": [1]}]), "lists as feature 1 is none", "Save the map"),
    "no features": (collection([]), "holds no features", "Save the map as GeoJSON"),
    "no such property": (
        collection([feature("A", polygon(ring(0, 0))) | {"properties": {"GEOID10": "A"}}]),
        "its areas have no property 'GEOID'",
        "Did you mean 'GEOID10'?",
    ),
    "no properties": (
        collection([{"type": "Feature", "properties": None, "geometry": polygon(ring(0, 0))}]),
        "its areas have no property 'GEOID'",
        "no properties at all",
    ),
    "a key twice": (
        collection(row("A", "B", "A", "C", "A", "C")),
        "2 values of 'GEOID' for more than one area: 'A' (3 times), 'C' (2 times)",
        "Join the parts",
    ),
    "17 and 17.0": (collection(row(17, 17.0)), "1 value of 'GEOID' for more than one area: '17'", "Join the parts"),
    "no key": (collection(row("A", None, " ")), "2 areas are without 'GEOID': feature 2, 3", "Give each a key"),
    "no geometry": (
        collection([*row("A"), feature("B", None)]),
        "1 area without an outline that can be read: B",
        "rings are closed",
    ),
    "an empty one": (
        collection([*row("A"), feature("B", polygon())]),
        "1 area without an outline that can be read: B",
        "rings are closed",
    ),
    "a ring that is open": (
        collection([feature("A", polygon(ring(0, 0)[:-1]))]),
        "1 area without an outline that can be read: A",
        "rings are closed",
    ),
    "coordinates that are texts": (
        collection([feature("A", polygon([["0", 0], [1, 0], [1, 1], ["0", 0]]))]),
        "1 area without an outline that can be read: A",
        "rings are closed",
    ),
    "points": (collection([feature("A", POINT)]), "1 area drawn as Point, which enclose nothing: A", "map of areas"),
    "a crossing outline": (
        collection([*row("A"), feature("B", polygon(BOW_TIE))]),
        "1 area has an outline that crosses itself: B (near 0.5, 0.5)",
        "Fix geometries",
    ),
    "a hole outside": (
        collection([feature("A", polygon(ring(0, 0), ring(5, 5))), feature("B", polygon(ring(8, 0), ring(9, 9)))]),
        "2 areas have a hole outside the area: A (near 5, 5), B (near 9, 9)",
        "Fix geometries",
    ),
    "a part in a part": (
        collection([feature("A", {"type": "MultiPolygon", "coordinates": [[ring(0, 0, 9)], [ring(2, 2)]]})]),
        "1 area has a part inside another part: A",
        "Fix geometries",
    ),
    "a hole in a hole": (
        collection([feature("A", polygon(ring(0, 0, 9), ring(1, 1, 5), ring(2, 2)))]),
        "1 area has a hole in a hole: A",
        "Fix geometries",
    ),
    "too few points": (
        collection([feature("A", polygon([[0, 0], [1, 0], [0, 0]]))]),
        "1 area has an outline of too few points: A",
        "Fix geometries",
    ),
    "overlaps": (
        collection([*row("A", "B"), feature("C", polygon(ring(-87.5, 41, 0.5))), feature("D", polygon(ring(-88, 41)))]),
        "3 pairs of areas lie over each other by more than 10%: A and C (100% of the smaller), "
        "A and D (100% of the smaller), C and D (100% of the smaller)",
        "one level and one year",
    ),
    "feet": (
        collection([feature("A", polygon(FEET))], **NAD27),
        "1 area with coordinates that are no degrees, such as 1.17e+06, 1.89e+06: A; "
        "the file says they are urn:ogc:def:crs:EPSG::3435",
        "WGS 84",
    ),
    "one area in feet": (
        collection([*row("A", "B"), feature("C", polygon(FEET))]),
        "1 area with coordinates",
        "WGS 84",
    ),
    "exchanged": (
        collection([feature("A", polygon(SWAPPED))]),
        "latitude and longitude in the wrong order: the first is at 40, -74",
        "longitude comes first",
    ),
    "exchanged, beyond 90": (
        collection([feature("A", polygon(SWAPPED_FAR))]),
        "latitude and longitude in the wrong order: the first is at 34, -118",
        "longitude comes first",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(tmp_path, case):
    content, what, hint = REFUSED[case]
    problems = complaints(tmp_path, content)
    assert len(problems) == 1, problems
    assert what in problems[0].what
    assert hint in problems[0].hint
    assert problems[0].where == "tracts.geojson"


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    features = [*row("A", "A", None), feature("B", None), feature("C", polygon(BOW_TIE)), feature("D", polygon(FEET))]
    said = [problem.what for problem in complaints(tmp_path, collection([*features, *row("E")]))]
    words = ["without 'GEOID'", "more than one area", "without an outline", "crosses itself", "no degrees", "over each"]
    assert len(said) == len(words)
    assert all(word in what for word, what in zip(words, said, strict=True))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        read_areas(tmp_path / "none.geojson", "GEOID")


def test_the_name_in_messages_can_be_another(tmp_path):
    with pytest.raises(DataError, match=r"^maps/tracts: "):
        read_areas(saved(tmp_path, "{"), "GEOID", "maps/tracts")


@pytest.mark.parametrize(("wide", "refused"), [(OVERLAP - 0.01, False), (OVERLAP + 0.01, True)])
def test_slivers_are_passed_over(tmp_path, wide, refused):
    features = [feature("A", polygon(ring(0, 0))), feature("B", polygon(ring(1 - wide, 0)))]
    if refused:
        assert "A and B (11% of the smaller)" in complaints(tmp_path, collection(features))[0].what
    else:
        assert len(read(tmp_path, features)) == 2


@pytest.mark.parametrize("y", [-54.8, -1.3, 64.1, 78.2])
def test_places_where_people_live_are_not_taken_for_exchanged(tmp_path, y):
    """Ushuaia, Nairobi, Reykjavik, Longyearbyen."""
    assert len(read(tmp_path, row("A", x=15.6, y=y))) == 1


# --- real maps ---


def test_tracts_of_chicago(shared_data):
    areas = read_areas(shared_data(CHICAGO), "GEOID10")
    assert len(areas) == 796
    assert {len(key) for key in areas.keys} == {11}
    _, shares = overlaps(areas.shapes)
    assert 0.06 < shares.max() < OVERLAP


def test_grades_of_new_orleans_have_a_key_twice_and_are_else_sound(tmp_path, shared_data):
    """One outline touches itself, which is no harm; two areas are called D."""
    path = shared_data(NEW_ORLEANS)
    with pytest.raises(DataError) as error:
        read_areas(path, "holc_id")
    assert [problem.what for problem in error.value.problems] == [
        "1 value of 'holc_id' for more than one area: 'D' (2 times)"
    ]
    content = json.loads(path.read_text(encoding="utf-8"))
    for place, one in enumerate(content["features"]):
        one["properties"]["place"] = place
    assert len(read_areas(saved(tmp_path, content), "place")) == 134


def test_block_groups_of_washington_in_a_zipped_shapefile(shared_data):
    pytest.importorskip("geopandas", reason="geopandas, which reads shapefiles, is not installed")
    areas = read_areas(shared_data(WASHINGTON), "GEOID")
    assert len(areas) == 450
    assert all(key.startswith("11001") and len(key) == 12 for key in areas.keys)
    assert overlaps(areas.shapes)[1].max(initial=0.0) < 1e-6


def test_a_map_that_states_other_coordinates_is_turned_into_degrees(tmp_path):
    geopandas = pytest.importorskip("geopandas", reason="geopandas, which writes GeoPackages, is not installed")
    square = shapely.Polygon(ring(-88, 41))
    frame = geopandas.GeoDataFrame({"GEOID": [17]}, geometry=[square], crs=4326).to_crs(3857)
    frame.to_file(tmp_path / "map.gpkg")
    areas = read_areas(tmp_path / "map.gpkg", "GEOID")
    assert areas.keys == ("17",)
    assert shapely.equals_exact(areas.shapes[0].normalize(), square.normalize(), tolerance=1e-9)


def test_a_file_of_several_layers_is_asked_which(tmp_path):
    geopandas = pytest.importorskip("geopandas", reason="geopandas, which writes GeoPackages, is not installed")
    frame = geopandas.GeoDataFrame({"GEOID": [17]}, geometry=[shapely.Polygon(ring(-88, 41))], crs=4326)
    for layer in ("tracts", "wards"):
        frame.to_file(tmp_path / "map.gpkg", layer=layer)
    with pytest.raises(DataError, match="holds 2 layers: tracts, wards"):
        read_areas(tmp_path / "map.gpkg", "GEOID")


@pytest.mark.parametrize("name", ["map.shp", "map.zip", "map.gpkg"])
def test_a_file_that_is_no_shapefile(tmp_path, name):
    pytest.importorskip("geopandas", reason="geopandas, which reads shapefiles, is not installed")
    (problem,) = complaints(tmp_path, "nothing", name=name)
    assert problem.what == "is not a map that can be read"


def test_without_geopandas_the_line_that_installs_it_is_named(tmp_path, monkeypatch):
    whole = builtins.__import__

    def without(name, *rest):
        if name == "geopandas":
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    (problem,) = complaints(tmp_path, "", name="map.shp")
    assert 'pip install "fairaudit-toolkit[maps]"' in problem.hint
