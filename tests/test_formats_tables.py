"""Tables of text: encodings, delimiters, headers, ragged rows, types, and coordinates in every spelling."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

import layers
from layers.errors import BadFile, BadInput
from layers.formats.coordinates import angle, locate, place
from layers.formats.encoding import dbf_encoding, decode, known_encoding
from layers.formats.gdal import ALLOWED
from layers.formats.plain import plain_table
from layers.formats.prepare import prepare
from layers.formats.read import read
from layers.formats.tabular import read_csv, unique_names
from layers.schema import LAYERS


def table(tmp_path, text: str, encoding="utf-8", mapping=None):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    return read_csv(path, None, mapping or {})


# encodings


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GB18030"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")],
)
def test_the_encoding_is_told_by_the_bytes(encoding, name):
    assert decode("南麻街道,㐂".encode(encoding) if encoding != "gbk" else "南麻街道".encode("gbk"))[1] == name


def test_text_that_is_neither_is_refused():
    with pytest.raises(BadFile, match="UTF-8 / GB18030") as refused:
        decode(b"\xff\xff\x00\x81")
    assert refused.value.field == "encoding"


def test_an_encoding_that_is_given_must_exist():
    with pytest.raises(BadInput, match="“klingon”"):
        known_encoding("klingon")


@pytest.mark.parametrize(
    ("driver", "text", "cpg", "name"),
    [
        (0x4D, "宝山区".encode("gbk"), "", "GB18030"),
        (0, "桓台县".encode("gbk"), "", "GB18030"),
        (0, "桓台县".encode(), "", "UTF-8"),
        (0, b"plain", "", "UTF-8"),
        (0, "桓台县".encode("gbk"), "UTF-8", "GB18030"),
        (0, "桓台县".encode(), "UTF-8", "UTF-8"),
        (0, "桓台县".encode("gbk"), "ANSI 936", "GB18030"),
        (0x57, "桓台县".encode("gbk"), "", "GB18030"),
        (0, ("桓台县" * 30).encode()[:-1], "", "UTF-8"),
    ],
)
def test_the_encoding_of_a_dbf(driver, text, cpg, name):
    header = bytearray(32)
    header[29] = driver
    assert dbf_encoding(bytes(header) + text, cpg) == name


# CSV


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(tmp_path, delimiter):
    text = '"a,b;c|d"\tlon\tlat\n"x,y;z|w"\t118\t36\n'.replace("\t", delimiter)
    assert table(tmp_path, text)[0].to_pydict() == {"a,b;c|d": ["x,y;z|w"], "lon": [118], "lat": [36]}


def test_types_are_found_and_leading_zeros_kept(tmp_path):
    text = "zero,int,real,text,long,none,mixed\n007,1,1.5,a,370323002001001234,,1\n010,-2,2,1e5,1,,x\n"
    columns = table(tmp_path, text)[0]
    assert [str(kind) for kind in columns.schema.types] == [
        "string", "int64", "double", "string", "string", "string", "string"
    ]  # fmt: skip
    assert columns.column("zero").to_pylist() == ["007", "010"]


@pytest.mark.parametrize("title", ["", "南麻街道台账\n\n", "台账,,,\n"])
def test_rows_above_the_header_and_blank_rows(tmp_path, title):
    columns, ragged, _encoding = table(tmp_path, title + "名称,经度,纬度,备注\n甲,118,36,x\n,,,\n\n乙,118,36,\n", "gbk")
    assert columns.column("名称").to_pylist() == ["甲", "乙"]
    assert ragged == ()


def test_cells_may_hold_line_breaks_and_rows_may_be_short(tmp_path):
    columns, ragged, _encoding = table(tmp_path, 'a,lon,lat,b\n"x\ny",118,36\nz,118,36,w\n')
    assert columns.to_pydict() == {"a": ["x\ny", "z"], "lon": [118, 118], "lat": [36, 36], "b": [None, "w"]}
    assert ragged == ()


def test_rows_with_too_many_cells_are_refused_by_number(tmp_path):
    (tmp_path / "a.csv").write_text("name,lon,lat\na,118,36\nb,b,118,36\nc,118,36\n")
    prepared = prepare(read([tmp_path / "a.csv"]), LAYERS["stations"])
    assert [(note.row, str(note.message)) for note in prepared.report.refused] == [
        (2, "The row has 4 cells, the header 3.")
    ]
    assert prepared.values["name"] == ["a", "c"]


def test_names_are_made_unique():
    assert unique_names(["a", "a", "a_2", "", " b  c "]) == ["a", "a_2", "a_2_2", "column4", "b c"]


def test_a_header_of_too_many_fields(tmp_path):
    with pytest.raises(BadFile, match="more than 2000 fields"):
        table(tmp_path, ",".join(f"f{n}" for n in range(2001)) + "\n1\n")


# coordinates


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("118.155", 118.155), ("+118.155", 118.155), ("-36.5", -36.5), (".5", 0.5), ("1.18e2", 118),
        ("118°9'18\"", 118.155), ("118°9′18″", 118.155), ("118度9分18秒", 118.155), ("118° 9.3′", 118.155),
        ("E118°9'18\"", 118.155), ("118°9'18\"E", 118.155), ("东经118.155°", 118.155), ("W75.15", -75.15),
        ("南纬33°", -33), ("36°11'N", 36.183333333333),
        ("", None), ("abc", None), ("118,155", None), ("12:30", None), ("°", None), ("118°9'18\"x", None),
    ],
)  # fmt: skip
def test_angles(text, degrees):
    assert angle(text) == (pytest.approx(degrees) if degrees is not None else None)


@pytest.mark.parametrize(
    ("columns", "fields", "place_"),
    [
        ({"经度": ["118.1"], "纬度": ["36.1"]}, {"经度": "lon", "纬度": "lat"}, (118.1, 36.1)),
        ({"Lng": [118.1], "LAT": [36.1], "x": [1.0], "y": [2.0]}, {"Lng": "lon", "LAT": "lat"}, (118.1, 36.1)),
        ({"经度（E）": [118.1], "纬度(N)": [36.1]}, {"经度（E）": "lon", "纬度(N)": "lat"}, (118.1, 36.1)),
        ({"X": [603866.0], "Y": [4006193.0]}, {"X": "x", "Y": "y"}, (603866, 4006193)),
        ({"X坐标": [4006193.0], "Y坐标": [603866.0]}, {"X坐标": "x", "Y坐标": "y"}, (603866, 4006193)),
        ({"x": ["36.1"], "y": ["118.1"]}, {"x": "x", "y": "y"}, (118.1, 36.1)),
        ({"Easting": [603866], "Northing": [4006193]}, {"Easting": "x", "Northing": "y"}, (603866, 4006193)),
        ({"经纬度": ["118.1,36.1"]}, {"经纬度": "lonlat"}, (118.1, 36.1)),
        ({"坐标": ["(36.1，118.1)"]}, {"坐标": "lonlat"}, (118.1, 36.1)),
        ({"WKT": ["POINT (118.1 36.1)"], "lon": [1.0], "lat": [2.0]}, {"WKT": "wkt"}, (118.1, 36.1)),
        ({"geometry": ["somewhere"], "lon": [118.1], "lat": [36.1]}, {"lon": "lon", "lat": "lat"}, (118.1, 36.1)),
        ({"lon": ["?"], "lat": ["?"], "x": [118.1], "y": [36.1]}, {"x": "x", "y": "y"}, (118.1, 36.1)),
    ],
)
def test_coordinate_columns_are_found_by_name_and_content(columns, fields, place_):
    rows = pa.table(columns)
    found = locate(rows, {})
    assert found.fields == fields
    assert place(rows, found).geometries[0].coords[0] == place_


def test_a_mapping_names_the_columns():
    rows = pa.table({"p": [118.1], "q": [36.1], "lon": [1.0], "lat": [2.0]})
    assert locate(rows, {"p": "lon", "q": "lat"}).fields == {"p": "lon", "q": "lat"}
    with pytest.raises(BadFile, match="one field each to lon, lat"):
        locate(rows, {"p": "lon"})


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"lon": ["118", "east", None, "118"], "lat": ["36", "36", None, "36"]}, "lon"),
        ({"wkt": ["POINT (1 1)", "POINT (1", "", "POINT (2 2)"]}, "wkt"),
        ({"坐标": ["118,36", "118", " ", "118;36"]}, "坐标"),
    ],
)
def test_cells_that_are_no_coordinates_are_named(columns, field):
    rows = pa.table(columns)
    placed = place(rows, locate(rows, {}))
    [note] = placed.refused
    assert (note.row, note.field) == (2, field)
    assert str(note.message) == f"“{columns[field][1]}” is not a coordinate."
    assert [geometry is None for geometry in placed.geometries] == [False, True, True, False]


def test_wkt_of_lines():
    rows = pa.table({"WKT": ["LINESTRING (0 0, 1 1)"]})
    assert place(rows, locate(rows, {})).geometries[0].equals(shapely.LineString([(0, 0), (1, 1)]))


# plain columns


def test_columns_of_any_type_become_plain():
    rows = pa.table(
        {
            "dictionary": pa.array(["a"]).dictionary_encode(),
            "large": pa.array(["a"], pa.large_string()),
            "small": pa.array([1], pa.int8()),
            "huge": pa.array([2**64 - 1], pa.uint64()),
            "decimal": pa.array(["1.50"]).cast(pa.decimal128(5, 2)),
            "list": pa.array([[1, 2]]),
            "struct": pa.array([{"a": "中"}]),
            "time": pa.array([3600], pa.time32("s")),
            "bytes": pa.array([b"x"]),
        }
    )
    plain, notes = plain_table(rows)
    assert plain.to_pylist() == [
        {"dictionary": "a", "large": "a", "small": 1, "huge": "18446744073709551615", "decimal": 1.5,
         "list": "[1, 2]", "struct": '{"a": "中"}', "time": "01:00:00"}
    ]  # fmt: skip
    assert [note.values for note in notes] == [{"name": "bytes"}]


# the worker


def test_gdal_is_left_with_the_allowed_drivers_even_where_the_list_is_out_of_date():
    """Started without our list, the process finds the drivers itself and starts anew without them."""
    code = (
        "import pyogrio; from layers.formats.gdal import restrict_drivers;"
        " restrict_drivers(); print(pyogrio.list_drivers())"
    )
    ours = str(Path(layers.__file__).parents[1])
    environment = {name: value for name, value in os.environ.items() if name != "OGR_SKIP"} | {"PYTHONPATH": ours}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert set(ast.literal_eval(ran.stdout)) == ALLOWED
