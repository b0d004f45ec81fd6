"""Coordinate systems: names, detection, GCJ-02 and BD-09, and agreement with PROJ."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from layers.crs import (
    detect_crs,
    from_wgs84,
    gcj02_offset_m,
    parse_crs,
    points_from_wgs84,
    points_to_wgs84,
    to_wgs84,
    town_crs,
)
from layers.errors import BadInput

NANMA = (118.15486, 36.18478)
YIYUAN = (117.9, 35.9, 118.52, 36.4)
ESRI_PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_39",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",39500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
LOCAL_WKT = ESRI_PRJ.replace("39500000.0", "12345.0").replace("Zone_39", "Local").replace("117.0", "118.25")
GRID_WKT = LOCAL_WKT.replace('UNIT["Meter"', 'EXTENSION["PROJ4","+nadgrids=/x"],UNIT["Meter"')
in_china = st.tuples(st.floats(74, 134), st.floats(4, 53))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EPSG:4548", "EPSG:4548"),
        (" epsg:4548 ", "EPSG:4548"),
        ("4548", "EPSG:4548"),
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("urn:ogc:def:crs:EPSG:9.8.1:4490", "EPSG:4490"),
        ("http://www.opengis.net/def/crs/EPSG/0/4527", "EPSG:4527"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("OGC:CRS84", "EPSG:4326"),
        ("WGS-84", "EPSG:4326"),
        ("CGCS2000", "EPSG:4490"),
        ("GCJ02", "GCJ-02"),
        ("火星坐标系", "GCJ-02"),
        ("bd-09", "BD-09"),
        (ESRI_PRJ, "EPSG:4527"),
        (CRS.from_epsg(4548).to_json(), "EPSG:4548"),
        (CRS.from_epsg(9707).to_wkt(), "EPSG:4326"),
    ],
)
def test_every_spelling_has_one_name(text, name):
    assert parse_crs(text) == name


def test_a_local_system_without_code_is_kept_as_wkt():
    name = parse_crs(LOCAL_WKT)
    assert parse_crs(name) == name
    place = points_to_wgs84(points_from_wgs84(np.array([NANMA]), name), name)
    assert place[0] == pytest.approx(NANMA, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    ["", "Mars", "EPSG:99999", "EPSG:5773", "EPSG:4978", "+proj=longlat +nadgrids=/etc/passwd", "/etc/passwd",
     "{}", '{"a":' * 3000, "GEOGCS[", "GEOGCS[" * 2000, GRID_WKT],
)  # fmt: skip
def test_what_is_no_horizontal_system_is_refused(text):
    with pytest.raises(BadInput) as refused:
        parse_crs(text)
    assert refused.value.field == "crs"


@pytest.mark.parametrize("lon", range(75, 136, 3))
def test_the_town_gets_the_zone_of_its_longitude(lon):
    crs = CRS.from_user_input(town_crs(lon + 1.4))
    assert crs.name == f"CGCS2000 / 3-degree Gauss-Kruger CM {lon}E"


@pytest.mark.parametrize(("lon", "name"), [(118.2, "EPSG:4548"), (114.0, "EPSG:4547"), (-75.1, "EPSG:32618")])
def test_known_towns(lon, name):
    assert town_crs(lon) == name


@pytest.mark.parametrize("code", [4490, 4527, 4528, 4525, 4526, 4547, 4548, 4549, 2272, 3857, 32650])
def test_both_ways_agree_with_proj(code):
    place = (-75.15, 39.95) if code == 2272 else (118.15486, 36.18478)
    x, y = Transformer.from_crs(4326, code, always_xy=True).transform(*place)
    crs = f"EPSG:{code}"
    assert from_wgs84(np.array([shapely.Point(place)]), crs)[0].coords[0] == pytest.approx((x, y), abs=1e-6)
    assert to_wgs84(np.array([shapely.Point(x, y)]), crs)[0].coords[0] == pytest.approx(place, abs=1e-9)


def test_easting_comes_first_although_the_definition_puts_north_first():
    east, north = points_from_wgs84(np.array([NANMA]), "EPSG:4548")[0]
    assert 600_000 < east < 610_000
    assert 4_000_000 < north < 4_010_000


def test_missing_geometries_stay_and_heights_go():
    moved = to_wgs84(np.array([None, shapely.Point(603_000, 4_006_000, 250)]), "EPSG:4548")
    assert moved[0] is None
    assert not moved[1].has_z


def test_gcj02_lies_533_m_east_and_22_m_north_of_nanma():
    east, north = gcj02_offset_m(*NANMA)
    assert (east, north) == pytest.approx((533, 22), abs=2)


def test_bd09_of_a_known_place():
    # Tiananmen as the services themselves show it: GCJ-02 116.404, 39.915 is BD-09 116.41036949, 39.92133699.
    wgs = points_to_wgs84(np.array([[116.404, 39.915]]), "GCJ-02")
    assert points_from_wgs84(wgs, "BD-09")[0] == pytest.approx((116.41036949, 39.92133699), abs=1e-6)


@given(in_china)
@settings(max_examples=200, deadline=None)
@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
def test_the_way_back_from_a_disguise_is_exact(crs, place):
    there = points_from_wgs84(np.array([place]), crs)
    assert np.abs(there - place).max() > 1e-5
    assert points_to_wgs84(there, crs)[0] == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
@pytest.mark.parametrize("place", [(-87.6, 41.8), (0.0, 0.0), (151.2, -33.9)])
def test_places_outside_china_pass_unchanged(crs, place):
    assert points_from_wgs84(np.array([place]), crs)[0].tolist() == list(place)
    assert points_to_wgs84(np.array([place]), crs)[0].tolist() == list(place)


@pytest.mark.parametrize(
    ("bounds", "name"),
    [
        ((117.9, 35.9, 118.5, 36.4), "EPSG:4490"),
        ((-75.3, 39.9, -75.0, 40.1), "EPSG:4326"),
        ((39_548_464, 3_977_833, 39_636_654, 4_128_044), "EPSG:4527"),
        ((40_361_000, 3_977_833, 40_362_000, 4_128_044), "EPSG:4528"),
        ((37_500_000, 3_300_000, 37_510_000, 3_310_000), "EPSG:4525"),
        ((20_603_000, 4_006_000, 20_604_000, 4_007_000), "EPSG:4498"),
    ],
)
def test_coordinates_that_tell_their_system(bounds, name):
    assert detect_crs(bounds) == name


@pytest.mark.parametrize(
    ("bounds", "town", "name"),
    [
        ((548_464, 3_977_833, 636_654, 4_030_000), YIYUAN, "EPSG:4548"),
        ((361_000, 3_977_833, 362_000, 4_030_000), (119.0, 35.9, 120.0, 36.4), "EPSG:4549"),
        ((500_000, 2_490_000, 505_000, 2_500_000), (113.9, 22.5, 114.1, 22.6), "EPSG:4547"),
        ((13_130_000, 4_300_000, 13_140_000, 4_310_000), YIYUAN, "EPSG:3857"),
    ],
)
def test_the_town_decides_between_zones(bounds, town, name):
    assert detect_crs(bounds, None, town) == name


def test_zones_without_a_town_are_asked_for():
    with pytest.raises(BadInput, match="fit several") as asked:
        detect_crs((548_464, 3_977_833, 636_654, 4_030_000))
    assert asked.value.field == "crs"


def test_coordinates_that_fit_nothing_are_asked_for():
    with pytest.raises(BadInput, match="fit none"):
        detect_crs((2_685_218, 242_037, 2_690_000, 250_000), None, YIYUAN)


def test_what_is_declared_is_believed():
    assert detect_crs((548_464, 3_977_833, 636_654, 4_030_000), "EPSG:4549", YIYUAN) == "EPSG:4549"
