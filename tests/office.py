"""A village with one grid, its people and one category: what the tests of casework share."""

from datetime import UTC, date, datetime
from typing import Any

from shapely.geometry import Point, box

from layers import problems
from layers.acts import ActWish, act
from layers.model import Category, Feature, Person, Responsibility, Stage
from layers.moves import MoveWish, move
from layers.store import Store
from tests.replays import all_differences

NOW = datetime(2021, 12, 3, 2, 0, tzinfo=UTC)
LEAD, HELPER, OTHER = "规划建设办公室", "生态环境所", "城管大队"
DUST = Category(code="0401", parent="04", name_zh="扬尘", name_en="Dust", ladder="ordinary", department=LEAD,
                co_departments=(HELPER,), case_limit=Stage("case", "natural_days", 3))  # fmt: skip
PEOPLE = [Person(code=code, name=code.title(), roles=roles, organisation=where) for code, roles, where in (
    ("DISPATCH", ("dispatcher",), "指挥中心"), ("SECOND", ("dispatcher",), "指挥中心"),
    ("CHECK", ("inspector",), HELPER), ("BOSS", ("supervisor",), "办事处"), ("CADRE", (), "办事处"),
    ("GRID", (), "网格站"), ("STRANGER", (), HELPER), ("FINDER", (), ""),
)]  # fmt: skip


def furnish_office(store: Store) -> Store:
    """The village V1 with its grid G1; GRID works there, CADRE stands beside."""
    areas = (("V1", "village", None), ("G1", "grid", "V1"))
    duties = (("G1", "GRID", "grid_worker"), ("V1", "CADRE", "sponsor"))
    with store.writing() as session:
        session.town.put_categories([DUST])
        session.features.insert_many("areas", [
            Feature(code=code, geometry=box(118, 36, 118.02, 36.02),
                    values={"name": code, "level": level, "parent": parent})
            for code, level, parent in areas
        ], now=NOW)  # fmt: skip
        session.duties.put_people(PEOPLE)
        session.duties.put_responsibilities([
            Responsibility(layer="areas", place=place, person=person, role=role, valid_from=date(2021, 1, 1))
            for place, person, role in duties
        ])  # fmt: skip
    return store


def reported(store: Store, **said: Any) -> int:
    draft = {"geometry": Point(118.01, 36.01), "category": "0401", "reported_by": "FINDER", **said}
    return problems.report(store, problems.Draft(**draft), now=NOW).id


def moved(store: Store, id_: int, *states: str, by: str = "") -> None:
    for state in states:
        move(store, id_, MoveWish(to=state, by=by, given={"note": "说明"}), now=NOW)


def acted(store: Store, id_: int, name: str, *, by: str = "", at: datetime = NOW, **given: Any) -> Feature:
    return act(store, id_, ActWish(act=name, by=by, given={"note": "说明", **given}), now=at)


def told(store: Store, person: str) -> list[str]:
    """The kinds of somebody's notices, the oldest first."""
    with store.reading() as session:
        return [one.kind for one in reversed(session.notices.of(person, limit=100))]


def rebuilt(store: Store, id_: int) -> bool:
    """Whether the row and the requests are the sum of the events."""
    return all_differences(store, id_) == []
