"""Layers written to files: what comes back when they are read again, and what a spreadsheet would make of them."""

import csv
import datetime as dt
import io
import json
import zipfile

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest
import shapely

from layers.errors import BadInput
from layers.formats.export_table import export_columns
from layers.formats.prepare import prepare
from layers.formats.read import read
from layers.formats.write import FORMATS, write
from layers.model import Feature, FeatureTable
from layers.schema import LAYERS

YIYUAN = (117.9, 35.9, 118.52, 36.4)
PARCELS, PROBLEMS, STATIONS = LAYERS["parcels"], LAYERS["problems"], LAYERS["stations"]
NOON = dt.datetime(2024, 3, 5, 4, 0, 7, tzinfo=dt.UTC)


def parcel(code, west, **values):
    extra = {"备注": "-x", "亩": 1.5, "是": True, "n": 3}
    geometry = shapely.MultiPolygon([shapely.box(west, 36.18, west + 0.001, 36.181)])
    return Feature(code=code, geometry=geometry, values=values, extra=extra)


ROWS = [
    parcel("P1", 118.15, name="甲", origin="new_found", found_on=dt.date(2024, 3, 5), area_m2=12.5, state="bare"),
    parcel("007", 118.16, name="=HYPERLINK(1)", origin="other", state="treated", treatment="green"),
]
MIXED = [
    Feature(
        code="a", geometry=shapely.Point(118.15, 36.18), values={"found_at": NOON, "flags": ["gap"], "severity": 2}
    ),
    Feature(code="b", geometry=shapely.LineString([(118.15, 36.18), (118.16, 36.19)])),
    Feature(code="c", geometry=shapely.box(118.15, 36.18, 118.16, 36.19)),
]
STATION = [
    Feature(code="S1", geometry=shapely.Point(118.154861234, 36.184781234), values={"name": "@站", "invented": True})
]


def back(rows, schema, tmp_path, fmt, crs="EPSG:4326", layer=None):
    path = tmp_path / f"out{FORMATS[fmt].suffix}"
    write(rows, schema, path, format=fmt, crs=crs)
    given = crs if crs == "GCJ-02" else None
    return prepare(read([path], crs=given, town_bounds=YIYUAN, layer=layer), schema)


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4527"])
def test_what_is_written_reads_back_equal(tmp_path, fmt, crs):
    prepared = back(ROWS, PARCELS, tmp_path, fmt, crs)
    assert prepared.codes == ["P1", "007"]
    for name in PARCELS.field_names:
        default = PARCELS.field(name).default
        assert prepared.values[name] == [row.values.get(name, default) for row in ROWS], name
    for geometry, row in zip(prepared.geometries, ROWS, strict=True):
        assert shapely.hausdorff_distance(geometry, row.geometry) < 2e-9
    assert prepared.extra[0]["备注"] == "-x"
    assert prepared.extra[0]["亩"] == 1.5
    assert prepared.report.crs in ({"EPSG:4326", "EPSG:4490"} if crs == "EPSG:4326" else {crs})


@pytest.mark.parametrize("fmt", ["geojson", "gpkg", "csv", "xlsx", "parquet"])
def test_layers_of_mixed_geometry(tmp_path, fmt):
    prepared = back(MIXED, PROBLEMS, tmp_path, fmt)
    assert [geometry.geom_type for geometry in prepared.geometries] == ["Point", "LineString", "Polygon"]
    assert prepared.values["found_at"][0] == NOON
    assert prepared.values["flags"][0] == ["gap"]
    assert prepared.values["severity"] == [2, 1, 1]


def test_a_shapefile_for_each_sort_of_geometry(tmp_path):
    write(MIXED, PROBLEMS, tmp_path / "a.zip", format="shp")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        assert archive.read("problems_lines.cpg") == b"UTF-8"
    assert {name.split(".")[0] for name in names} == {"problems_points", "problems_lines", "problems_areas"}
    source = read([tmp_path / "a.zip"], layer="problems_points")
    assert source.columns.column("found_at").to_pylist() == ["2024-03-05 12:00:07"]


def test_names_of_a_shapefile_are_cut_and_stay_different(tmp_path):
    extra = {"a_long_name_1": "x", "a_long_name_2": "y", "道路养护单位": "z"}
    row = Feature(code="a", geometry=shapely.Point(118, 36), extra=extra)
    write([row], STATIONS, tmp_path / "a.zip", format="shp")
    source = read([tmp_path / "a.zip"])
    assert source.columns.select(["a_long_nam", "a_long_n_2", "道路养"]).to_pylist() == [
        {"a_long_nam": "x", "a_long_n_2": "y", "道路养": "z"}
    ]


@pytest.mark.parametrize("fmt", ["geojson", "shp", "csv", "parquet"])
def test_gcj02_goes_out_and_comes_back(tmp_path, fmt):
    prepared = back(STATION, STATIONS, tmp_path, fmt, "GCJ-02")
    assert prepared.geometries[0].coords[0] == pytest.approx(STATION[0].geometry.coords[0], abs=2e-9)
    plain = prepare(read([tmp_path / f"out{FORMATS[fmt].suffix}"], crs="EPSG:4326"), STATIONS)
    assert plain.geometries[0].x - prepared.geometries[0].x == pytest.approx(0.0059, abs=1e-4)


@pytest.mark.parametrize("fmt", ["geojson", "gpkg", "shp", "csv", "parquet"])
def test_an_empty_layer_is_a_good_file(tmp_path, fmt):
    assert len(back([], PARCELS, tmp_path, fmt)) == 0


RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


def risky_rows():
    return [
        Feature(code=f"=c{number}", geometry=shapely.Point(118, 36), values={"name": text}, extra={"=1+2": text})
        for number, text in enumerate(RISKY)
    ]


def test_csv_holds_no_formula(tmp_path):
    write(risky_rows(), STATIONS, tmp_path / "a.csv", format="csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_excel_holds_no_formula(tmp_path):
    write(risky_rows(), STATIONS, tmp_path / "a.xlsx", format="xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows() for cell in row]
    assert len(cells) > 20
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [cell.value for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_risky_texts_come_back_as_they_were(tmp_path, fmt):
    prepared = back(risky_rows()[:4], STATIONS, tmp_path, fmt)
    assert prepared.values["name"] == RISKY[:4]
    assert prepared.extra[0] == {"=1+2": "=1+1"}


def test_csv_opens_in_excel_as_utf8_with_beijing_time(tmp_path):
    write(MIXED[:1], PROBLEMS, tmp_path / "a.csv", format="csv")
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert row["found_at"] == "2024-03-05 12:00:07"
    assert shapely.from_wkt(row["WKT"]).equals(MIXED[0].geometry)


def test_excel_cells_are_typed_and_long_geometries_are_not_cut_silently(tmp_path):
    ring = np.column_stack([118 + np.cos(np.linspace(0, 6, 3000)), 36 + np.sin(np.linspace(0, 6, 3000))])
    row = Feature(code="a", geometry=shapely.Polygon(ring), values={"found_on": dt.date(2024, 3, 5), "area_m2": 1.5})
    write([row], PARCELS, tmp_path / "a.xlsx", format="xlsx")
    header, cells = list(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True))
    told = dict(zip(header, cells, strict=True))
    assert told["WKT"] == "(geometry too long for a cell)"
    assert told["found_on"] == dt.datetime(2024, 3, 5)
    assert told["area_m2"] == 1.5


def test_control_signs_do_not_break_a_workbook(tmp_path):
    row = Feature(code="a", geometry=shapely.Point(118, 36), values={"name": "a\x00\x0bb"})
    write([row], STATIONS, tmp_path / "a.xlsx", format="xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["D2"].value == "ab"


def test_geojson_is_as_the_standard_wants_it(tmp_path):
    write(ROWS, PARCELS, tmp_path / "a.geojson", format="geojson")
    collection = json.loads((tmp_path / "a.geojson").read_text())
    assert "crs" not in collection
    properties = collection["features"][0]["properties"]
    assert list(properties)[:3] == ["code", "name", "origin"]
    ring = collection["features"][0]["geometry"]["coordinates"][0][0]
    assert shapely.LinearRing(ring).is_ccw


def test_geojson_in_another_crs_says_so(tmp_path):
    write(STATION, STATIONS, tmp_path / "a.geojson", format="geojson", crs="EPSG:4548")
    collection = json.loads((tmp_path / "a.geojson").read_text())
    assert collection["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4548"
    x, y = collection["features"][0]["geometry"]["coordinates"]
    assert 600_000 < x < 610_000
    assert 4_000_000 < y < 4_010_000


def test_geoparquet_states_version_types_crs_and_bounds(tmp_path):
    write(ROWS, PARCELS, tmp_path / "a.parquet", format="parquet", crs="EPSG:4548")
    geo = json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == ("1.1.0", "geometry", "WKB")
    assert column["geometry_types"] == ["MultiPolygon"]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4548}
    assert 600_000 < column["bbox"][0] < 610_000


def test_a_table_of_the_store_is_written_like_features(tmp_path):
    wkb = np.array([shapely.to_wkb(row.geometry) for row in ROWS], dtype=object)
    fields = {"code": ["P1", "007"], "name": ["甲", "乙"], "extra": [{"备注": "b"}, None]}
    table = FeatureTable(ids=np.array([1, 2]), wkb=wkb, fields=fields)
    prepared = back(table, PARCELS, tmp_path, "geojson")
    assert prepared.codes == ["P1", "007"]
    assert prepared.extra == [{"备注": "b"}, {"备注": None}]


def test_extra_fields_do_not_push_ours_aside():
    row = Feature(code="a", geometry=None, values={"name": "ours"}, extra={"Name": "theirs", "fid": 7, "mixed": 1})
    other = Feature(code="b", geometry=None, extra={"mixed": "x", "list": [1, {"a": None}]})
    columns, _geometries = export_columns([row, other], STATIONS)
    assert columns["name"].to_pylist() == ["ours", None]
    assert columns["Name_2"].to_pylist() == ["theirs", None]
    assert columns["fid_2"].to_pylist() == [7, None]
    assert columns["mixed"].to_pylist() == ["1", "x"]
    assert columns["list"].to_pylist() == [None, '[1,{"a":null}]']


@pytest.mark.parametrize(("fmt", "crs", "field"), [("dwg", "4326", "format"), ("csv", "Mars", "crs")])
def test_unknown_formats_and_systems_are_refused(tmp_path, fmt, crs, field):
    with pytest.raises(BadInput) as refused:
        write(ROWS, PARCELS, tmp_path / "a", format=fmt, crs=crs)
    assert refused.value.field == field
