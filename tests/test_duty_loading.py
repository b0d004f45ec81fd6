"""A table of people and places becomes dated responsibilities, on both stores."""

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from shapely.geometry import LineString, Point, box

from layers.loading import LoadRequest, RefusedRows, load
from layers.model import Feature
from layers.problems import Draft, report
from layers.store import Store
from layers.town import furnish

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def town(store: Store) -> Store:
    furnish(store)
    with store.writing() as session:
        for code, name, level in (("V1", "东村", "village"), ("G1", "东一网格", "grid")):
            session.features.insert(
                "areas",
                Feature(code=code, geometry=box(118, 36, 118.1, 36.1), values={"name": name, "level": level}),
                now=NOW,
            )
        road = Feature(
            code="L1", geometry=LineString([(118, 36.05), (118.1, 36.05)]), values={"name": "东路", "corridor_m": 30.0}
        )
        session.features.insert("road_segments", road, now=NOW)
    return store


def csv(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "责任人.csv"
    path.write_text(text, encoding=encoding)
    return path


def duties(store: Store) -> list[tuple[str, str, str, str, date, date | None]]:
    with store.reading() as session:
        rows = session.duties.responsibilities()
        return [
            (r.layer, r.place, session.duties.person(r.person).name, r.role, r.valid_from, r.valid_to) for r in rows
        ]


def test_a_chinese_ledger_goes_in_as_it_is(town: Store, tmp_path: Path) -> None:
    text = (
        "路段编号,责任人,电话,职务,开始日期,截止日期\n"
        "L1,王建国,13800000001,路长,2026年11月1日,\nV1,李梅,13800000002,,2026/1/1,2027-1-1\n"
    )
    loaded = load(town, LoadRequest(layer="responsibilities", paths=[csv(tmp_path, text, "gb18030")]), now=NOW)
    assert loaded.stored == 2
    assert duties(town) == [
        ("road_segments", "L1", "王建国", "road_chief", date(2026, 11, 1), None),
        ("areas", "V1", "李梅", "village_head", date(2026, 1, 1), date(2027, 1, 1)),
    ]


def test_a_sponsor_comes_by_the_same_table_and_gives_no_problem_another_owner(town: Store, tmp_path: Path) -> None:
    text = "网格编号,责任人,职务,开始日期\nG1,李梅,网格员,2026-01-01\nG1,张三,包保干部,2026-06-01\n"
    load(town, LoadRequest(layer="responsibilities", paths=[csv(tmp_path, text)]), now=NOW)
    assert [(row[2], row[3]) for row in duties(town)] == [("李梅", "grid_worker"), ("张三", "sponsor")]
    made = report(town, Draft(geometry=Point(118.01, 36.01), category="0102"), now=NOW)
    with town.reading() as session:
        assert session.duties.person(str(made.values["lead_person"])).name == "李梅"


def test_one_person_of_many_places_is_one_person(town: Store, tmp_path: Path) -> None:
    load(
        town, LoadRequest(layer="responsibilities", paths=[csv(tmp_path, "编号,姓名\nL1,王建国\nG1,王建国\n")]), now=NOW
    )
    with town.reading() as session:
        (person,) = session.duties.people()
        assert len(session.duties.responsibilities(person=person.code)) == 2


def test_an_excel_ledger_names_places_by_their_names(town: Store, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["路段", "路长", "起"], ["东路", "王建国", datetime(2026, 11, 1)]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    load(town, LoadRequest(layer="responsibilities", paths=[tmp_path / "a.xlsx"]), now=NOW)
    assert duties(town) == [("road_segments", "L1", "王建国", "road_chief", date(2026, 11, 1), None)]


def test_no_place_brings_a_role_for_the_whole_town(town: Store, tmp_path: Path) -> None:
    request = LoadRequest(layer="responsibilities", paths=[csv(tmp_path, "编号,姓名,角色\nL1,王,supervisor\n")])
    with pytest.raises(RefusedRows) as caught:
        load(town, request, now=NOW)
    assert [(note.row, note.field) for note in caught.value.report.refused] == [(1, "role")]


def test_bad_rows_are_named_and_nothing_is_stored(town: Store, tmp_path: Path) -> None:
    text = "编号,姓名,起,止\nL1,王,,\nL9,李,,\nV1,,,\nV1,赵,soon,\nV1,钱,2026-02-01,2026-01-01\n,孙,,\n"
    request = LoadRequest(layer="responsibilities", paths=[csv(tmp_path, text)])
    with pytest.raises(RefusedRows) as caught:
        load(town, request, now=NOW)
    refused = {note.row: note.field for note in caught.value.report.refused}
    assert refused == {2: "place", 3: "person", 4: "valid_from", 5: "valid_to", 6: "place"}
    assert duties(town) == []
    skipping = LoadRequest(layer="responsibilities", paths=request.paths, skip_bad=True)
    assert load(town, skipping, now=NOW).stored == 1


def test_open_problems_go_to_whom_the_table_names(town: Store, tmp_path: Path) -> None:
    made = report(town, Draft(geometry=Point(118.05, 36.0501), category="0102"), now=NOW)
    assert made.values["lead_person"] is None
    assert "nobody" in made.values["flags"]  # type: ignore[operator]
    load(town, LoadRequest(layer="responsibilities", paths=[csv(tmp_path, "编号,姓名\nL1,王建国\n")]), now=NOW)
    with town.reading() as session:
        given = session.features.get("problems", made.id).values
        assert session.duties.person(str(given["lead_person"])).name == "王建国"
        assert given["lead_code"] == "L1"


def test_a_dry_run_stores_nobody(town: Store, tmp_path: Path) -> None:
    request = LoadRequest(layer="responsibilities", paths=[csv(tmp_path, "编号,姓名\nL1,王\n")], dry_run=True)
    assert load(town, request, now=NOW).report.accepted == 1
    assert duties(town) == []
