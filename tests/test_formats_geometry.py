"""From source tables to rows of a layer: geometry, refused, mended and cast; and nothing is lost."""

import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.formats.prepare import prepare
from layers.schema import LAYERS
from tests.source_tables import AREAS, HERE, PROBLEMS, ROADS, STATIONS, box, refusals, repairs, source, warnings

BOW_TIE = shapely.Polygon([(118, 36), (118.1, 36.1), (118.1, 36), (118, 36.1)])
SPIKE = shapely.Polygon([(118, 36), (118.1, 36), (118.1, 36.1), (118.1, 36.2), (118.1, 36.1), (118, 36.1)])
INF = shapely.LineString([(118, 36), (118.1, float("inf"))])


@pytest.mark.parametrize(
    ("schema", "geometry", "words"),
    [
        (STATIONS, None, "The row has no geometry."),
        (STATIONS, shapely.Point(), "The geometry is empty, or its coordinates are no numbers."),
        (STATIONS, shapely.Point(200, 36), "The coordinate 200.0, 36.0 is not on the earth (vertex 1)."),
        (ROADS, INF, "The coordinate 118.1, inf is not on the earth (vertex 2)."),
        (ROADS, HERE, "A point cannot go into this layer; it takes lines."),
        (AREAS, shapely.LineString([(0, 0), (1, 1)]), "A line cannot go into this layer; it takes polygons."),
        (STATIONS, box(), "A polygon cannot go into this layer; it takes points."),
        (PROBLEMS, shapely.GeometryCollection([HERE, box()]),
         "A collection cannot go into this layer; it takes points, lines or polygons."),
        (AREAS, BOW_TIE, "The geometry is invalid and cannot be mended without changing its area or length:"
                         " Self-intersection at 118.05, 36.05 (vertex 1)."),
        (ROADS, shapely.LineString([(118, 36), (118, 36)]),
         "The geometry is invalid and cannot be mended without changing its area or length:"
         " Too few points in geometry component at 118.0, 36.0 (vertex 1)."),
    ],
)  # fmt: skip
def test_a_geometry_that_cannot_be_used_is_refused_in_words(schema, geometry, words):
    good = {"POINT": HERE, "MULTIPOLYGON": box(), "MULTILINESTRING": shapely.LineString([(0, 0), (1, 1)])}
    prepared = prepare(source(geometries=[good.get(schema.shape, HERE), geometry]), schema)
    assert refusals(prepared) == [(2, "geometry", words)]


def test_a_spike_is_mended_because_the_area_stays():
    prepared = prepare(source(geometries=[SPIKE]), AREAS)
    assert prepared.geometries[0].is_valid
    assert prepared.geometries[0].geom_type == "MultiPolygon"
    assert prepared.geometries[0].area == pytest.approx(SPIKE.area, rel=1e-9)
    assert repairs(prepared) == [
        (
            1,
            "The geometry was mended without changing its area or length:"
            " Ring Self-intersection at 118.1, 36.1 (vertex 3).",
        )
    ]


@pytest.mark.parametrize(
    ("schema", "geometry", "kind"),
    [
        (AREAS, box(), "MultiPolygon"),
        (ROADS, shapely.LineString([(0, 0), (1, 1)]), "MultiLineString"),
        (ROADS, shapely.GeometryCollection([shapely.LineString([(0, 0), (1, 1)])]), "MultiLineString"),
        (STATIONS, shapely.MultiPoint([(118, 36)]), "Point"),
        (PROBLEMS, box(), "Polygon"),
    ],
)
def test_geometries_get_the_type_of_the_layer(schema, geometry, kind):
    assert prepare(source(geometries=[geometry]), schema).geometries[0].geom_type == kind


def test_rows_that_repeat_code_and_geometry_are_only_warned_about():
    prepared = prepare(source({"name": ["a", "b", "c"]}, [HERE, shapely.Point(0, 0), HERE]), STATIONS)
    assert prepared.report.accepted == 3
    assert warnings(prepared) == ["Rows with the geometry of a row before them: 1 (3)."]


def test_what_the_source_holds_is_not_changed():
    table = source(geometries=[box(), SPIKE, None])
    before = shapely.to_wkb(table.geometries).tolist()
    prepare(table, AREAS)
    assert shapely.to_wkb(table.geometries).tolist() == before


ZOO = [None, HERE, shapely.Point(), shapely.Point(500, 0), box(), BOW_TIE, SPIKE, INF,
       shapely.LineString([(0, 0), (1, 1)]), shapely.MultiPoint([(1, 1), (2, 2)]),
       shapely.GeometryCollection([HERE, box()])]  # fmt: skip
rows = st.tuples(
    st.sampled_from(ZOO), st.one_of(st.none(), st.text(max_size=3)), st.one_of(st.none(), st.text(max_size=12))
)


@given(st.lists(rows, max_size=12), st.sampled_from(sorted(LAYERS)))
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost(found, layer):
    """Every row is accepted or refused, once; codes are unique; every field of the file is somewhere."""
    geometries, codes, names = zip(*found, strict=True) if found else ((), (), ())
    columns = {"code": pa.array(codes, pa.string()), "name": pa.array(names, pa.string()),
               "state": pa.array(names, pa.string())}  # fmt: skip
    prepared = prepare(source(columns, list(geometries)), LAYERS[layer])
    report = prepared.report
    refused = [note.row for note in report.refused]
    assert sorted([*refused, *prepared.rows.tolist()]) == list(range(1, len(found) + 1))
    assert report.accepted == len(prepared) == len(prepared.extra) == len(prepared.geometries)
    assert len(set(prepared.codes)) == len(prepared)
    assert all(len(column) == len(prepared) for column in prepared.values.values())
    for feature in prepared.features():
        assert feature.extra.keys() | report.mapping.keys() >= columns.keys()
        assert feature.geometry.is_valid
