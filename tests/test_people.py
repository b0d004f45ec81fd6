"""Posts and the roles that come with a place, of one and of everybody, on both stores."""

from datetime import date

from layers.model import Person, Responsibility
from layers.people import roles_of_all, roles_on
from layers.store import Store

YEAR, DAY = date(2021, 1, 1), date(2021, 12, 3)
PEOPLE = [Person(code="POST", name="a", roles=("planner", "inspector")), Person(code="DUTY", name="b"),
          Person(code="BOTH", name="c", roles=("dispatcher",)), Person(code="NONE", name="d")]  # fmt: skip
DUTIES = [("DUTY", "grid_worker", None), ("DUTY", "road_chief", None), ("BOTH", "village_head", None),
          ("BOTH", "supervisor", None), ("NONE", "zone_head", DAY), ("STRANGER", "grid_worker", None)]  # fmt: skip


def test_the_roles_of_everybody_are_those_of_each(store: Store) -> None:
    with store.writing() as session:
        session.duties.put_people(PEOPLE)
        session.duties.put_responsibilities([
            Responsibility(layer="areas", place=f"V{i}", person=who, role=role, valid_from=YEAR, valid_to=to)
            for i, (who, role, to) in enumerate(DUTIES)
        ])  # fmt: skip
    with store.reading() as session:
        found = roles_of_all(session, session.duties.people(), on=DAY)
        assert found == {one.code: roles_on(session, one.code, on=DAY) for one in PEOPLE}
    assert found == {
        "POST": {"planner", "inspector"},
        "DUTY": {"grid_worker", "road_chief"},
        "BOTH": {"dispatcher", "village_head"},  # a place brings no role for the whole town
        "NONE": set(),
    }
