"""From source tables to rows of a layer: matching, values, codes, and the report of every row."""

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from layers.errors import BadInput
from layers.formats.own import schema_for
from layers.formats.prepare import prepare
from layers.formats.read import read
from tests.source_tables import (
    AREAS,
    HERE,
    PARCELS,
    PROBLEMS,
    ROADS,
    STATIONS,
    box,
    refusals,
    repairs,
    source,
    warnings,
)

DATA = Path(__file__).parent / "data"


# real files


def test_road_edges_need_no_mapping():
    prepared = prepare(read([DATA / "wuhan_roads.parquet"]), ROADS)
    assert (prepared.report.accepted, refusals(prepared)) == (63, [])
    assert prepared.codes[:2] == ["RS000001", "RS000002"]
    assert prepared.codes_made
    assert {geometry.geom_type for geometry in prepared.geometries} == {"MultiLineString"}
    assert prepared.extra[0] == {"u": 300799470, "v": 3875830511, "key": 0, "highway": "trunk"}
    assert prepared.values["corridor_m"] == [30.0] * 63
    assert warnings(prepared) == ["Rows with the geometry of a row before them: 1 (62)."]


def test_townships_take_their_name_from_the_lowest_level():
    prepared = prepare(read([DATA / "beijing_townships.gpkg"]), AREAS)
    assert prepared.report.mapping == {"乡": "name"}
    assert all(prepared.values["name"])
    assert set(prepared.extra[0]) == {"省", "市", "县"}


def test_the_one_invalid_parcel_is_reported_and_not_lost():
    prepared = prepare(read([DATA / "philadelphia_parcels.parquet"]), PARCELS)
    assert prepared.report.accepted == 41
    assert prepared.codes[20] == "786589220"
    assert shapely.is_valid(prepared.geometries).all()
    [(row, text)] = repairs(prepared)
    assert row == 21
    assert text.startswith("The geometry was mended without changing its area or length: Self-intersection at -75.0")


def test_reports_without_coordinates_are_named_and_numbers_that_repeat_are_told_apart():
    prepared = prepare(read([DATA / "chicago_reports.parquet"]), PROBLEMS)
    assert refusals(prepared) == [(row, "geometry", "The row has no geometry.") for row in (41, 42, 43)]
    assert prepared.report.accepted == 52
    assert prepared.report.mapping["Service_Request_Number"] == "code"
    assert prepared.values["found_at"][0] == dt.datetime(2000, 1, 2, 16, tzinfo=dt.UTC)
    assert prepared.rows[40] == 44


def test_gbk_stations_have_their_own_codes():
    prepared = prepare(read([DATA / "stations_gbk.csv"]), STATIONS)
    assert prepared.codes[0] == "9001X"
    assert prepared.values["name"][0] == "示例站01"
    assert refusals(prepared) == [(31, "geometry", "The row has no geometry.")]
    assert prepared.extra[0]["省级行政区"] == "示例省"


# matching


def test_our_names_come_before_synonyms_and_case_does_not_matter():
    prepared = prepare(source({"路名": ["甲路"], "Road_Name": ["乙路"]}, [shapely.LineString([(0, 0), (1, 1)])]), ROADS)
    assert prepared.report.mapping == {"Road_Name": "road_name"}
    assert prepared.extra == [{"路名": "甲路"}]


def test_a_mapping_comes_before_all():
    table = source({"name": ["a"], "别名": ["b"], "号": ["7"]}, [box()])
    prepared = prepare(table, PARCELS, mapping={"别名": "name", "号": "code"})
    assert (prepared.values["name"], prepared.codes) == (["b"], ["7"])
    assert prepared.extra == [{"name": "a"}]


def test_a_field_can_be_left_unmatched():
    prepared = prepare(source({"name": ["a"]}, [box()]), PARCELS, mapping={"name": ""})
    assert prepared.values["name"] == [None]
    assert prepared.extra == [{"name": "a"}]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"nothing": "name"}, "no field “nothing”"),
        ({"a": "colour"}, "no field “colour”"),
        ({"a": "name", "b": "name"}, "Two fields are mapped to “name”"),
        ({"经度": "name"}, "no field “经度” that is free"),
    ],
)
def test_a_mapping_that_cannot_be(mapping, words):
    table = source({"a": ["1"], "b": ["2"]}, coordinate_fields={"经度": "lon"})
    with pytest.raises(BadInput, match=words) as refused:
        prepare(table, STATIONS, mapping=mapping)
    assert refused.value.field == "map"


def test_a_unit_behind_the_name_must_be_ours():
    prepared = prepare(source({"面积（㎡）": [12.5], "面积（亩）": [0.5]}, [box()]), PARCELS)
    assert prepared.values["area_m2"] == [12.5]
    assert prepared.extra == [{"面积（亩）": 0.5}]


# values


@pytest.mark.parametrize(
    ("layer", "field", "said", "meant"),
    [
        (ROADS, "road_class", "国道", "national"),
        (ROADS, "road_class", "NATIONAL", "national"),
        (PARCELS, "treatment", "绿化", "green"),
        (PARCELS, "origin", "New-Found", "new_found"),
        (AREAS, "level", "村居", "village"),
        (STATIONS, "grade", "国控", "national"),
        (PROBLEMS, "state", "处置中", "in_hand"),
        (ROADS, "from_m", "K12+300.5", 12300.5),
        (PARCELS, "area_m2", "1,234.5 ㎡", 1234.5),
        (PARCELS, "found_on", "2024年3月5日", dt.date(2024, 3, 5)),
        (PARCELS, "found_on", "2024/3/5", dt.date(2024, 3, 5)),
        (PARCELS, "found_on", "20240305", dt.date(2024, 3, 5)),
        (PARCELS, "found_on", "2024-03-05T20:00:00Z", dt.date(2024, 3, 6)),
        (PROBLEMS, "found_at", "2024-03-05 10:30", dt.datetime(2024, 3, 5, 2, 30, tzinfo=dt.UTC)),
        (PROBLEMS, "found_at", "2024年3月5日10时30分", dt.datetime(2024, 3, 5, 2, 30, tzinfo=dt.UTC)),
        (PROBLEMS, "found_at", "2024-03-05T10:30:01.5+00:00", dt.datetime(2024, 3, 5, 10, 30, 1, 500000, dt.UTC)),
        (PROBLEMS, "severity", "2", 2),
        (PROBLEMS, "flags", '["a"]', ["a"]),
        (STATIONS, "invented", "是", True),
        (STATIONS, "invented", "N", False),
        (STATIONS, "radii_m", "300, 500，1000", [300, 500, 1000]),
        (PARCELS, "owner", "  王  ", "王"),
        (PARCELS, "state", "", "bare"),
    ],
)
def test_words_become_values(layer, field, said, meant):
    geometry = {"POINT": HERE, "MULTIPOLYGON": box(), "MULTILINESTRING": shapely.LineString([(0, 0), (1, 1)])}
    prepared = prepare(source({field: [said]}, [geometry.get(layer.shape, HERE)]), layer)
    assert prepared.values[field] == [meant]


@pytest.mark.parametrize(
    ("field", "column", "meant"),
    [
        ("name", pa.array([370323.0]), "370323"),
        ("name", pa.array([1.5]), "1.5"),
        ("found_on", pa.array([dt.datetime(2024, 3, 5, 20)]), dt.date(2024, 3, 5)),
        ("area_m2", pa.array([3]), 3.0),
        ("area_m2", pa.array([float("nan")]), None),
        ("found_on", pa.array([dt.date(2024, 3, 5)]), dt.date(2024, 3, 5)),
    ],
)
def test_typed_columns_become_values(field, column, meant):
    assert prepare(source({field: column}, [box()]), PARCELS, mapping={}).values[field] == [meant]


@pytest.mark.parametrize(
    ("field", "wrong", "words"),
    [
        ("found_on", "2024-02-30", "“2024-02-30” is not a date."),
        ("area_m2", "big", "“big” is not a number."),
        ("treatment", "油漆", "“油漆” is none of: 绿化 (green), 硬化 (harden), 清理 (clear), 覆盖 (cover)."),
    ],
)
def test_a_wrong_value_refuses_its_row_and_says_why(field, wrong, words):
    good = {"found_on": "2024-02-29", "area_m2": "1", "treatment": "绿化"}[field]
    prepared = prepare(source({field: [good, wrong, good]}, [box()] * 3), PARCELS)
    assert refusals(prepared) == [(2, field, words)]
    assert prepared.rows.tolist() == [1, 3]


def test_a_field_that_only_shares_its_name_is_kept_as_it_is():
    prepared = prepare(source({"state": ["PA", "PA"]}, [box(), box(119)]), PARCELS)
    assert prepared.report.accepted == 2
    assert prepared.values["state"] == ["bare", "bare"]
    assert prepared.extra[0] == {"state": "PA"}
    why = "“PA” is none of: 裸露 (bare), 治理中 (in_treatment), 已治理 (treated)."
    assert warnings(prepared) == [f"The field “state” was kept as it is: {why}"]


def test_a_field_that_was_mapped_must_fit():
    prepared = prepare(source({"state": ["PA"]}, [box()]), PARCELS, mapping={"state": "state"})
    assert [row for row, _field, _why in refusals(prepared)] == [1]


def test_other_fields_are_kept_as_json_can_hold_them():
    columns = {
        "n": pa.array([1, None]),
        "r": pa.array([float("nan"), 1.5]),
        "b": pa.array([True, None]),
        "d": pa.array([dt.date(2024, 3, 5), None]),
        "t": pa.array([dt.datetime(2024, 3, 5, 10), None]),
        "s": pa.array(["=x", ""]),
    }
    first, second = prepare(source(columns), STATIONS).extra
    assert first == {"n": 1, "r": None, "b": True, "d": "2024-03-05", "t": "2024-03-05T10:00:00", "s": "=x"}
    assert second == {"n": None, "r": 1.5, "b": None, "d": None, "t": None, "s": ""}
    json.dumps([first, second], allow_nan=False)


# codes


def test_repeated_codes_get_a_suffix_and_are_reported():
    codes = [f"P{number}" for number in range(20)]
    codes[5] = codes[6] = "P4"
    codes[19] = "P4-2"
    prepared = prepare(source({"地块编号": codes}, [box()] * 20), PARCELS)
    assert prepared.codes[4:7] == ["P4", "P4-3", "P4-4"]
    assert len(set(prepared.codes)) == 20
    assert (6, "The code “P4” occurs before; it became “P4-3”.") in repairs(prepared)
    assert not prepared.codes_made


def test_a_row_without_code_gets_one_and_is_reported():
    codes = [str(number) for number in range(19)] + [None]
    prepared = prepare(source({"编号": codes}), STATIONS)
    assert prepared.codes[19] == "ST000020"
    assert repairs(prepared) == [(20, "The row has no code; “ST000020” was made.")]


def test_a_field_that_is_mostly_the_same_is_no_code():
    prepared = prepare(source({"城市编码": ["3703"] * 5}), STATIONS)
    assert prepared.codes == [f"ST00000{number}" for number in range(1, 6)]
    assert prepared.extra[0] == {"城市编码": "3703"}


def test_made_codes_keep_the_row_number_when_rows_are_refused():
    assert prepare(source({"a": ["x", "y"]}, [None, HERE]), STATIONS).codes == ["ST000002"]


# layers of a user's own


def test_a_layer_of_ones_own_takes_its_fields_from_the_file():
    columns = {
        "编号": ["a", "b"],
        "名称": ["x", "y"],
        "Length (m)": [1.5, 2.5],
        "2024": [1, 2],
        "geom": ["g", "h"],
        "length m": [dt.date(2024, 1, 1)] * 2,
        "open": [True, False],
    }
    table = source(columns, [box(), shapely.MultiPolygon([box()])])
    schema = schema_for("my_layer", "我的图层", table)
    assert (schema.own, schema.shape) == (True, "MULTIPOLYGON")
    assert [(field.name, field.kind) for field in schema.fields] == [
        ("名称", "text"), ("length_m", "real"), ("f_2024", "integer"), ("f_geom", "text"),
        ("length_m_2", "date"), ("open", "boolean"),
    ]  # fmt: skip
    prepared = prepare(table, schema)
    assert prepared.codes == ["a", "b"]
    assert prepared.values["f_2024"] == [1, 2]
    assert prepared.extra == [{}, {}]


@pytest.mark.parametrize("geometries", [[HERE, box()], [shapely.MultiPoint([(0, 0), (1, 1)])], [None]])
def test_a_mixed_layer_takes_any_geometry(geometries):
    assert schema_for("mine", "x", source(geometries=geometries)).shape == "GEOMETRY"


@pytest.mark.parametrize("name", ["areas", "Mine", "1st", "", "a b", "x" * 41, 'a";--'])
def test_names_that_no_layer_can_have(name):
    with pytest.raises(BadInput, match="cannot be the name"):
        schema_for(name, "x", source({"a": ["1"]}))
