"""One set of tests; both stores must pass all of it."""

import threading
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from layers.errors import AlreadyThere, BadInput, Conflict, NotFound
from layers.model import Category, Event, Feature, Person, PlaceLink, Responsibility, Town
from layers.query import Query, Where
from layers.schema import LAYERS, Field, LayerSchema
from layers.store import Store, open_store

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TRIANGLE = Polygon([(0, 0), (5, 0), (0, 5)])


def problem(code: str, x: float = 1.0, y: float = 1.0, **values: object) -> Feature:
    return Feature(code=code, geometry=Point(x, y), values=values)


def fill(store: Store, count: int = 2000) -> np.ndarray:
    points = np.random.default_rng(1).uniform(0, 10, (count, 2))
    features = [
        problem(f"P{i:05d}", x, y, category="abc"[i % 3], severity=i % 5, found_at=NOW + timedelta(minutes=i))
        for i, (x, y) in enumerate(points)
    ]
    with store.writing() as session:
        session.features.insert_many("problems", features, now=NOW)
    return points


def codes(store: Store, layer: str = "problems", **query: object) -> list[str]:
    with store.reading() as session:
        return [f.code for f in session.features.read(layer, Query(**query))]  # type: ignore[arg-type]


def test_every_kind_of_value_comes_back_as_it_went_in(store: Store) -> None:
    values = {
        "category": "0101", "description": "“四大堆”; DROP TABLE problems; --", "state": "assigned", "severity": 3,
        "found_at": NOW, "flags": ["gap"], "why": {"template": "x", "values": {}}, "due_at": None,
    }  # fmt: skip
    line = LineString([(118.1, 36.1), (118.2, 36.2)])
    with store.writing() as session:
        stored = session.features.insert(
            "problems", Feature(code="P1", geometry=line, values=values, extra={"备注": "a", "n": 1.5}), now=NOW
        )
    with store.reading() as session:
        back = session.features.get("problems", stored.id)
    assert {name: back.values[name] for name in values} == values
    assert back.geometry is not None and back.geometry.equals_exact(line, 0)
    assert back.extra == {"备注": "a", "n": 1.5}
    assert (back.version, back.updated_at) == (1, NOW)


def test_single_parts_are_stored_as_the_layer_has_them(store: Store) -> None:
    with store.writing() as session:
        one = session.features.insert("parcels", Feature(code="A", geometry=TRIANGLE), now=NOW)
        session.features.insert_many("parcels", [Feature(code="B", geometry=TRIANGLE)], now=NOW)
        session.features.update("parcels", one.id, {"geom": box(0, 0, 1, 1)}, now=NOW)
        assert {f.geometry.geom_type for f in session.features.read("parcels") if f.geometry} == {"MultiPolygon"}


def test_days_and_flags_and_lists_keep_their_kind(store: Store) -> None:
    with store.writing() as session:
        session.features.insert(
            "parcels",
            Feature(code="A", geometry=MultiPolygon([box(0, 0, 1, 1)]), values={"found_on": date(2021, 11, 22)}),
            now=NOW,
        )
        session.features.insert(
            "stations",
            Feature(code="S", geometry=Point(1, 1), values={"invented": True, "radii_m": [300, 1000]}),
            now=NOW,
        )
    with store.reading() as session:
        assert session.features.by_code("parcels", "A").values["found_on"] == date(2021, 11, 22)
        station = session.features.by_code("stations", "S").values
    assert (station["invented"], station["radii_m"]) == (True, [300, 1000])


def test_a_bulk_insert_gives_the_same_rows_as_single_ones(store: Store) -> None:
    features = [problem(f"P{i}", i, i, severity=i, found_at=NOW, flags=["gap"]) for i in range(3)]
    with store.writing() as session:
        for feature in features[:2]:
            session.features.insert("problems", feature, now=NOW)
        first = session.features.insert_many("problems", features[2:], now=NOW)
    with store.reading() as session:
        one, _, last = session.features.read("problems")
    assert last.id == first == 3
    assert last.values == {**one.values, "severity": 2}
    assert last.geometry is not None and last.geometry.equals(Point(2, 2))


def test_a_key_is_never_used_twice(store: Store) -> None:
    with store.writing() as session:
        kept = session.features.insert("problems", problem("A"), now=NOW)
        session.features.delete("problems", kept.id)
    with store.writing() as session:
        assert session.features.insert_many("problems", [problem("B"), problem("C")], now=NOW) > kept.id
    with store.writing() as session:
        assert session.features.insert("problems", problem("D"), now=NOW).id == kept.id + 3


def test_a_box_keeps_its_edge(store: Store) -> None:
    with store.writing() as session:
        session.features.insert("problems", problem("A", 1, 1), now=NOW)
    assert codes(store, bbox=(1, 1, 2, 2)) == ["A"]
    assert codes(store, bbox=(1.0000001, 1, 2, 2)) == []  # nearer than the 32-bit index can tell


def test_a_box_across_the_antimeridian_meets_both_sides(store: Store) -> None:
    with store.writing() as session:
        for code, x in (("west", 179.5), ("east", -179.5), ("far", 0.0)):
            session.features.insert("problems", problem(code, x, 0), now=NOW)
    assert codes(store, bbox=(179, -1, -179, 1)) == ["west", "east"]


def test_intersects_is_exact_and_fills_the_page(store: Store) -> None:
    points = fill(store)
    inside = [f"P{i:05d}" for i, p in enumerate(points) if TRIANGLE.intersects(Point(p))]
    with store.reading() as session:
        page = session.features.read("problems", Query(intersects=TRIANGLE, limit=100))
    rest = codes(store, intersects=TRIANGLE, after=page[-1].id)
    assert len(page) == 100
    assert [f.code for f in page] + rest == inside


def test_pages_in_another_order_miss_and_repeat_nothing(store: Store) -> None:
    due = [NOW, None, NOW, NOW - timedelta(1), None, NOW + timedelta(1)]
    with store.writing() as session:
        session.features.insert_many("problems", [problem(f"P{i}", due_at=d) for i, d in enumerate(due)], now=NOW)
    seen: list[str] = []
    after = 0
    for _ in range(6):
        with store.reading() as session:
            (row,) = session.features.read("problems", Query(order="due_at", limit=1, after=after))
        seen.append(row.code)
        after = row.id
    assert seen == ["P3", "P0", "P2", "P5", "P1", "P4"]
    assert codes(store, order="due_at", limit=1, after=after) == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Where("category", "=", "b"), lambda i: i % 3 == 1),
        (Where("category", "!=", "b"), lambda i: i % 3 != 1),
        (Where("category", "in", ("a", "c")), lambda i: i % 3 != 1),
        (Where("severity", ">=", 3), lambda i: i % 5 >= 3),
        (Where("found_at", "<", NOW + timedelta(minutes=10)), lambda i: i < 10),
        (Where("due_at", "is null"), lambda i: True),
        (Where("due_at", "not null"), lambda i: False),
    ],
)
def test_conditions(store: Store, where: Where, expected: object) -> None:
    fill(store, 40)
    assert codes(store, where=(where,)) == [f"P{i:05d}" for i in range(40) if expected(i)]  # type: ignore[operator]


def test_a_flag_is_found_in_its_list(store: Store) -> None:
    with store.writing() as session:
        session.features.insert("problems", problem("A", flags=["gap", "nobody"]), now=NOW)
        session.features.insert("problems", problem("B", flags=[]), now=NOW)
    assert codes(store, where=(Where("flags", "has", "nobody"),)) == ["A"]


def test_search_takes_wildcards_as_letters(store: Store) -> None:
    with store.writing() as session:
        session.features.insert("problems", problem("A", description="100% 垃圾"), now=NOW)
        session.features.insert("problems", problem("B", description="1000 垃圾"), now=NOW)
    assert codes(store, search="100%") == ["A"]
    assert codes(store, search="垃圾") == ["A", "B"]


def test_an_unknown_field_is_refused_in_words(store: Store) -> None:
    with pytest.raises(BadInput, match="no field"):
        codes(store, where=(Where('category" OR 1=1 --', "=", "a"),))


def test_counts_by_field(store: Store) -> None:
    fill(store, 30)
    with store.reading() as session:
        assert session.features.count("problems", Query(where=(Where("severity", "=", 0),))) == 6
        by = session.features.count_by("problems", ["category"], Query(bbox=(-1, -1, 11, 11)))
    assert by == {("a",): 10, ("b",): 10, ("c",): 10}


def test_a_stale_version_changes_nothing_and_names_the_current_one(store: Store) -> None:
    with store.writing() as session:
        made = session.features.insert("parcels", Feature(code="A", geometry=MultiPolygon([TRIANGLE])), now=NOW)
    with store.writing() as session:
        changed = session.features.update("parcels", made.id, {"name": "first"}, now=NOW, expected=1)
    assert changed.version == 2
    with pytest.raises(Conflict) as caught, store.writing() as session:
        session.features.update("parcels", made.id, {"name": "second"}, now=NOW, expected=1)
    assert caught.value.current == 2
    with pytest.raises(Conflict), store.writing() as session:
        session.features.delete("parcels", made.id, expected=1)
    with store.reading() as session:
        assert session.features.get("parcels", made.id).values["name"] == "first"


def test_a_taken_code_is_named(store: Store) -> None:
    with store.writing() as session:
        session.features.insert("problems", problem("A"), now=NOW)
    with pytest.raises(AlreadyThere, match="A"), store.writing() as session:
        session.features.insert("problems", problem("A"), now=NOW)
    with pytest.raises(AlreadyThere, match="“A”"), store.writing() as session:
        session.features.insert_many("problems", [problem("B"), problem("A")], now=NOW)
    assert codes(store) == ["A"]


def test_nothing_to_change_is_no_fault(store: Store) -> None:
    with store.writing() as session:
        session.features.update_columns("problems", [], {"state": []})
        session.features.insert_many("problems", [], now=NOW)
        session.history.append_columns({"problem_id": []})
    assert codes(store) == []


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as session:
        session.features.insert("problems", problem("A"), now=NOW)
        raise RuntimeError("the machine stopped here")
    assert codes(store) == []


def test_a_reader_sees_one_moment(store: Store) -> None:
    fill(store, 5)
    with store.reading() as session:
        before = session.features.count("problems")
        with store.writing() as writer:
            writer.features.insert("problems", problem("new"), now=NOW)
        during = session.features.count("problems")
    assert (before, during, len(codes(store))) == (5, 5, 6)


def test_writers_take_turns(store: Store) -> None:
    with store.writing() as session:
        made = session.features.insert("parcels", Feature(code="A", geometry=MultiPolygon([TRIANGLE])), now=NOW)

    def count_up() -> None:
        for _ in range(10):
            with store.writing() as session:
                row = session.features.get("parcels", made.id)
                area = row.values["area_m2"] or 0
                session.features.update("parcels", made.id, {"area_m2": area + 1}, now=NOW)  # type: ignore[operator]

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    with store.reading() as session:
        assert session.features.get("parcels", made.id).values["area_m2"] == 40


def test_missing_rows_and_layers_are_named(store: Store) -> None:
    with store.reading() as session:
        with pytest.raises(NotFound):
            session.features.get("problems", 9)
        with pytest.raises(NotFound, match="moon"):
            session.features.read("moon")


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


def test_the_town_and_its_categories_are_kept(store: Store, store_url: str) -> None:
    category = Category(code="0101", parent="01", name_zh="暴露垃圾", name_en="Exposed rubbish", limit_days=1)
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


def test_a_sound_store_checks_sound(store: Store) -> None:
    fill(store, 100)
    assert store.check() == []


def test_every_built_in_layer_is_there(store: Store) -> None:
    with store.reading() as session:
        assert [s.name for s in session.layers.all()] == list(LAYERS)
        assert session.layers.counts() == dict.fromkeys(LAYERS, 0)


def test_an_address_of_neither_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="mysql"):
        open_store("mysql://localhost/x")
