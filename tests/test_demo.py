"""The demo town: its areas, streets, people and land."""

import hashlib
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pyarrow.parquet as parquet
import pytest
import shapely

from layers.demo import DemoTown, build
from layers.errors import BadInput
from layers.rules.responsibility import ROLES
from layers.rules.roles import answers
from layers.schema import GEOMETRY_TYPES, LAYERS
from layers.values import checked
from tests.demo_built import AS_OF, METRES, area_levels, demo_town, in_metres

FILLED = ("areas", "road_segments", "parcels", "stations", "dust_sources", "problems", "patrols", "frontages",
          "dust_samples", "measures")  # fmt: skip


@pytest.fixture(scope="module")
def demo() -> DemoTown:
    return demo_town()


def fingerprint(demo: DemoTown) -> str:
    digest = hashlib.sha256()
    for name, features in demo.layers.items():
        for f in features:
            said = repr((name, f.code, sorted(f.values.items()), sorted(f.extra.items())))
            digest.update(said.encode() + (shapely.to_wkb(f.geometry) or b""))
    digest.update(repr((demo.people, demo.responsibilities, demo.histories, demo.town)).encode())
    return digest.hexdigest()


# ---------------------------------------------------------------- as a whole


def test_two_builds_are_the_same(demo):
    assert fingerprint(build(AS_OF)) == fingerprint(demo)


def test_a_build_in_another_process_is_the_same(demo):
    """The order of sets of texts differs between processes; nothing may hang on it."""
    code = "from tests.test_demo import *; print(fingerprint(build(AS_OF)))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert run.stdout.strip() == fingerprint(demo)


def test_another_seed_gives_another_town(demo):
    assert fingerprint(build(AS_OF, seed=5)) != fingerprint(demo)


def test_the_streets_do_not_hang_on_the_seed(demo):
    names = {s.values["road_name"] for s in demo.layers["road_segments"]}
    assert {s.values["road_name"] for s in build(AS_OF, seed=5).layers["road_segments"]} == names


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(BadInput, match="no time zone"):
        build(AS_OF.replace(tzinfo=None))


@pytest.mark.parametrize("layer", FILLED)
def test_values_and_geometries_fit_the_layer(demo, layer):
    schema = LAYERS[layer]
    for feature in demo.layers[layer]:
        assert set(feature.values) <= set(schema.field_names)
        checked(schema, feature.values)
        if feature.geometry is None:
            assert feature.values["organisation"]  # a measure with a firm has no place
            continue
        assert feature.geometry.geom_type in GEOMETRY_TYPES[schema.shape]
        assert feature.geometry.is_valid


@pytest.mark.parametrize("layer", FILLED)
def test_codes_are_unique_in_the_layer(demo, layer):
    codes = [feature.code for feature in demo.layers[layer]]
    assert len(set(codes)) == len(codes) > 0
    assert all(codes)


@pytest.mark.parametrize("layer", [one for one in FILLED if one not in ("areas", "stations", "measures")])
def test_nothing_lies_outside_the_district(demo, layer):
    district = shapely.union_all([zone.geometry for zone in area_levels(demo)["zone"]])
    shapely.prepare(district)
    assert [f.code for f in demo.layers[layer] if not shapely.covers(district, f.geometry)] == []


def test_the_town_says_where_its_data_come_from(demo):
    assert any("OpenStreetMap" in line and "ODbL" in line for line in demo.town.attribution)
    assert any("CNEMC" in line for line in demo.town.attribution)


# ---------------------------------------------------------------- areas


def test_the_levels_have_the_numbers_of_a_subdistrict(demo):
    count = {level: len(areas) for level, areas in area_levels(demo).items()}
    assert count["zone"] == 3
    assert 9 <= count["village"] <= 12
    assert 40 <= count["grid"] <= 60


@pytest.mark.parametrize("level", ["zone", "village"])
def test_a_level_is_a_coverage_in_degrees(demo, level):
    assert shapely.coverage_is_valid([area.geometry for area in area_levels(demo)[level]])


@pytest.mark.parametrize("level", ["zone", "village"])
def test_a_level_is_a_coverage_without_narrow_gaps_in_metres(demo, level):
    assert shapely.coverage_is_valid(in_metres(area_levels(demo)[level]), gap_width=2)


@pytest.mark.parametrize("level", ["zone", "village"])
def test_a_level_leaves_no_hole(demo, level):
    polygons = in_metres(area_levels(demo)[level])
    whole = shapely.union_all(polygons)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert shapely.area(polygons).sum() == pytest.approx(whole.area, abs=0.01)


@pytest.fixture(scope="module")
def faulty(demo) -> set[str]:
    """The villages in which grids do not fit together."""
    grids = area_levels(demo)["grid"]
    edges = shapely.coverage_invalid_edges(in_metres(grids))
    return {grid.values["parent"] for grid, edge in zip(grids, edges, strict=True) if not edge.is_empty}


def test_the_grids_have_one_gap_and_one_overlap_to_be_found(demo, faulty):
    polygons = in_metres(area_levels(demo)["grid"])
    covered = shapely.union_all(polygons)
    missing = shapely.union_all(in_metres(area_levels(demo)["zone"])).difference(covered)
    assert len(faulty) == 2
    assert 300 < missing.area < 1200
    assert 300 < shapely.area(polygons).sum() - covered.area < 1200


def test_children_fill_their_parent_vertex_for_vertex(demo, faulty):
    areas = {area.code: area for area in demo.layers["areas"]}
    children = defaultdict(list)
    for area in areas.values():
        if area.values["parent"]:
            children[area.values["parent"]].append(area.geometry)
    assert len(children) == len(areas) - len(area_levels(demo)["grid"])
    for parent, parts in children.items():
        if parent not in faulty:
            together = shapely.coverage_union_all(parts).normalize()
            assert together.equals_exact(areas[parent].geometry.normalize(), 0)


def test_borders_follow_streets_for_the_most_part(demo):
    villages = in_metres(area_levels(demo)["village"])
    outer = shapely.boundary(shapely.union_all(villages))
    inner = shapely.difference(shapely.union_all(shapely.boundary(villages)), outer.buffer(1))
    roads = shapely.union_all(in_metres(demo.layers["road_segments"])).buffer(2)
    assert inner.intersection(roads).length > 0.45 * inner.length


# ---------------------------------------------------------------- streets


def test_the_chainage_of_a_road_has_no_gap(demo):
    roads = defaultdict(list)
    for segment in demo.layers["road_segments"]:
        roads[segment.values["road_name"]].append(segment)
    for road in roads.values():
        assert road[0].values["from_m"] == 0
        assert all(a.values["to_m"] == b.values["from_m"] for a, b in pairwise(road))


def test_chainage_is_length_in_metres(demo):
    length_m = shapely.length(in_metres(demo.layers["road_segments"]))
    chainage_m = np.array([s.values["to_m"] - s.values["from_m"] for s in demo.layers["road_segments"]])
    assert np.abs(length_m - chainage_m).max() < 0.2
    assert length_m.max() <= 610


def test_street_names_are_those_of_the_source(demo):
    source = " ".join(filter(None, parquet.read_table("layers/demo/data/futian_roads.parquet")["name"].to_pylist()))
    names = {segment.values["road_name"] for segment in demo.layers["road_segments"]}
    assert len(names) > 80
    assert [name for name in names if name not in source] == []


def test_a_centreline_stays_on_its_street(demo):
    """A line in the middle of two carriageways is never far from one of that name."""
    table = parquet.read_table("layers/demo/data/futian_roads.parquet")
    for road in ("深南大道", "红荔西路", "福荣路", "泰然六路"):
        edges = [
            w for w, n in zip(table["wkb"].to_pylist(), table["name"].to_pylist(), strict=True) if road in (n or "")
        ]
        street = shapely.union_all(METRES.to(shapely.from_wkb(edges))).buffer(45)
        mine = [s for s in demo.layers["road_segments"] if s.values["road_name"] == road]
        assert all(shapely.covers(street, line) for line in in_metres(mine))


# ---------------------------------------------------------------- people


def test_there_are_about_forty_chiefs(demo):
    assert 35 <= len({r.person for r in demo.responsibilities if r.role == "road_chief"}) <= 48


def test_responsibilities_name_people_and_places_that_exist(demo):
    people = {person.code for person in demo.people}
    places = {(layer, f.code) for layer in ("areas", "road_segments") for f in demo.layers[layer]}
    assert {r.person for r in demo.responsibilities} <= people
    assert {(r.layer, r.place) for r in demo.responsibilities} <= places
    assert {r.role for r in demo.responsibilities} == {*ROLES, "sponsor"}
    assert {code for codes in demo.staff.values() for code in codes} <= people


def test_names_are_unique(demo):
    assert len({person.name for person in demo.people}) == len(demo.people)


def test_every_post_is_filled(demo):
    posts = {role for person in demo.people for role in person.roles}
    assert posts == {"administrator", "supervisor", "dispatcher", "inspector", "planner", "contractor"}
    assert all(demo.staff[role] for role in posts)


def holders(demo, layer, day) -> Counter:
    here = (r for r in demo.responsibilities if r.layer == layer and answers(r) and r.holds_on(day))
    return Counter(r.place for r in here)


def test_one_person_answers_for_each_area(demo):
    assert holders(demo, "areas", AS_OF.date()) == Counter(area.code for area in demo.layers["areas"])


def test_nobody_answers_for_three_segments_today(demo):
    today = holders(demo, "road_segments", AS_OF.date())
    alone = [s.code for s in demo.layers["road_segments"] if s.code not in today]
    ever = {r.place for r in demo.responsibilities}
    assert len(alone) == 3
    assert sum(code in ever for code in alone) == 1  # one whose chief's time is over
    assert max(today.values()) == 1


def test_some_segments_changed_hands_in_the_past_month(demo):
    rows = [r for r in demo.responsibilities if r.layer == "road_segments"]
    ended = {r.place: r for r in rows if r.valid_to}
    heirs = [r for r in rows if r.place in ended and r.valid_to is None]
    assert len(heirs) >= 3
    for heir in heirs:
        assert heir.valid_from == ended[heir.place].valid_to
        assert heir.person != ended[heir.place].person
        assert timedelta(0) < AS_OF.date() - heir.valid_from <= timedelta(days=30)


# ---------------------------------------------------------------- land


def test_only_the_invented_station_is_called_so(demo):
    real, invented = sorted(demo.layers["stations"], key=lambda s: bool(s.values["invented"]))
    assert (real.code, real.geometry.coords[0]) == ("1358A", (113.9870, 22.5417))
    assert invented.values["invented"]
    assert "演示" in invented.values["name"]


def test_parcels_lie_beside_one_another_and_off_the_roads(demo):
    parcels = in_metres(demo.layers["parcels"])
    roads = shapely.union_all(in_metres(demo.layers["road_segments"]))
    tree = shapely.STRtree(parcels)
    assert all(a == b for a, b in tree.query(parcels, predicate="intersects").T)
    assert shapely.distance(parcels, roads).min() > 10


def test_parcels_have_the_sizes_of_parcels(demo):
    areas_m2 = shapely.area(in_metres(demo.layers["parcels"]))
    told = [parcel.values["area_m2"] for parcel in demo.layers["parcels"]]
    assert len(areas_m2) == 60
    assert np.abs(areas_m2 - told).max() < 0.2
    assert areas_m2.min() >= 200
    assert areas_m2.max() <= 12_000


def test_dust_sources_are_of_many_kinds(demo):
    assert len(demo.layers["dust_sources"]) >= 10
    assert {"construction", "yard", "road", "mine"} <= {s.values["kind"] for s in demo.layers["dust_sources"]}
