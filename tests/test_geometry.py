"""What comes in as GeoJSON, what is wrong with it, and how long a metre is."""

import math

import numpy as np
import pytest
import shapely
from pyproj import Geod

from layers.errors import BadGeometry
from layers.geometry import MAX_VERTICES, Metres, demote, from_geojson, problem_of, promote, repair, to_geojson
from layers.schema import GEOMETRY_TYPES

ANY = GEOMETRY_TYPES["GEOMETRY"]
SQUARE = [[118.0, 36.0], [118.1, 36.0], [118.1, 36.1], [118.0, 36.1], [118.0, 36.0]]
HOLE = [[118.04, 36.04], [118.06, 36.04], [118.06, 36.06], [118.04, 36.06], [118.04, 36.04]]
FAR_HOLE = [[119.0, 36.0], [119.1, 36.0], [119.1, 36.1], [119.0, 36.1], [119.0, 36.0]]
BOW_TIE = [[118.0, 36.0], [118.2, 36.2], [118.2, 36.0], [118.0, 36.2], [118.0, 36.0]]


def geojson(kind: str, coordinates: object) -> dict[str, object]:
    return {"type": kind, "coordinates": coordinates}


def refusal(obj: object) -> BadGeometry:
    with pytest.raises(BadGeometry) as refused:
        from_geojson(obj, ANY)
    return refused.value


@pytest.mark.parametrize(
    ("kind", "coordinates"),
    [
        ("Point", [118.2, 36.2]),
        ("MultiPoint", [[118.2, 36.2], [118.3, 36.2]]),
        ("LineString", [[118.2, 36.2], [118.3, 36.2]]),
        ("MultiLineString", [[[118.2, 36.2], [118.3, 36.2]], [[118.2, 36.4], [118.3, 36.4]]]),
        ("Polygon", [SQUARE, HOLE]),
        ("MultiPolygon", [[SQUARE, HOLE], [FAR_HOLE]]),
    ],
)
def test_every_type_comes_out_as_it_went_in(kind: str, coordinates: object) -> None:
    geom = from_geojson(geojson(kind, coordinates), ANY)
    assert shapely.equals_exact(shapely.from_geojson(shapely.to_geojson(geom)), geom)
    back = to_geojson(geom)
    assert back["type"] == kind
    assert from_geojson(back, ANY) == geom


def test_height_and_measure_are_dropped() -> None:
    geom = from_geojson(geojson("LineString", [[118.2, 36.2, 310.0], [118.3, 36.2, 311.0, 7]]), ANY)
    assert not geom.has_z
    assert shapely.get_coordinates(geom).tolist() == [[118.2, 36.2], [118.3, 36.2]]


def test_a_line_may_cross_itself() -> None:
    assert from_geojson(geojson("LineString", BOW_TIE), ANY).length > 0


@pytest.mark.parametrize(
    ("obj", "vertex"),
    [
        (geojson("LineString", [[118.2, 36.2], [118.3, math.nan]]), 1),
        (geojson("LineString", [[118.2, 36.2], [math.inf, 36.2]]), 1),
        (geojson("Point", [10**400, 36.2]), 0),
        (geojson("Point", [118.2, 36.2, math.nan]), 0),
        (geojson("Point", [180.5, 36.2]), 0),
        (geojson("MultiPoint", [[118.2, 36.2], [118.2, -90.5]]), 1),
        (geojson("Point", ["118.2", 36.2]), 0),
        (geojson("Point", [True, 36.2]), 0),
        (geojson("Point", [None, 36.2]), 0),
        (geojson("Point", [118.2]), 0),
        (geojson("Point", {"lon": 1}), 0),
        (geojson("LineString", [[118.2, 36.2]]), 0),
        (geojson("LineString", [[118.2, 36.2], [118.2, 36.2]]), 0),
        (geojson("Polygon", [SQUARE[:-1]]), 3),
        (geojson("Polygon", [SQUARE, HOLE[:-1]]), 8),
        (geojson("Polygon", [[SQUARE[0], SQUARE[1], SQUARE[0]]]), 0),
        (geojson("Polygon", [SQUARE, FAR_HOLE]), 5),
        (geojson("MultiPolygon", [[SQUARE], [HOLE]]), 5),
        (geojson("Polygon", SQUARE), 0),
        (geojson("Polygon", [BOW_TIE]), 0),
        (geojson("MultiPolygon", [[FAR_HOLE], [BOW_TIE]]), 5),
    ],
)
def test_a_refusal_names_the_vertex(obj: object, vertex: int) -> None:
    assert refusal(obj).vertex == vertex


@pytest.mark.parametrize(
    "obj",
    [
        None,
        [],
        "POINT (1 2)",
        {},
        {"type": "Point"},
        geojson("point", [118.2, 36.2]),
        {"type": ["Point"], "coordinates": [118.2, 36.2]},
        geojson("\ud800", [118.2, 36.2]),
        {"type": "GeometryCollection", "geometries": []},
        geojson("LineString", []),
        geojson("Polygon", [[]]),
        geojson("Polygon", "x"),
    ],
)
def test_what_is_no_geometry_is_refused_in_printable_words(obj: object) -> None:
    assert str(refusal(obj)).encode()


def test_a_self_crossing_is_named_by_both_segments_and_its_place() -> None:
    values = refusal(geojson("Polygon", [BOW_TIE])).message.values
    assert (values["vertex"], values["other"]) == (0, 2)
    assert (values["lon"], values["lat"]) == pytest.approx((118.1, 36.1))


def test_only_the_layers_own_types_are_accepted() -> None:
    with pytest.raises(BadGeometry):
        from_geojson(geojson("Point", [118.2, 36.2]), GEOMETRY_TYPES["MULTIPOLYGON"])


def test_nesting_cannot_exhaust_the_stack() -> None:
    nested: list[object] = [1]
    for _ in range(100_000):
        nested = [nested]
    assert refusal(geojson("MultiPolygon", nested)).vertex == 0


def test_the_number_of_vertices_is_limited() -> None:
    points = [[118.2, 36.2]] * MAX_VERTICES
    assert from_geojson(geojson("MultiPoint", points), ANY).geoms
    assert "vertices" in str(refusal(geojson("MultiPoint", [*points, points[0]])))


def test_output_is_rounded_and_single() -> None:
    geom = shapely.MultiPoint([(118.123456789, 36.2)])
    assert to_geojson(geom, digits=6) == {"type": "Point", "coordinates": (118.123457, 36.2)}


@pytest.mark.parametrize(
    ("wkt", "shape", "kind"),
    [
        ("LINESTRING (0 0, 1 1)", "MULTILINESTRING", "MultiLineString"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0))", "MULTIPOLYGON", "MultiPolygon"),
        ("MULTIPOINT ((0 0))", "POINT", "Point"),
        ("MULTIPOINT ((0 0), (1 1))", "GEOMETRY", "MultiPoint"),
        ("LINESTRING (0 0, 1 1)", "GEOMETRY", "LineString"),
    ],
)
def test_promote_gives_the_type_of_the_layer(wkt: str, shape: str, kind: str) -> None:
    assert promote(shapely.from_wkt(wkt), shape).geom_type == kind  # type: ignore[arg-type]


def test_promote_refuses_what_does_not_belong() -> None:
    with pytest.raises(BadGeometry):
        promote(shapely.Point(0, 0), "MULTIPOLYGON")


def test_demote_leaves_several_parts_alone() -> None:
    two = shapely.MultiPoint([(0, 0), (1, 1)])
    assert demote(two) is two


def test_sound_geometries_have_no_problem() -> None:
    assert problem_of(shapely.box(0, 0, 1, 1)) is None


@pytest.mark.parametrize("geom", [None, shapely.Point(), shapely.Polygon()])
def test_emptiness_is_a_problem(geom: shapely.Geometry | None) -> None:
    found = problem_of(geom)
    assert found is not None
    assert found[1] is None


def test_a_number_that_is_not_finite_is_a_problem_at_its_vertex() -> None:
    found = problem_of(shapely.LineString([(0, 0), (1, 1), (np.inf, 2)]))
    assert found is not None
    assert found[1] == 2


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON ((0 0, 4 0, 4 4, 2 4, 2 6, 2 4, 0 4, 0 0))",  # a spike
        "POLYGON ((0 0, 2 0, 1 1, 2 2, 0 2, 1 1, 0 0))",  # touches itself
    ],
)
def test_repair_keeps_the_area(wkt: str) -> None:
    broken = shapely.from_wkt(wkt)
    mended = repair(broken)
    assert mended is not None
    assert mended.is_valid
    assert mended.area == pytest.approx(broken.area, rel=1e-6)


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))",  # a bow tie: which half was meant?
        "POLYGON ((0 0, 1 1, 0 0, 0 0))",  # no area
        "LINESTRING (0 0, 0 0)",
        "MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((1 1, 3 1, 3 3, 1 3, 1 1)))",  # parts overlap
        "POLYGON ((0 0, 1 0, 1 inf, 0 0))",
    ],
)
def test_repair_gives_up_when_it_would_change_the_meaning(wkt: str) -> None:
    assert repair(shapely.from_wkt(wkt)) is None


METRES = Metres("EPSG:4548")
GEOD = Geod(ellps="GRS80")
STATION = shapely.Point(118.2, 36.2)


def test_metres_and_back() -> None:
    places = np.array([STATION, shapely.Point(118.3, 36.1)])
    assert shapely.get_coordinates(METRES.back(METRES.to(places))) == pytest.approx(
        shapely.get_coordinates(places), abs=1e-9
    )


def test_area_and_length_agree_with_the_ellipsoid() -> None:
    parcel = shapely.Polygon(SQUARE)
    assert METRES.area_m2(parcel) == pytest.approx(abs(GEOD.geometry_area_perimeter(parcel)[0]), rel=1e-3)
    assert METRES.length_m(parcel) == pytest.approx(GEOD.geometry_length(parcel), rel=1e-3)


@pytest.mark.parametrize("longitude", [115.5, 117.0, 118.499])  # the whole width of the zone
def test_a_disc_is_round_on_the_ground(longitude: float) -> None:
    centre = shapely.Point(longitude, 36.2)
    disc = METRES.disc(centre, 1000.0)
    lon, lat = shapely.get_coordinates(disc).T
    distance = GEOD.inv(lon, lat, np.full(len(lon), longitude), np.full(len(lat), 36.2))[2]
    assert distance == pytest.approx(np.full(len(lon), 1000.0), rel=1e-3)
    assert abs(GEOD.geometry_area_perimeter(disc)[0]) == pytest.approx(math.pi * 1000.0**2, rel=1e-3)


def test_a_ring_leaves_its_inside_out() -> None:
    ring = METRES.ring(STATION, 300.0, 500.0)
    assert METRES.area_m2(ring) == pytest.approx(math.pi * (500.0**2 - 300.0**2), rel=1e-3)
    assert not ring.intersects(STATION)
