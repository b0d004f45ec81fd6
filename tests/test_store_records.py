"""The contract of a store beside features: changes, own layers, duties, history, the town. Both stores must pass it."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, box

from layers.errors import AlreadyThere, BadInput, NotFound
from layers.model import Category, Event, Feature, Person, PlaceLink, Responsibility, Town
from layers.query import Query
from layers.schema import LAYERS, Field, LayerSchema
from layers.store import Store, open_store
from tests.store_rows import NOW, codes, fill, problem


def test_columns_for_the_cache_hold_wkb_and_fields(store: Store) -> None:
    points = fill(store, 50)
    table = store.table("problems", ("code", "found_at"))
    assert np.allclose(shapely.get_coordinates(shapely.from_wkb(table.wkb)), points)
    assert table.fields["code"][7] == "P00007"
    assert table.fields["found_at"][7] == NOW + timedelta(minutes=7)
    some = store.table("problems", ("code",), ids=[3, 4, 999])
    assert (list(some.ids), some.fields["code"]) == ([3, 4], ["P00002", "P00003"])


def test_changes_are_seen_from_another_store_on_the_same_data(store: Store, store_url: str) -> None:
    fill(store, 3)
    stamp = store.change_stamp()
    start = store.changes_since(0)
    assert set(start.ids.values()) == {None}
    other = open_store(store_url)
    with other.writing() as session:
        session.features.update("problems", 2, {"state": "closed"}, now=NOW)
        session.features.delete("problems", 3)
        session.features.insert("stations", Feature(code="S", geometry=Point(1, 1)), now=NOW)
    other.close()
    assert store.change_stamp() != stamp
    changes = store.changes_since(start.sequence)
    assert {layer: sorted(ids or []) for layer, ids in changes.ids.items()} == {"problems": [2, 3], "stations": [1]}
    assert store.changes_since(changes.sequence).ids == {}


def test_the_log_of_changes_does_not_grow_for_ever(store: Store) -> None:
    """What is forgotten is read anew by whoever is so far behind; who is not sees each change once."""
    with store.writing() as session:
        for number in range(1, 31):
            session.features.insert("stations", Feature(code=f"S{number}", geometry=Point(1, 1)), now=NOW)
    before = store.changes_since(0).sequence
    assert store.trim_changes(kept=1_000) == 0
    assert store.trim_changes(kept=10) >= 20
    assert store.trim_changes(kept=10) == 0
    assert sorted(store.changes_since(before - 5).ids["stations"] or ()) == [26, 27, 28, 29, 30]
    assert store.changes_since(before - 20).ids["stations"] is None
    with store.writing() as session:
        session.features.insert("stations", Feature(code="S31", geometry=Point(1, 1)), now=NOW)
    assert store.changes_since(before).ids == {"stations": [31]}


def test_own_writes_change_the_stamp_too(store: Store) -> None:
    stamp = store.change_stamp()
    fill(store, 1)
    assert store.change_stamp() != stamp


def test_a_layer_of_ones_own_behaves_like_any_other(store: Store, store_url: str) -> None:
    rivers = LayerSchema(
        "河道", "河道", "MULTILINESTRING", (Field("长度", "real", "长度"), Field("select", "text", "select")), own=True
    )
    line = shapely.MultiLineString([[(1, 1), (2, 2)]])
    with store.writing() as session:
        session.layers.add(rivers)
        row = Feature(code="R1", geometry=line, values={"长度": 1.5, "select": "x"})
        session.features.insert_many("河道", [row], now=NOW)
    again = open_store(store_url)
    with again.reading() as session:
        assert session.layers.get("河道") == rivers
        (back,) = session.features.read("河道", Query(bbox=(0, 0, 1, 1)))
    again.close()
    assert back.values == {"长度": 1.5, "select": "x"}
    assert "河道" in store.changes_since(0).ids


ANEW = """
import sys
from layers.schema import Field, LayerSchema
from layers.store import open_store
with open_store(sys.argv[1]).writing() as session:
    session.layers.drop("wells")
    session.layers.add(LayerSchema("wells", "水井", "POINT", (Field("depth_m", "real", "深度"),), own=True))
"""


def test_a_layer_that_another_process_made_anew_has_the_fields_it_has_now(store: Store, store_url: str) -> None:
    with store.writing() as session:
        session.layers.add(LayerSchema("wells", "水井", "POINT", (Field("keeper", "text", "管理人"),), own=True))
    subprocess.run([sys.executable, "-c", ANEW, store_url], check=True)
    with store.writing() as session:
        row = Feature(code="W1", geometry=shapely.Point(1, 1), values={"depth_m": 12.5})
        session.features.insert("wells", row, now=NOW)
    with store.reading() as session:
        (back,) = session.features.read("wells")
    assert back.values == {"depth_m": 12.5}


def test_a_layer_cannot_take_a_name_of_the_service(store: Store) -> None:
    for name in ("problems", "changes", "gpkg_contents", "sqlite_x"):
        with pytest.raises((BadInput, AlreadyThere)), store.writing() as session:
            session.layers.add(LayerSchema(name, name, "POINT", own=True))


def test_a_layer_whose_creation_failed_can_be_made_later(store: Store) -> None:
    schema = LayerSchema("ponds", "ponds", "POINT", own=True)
    with pytest.raises(RuntimeError), store.writing() as session:
        session.layers.add(schema)
        raise RuntimeError
    with store.writing() as session:
        session.layers.add(schema)
        assert session.features.count("ponds") == 0


def test_a_dropped_layer_is_gone_and_can_be_made_anew(store: Store) -> None:
    schema = LayerSchema("ponds", "ponds", "POINT", own=True)
    with store.writing() as session:
        session.layers.add(schema)
        session.features.insert("ponds", Feature(code="1", geometry=Point(1, 1)), now=NOW)
    with store.writing() as session:
        session.layers.drop("ponds")
    with store.reading() as session, pytest.raises(NotFound):
        session.layers.get("ponds")
    with store.writing() as session:
        session.layers.add(schema)
        assert session.features.count("ponds") == 0
    assert store.check() == []


def test_responsibilities_hold_from_a_day_to_the_day_before(store: Store) -> None:
    rows = [
        Responsibility(layer="areas", place="V1", person="old", role="village_head", valid_from=date(2026, 1, 1),
                       valid_to=date(2026, 11, 23)),
        Responsibility(layer="areas", place="V1", person="new", role="village_head", valid_from=date(2026, 11, 23)),
    ]  # fmt: skip
    with store.writing() as session:
        session.duties.put_people([Person(code="old", name="老张"), Person(code="new", name="小李", phone="1")])
        session.duties.put_responsibilities(rows)
    with store.reading() as session:
        who = {day: [d.person for d in session.duties.responsibilities(on=day)] for day in
               (date(2026, 11, 22), date(2026, 11, 23))}  # fmt: skip
        assert session.duties.person("new").name == "小李"
        assert [p.code for p in session.duties.people("张")] == ["old"]
        assert len(session.duties.responsibilities(place=("areas", "V1"))) == 2
    assert list(who.values()) == [["old"], ["new"]]


def test_history_is_kept_in_order_and_places_are_replaced(store: Store) -> None:
    with store.writing() as session:
        made = session.features.insert("problems", problem("A"), now=NOW)
        for state in ("reported", "confirmed"):
            session.history.append(
                Event(problem_id=made.id, kind="moved", at=NOW, recorded_at=NOW, to_state=state, payload={"n": 1})
            )
        session.history.put_places(made.id, [PlaceLink(layer="areas", code="V1", name="村", method="inside")])
        links = [
            PlaceLink(layer="areas", code="V2", name="村", method="inside", share=0.4),
            PlaceLink(layer="road_segments", code="R", name="路", method="corridor", distance_m=3.5, lead=True),
        ]
        session.history.put_places(made.id, links)
    with store.reading() as session:
        assert [e.to_state for e in session.history.events(made.id)] == ["reported", "confirmed"]
        assert session.history.places([made.id])[made.id] == links[::-1]
        assert session.history.problems_at("areas", ["V1", "V2"]) == {"V2": [made.id]}
    assert codes(store, place=("road_segments", "R")) == ["A"]
    assert codes(store, place=("areas", "V1")) == []


def test_categories_are_read_once_in_a_session_and_anew_after_a_change(store: Store) -> None:
    first, second = (Category(code=code, parent="01", name_zh="垃圾", name_en=code) for code in ("0101", "0102"))
    with store.writing() as session:
        session.town.put_categories([first])
        read = session.town.categories()
        assert session.town.categories()[0] is read[0]
        session.town.put_category(second)
        assert session.town.categories() == [first, second]
        session.town.put_category(replace(first, weight=3.0, version=2))
        assert [one.weight for one in session.town.categories()] == [3.0, second.weight]
        session.town.put_categories([second])
        assert session.town.categories() == [second]
        session.town.clear_records()
        assert session.town.categories() == []


def test_the_town_and_its_categories_are_kept(store: Store, store_url: str) -> None:
    category = Category(code="0101", parent="01", name_zh="暴露垃圾", name_en="Exposed rubbish", look_back_days=(1, 7))
    with store.writing() as session:
        session.town.put(Town(code="nanma", name="南麻街道", crs="EPSG:4548", attribution=("©",), as_of=NOW))
        session.town.put_categories([category])
        session.features.insert("areas", Feature(code="V", geometry=MultiPolygon([box(118, 36, 118.5, 36.5)])), now=NOW)
    again = open_store(store_url)
    with again.reading() as session:
        town = session.town.get()
        assert session.town.categories() == [category]
    again.close()
    assert (town.code, town.name, town.attribution, town.as_of) == ("nanma", "南麻街道", ("©",), NOW)
    assert town.bounds == pytest.approx((118, 36, 118.5, 36.5), abs=1e-4)


def test_a_receipt_finds_what_was_made(store: Store) -> None:
    with store.writing() as session:
        session.features.put_receipt("k", "problems", 7, now=NOW)
    with store.reading() as session:
        assert session.features.receipt("k") == ("problems", 7)
        assert session.features.receipt("other") is None


def test_every_built_in_layer_is_there(store: Store) -> None:
    with store.reading() as session:
        assert [s.name for s in session.layers.all()] == list(LAYERS)
        assert session.layers.counts() == dict.fromkeys(LAYERS, 0)
