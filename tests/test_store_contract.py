"""The contract of a store, its features: values, queries, pages, versions, writes. Both stores must pass all of it."""

import threading
from datetime import date, timedelta

import pytest
from shapely.geometry import LineString, MultiPolygon, Point, box

from layers.errors import AlreadyThere, BadInput, Conflict, NotFound
from layers.model import Feature
from layers.query import Query, Where
from layers.store import Store, open_store
from tests.store_rows import NOW, TRIANGLE, codes, fill, problem


@pytest.mark.parametrize("spot", [(1, 1, 1, 1), (1, 1, 1, 2), (0, 1, 2, 1)])
def test_a_box_without_extent_still_lies_in_a_polygon(store: Store, spot: tuple[float, ...]) -> None:
    with store.writing() as session:
        session.features.insert("parcels", Feature(code="A", geometry=TRIANGLE, values={}), now=NOW)
    assert codes(store, "parcels", bbox=spot) == ["A"]


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


def test_a_moment_is_kept_to_the_millisecond(store: Store) -> None:
    fine = NOW.replace(microsecond=123_987)
    with store.writing() as session:
        session.features.insert("problems", problem("P1", 1, 1, found_at=fine), now=fine)
        session.features.insert_many("problems", [problem("P2", 2, 2, found_at=fine)], now=fine)
    with store.reading() as session:
        for one in session.features.read("problems"):
            assert one.values["found_at"] == one.updated_at == fine.replace(microsecond=123_000)


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


def test_a_sound_store_checks_sound(store: Store) -> None:
    fill(store, 100)
    assert store.check() == []


def test_an_address_of_neither_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="mysql"):
        open_store("mysql://localhost/x")


def test_many_rows_may_lack_a_place(store: Store) -> None:
    rows = [Feature(code=f"P{i}", geometry=Point(i / 100, 0) if i % 2 else None) for i in range(2000)]
    with store.writing() as session:
        session.features.insert_many("problems", rows, now=NOW)
    assert len(codes(store)) == 2000
    assert codes(store, bbox=(0.005, -1, 0.035, 1)) == ["P1", "P3"]
    assert store.check() == []
