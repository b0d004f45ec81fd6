"""Reading real files of every format through the worker process."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from layers.errors import BadFile, BadInput
from layers.formats.read import read
from layers.formats.table import Limits

DATA = Path(__file__).parent / "data"
GK39 = DATA / "zibo_counties_epsg4527_gbk"
YIYUAN = (117.9, 35.9, 118.52, 36.4)
COUNTIES = ["桓台县", "高青县", "沂源县"]


def parts(folder: Path, without: str = "") -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix != without]


def zipped(target: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target


def test_geoparquet_of_lines():
    source = read([DATA / "wuhan_roads.parquet"])
    assert (len(source), source.crs, source.crs_from) == (63, "EPSG:4326", "declared")
    assert source.names == ("u", "v", "key", "highway")
    assert source.columns.column("highway")[0].as_py() == "trunk"
    assert {geometry.geom_type for geometry in source.geometries} == {"LineString"}


def test_geopackage_with_chinese_fields():
    source = read([DATA / "beijing_townships.gpkg"])
    assert (len(source), source.crs) == (12, "EPSG:4326")
    assert source.names == ("省", "市", "县", "乡")
    assert source.columns.column("省").to_pylist() == ["北京市"] * 12


def test_geoparquet_in_american_feet():
    source = read([DATA / "philadelphia_parcels.parquet"])
    assert source.crs == "EPSG:2272"
    west, south, east, north = shapely.total_bounds(source.geometries)
    assert -75.3 < west < east < -74.9
    assert 39.8 < south < north < 40.2


def test_plain_parquet_takes_the_degrees_and_not_the_state_plane():
    source = read([DATA / "chicago_reports.parquet"])
    assert source.coordinate_fields == {"Longitude": "lon", "Latitude": "lat"}
    assert {"X_Coordinate", "Y_Coordinate"} <= set(source.names)
    assert sum(geometry is None for geometry in source.geometries) == 3
    assert (source.crs, source.crs_from) == ("EPSG:4326", "detected")


def test_gbk_csv():
    source = read([DATA / "stations_gbk.csv"])
    assert (source.encoding, source.crs) == ("GB18030", "EPSG:4490")
    assert source.columns.column("监测点名称")[0].as_py() == "示例站01"
    assert source.geometries[0].coords[0] == (116.3621, 39.8784)


@pytest.mark.parametrize("without", ["", ".prj"])
def test_gbk_shapefile_in_parts_with_zone_prefix(without):
    source = read(parts(GK39, without))
    assert source.names == ("行政代码", "名称")
    assert source.columns.column("名称").to_pylist()[:3] == COUNTIES
    assert (source.crs, source.crs_from) == ("EPSG:4527", "detected" if without else "declared")
    assert source.geometries[2].contains(shapely.Point(118.17, 36.18))


def test_a_lone_shp_finds_its_parts_and_no_other_file(tmp_path):
    for path in parts(GK39):
        shutil.copy(path, tmp_path / f"layer{path.suffix}")
    shutil.copy(DATA / "beijing_townships.gpkg", tmp_path / "layer.gpkg")
    assert read([tmp_path / "layer.shp"]).columns.column("名称").to_pylist()[:3] == COUNTIES


def test_shapefile_without_its_index():
    assert len(read(parts(GK39, ".shx"))) == 8


def test_genuine_gbk_shapefile_in_a_zip_of_windows(tmp_path):
    """Windows writes Chinese names of files as GBK and does not say so."""
    archive = tmp_path / "upload.zip"
    folder = DATA / "shanghai_districts_gbk"
    with zipfile.ZipFile(archive, "w") as target:
        for path in folder.iterdir():
            member = zipfile.ZipInfo(path.name.encode("gbk").decode("cp437"))
            target.writestr(member, path.read_bytes())
    source = read([archive])
    assert source.encoding == "GB18030"
    assert source.columns.column("NAME")[0].as_py().endswith("区")
    assert source.crs == "EPSG:4326"


def test_a_cpg_that_lies_is_not_believed(tmp_path):
    for path in parts(GK39):
        shutil.copy(path, tmp_path / f"layer{path.suffix}")
    (tmp_path / "layer.cpg").write_text("UTF-8")
    assert read([tmp_path / "layer.shp"]).columns.column("名称").to_pylist()[:3] == COUNTIES


def test_the_encoding_given_is_used():
    names = read(parts(GK39), encoding="latin-1").names
    assert names == ("ÐÐÕþ´úÂë", "Ãû³Æ")


def test_the_crs_given_overrules_the_file():
    source = read([DATA / "zibo_counties_amap_gcj02.geojson"], crs="gcj02")
    plain = read([DATA / "zibo_counties_amap_gcj02.geojson"])
    assert (source.crs, source.crs_from) == ("GCJ-02", "given")
    assert plain.geometries[0].centroid.x - source.geometries[0].centroid.x == pytest.approx(0.0058, abs=3e-4)


def test_geojson_with_a_crs_member():
    source = read([DATA / "yiyuan_county_tianditu_cgcs2000.geojson"])
    assert (source.crs, source.crs_from) == ("EPSG:4490", "declared")


def test_geojson_keeps_lists_objects_and_leading_zeros(tmp_path):
    path = tmp_path / "a.geojson"
    properties = {"编号": "007", "l": [1, 2], "o": {"a": [1]}, "d": "2024-03-05", "n": None}
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [118, 36, 5]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    source = read([path])
    assert source.columns.column("编号").to_pylist() == ["007"]
    assert json.loads(source.columns.column("o")[0].as_py()) == {"a": [1]}
    assert not source.geometries[0].has_z


def test_gbk_geojson_of_metres_without_crs(tmp_path):
    path = tmp_path / "a.json"
    text = """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"名称":"一号"},
    "geometry":{"type":"Point","coordinates":[603866.7,4006193.5]}}]}"""
    path.write_bytes(text.encode("gbk"))
    source = read([path], town_bounds=YIYUAN)
    assert source.columns.column("名称").to_pylist() == ["一号"]
    assert (source.crs, source.crs_from) == ("EPSG:4548", "detected")
    assert [str(note) for note in source.notes] == [
        "The file says EPSG:4326, but its coordinates are metres; it was read as EPSG:4548."
    ]


KML = """<?xml version="1.0" encoding="{encoding}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>地块</name><Placemark><name>一号</name>
<ExtendedData><Data name="面积"><value>12.5</value></Data><Data name="权属"><value>村集体</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>118,36,9 118.1,36,9 118.1,36.1,9 118,36,9</coordinates>
</LinearRing></outerBoundaryIs></Polygon></Placemark></Folder>
<Folder><name>工地</name><Placemark><name>二号</name><Point><coordinates>118,36</coordinates></Point></Placemark>
</Folder></Document></kml>"""


@pytest.mark.parametrize("encoding", ["UTF-8", "GB2312"])
def test_kml_with_folders_and_free_chinese_fields(tmp_path, encoding):
    path = tmp_path / "a.kml"
    path.write_bytes(KML.format(encoding=encoding).encode("gb18030" if encoding == "GB2312" else "utf-8"))
    source = read([path])
    rows = {row["Name"]: row for row in source.columns.to_pylist()}
    assert rows["一号"]["面积"] == "12.5"
    assert rows["一号"]["权属"] == "村集体"
    assert (rows["一号"]["folder"], rows["二号"]["folder"]) == ("地块", "工地")
    assert not {"tessellate", "visibility"} & set(source.names)


def test_kmz(tmp_path):
    path = zipped(tmp_path / "a.kmz", {"doc.kml": KML.format(encoding="UTF-8").encode(), "files/a.png": b"\x89PNG"})
    assert len(read([path])) == 2


@pytest.mark.parametrize("sheet", [None, "台账"])
def test_excel_with_a_title_above_the_header(tmp_path, sheet):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    page.append(["南麻街道裸露土地台账"])
    page.append(["编号", "名称", "经度", "纬度", "面积"])
    page.append(["007", "甲", 118.15, 36.18, 12.5])
    page.append([None, None, None, None, None])
    page.append(["008", "乙", "118°9′18″", "36°11′", 3])
    book.create_sheet("空表")
    if sheet:
        book.create_sheet("说明").append(["填表", "说明"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    source = read([path], layer=sheet)
    assert source.columns.to_pydict() == {"编号": ["007", "008"], "名称": ["甲", "乙"], "面积": [12.5, 3.0]}
    assert source.geometries[1].coords[0] == pytest.approx((118.155, 36.18333333))


def test_several_sheets_are_asked_about(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["lon", "lat"])
    book.create_sheet("第二").append(["lon", "lat"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(BadFile, match="several layers: Sheet, 第二") as asked:
        read([tmp_path / "a.xlsx"])
    assert asked.value.field == "layer"


def test_several_shapefiles_in_a_zip_are_listed_and_one_can_be_named(tmp_path):
    files = {}
    for stem in ("区县", "乡镇"):
        files |= {f"data/{stem}{path.suffix.upper()}": path.read_bytes() for path in parts(GK39)}
    archive = zipped(tmp_path / "a.zip", files | {"data/说明.txt": b"readme"})
    with pytest.raises(BadFile, match="several layers: 区县, 乡镇"):
        read([archive])
    assert len(read([archive], layer="乡镇")) == 8


def test_several_layers_in_a_geopackage(tmp_path):
    import sqlite3  # a second, empty layer is enough

    path = tmp_path / "a.gpkg"
    shutil.copy(DATA / "beijing_townships.gpkg", path)
    with sqlite3.connect(path) as db:
        db.execute("create table villages (fid integer primary key, geom blob, name text)")
        db.execute("insert into gpkg_contents (table_name, data_type, identifier, srs_id)"
                   " values ('villages', 'features', 'villages', 4326)")  # fmt: skip
        db.execute("insert into gpkg_geometry_columns values ('villages', 'geom', 'POLYGON', 4326, 0, 0)")
    db.close()
    with pytest.raises(BadFile, match="several layers: townships, villages"):
        read([path])
    assert len(read([path], layer="townships")) == 12


def test_geoparquet_without_crs_is_detected_and_null_rows_stay(tmp_path):
    wkb = [shapely.to_wkb(shapely.Point(39_603_866.7, 4_006_193.5)), None]
    geo = {"version": "1.1.0", "primary_column": "g",
           "columns": {"g": {"encoding": "WKB", "geometry_types": [], "crs": None}}}  # fmt: skip
    table = pa.table({"name": ["a", "b"], "g": pa.array(wkb, pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "a.parquet")
    source = read([tmp_path / "a.parquet"])
    assert source.crs == "EPSG:4527"
    assert source.geometries[1] is None


def test_progress_is_told():
    told = []
    read([DATA / "wuhan_roads.parquet"], progress=lambda *said: told.append(said))
    assert told[-1] == ("read", 63, 63)


def test_an_error_in_the_listener_ends_the_reading():
    def stop(*_said: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read([DATA / "wuhan_roads.parquet"], progress=stop)


def test_ambiguous_metres_are_asked_about(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,x,y\na,603866.7,4006193.5\n")
    with pytest.raises(BadInput, match="fit several") as asked:
        read([path])
    assert asked.value.field == "crs"


def test_surveyors_put_north_into_x(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("点号,X坐标,Y坐标\n1,4006193.5,39603866.7\n", encoding="gbk")
    source = read([path])
    assert source.crs == "EPSG:4527"
    assert source.geometries[0].coords[0] == pytest.approx((118.1546, 36.1805), abs=1e-4)
    assert any("exchanged" in str(note) for note in source.notes)


def test_binary_fields_are_left_out_and_named(tmp_path):
    pq.write_table(pa.table({"lon": [118.0], "lat": [36.0], "photo": [b"x"]}), tmp_path / "a.parquet")
    source = read([tmp_path / "a.parquet"])
    assert source.names == ()
    assert len(source) == 1
    assert [str(note) for note in source.notes] == ["The field “photo” holds binary data and was left out."]


def test_open_rings_are_closed_and_told(tmp_path):
    path = tmp_path / "a.geojson"
    ring = [[118.0, 36.0], [118.1, 36.0], [118.1, 36.1]]
    path.write_text(json.dumps({"type": "Feature", "properties": {"a": 1},
                                "geometry": {"type": "Polygon", "coordinates": [ring]}}))  # fmt: skip
    source = read([path])
    assert [(note.row, str(note.message)) for note in source.repaired] == [(1, "An open ring was closed.")]
    assert source.geometries[0].is_valid


def test_a_table_without_coordinates_names_its_fields(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,E点,N点\n1,118.1,36.1\n", encoding="utf-8")
    with pytest.raises(BadFile, match="among: 编号, E点, N点") as refused:
        read([path])
    assert refused.value.field == "map"
    source = read([path], mapping={"E点": "lon", "N点": "lat"})
    assert np.allclose(shapely.get_coordinates(source.geometries), [[118.1, 36.1]])


def test_a_workbook_of_the_old_kind_that_is_none(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(BadFile, match="Excel file cannot be read"):
        read([path])


def test_utf16_csv(tmp_path):
    path = tmp_path / "a.csv"
    buffer = io.StringIO("名称\tlon\tlat\n甲\t118\t36\n")
    path.write_bytes(buffer.getvalue().encode("utf-16"))
    assert read([path]).columns.column("名称").to_pylist() == ["甲"]


def test_an_answer_that_is_said_is_not_lost_in_what_libraries_do_at_the_end(tmp_path):
    (tmp_path / "a.csv").write_text("lon,lat\n118.1,36.1\n")
    request = {"task": "read", "paths": [str(tmp_path / "a.csv")], "folder": str(tmp_path), "layer": None,
               "encoding": None, "mapping": {}, "placed": True, "limits": asdict(Limits())}  # fmt: skip
    (tmp_path / "request.json").write_text(json.dumps(request))
    dying = (
        "import atexit, os, runpy; atexit.register(os.abort); "
        "runpy.run_module('layers.formats.worker', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", dying, str(tmp_path / "request.json")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "result" in json.loads(done.stdout.splitlines()[-1])
