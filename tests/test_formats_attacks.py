"""Files that are meant to do harm: each is refused in words, and nothing outside the work folder is touched."""

import json
import os
import stat
import struct
import zipfile
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from layers.errors import BadFile
from layers.formats.read import read
from layers.formats.table import Limits

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource relativeToVRT="0">{source}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
POINT = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[118,36]}}'
KML_POINT = "<Placemark><name>a</name><Point><coordinates>118,36</coordinates></Point></Placemark>"


def refused(path: Path, **options) -> str:
    with pytest.raises(BadFile) as error:
        read([path], **options)
    return str(error.value)


def saved(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def zipped(folder: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


@pytest.fixture
def listener():
    """A web server that counts who comes: nobody may."""
    import http.server

    came = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            came.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("suffix", ["geojson", "kml", "csv", "gpkg", "vrt"])
def test_a_vrt_under_any_name_reads_nothing(tmp_path, suffix):
    secret = saved(tmp_path, "secret.geojson", POINT)
    path = saved(tmp_path, f"a.{suffix}", VRT.format(source=secret))
    assert "secret" not in refused(path)


def test_a_vrt_inside_a_kml_document_is_not_followed(tmp_path):
    """The head says KML, so that it reaches GDAL: its VRT driver must not be there."""
    secret = saved(tmp_path, "secret.geojson", POINT)
    text = VRT.format(source=secret).replace("<OGRVRTDataSource>", "<OGRVRTDataSource><!-- <kml -->")
    assert "cannot be read" in refused(saved(tmp_path, "a.vrt", text))


@pytest.mark.parametrize("suffix", ["geojson", "shp"])
@pytest.mark.parametrize("text", ["/vsicurl/{url}/a.geojson", "{url}/a.geojson", "/vsizip//etc/x.zip", "WFS:{url}"])
def test_addresses_are_not_fetched(tmp_path, listener, suffix, text):
    url, came = listener
    refused(saved(tmp_path, f"a.{suffix}", text.format(url=url)))
    assert came == []


def test_links_of_a_kml_are_not_fetched(tmp_path, listener):
    url, came = listener
    link = f"<NetworkLink><Link><href>{url}/b.kml</href></Link></NetworkLink>"
    style = f"<styleUrl>{url}/s.kml#s</styleUrl>"
    text = f"<kml><Document>{link}{KML_POINT.replace('<name>', style + '<name>')}</Document></kml>"
    assert len(read([saved(tmp_path, "a.kml", text)])) == 1
    assert came == []


def test_kml_with_an_external_entity(tmp_path):
    text = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>{KML_POINT.replace("a<", "&x;<")}</kml>'
    assert "document type" in refused(saved(tmp_path, "a.kml", text))


def test_kml_with_a_billion_laughs(tmp_path):
    entities = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 30}">' for i in range(8))
    text = f'<!DOCTYPE kml [<!ENTITY a "ha">{entities}]><kml>{KML_POINT.replace("a<", "&i;<")}</kml>'
    assert "document type" in refused(saved(tmp_path, "a.kml", text))


def test_deep_kml(tmp_path):
    deep = "<MultiGeometry>" * 50_000 + "</MultiGeometry>" * 50_000
    assert "cannot be read" in refused(saved(tmp_path, "a.kml", f"<kml><Placemark>{deep}</Placemark></kml>"))


@pytest.mark.parametrize("place", ["geometry", "properties"])
def test_deep_json(tmp_path, place):
    deep = {
        "geometry": '{"type":"GeometryCollection","geometries":[' * 20_000 + "]}" * 20_000,
        "properties": '{"a":' * 20_000 + "1" + "}" * 20_000,
    }
    feature = {"geometry": "null", "properties": "{}"} | {place: deep[place]}
    text = f'{{"type":"Feature","properties":{feature["properties"]},"geometry":{feature["geometry"]}}}'
    assert "cannot be read" in refused(saved(tmp_path, "a.geojson", text))


def test_deep_wkb_ends_the_reader_and_not_us(tmp_path):
    wkb = (b"\x01" + struct.pack("<II", 7, 1)) * 200_000 + b"\x01\x01\x00\x00\x00" + struct.pack("<dd", 118, 36)
    pq.write_table(pa.table({"geometry": pa.array([wkb], pa.binary())}), tmp_path / "a.parquet")
    assert refused(tmp_path / "a.parquet") == "The file is damaged: its reader failed."


def test_numbers_that_json_does_not_have(tmp_path):
    text = '{"type":"FeatureCollection","features":[' + POINT.replace("118", "1e999") + "]}"
    assert "cannot be read" in refused(saved(tmp_path, "a.geojson", text))


@pytest.mark.parametrize("name", ["../out.shp", "a/../../out.shp", "/tmp/out.shp", "C:\\out.shp", "..\\out.shp"])
def test_zip_slip(tmp_path, name):
    assert "leads outside" in refused(zipped(tmp_path, (name, b"\x00\x00\x27\x0a")))


def test_a_link_in_a_zip(tmp_path):
    link = zipfile.ZipInfo("a.geojson")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "holds a link" in refused(zipped(tmp_path, (link, b"/etc/passwd")))


def test_a_zip_with_a_password(tmp_path):
    path = zipped(tmp_path, ("a.geojson", POINT.encode()))
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert "password" in refused(saved(tmp_path, "b.zip", bytes(data)))


def test_too_many_entries(tmp_path):
    path = zipped(tmp_path, *((f"{number}.txt", b"") for number in range(10_001)))
    assert refused(path) == "The zip holds 10001 files; at most 10000 are allowed."


def test_a_zip_bomb(tmp_path):
    path = zipped(tmp_path, ("a.csv", bytes(40 << 20)))
    assert path.stat().st_size < 100_000
    assert refused(path, limits=Limits(unpacked_bytes=20 << 20)) == "The file unpacks to more than 20 MB."


def test_a_zip_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path, ("a.csv", b"lon,lat\n" + b"118,36\n" * 1_000_000))
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 100)
    assert "damaged" in refused(saved(tmp_path, "b.zip", bytes(data)))


def test_a_zip_cut_off(tmp_path):
    path = zipped(tmp_path, ("a.csv", os.urandom(100_000)))
    data = bytearray(path.read_bytes())
    data[5000:6000] = bytes(1000)
    assert "damaged" in refused(saved(tmp_path, "b.zip", bytes(data)))


def test_a_workbook_bomb(tmp_path):
    """A sheet of 300 MB in a small file: the reader runs out of the memory it is allowed."""
    sheet = b'<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>' + b"A" * (300 << 20)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    assert path.stat().st_size < 1_000_000
    refused(path, limits=Limits(memory_bytes=600 << 20))


def test_a_parquet_bomb(tmp_path):
    """One long text, ten thousand times by reference: some kilobytes that unpack to 10 GB."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["A" * (1 << 20)]))
    table = pa.table({"lon": [118.0] * 10_000, "lat": [36.0] * 10_000, "text": column})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd", store_schema=False)
    assert (tmp_path / "a.parquet").stat().st_size < 200_000
    assert "memory" in refused(tmp_path / "a.parquet", limits=Limits(memory_bytes=1 << 30))


def test_reading_that_takes_too_long(tmp_path):
    path = saved(tmp_path, "a.csv", "lon,lat\n118,36\n")
    assert "longer than is allowed" in refused(path, limits=Limits(wall_s=0))


def test_reading_that_computes_too_long(tmp_path):
    rows = "".join(f'"118.{row}°","36.{row}°"\n' for row in range(600_000))
    path = saved(tmp_path, "a.csv", "lon,lat\n" + rows)
    assert "longer than is allowed" in refused(path, limits=Limits(cpu_s=1))


def test_a_database_that_is_no_geopackage(tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "a.gpkg") as db:
        db.execute("create table t (lon, lat)")
    db.close()
    assert "cannot be read" in refused(tmp_path / "a.gpkg")


def test_a_view_in_a_geopackage_may_not_call_functions_that_read_files(tmp_path):
    import shutil
    import sqlite3

    path = tmp_path / "a.gpkg"
    shutil.copy(Path(__file__).parent / "data/beijing_townships.gpkg", path)
    with sqlite3.connect(path) as db:
        db.execute("create view v as select fid, geom, load_extension('/tmp/x.so') as name from townships")
        db.execute("insert into gpkg_contents (table_name, data_type, identifier, srs_id)"
                   " values ('v', 'features', 'v', 4326)")  # fmt: skip
        db.execute("insert into gpkg_geometry_columns values ('v', 'geom', 'MULTIPOLYGON', 4326, 0, 0)")
    db.close()
    refused(path, layer="v")


@pytest.mark.parametrize("name", ["a.geojson", "a.csv", "a.gpkg", "a.shp", "a.zip", "a.parquet"])
def test_rubbish_under_any_name(tmp_path, name):
    assert str(tmp_path) not in refused(saved(tmp_path, name, bytes(range(256)) * 20))


@pytest.mark.parametrize("data", [b"", bytes(100), b"\n\n\n"], ids=["empty", "zeros", "blank"])
def test_a_table_of_nothing(tmp_path, data):
    refused(saved(tmp_path, "a.csv", data))


@pytest.mark.parametrize("head", [b"PAR1", b"SQLite format 3\x00", b"\x00\x00\x27\x0a", b"PK\x03\x04", b"{", b"<kml"])
def test_rubbish_behind_a_good_head(tmp_path, head):
    refused(saved(tmp_path, "a.bin", head + bytes(range(256)) * 20))


def test_names_of_files_are_never_used(tmp_path):
    """A stem that would be an option, a path or a driver's prefix to somebody."""
    path = saved(tmp_path, "GPKG:..%2f$(touch x);.geojson", json.dumps({"type": "FeatureCollection", "features": [
        json.loads(POINT)]}))  # fmt: skip
    assert len(read([path])) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
